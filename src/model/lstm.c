#include "cvae/lstm.h"

#include <string.h>

#include "cvae/kernels.h"
#include "cvae/linear.h"

void lstm_layout(lstm_trace_t *trace, memory_t *memory, int hidden, int words, int steps, bool is_upper) {
    size_t rows = (size_t)words * (size_t)steps, size = (size_t)hidden;
    trace->size = hidden;
    recurrent_layout(&trace->recurrent, memory, hidden, words);
    trace->projection = (recurrent_t){0};
    if (is_upper) {
        recurrent_layout(&trace->projection, memory, hidden, words * steps);
    }
    trace->gates = memory_take(memory, rows * 4 * size, sizeof(real));
    trace->hidden_before = memory_take(memory, rows * size, sizeof(real));
    trace->first_cell = memory_take(memory, (size_t)words * size, sizeof(real));
    trace->hidden = memory_take(memory, rows * size, sizeof(real));
    trace->cell = memory_take(memory, rows * size, sizeof(real));
    trace->cell_tanh = memory_take(memory, rows * size, sizeof(real));
}

void lstm_prepare(lstm_trace_t *trace, const lstm_weights_t *weights) {
    recurrent_prepare(&trace->recurrent, weights->weight_hh);
    if (trace->projection.size > 0) {
        recurrent_prepare(&trace->projection, weights->weight_ih);
    }
}

void lstm_project(
    const lstm_trace_t *trace, int rows, const lstm_weights_t *weights, const real *x, real *gates) {
    const int width = 4 * trace->size;
    for (int row = 0; row < rows; row++) {
        real *restrict to = gates + (size_t)row * (size_t)width;
        for (int j = 0; j < width; j++) {
            to[j] = weights->bias_ih[j] + weights->bias_hh[j];
        }
    }
    recurrent_forward(&trace->projection, rows, x, gates);
}

void lstm_cell(const lstm_trace_t *trace, int rows, real *gates, const real *hidden_before,
    const real *cell_before, real *cell, real *cell_tanh, real *hidden) {
    recurrent_forward(&trace->recurrent, rows, hidden_before, gates);
    kernels()->cell_forward(rows, trace->size, gates, cell_before, cell, cell_tanh, hidden);
}

static const real *cell_before(const lstm_trace_t *trace, const sequence_t *sequence, int t) {
    return t == 0 ? trace->first_cell : trace->cell + (size_t)sequence->offset[t - 1] * (size_t)trace->size;
}

void lstm_step(lstm_trace_t *trace, const sequence_t *sequence, int t) {
    const size_t size = (size_t)trace->size, at = (size_t)sequence->offset[t] * size;
    lstm_cell(trace, sequence->rows[t], trace->gates + 4 * at, trace->hidden_before + at,
        cell_before(trace, sequence, t), trace->cell + at, trace->cell_tanh + at, trace->hidden + at);
    if (t + 1 < sequence->steps) {
        // The words that go on are the first rows of this step.
        memcpy(trace->hidden_before + (size_t)sequence->offset[t + 1] * size, trace->hidden + at,
            (size_t)sequence->rows[t + 1] * size * sizeof(real));
    }
}

void lstm_last_hidden(const lstm_trace_t *trace, const sequence_t *sequence, real *last) {
    const size_t size = (size_t)trace->size;
    for (int row = 0; row < sequence->words; row++) {
        int at = sequence->offset[sequence->length[row] - 1] + row;
        memcpy(last + (size_t)row * size, trace->hidden + (size_t)at * size, size * sizeof(real));
    }
}

void lstm_backward(lstm_trace_t *trace, const sequence_t *sequence, const real *d_output, real *d_hidden,
    real *d_cell, const lstm_weights_t *d_weights) {
    const int size = trace->size;
    for (int t = sequence->steps - 1; t >= 0; t--) {
        const int rows = sequence->rows[t];
        const size_t at = (size_t)sequence->offset[t] * (size_t)size;
        // Rows that end at step t still hold what was given for their last state, the others what step t + 1
        // left.
        if (d_output) {
            linear_add_columns(1, rows * size, d_output + at, d_hidden);
        }
        kernels()->cell_backward(rows, size, trace->gates + 4 * at, cell_before(trace, sequence, t),
            trace->cell_tanh + at, d_hidden, d_cell);
        recurrent_backward(&trace->recurrent, rows, trace->gates + 4 * at, d_hidden);
    }
    recurrent_gradient(
        &trace->recurrent, sequence->total, trace->gates, trace->hidden_before, d_weights->weight_hh);
}

void lstm_project_backward(
    const lstm_trace_t *trace, int rows, const real *x, const lstm_weights_t *d_weights, real *d_x) {
    recurrent_gradient(&trace->projection, rows, trace->gates, x, d_weights->weight_ih);
    linear_add_columns(rows, 4 * trace->size, trace->gates, d_weights->bias_ih);
    linear_add_columns(rows, 4 * trace->size, trace->gates, d_weights->bias_hh);
    recurrent_backward(&trace->projection, rows, trace->gates, d_x);
}
