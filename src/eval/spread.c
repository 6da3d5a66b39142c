#include "spread.h"

#include <math.h>

spread_t spread_of(const double *values, size_t count) {
    spread_t spread = {0};
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        sum += values[i];
    }
    if (count > 0) {
        spread.mean = sum / (double)count;
    }
    // From the mean: from the sum of the squares little would be left of the deviation of like numbers.
    for (size_t i = 0; i < count; i++) {
        squares += (values[i] - spread.mean) * (values[i] - spread.mean);
    }
    if (count > 1) {
        spread.deviation = sqrt(squares / (double)(count - 1));
    }
    return spread;
}
