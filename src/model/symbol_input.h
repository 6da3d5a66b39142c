/**
 * Embedding and input projection of a network's first layer in one: what enters the gates at a step is a
 * symbol's embedding and, the same at every step of a word, an extra vector (condition, z).
 *
 *   gates = weight_ih [e(symbol), extra] + bias_ih + bias_hh,   e(s) = embedding[s], or relu of it
 *
 * (of a GRU the part of bias_hh that belongs to n goes to a group of its own: gates.h, rnn.h).
 *
 * Symbol V, which no alphabet has, is nothing: e(V) = 0.
 *
 * There are only V symbols, so their part is a table [V + 1, 4H], made once an optimizer step; the extra part
 * is made once a word. The gradient is collected in a table of the U symbols that a shard reads, and then
 * carried to the factors: exactly the gradient of the layers one after another.
 */
#ifndef CVAE_SYMBOL_INPUT_H
#define CVAE_SYMBOL_INPUT_H

#include <stdbool.h>

#include "math/gates.h"
#include "base/memory.h"
#include "sequence.h"
#include "shape.h"
#include "weights.h"

typedef struct {
    int symbols;   /**< V */
    int embedding; /**< E */
    int extra;     /**< X: width of the extra vector, 0 for none */
    shape_cell_t kind;
    product_precision_t precision;
    int hidden; /**< H */
    bool relu;
    int table_rows;                 /**< max(V + 1, B), or V + 1 where there is no extra vector */
    gates_layout_t sequence_layout; /**< of the layer's gates */
    gates_layout_t table_layout;    /**< of the next four */
    real *table;                    /**< [V + 1, 4H] */
    real *extra_gates;              /**< [B, 4H] */
    real *d_table;                  /**< [U, 4H] */
    real *d_extra_gates;            /**< [B, 4H] */
    real *active;                   /**< [V, E] e(s) */
    symbol_t *used;                 /**< [U] the symbols that a shard reads, rising */
    symbol_t *place;                /**< [V + 1] of each of these symbols: its place in `used` */
    symbol_t *row_place;            /**< [R] of a sequence's rows: the place of the symbol read */
    real *used_active;              /**< [U, E] e(s) of these */
    real *d_active;                 /**< [U, E] */
    real *rows;                     /**< [table_rows, 4H] any of the four, in plain rows for a product */
} symbol_input_t;

/** Sets the sizes, from the shape's V, E, H and cell, and takes the arrays for up to `words` words of `steps`
 * steps. */
void symbol_input_layout(symbol_input_t *input, memory_t *memory, const shape_t *shape, int extra, bool relu,
    int words, int steps);

/** Makes the table; call after every change of the weights. */
void symbol_input_prepare(symbol_input_t *input, const real *embedding, const rnn_weights_t *weights);

/** Projects the extra vectors [words, X]; does nothing when X = 0. */
void symbol_input_extra(symbol_input_t *input, const rnn_weights_t *weights, int words, const real *extra);

/** Moves a word's projected extra vector to another row; does nothing when X = 0. */
void symbol_input_move_extra(symbol_input_t *input, int from, int to);

/** gates [rows, 4H] (gates.h) of words 0..rows-1 for the symbols they read. */
void symbol_input_forward(const symbol_input_t *input, int rows, const symbol_t *symbols, real *gates);

/**
 * From d_gates [R, 4H] of a whole sequence: adds to d_embedding, d_weights (weight_ih and both biases), and
 * writes d_extra [B, X] when X > 0.
 */
void symbol_input_backward(symbol_input_t *input, const sequence_t *sequence, const real *embedding,
    const rnn_weights_t *weights, const real *extra, const real *d_gates, real *d_embedding,
    const rnn_weights_t *d_weights, real *d_extra);

#endif
