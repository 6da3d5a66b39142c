#include "gradient.h"

#include <math.h>

#include "test.h"

/**
 * Three central differences with the steps h, h/2, h/4 and Richardson's extrapolation leave a truncation
 * error of order h^6; a larger step would make a free-running word say something else more often.
 */
#define STEP 4e-3

/**
 * Below this size an element is compared absolutely. A loss of up to 60 nats is computed to about 1e-14, so a
 * difference shows a gradient to about 2e-11 (1e-14 / (h/4), times what the extrapolation adds); below the
 * floor the tolerance is GRADIENT_TOLERANCE times the floor, 1e-10. The elements checked are mostly of size
 * 1e-3 to 1.
 */
#define FLOOR 1e-4

static double central_difference(gradient_function_t function, void *context, double *x, double step) {
    const double kept = *x;
    *x = kept + step;
    const double above = *x, value_above = function(context);
    *x = kept - step;
    const double below = *x, value_below = function(context);
    *x = kept;
    return (value_above - value_below) / (above - below);
}

static double difference(gradient_function_t function, void *context, double *x) {
    const double coarse = central_difference(function, context, x, STEP);
    const double middle = central_difference(function, context, x, STEP / 2);
    const double fine = central_difference(function, context, x, STEP / 4);
    const double first = (4 * middle - coarse) / 3, second = (4 * fine - middle) / 3;
    return (16 * second - first) / 15;
}

gradient_worst_t gradient_compare(
    gradient_function_t function, void *context, size_t count, double *x, const double *analytic) {
    gradient_worst_t worst = {0};
    for (size_t i = 0; i < count; i++) {
        const double numeric = difference(function, context, &x[i]);
        const double size = fmax(fmax(fabs(analytic[i]), fabs(numeric)), FLOOR);
        const double error = fabs(analytic[i] - numeric) / size;
        // Written so that a NaN is the worst of all.
        if (!(error <= worst.error)) {
            worst = (gradient_worst_t){error, i, analytic[i], numeric};
        }
        if (isnan(error)) {
            break;
        }
    }
    return worst;
}

double gradient_assert(const char *name, gradient_function_t function, void *context, size_t count, double *x,
    const double *analytic) {
    gradient_worst_t worst = gradient_compare(function, context, count, x, analytic);
    if (!(worst.error <= GRADIENT_TOLERANCE)) {
        fail_msg(
            "%s, element %zu of %zu: the gradient is %.12g, the difference %.12g, the relative error %.2g",
            name, worst.index, count, worst.analytic, worst.numeric, worst.error);
    }
    return worst.error;
}
