/**
 * Mean and standard deviation of numbers, such as a score that was measured several times.
 */
#ifndef CVAE_SPREAD_H
#define CVAE_SPREAD_H

#include <stddef.h>

typedef struct {
    double mean;
    double deviation; /**< of the sample: by count - 1; 0 for fewer than two numbers */
} spread_t;

/** Of values [count]; both 0 where there are none. */
spread_t spread_of(const double *values, size_t count);

#endif
