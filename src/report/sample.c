#include "sample.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

sample_t sample_of(double *values, size_t count) {
    if (count == 0) {
        return (sample_t){.median = NAN, .least = NAN, .most = NAN};
    }
    qsort(values, count, sizeof *values, compare);
    return (sample_t){.count = count,
        .median = (values[(count - 1) / 2] + values[count / 2]) / 2,
        .least = values[0],
        .most = values[count - 1]};
}
