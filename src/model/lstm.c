#include "cvae/lstm.h"

#include <string.h>

#include "cvae/linear.h"

void lstm_layout(lstm_trace_t *trace, memory_t *memory, int hidden, int words, int steps, bool is_upper) {
    const int rows = words * steps;
    const size_t numbers = (size_t)rows * (size_t)hidden, states = (size_t)words * (size_t)hidden;
    trace->size = hidden;
    recurrent_layout(&trace->recurrent, memory, hidden, rows);
    trace->projection = (recurrent_t){0};
    if (is_upper) {
        recurrent_layout(&trace->projection, memory, hidden, rows);
    }
    trace->gates = memory_take(memory, gates_count(hidden, rows), sizeof(real));
    trace->first_hidden = memory_take(memory, states, sizeof(real));
    trace->first_cell = memory_take(memory, states, sizeof(real));
    trace->hidden = memory_take(memory, numbers, sizeof(real));
    trace->cell = memory_take(memory, numbers, sizeof(real));
    trace->cell_tanh = memory_take(memory, numbers, sizeof(real));
    trace->rows = memory_take(memory, (size_t)rows, sizeof *trace->rows);
    trace->bias = memory_take(memory, is_upper ? 4 * (size_t)hidden : 0, sizeof(real));
}

void lstm_prepare(lstm_trace_t *trace, const lstm_weights_t *weights, const recurrent_update_t *update) {
    recurrent_prepare(&trace->recurrent, weights->weight_hh, update);
    if (trace->projection.size > 0) {
        recurrent_prepare(&trace->projection, weights->weight_ih, update);
        for (int j = 0; j < 4 * trace->size; j++) {
            trace->bias[j] = weights->bias_ih[j] + weights->bias_hh[j];
        }
    }
}

real *lstm_gates(const lstm_trace_t *trace, int row) {
    return trace->gates + (size_t)row * trace->recurrent.layout.row_step;
}

void lstm_project(const lstm_trace_t *trace, int rows, const real *x, real *gates) {
    gates_fill(&trace->recurrent.layout, rows, trace->bias, gates);
    recurrent_forward(&trace->projection, rows, x, gates);
}

void lstm_first_step(lstm_trace_t *trace, int rows) {
    recurrent_step(&trace->recurrent, rows, trace->first_hidden, trace->first_cell, trace->gates, trace->cell,
        trace->cell_tanh, trace->hidden);
}

/** The states that step t starts from: the words that go on are the first rows of the step before. */
static const real *before(
    const lstm_trace_t *trace, const sequence_t *sequence, int t, const real *first, const real *states) {
    return t == 0 ? first : states + (size_t)sequence->offset[t - 1] * (size_t)trace->size;
}

static const real *hidden_before(const lstm_trace_t *trace, const sequence_t *sequence, int t) {
    return before(trace, sequence, t, trace->first_hidden, trace->hidden);
}

static const real *cell_before(const lstm_trace_t *trace, const sequence_t *sequence, int t) {
    return before(trace, sequence, t, trace->first_cell, trace->cell);
}

void lstm_step(lstm_trace_t *trace, const sequence_t *sequence, int t) {
    const int first = sequence->offset[t];
    const size_t at = (size_t)first * (size_t)trace->size;
    recurrent_step(&trace->recurrent, sequence->rows[t], hidden_before(trace, sequence, t),
        cell_before(trace, sequence, t), lstm_gates(trace, first), trace->cell + at, trace->cell_tanh + at,
        trace->hidden + at);
}

void lstm_last_hidden(const lstm_trace_t *trace, const sequence_t *sequence, real *last) {
    const size_t size = (size_t)trace->size;
    for (int row = 0; row < sequence->words; row++) {
        int at = sequence->offset[sequence->length[row] - 1] + row;
        memcpy(last + (size_t)row * size, trace->hidden + (size_t)at * size, size * sizeof(real));
    }
}

/** trace->rows [rows] = the rows of x [rows, H], from entry `first` on. */
static void point_at_rows(lstm_trace_t *trace, int first, int rows, const real *x) {
    for (int row = 0; row < rows; row++) {
        trace->rows[first + row] = x + (size_t)row * (size_t)trace->size;
    }
}

void lstm_backward(lstm_trace_t *trace, const sequence_t *sequence, const real *d_output, real *d_hidden,
    real *d_cell, const lstm_weights_t *d_weights) {
    for (int t = sequence->steps - 1; t >= 0; t--) {
        const int rows = sequence->rows[t], first = sequence->offset[t];
        const size_t at = (size_t)first * (size_t)trace->size;
        // Rows that end at step t still hold what was given for their last state, the others what step t + 1
        // left.
        if (d_output) {
            linear_add_columns(1, rows * trace->size, d_output + at, d_hidden);
        }
        recurrent_step_backward(&trace->recurrent, rows, cell_before(trace, sequence, t),
            trace->cell_tanh + at, lstm_gates(trace, first), d_hidden, d_cell);
        point_at_rows(trace, first, rows, hidden_before(trace, sequence, t));
    }
    recurrent_gradient(&trace->recurrent, sequence->total, trace->gates, trace->rows, d_weights->weight_hh);
}

void lstm_project_backward(
    lstm_trace_t *trace, int rows, const real *x, const lstm_weights_t *d_weights, real *d_x) {
    const gates_layout_t *layout = &trace->recurrent.layout;
    point_at_rows(trace, 0, rows, x);
    recurrent_gradient(&trace->projection, rows, trace->gates, trace->rows, d_weights->weight_ih);
    gates_add_columns(layout, rows, trace->gates, d_weights->bias_ih);
    gates_add_columns(layout, rows, trace->gates, d_weights->bias_hh);
    recurrent_backward(&trace->projection, rows, trace->gates, d_x);
}
