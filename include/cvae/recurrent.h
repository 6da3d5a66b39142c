/**
 * The products with a recurrent layer's weight W [4H, H], where nearly all of the training's arithmetic is:
 * W is packed once an optimizer step into panels that the kernels stream through, and used at every time
 * step.
 *
 * As in product.h, each number of a result of the native backend is one chain of fused multiply-adds.
 */
#ifndef CVAE_RECURRENT_H
#define CVAE_RECURRENT_H

#include "cvae/memory.h"
#include "cvae/product.h"
#include "cvae/real.h"

typedef struct {
    product_backend_t backend;
    int size;           /**< H */
    const real *weight; /**< [4H, H], as given to recurrent_prepare() */
    real *forward;      /**< panels of W^T: 16 hidden units a panel, their four gates side by side */
    real *backward;     /**< panels of W: PANEL columns each */
    real *tiles;        /**< [rows of a piece, 4H] the gradient's left factor, tile by tile */
    real *panel;        /**< [rows of a piece, PANEL] the gradient's right factor */
    real *edge;         /**< [rows, PANEL] the last panel's columns, where H does not fill it */
} recurrent_t;

/** Sets the sizes, for the backend that is chosen now, and takes the arrays for products of up to `rows` rows
 * in one step. */
void recurrent_layout(recurrent_t *recurrent, memory_t *memory, int size, int rows);

/** Packs W. Call after every change of it; W must outlive its use. */
void recurrent_prepare(recurrent_t *recurrent, const real *weight);

/** gates [rows, 4H] += hidden [rows, H] W^T */
void recurrent_forward(const recurrent_t *recurrent, int rows, const real *hidden, real *gates);

/** d_hidden [rows, H] = d_gates [rows, 4H] W */
void recurrent_backward(const recurrent_t *recurrent, int rows, const real *d_gates, real *d_hidden);

/** d_weight [4H, H] += d_gates^T hidden, over any number of rows: a whole shard's steps at once. */
void recurrent_gradient(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *hidden, real *d_weight);

#endif
