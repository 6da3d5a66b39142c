/**
 * The products with a weight W [G H, D] of a recurrent layer, where nearly all of the training's arithmetic
 * is: from D numbers (the layer's own H, or what the layer below says) to its gates. W is packed once an
 * optimizer step into panels that the kernels stream through, and used at every time step. The backward
 * product of a single row reads W as it is while W is not packed for it (an LSTM's in fp32, where H and D are
 * multiples of KERNELS_UNITS). Matrices of gates stand as gates.h says, all others in plain rows; a
 * gates_map_t says which groups of gates W's rows belong to, and of the others W's part is zero.
 *
 * A step walks through the panels in the direction opposite to the step before: what it used last is still in
 * the second-level cache, which is smaller than the panels. No result depends on it.
 *
 * As in product.h, each number of a result of the native backend is one chain of fused multiply-adds. In
 * bfloat16 W is packed in pairs along the depth of each product, and x and the gates are rounded where they
 * are multiplied; the sums, and everything outside the products, are not.
 */
#ifndef CVAE_RECURRENT_H
#define CVAE_RECURRENT_H

#include <stdbool.h>

#include "gates.h"
#include "base/memory.h"
#include "product.h"
#include "real.h"

typedef struct {
    product_backend_t backend;
    product_precision_t precision;
    int size;               /**< H */
    int inputs;             /**< D */
    const gates_map_t *map; /**< of W's rows; G = its count */
    gates_layout_t layout;  /**< of all its gates */
    const real *weight;     /**< [G H, D], as given to recurrent_prepare() */
    real *forward;          /**< native: panels of W^T, a block's four groups side by side */
    real *backward;         /**< native: panels of W, its rows in the order of the gates in their blocks */
    bool has_backward;      /**< whether these are packed since recurrent_prepare() */
    real *x;                /**< [rows of a piece, D] the gradient's right factor, panel by panel */
    real *left;             /**< bfloat16: [ROWS, 4H or D] the left factor of a product */
    real *edge;             /**< [rows, PANEL] a last panel's columns, where D does not fill it */
    bool is_way_back;       /**< in which direction the next step walks through the panels */
} recurrent_t;

/**
 * Sets the sizes, for the backend that is chosen now, and takes the arrays for gates of up to `rows` rows.
 * The map must outlive its use. The kernels must stay the same from here on where the precision is bfloat16.
 */
void recurrent_layout(recurrent_t *recurrent, memory_t *memory, product_precision_t precision,
    const gates_map_t *map, int size, int inputs, int rows);

/** Packs W. Call after every change of it; W must outlive its use. */
void recurrent_prepare(recurrent_t *recurrent, const real *weight);

/** gates [rows, 4H] += x [rows, D] W^T */
void recurrent_forward(const recurrent_t *recurrent, int rows, const real *x, real *gates);

/** d_x [rows, D] = beta d_x + d_gates [rows, 4H] W, with beta 0 or 1. */
void recurrent_backward(recurrent_t *recurrent, int rows, const real *d_gates, int beta, real *d_x);

/** The states that a step of a layer reads and writes, [rows, H] each; a GRU has no cell. None may overlap
 * another. */
typedef struct {
    const real *hidden_before, *cell_before;
    real *hidden, *cell, *cell_tanh;
} recurrent_states_t;

/**
 * A step of the layer whose weight_hh W is (D = H), an LSTM where the map is gates_of_lstm, else a GRU:
 * recurrent_forward() from the states before, then the cell (kernels.h, lstm_forward and gru_forward), each
 * block of gates while it is still in the cache. Gates are activated in place.
 */
void recurrent_step(recurrent_t *recurrent, int rows, real *gates, recurrent_states_t states);

/**
 * Its backward: activated gates become d_gates. d_hidden, d_cell (of an LSTM) [rows, H]: in, the loss's
 * gradient by the states after the step; out, by those before it.
 */
void recurrent_step_backward(
    recurrent_t *recurrent, int rows, real *gates, recurrent_states_t states, real *d_hidden, real *d_cell);

/**
 * d_weight [G H, D] += d_gates^T x, over any number of rows: a whole shard's steps at once. x[r]: where row
 * r's D numbers stand. In bfloat16 rows are paired from the first on: a sum over some of them and then over
 * more has the bits of one over all where the first had an even number.
 */
void recurrent_gradient(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *const *x, real *d_weight);

#endif
