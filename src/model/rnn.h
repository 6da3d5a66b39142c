/**
 * One recurrent layer over a packed sequence: an LSTM (Hochreiter and Schmidhuber 1997) or a GRU (Cho et al.
 * 2014), with PyTorch's gates and layouts. x is the layer's input, h and c its states, ' those after a step:
 *
 *   LSTM: [i, f, g, o] = weight_ih x + bias_ih + weight_hh h + bias_hh,  i, f, o through the logistic
 *   function, g through tanh;   c' = f c + i g,   h' = o tanh(c')
 *
 *   GRU: [r, z] likewise through the logistic function,  n = tanh(weight_in x + bias_in + r (weight_hn h +
 *   bias_hn));   h' = (1 - z) n + z h
 *
 * The input part of the gates, all biases in it, is laid into trace->gates by the caller, from symbols
 * (symbol_input.h) or from the layer below (rnn_project). The forward pass goes step by step, so that a
 * decoder can choose its next symbol; the backward pass takes a whole sequence and makes the weight gradient
 * in one product.
 */
#ifndef CVAE_RNN_H
#define CVAE_RNN_H

#include "math/gates.h"
#include "base/memory.h"
#include "math/recurrent.h"
#include "sequence.h"
#include "shape.h"
#include "weights.h"

/** What a layer keeps of a shard for its backward pass. */
typedef struct {
    shape_cell_t kind;
    int size;               /**< H */
    int inputs;             /**< of an upper layer: the width of what it reads; 0: symbol_input.h's layer */
    recurrent_t recurrent;  /**< weight_hh, ready for its products */
    recurrent_t projection; /**< likewise weight_ih of an upper layer */
    real *gates;            /**< [R, 4H] input part, then activated gates, after backward d_gates; gates.h */
    real *first_hidden;     /**< [B, H] */
    real *first_cell;       /**< [B, H]; this and the next two of an LSTM only */
    real *cell;             /**< [R, H] */
    real *cell_tanh;        /**< [R, H] */
    real *hidden;           /**< [R, H] */
    const real **rows;      /**< [R] the rows of a gradient's right factor */
    real *bias;             /**< upper layers: [4H] what the biases give each gate */
} rnn_trace_t;

/** The layer that weight_ih, bias_ih and weight_hh, bias_hh belong to: how their rows make the gates. */
const gates_map_t *rnn_input_map(shape_cell_t kind);
const gates_map_t *rnn_hidden_map(shape_cell_t kind);

/** bias [4H] = what bias_ih and bias_hh give each gate, of `size` = H units. */
void rnn_bias(shape_cell_t kind, int size, const rnn_weights_t *weights, real *bias);

/** Takes the arrays for up to `words` words of up to `steps` steps. Of the shape only the cell, H and the
 * precision matter. inputs: see rnn_trace_t. */
void rnn_layout(rnn_trace_t *trace, memory_t *memory, const shape_t *shape, int inputs, int words, int steps);

/** Makes what depends on the weights alone; call after every change of them. */
void rnn_prepare(rnn_trace_t *trace, const rnn_weights_t *weights);

/** Where row `row` of the trace's gates begins. */
real *rnn_gates(const rnn_trace_t *trace, int row);

/** Input part of an upper layer's gates [rows, 4H], from x [rows, inputs]. */
void rnn_project(const rnn_trace_t *trace, int rows, const real *x, real *gates);

/** Step t of a sequence, from the first states or from step t - 1. */
void rnn_step(rnn_trace_t *trace, const sequence_t *sequence, int t);

/** The states of row `from` after step 0 become the first states of row `to`. */
void rnn_go_on(rnn_trace_t *trace, int from, int to);

/** The hidden state [H] after its own last step of the word in row `row`. */
const real *rnn_last_hidden(const rnn_trace_t *trace, const sequence_t *sequence, int row);

/**
 * Backward over the sequence. d_output [R, H]: the loss's gradient by each step's hidden state, from above
 * (NULL: none). d_hidden, d_cell [B, H] (d_cell of an LSTM only): in, by each word's last states; out, by its
 * first states. Leaves d_gates in trace->gates and adds to d_weights->weight_hh; the input's own backward
 * does the rest.
 */
void rnn_backward(rnn_trace_t *trace, const sequence_t *sequence, const real *d_output, real *d_hidden,
    real *d_cell, const rnn_weights_t *d_weights);

/**
 * Backward of rnn_project over a sequence of `rows` rows, after rnn_backward(): adds to weight_ih and both
 * biases, and d_x [rows, inputs] = beta d_x + d_gates weight_ih, with beta 0 or 1.
 * With beta 0 d_x may be x.
 */
void rnn_project_backward(
    rnn_trace_t *trace, int rows, const real *x, const rnn_weights_t *d_weights, int beta, real *d_x);

#endif
