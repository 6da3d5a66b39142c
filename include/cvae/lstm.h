/**
 * One LSTM layer over a packed sequence (Hochreiter and Schmidhuber 1997; gates and layouts as in PyTorch):
 *
 *   [i, f, g, o] = input + weight_hh h,   i, f, o through the logistic function, g through tanh
 *   c' = f c + i g,   h' = o tanh(c')
 *
 * The input part of the gates is laid into trace->gates by the caller, from symbols (symbol_input.h) or from
 * the layer below (lstm_project). The forward pass goes step by step, so that a decoder can choose its next
 * symbol; the backward pass takes a whole sequence and makes the weight gradient in one product.
 */
#ifndef CVAE_LSTM_H
#define CVAE_LSTM_H

#include <stdbool.h>

#include "cvae/gates.h"
#include "cvae/memory.h"
#include "cvae/recurrent.h"
#include "cvae/sequence.h"
#include "cvae/weights.h"

/** What a layer keeps of a shard for its backward pass. */
typedef struct {
    int size;               /**< H */
    recurrent_t recurrent;  /**< weight_hh, ready for its products */
    recurrent_t projection; /**< likewise weight_ih, where the input is the layer below's output */
    real *gates;            /**< [R, 4H] input part, then activated gates, after backward d_gates; gates.h */
    real *first_hidden;     /**< [B, H] */
    real *first_cell;       /**< [B, H] */
    real *hidden;           /**< [R, H] */
    real *cell;             /**< [R, H] */
    real *cell_tanh;        /**< [R, H] */
    const real **rows;      /**< [R] the rows of a gradient's right factor */
    real *bias;             /**< upper layers: [4H] the sum of the two biases */
} lstm_trace_t;

/** Takes the arrays for up to `words` words of up to `steps` steps. is_upper: there is a layer below. */
void lstm_layout(lstm_trace_t *trace, memory_t *memory, int hidden, int words, int steps, bool is_upper);

/**
 * Makes what depends on the weights alone; call after every change of them. With an update (else NULL) the
 * weights that enter recurrent products change here, see recurrent.h; the others have changed before.
 */
void lstm_prepare(lstm_trace_t *trace, const lstm_weights_t *weights, const recurrent_update_t *update);

/** Where row `row` of the trace's gates begins. */
real *lstm_gates(const lstm_trace_t *trace, int row);

/** Input part of an upper layer's gates: gates [rows, 4H] = x [rows, H] weight_ih^T + bias_ih + bias_hh. */
void lstm_project(const lstm_trace_t *trace, int rows, const real *x, real *gates);

/** One step of the first `rows` words on their own, from first_hidden and first_cell to row 0 of hidden and
 * cell; row 0 of the gates is as left by the input part. */
void lstm_first_step(lstm_trace_t *trace, int rows);

/** Step t of a sequence, from the first states or from step t - 1. */
void lstm_step(lstm_trace_t *trace, const sequence_t *sequence, int t);

/** Copies each word's hidden state after its own last step to last [B, H], in row order. */
void lstm_last_hidden(const lstm_trace_t *trace, const sequence_t *sequence, real *last);

/**
 * Backward over the sequence. d_output [R, H]: the loss's gradient by each step's hidden state, from above
 * (NULL: none). d_hidden, d_cell [B, H]: in, by each word's last states; out, by its first states. Leaves
 * d_gates in trace->gates and adds to d_weights->weight_hh; the input's own backward does the rest.
 */
void lstm_backward(lstm_trace_t *trace, const sequence_t *sequence, const real *d_output, real *d_hidden,
    real *d_cell, const lstm_weights_t *d_weights);

/**
 * Backward of lstm_project over a sequence of `rows` rows, after lstm_backward(): adds to weight_ih and both
 * biases, and d_x [rows, H] = d_gates weight_ih.
 */
void lstm_project_backward(
    lstm_trace_t *trace, int rows, const real *x, const lstm_weights_t *d_weights, real *d_x);

#endif
