/**
 * The fully connected layer, with PyTorch's layout of the weight.
 */
#ifndef CVAE_LINEAR_H
#define CVAE_LINEAR_H

#include "weights.h"

/** y [rows, out] = x [rows, in] weight^T + bias. */
void linear_forward(int rows, int in, int out, const linear_weights_t *weights, const real *x, real *y);

/**
 * d_weight += d_y^T x,  d_bias += sum over rows of d_y,  d_x = d_y weight + beta d_x  (d_x may be NULL).
 */
void linear_backward(int rows, int in, int out, const linear_weights_t *weights, const real *x,
    const real *d_y, const linear_weights_t *d_weights, real beta, real *d_x);

/** sum [columns] += the sum over rows of x [rows, columns]. */
void linear_add_columns(int rows, int columns, const real *x, real *sum);

#endif
