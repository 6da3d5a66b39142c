/**
 * The native backend of recurrent.h: packing, and the walk over panels and tiles that the kernels work on.
 * Private to src/math.
 */
#ifndef CVAE_RECURRENT_NATIVE_H
#define CVAE_RECURRENT_NATIVE_H

#include "cvae/recurrent.h"

/** Takes the arrays; recurrent->size is set. */
void recurrent_native_layout(recurrent_t *recurrent, memory_t *memory, int rows);

/** Packs recurrent->weight. */
void recurrent_native_prepare(const recurrent_t *recurrent);

/** As the functions of recurrent.h. */
void recurrent_native_forward(const recurrent_t *recurrent, int rows, const real *hidden, real *gates);
void recurrent_native_backward(const recurrent_t *recurrent, int rows, const real *d_gates, real *d_hidden);
void recurrent_native_gradient(
    const recurrent_t *recurrent, int rows, const real *d_gates, const real *hidden, real *d_weight);

#endif
