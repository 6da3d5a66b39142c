/**
 * The LSTM cell and its gradient in double, straight from the equations, for the tests of both builds.
 */
#ifndef CELL_REFERENCE_H
#define CELL_REFERENCE_H

#include <math.h>

#include "math/kernels.h"

/** Gates [rows, 4 size] in plain rows. */
static inline kernels_target_t plain_gates(real *gates, int size) {
    return (kernels_target_t){gates, 4 * (size_t)size, (size_t)size};
}

typedef struct {
    double i, f, g, o, cell, cell_tanh, hidden;
} cell_result_t;

typedef struct {
    double i, f, g, o, cell_before;
} cell_gradient_t;

static inline double cell_logistic(double x) {
    return 1 / (1 + exp(-x));
}

/** From the four pre-activations and the cell before. */
static inline cell_result_t cell_reference(double i, double f, double g, double o, double cell_before) {
    cell_result_t result = {
        .i = cell_logistic(i), .f = cell_logistic(f), .g = tanh(g), .o = cell_logistic(o)};
    result.cell = result.f * cell_before + result.i * result.g;
    result.cell_tanh = tanh(result.cell);
    result.hidden = result.o * result.cell_tanh;
    return result;
}

/** The loss's gradient by the pre-activations and the cell before, given that by hidden and by cell. */
static inline cell_gradient_t cell_reference_gradient(
    const cell_result_t *result, double cell_before, double d_hidden, double d_cell) {
    const double d = d_cell + d_hidden * result->o * (1 - result->cell_tanh * result->cell_tanh);
    return (cell_gradient_t){
        .i = d * result->g * result->i * (1 - result->i),
        .f = d * cell_before * result->f * (1 - result->f),
        .g = d * result->i * (1 - result->g * result->g),
        .o = d_hidden * result->cell_tanh * result->o * (1 - result->o),
        .cell_before = d * result->f,
    };
}

#endif
