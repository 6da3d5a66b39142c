/**
 * The native backend of recurrent.h: packing, and the walk over blocks and panels that the kernels work on.
 * Private to src/math.
 */
#ifndef CVAE_RECURRENT_NATIVE_H
#define CVAE_RECURRENT_NATIVE_H

#include "recurrent.h"

/** Takes the arrays; recurrent->size and layout are set. */
void recurrent_native_layout(recurrent_t *recurrent, memory_t *memory, int rows);

/** Packs the rows of recurrent->weight that make a block of gates. */
void recurrent_native_prepare(const recurrent_t *recurrent, int block);

/** The block of gates += its part of x W^T. */
void recurrent_native_forward(const recurrent_t *recurrent, int rows, int block, const real *x, real *gates);

/** As the functions of recurrent.h. */
void recurrent_native_backward(recurrent_t *recurrent, int rows, const real *d_gates, int beta, real *d_x);
void recurrent_native_gradient(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *const *x, real *d_weight);

#endif
