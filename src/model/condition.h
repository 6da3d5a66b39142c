/**
 * The vector of a condition: a row of a learned embedding, or a one-hot vector.
 */
#ifndef CVAE_CONDITION_H
#define CVAE_CONDITION_H

#include "math/real.h"
#include "shape.h"

/** vectors [words, K] of the given conditions. embedding [C, K], or NULL for one-hot. */
void condition_forward(
    const shape_t *shape, const real *embedding, int words, const int *conditions, real *vectors);

/** Adds d_vectors [words, K] to d_embedding's rows; nothing for one-hot (d_embedding NULL). */
void condition_backward(
    const shape_t *shape, int words, const int *conditions, const real *d_vectors, real *d_embedding);

#endif
