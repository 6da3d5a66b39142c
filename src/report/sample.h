/**
 * What several measurements of one thing say together.
 */
#ifndef REPORT_SAMPLE_H
#define REPORT_SAMPLE_H

#include <stddef.h>

typedef struct {
    size_t count;
    double median, least, most; /**< NaN where count is 0 */
} sample_t;

/** Of values [count], finite, which are left sorted. The median of an even number: the middle two's mean. */
sample_t sample_of(double *values, size_t count);

#endif
