/**
 * Gradients checked by finite differences. Works on double arrays and a callback, so that it does not matter
 * for which number type the code under test was compiled.
 */
#ifndef GRADIENT_H
#define GRADIENT_H

#include <stddef.h>

/** The function under test, of numbers that the checker changes in place and restores. */
typedef double (*gradient_function_t)(void *context);

/** Largest relative error that gradient_assert() takes. */
#define GRADIENT_TOLERANCE 1e-6

/** The worst of some elements. */
typedef struct {
    double error; /**< |analytic - numeric| / max(|analytic|, |numeric|, floor) */
    size_t index;
    double analytic, numeric;
} gradient_worst_t;

/** Compares `analytic` with the differences of the function by each of x [count]. */
gradient_worst_t gradient_compare(
    gradient_function_t function, void *context, size_t count, double *x, const double *analytic);

/** Fails, naming the tensor and the element, when an error is above the tolerance. Returns the worst error.
 */
double gradient_assert(const char *name, gradient_function_t function, void *context, size_t count, double *x,
    const double *analytic);

#endif
