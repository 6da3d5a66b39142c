#include "rnn.h"

#include <string.h>

#include "layer.h"

const gates_map_t *rnn_input_map(shape_cell_t kind) {
    return kind == SHAPE_CELL_GRU ? &gates_of_gru_input : &gates_of_lstm;
}

const gates_map_t *rnn_hidden_map(shape_cell_t kind) {
    return kind == SHAPE_CELL_GRU ? &gates_of_gru_hidden : &gates_of_lstm;
}

static void add_bias(const gates_map_t *map, int size, const real *bias, real *gates) {
    for (int gate = 0; gate < map->count; gate++) {
        layer_add_columns(1, size, bias + gate * size, gates + map->group[gate] * size);
    }
}

void rnn_bias(shape_cell_t kind, int size, const rnn_weights_t *weights, real *bias) {
    memset(bias, 0, 4 * (size_t)size * sizeof *bias);
    add_bias(rnn_input_map(kind), size, weights->bias_ih, bias);
    add_bias(rnn_hidden_map(kind), size, weights->bias_hh, bias);
}

void rnn_layout(
    rnn_trace_t *trace, memory_t *memory, const shape_t *shape, int inputs, int words, int steps) {
    const shape_cell_t kind = shape->cell;
    const int rows = words * steps, size = shape->hidden;
    const size_t numbers = (size_t)rows * (size_t)size, states = (size_t)words * (size_t)size;
    const bool has_cell = kind == SHAPE_CELL_LSTM;
    trace->kind = kind;
    trace->size = size;
    trace->inputs = inputs;
    recurrent_layout(&trace->recurrent, memory, shape->precision, rnn_hidden_map(kind), size, size, rows);
    trace->projection = (recurrent_t){0};
    if (inputs > 0) {
        recurrent_layout(
            &trace->projection, memory, shape->precision, rnn_input_map(kind), size, inputs, rows);
    }
    trace->gates = memory_take(memory, gates_count(size, rows), sizeof(real));
    trace->first_hidden = memory_take(memory, states, sizeof(real));
    trace->first_cell = memory_take(memory, has_cell ? states : 0, sizeof(real));
    trace->cell = memory_take(memory, has_cell ? numbers : 0, sizeof(real));
    trace->cell_tanh = memory_take(memory, has_cell ? numbers : 0, sizeof(real));
    trace->hidden = memory_take(memory, numbers, sizeof(real));
    trace->rows = memory_take(memory, (size_t)rows, sizeof *trace->rows);
    trace->bias = memory_take(memory, inputs > 0 ? 4 * (size_t)size : 0, sizeof(real));
}

void rnn_prepare(rnn_trace_t *trace, const rnn_weights_t *weights) {
    recurrent_prepare(&trace->recurrent, weights->weight_hh);
    if (trace->inputs > 0) {
        recurrent_prepare(&trace->projection, weights->weight_ih);
        rnn_bias(trace->kind, trace->size, weights, trace->bias);
    }
}

real *rnn_gates(const rnn_trace_t *trace, int row) {
    return trace->gates + (size_t)row * trace->recurrent.layout.row_step;
}

void rnn_project(const rnn_trace_t *trace, int rows, const real *x, real *gates) {
    gates_from_rows(&trace->recurrent.layout, rows, trace->bias, 0, gates);
    recurrent_forward(&trace->projection, rows, x, gates);
}

/** The states of step t, and those before it: the words that go on are the first rows of the step before. */
static recurrent_states_t states_of(const rnn_trace_t *trace, const sequence_t *sequence, int t) {
    const size_t size = (size_t)trace->size, at = (size_t)sequence->offset[t] * size;
    const size_t before = t > 0 ? (size_t)sequence->offset[t - 1] * size : 0;
    return (recurrent_states_t){.hidden_before = t > 0 ? trace->hidden + before : trace->first_hidden,
        .cell_before = t > 0 ? trace->cell + before : trace->first_cell,
        .hidden = trace->hidden + at,
        .cell = trace->cell + at,
        .cell_tanh = trace->cell_tanh + at};
}

void rnn_step(rnn_trace_t *trace, const sequence_t *sequence, int t) {
    recurrent_step(&trace->recurrent, sequence->rows[t], rnn_gates(trace, sequence->offset[t]),
        states_of(trace, sequence, t));
}

void rnn_go_on(rnn_trace_t *trace, int from, int to) {
    const size_t size = (size_t)trace->size;
    const size_t here = (size_t)from * size, there = (size_t)to * size;
    memcpy(trace->first_hidden + there, trace->hidden + here, size * sizeof(real));
    if (trace->kind == SHAPE_CELL_LSTM) {
        memcpy(trace->first_cell + there, trace->cell + here, size * sizeof(real));
    }
}

const real *rnn_last_hidden(const rnn_trace_t *trace, const sequence_t *sequence, int row) {
    const int at = sequence->offset[sequence->length[row] - 1] + row;
    return trace->hidden + (size_t)at * (size_t)trace->size;
}

/** trace->rows [rows] = the rows of x [rows, width], from entry `first` on. */
static void point_at_rows(rnn_trace_t *trace, int first, int rows, const real *x, int width) {
    for (int row = 0; row < rows; row++) {
        trace->rows[first + row] = x + (size_t)row * (size_t)width;
    }
}

void rnn_backward(rnn_trace_t *trace, const sequence_t *sequence, const real *d_output, real *d_hidden,
    real *d_cell, const rnn_weights_t *d_weights) {
    for (int t = sequence->steps - 1; t >= 0; t--) {
        const int rows = sequence->rows[t], first = sequence->offset[t];
        // Rows that end at step t still hold what was given for their last state, the others what step t + 1
        // left.
        if (d_output) {
            layer_add_columns(
                1, rows * trace->size, d_output + (size_t)first * (size_t)trace->size, d_hidden);
        }
        const recurrent_states_t states = states_of(trace, sequence, t);
        recurrent_step_backward(&trace->recurrent, rows, rnn_gates(trace, first), states, d_hidden, d_cell);
        point_at_rows(trace, first, rows, states.hidden_before, trace->size);
    }
    recurrent_gradient(&trace->recurrent, sequence->total, trace->gates, trace->rows, d_weights->weight_hh);
}

void rnn_project_backward(
    rnn_trace_t *trace, int rows, const real *x, const rnn_weights_t *d_weights, int beta, real *d_x) {
    const gates_layout_t *layout = &trace->recurrent.layout;
    point_at_rows(trace, 0, rows, x, trace->inputs);
    recurrent_gradient(&trace->projection, rows, trace->gates, trace->rows, d_weights->weight_ih);
    gates_add_columns(layout, rnn_input_map(trace->kind), rows, trace->gates, d_weights->bias_ih);
    gates_add_columns(layout, rnn_hidden_map(trace->kind), rows, trace->gates, d_weights->bias_hh);
    recurrent_backward(&trace->projection, rows, trace->gates, beta, d_x);
}
