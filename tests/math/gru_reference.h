/**
 * The GRU cell and its gradient in double, straight from the equations, for the tests of both builds.
 */
#ifndef GRU_REFERENCE_H
#define GRU_REFERENCE_H

#include "cell_reference.h"

typedef struct {
    double r, z, n, part, hidden;
} gru_result_t;

/** The loss's gradient by the four groups, and by the hidden state before but for its way through the gates.
 */
typedef struct {
    double r, z, n, part, hidden_before;
} gru_gradient_t;

/** From the four groups: r, z, the input's part of n, the hidden state's part of n. */
static inline gru_result_t gru_reference(double r, double z, double n, double part, double before) {
    gru_result_t result = {.r = cell_logistic(r), .z = cell_logistic(z), .part = part};
    result.n = tanh(n + result.r * part);
    result.hidden = (1 - result.z) * result.n + result.z * before;
    return result;
}

static inline gru_gradient_t gru_reference_gradient(
    const gru_result_t *result, double before, double d_hidden) {
    const double d_n = d_hidden * (1 - result->z) * (1 - result->n * result->n);
    return (gru_gradient_t){
        .r = d_n * result->part * result->r * (1 - result->r),
        .z = d_hidden * (before - result->n) * result->z * (1 - result->z),
        .n = d_n,
        .part = d_n * result->r,
        .hidden_before = d_hidden * result->z,
    };
}

#endif
