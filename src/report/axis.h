/**
 * An axis of a plot: a range of values, round numbers on it, and their labels.
 */
#ifndef CVAE_AXIS_H
#define CVAE_AXIS_H

#include <stdbool.h>

enum {
    AXIS_TICKS_MAX = 12,
    AXIS_LABEL_SIZE = 32 /**< of a tick's label, its zero included */
};

typedef struct {
    double low, high; /**< what stands at the two ends; low < high */
    bool is_logarithmic;
    int tick_count;
    double tick[AXIS_TICKS_MAX]; /**< rising, all within the two ends */
    bool has_exponents;          /**< the labels */
    int decimals;                /**< of the labels, or of what stands before their exponents */
} axis_t;

/**
 * An axis over [least, most] in even steps of 1, 2 or 5 times a power of ten, from tick to tick. What is not
 * finite or too large for a step (beyond 1e300) is taken for the nearest that is; where the two are equal or
 * in the wrong order there is an axis around the first nevertheless.
 */
void axis_linear(axis_t *axis, double least, double most);

/** Like axis_linear(), but for counts: ticks are whole numbers, and the ends are the two as given. */
void axis_whole(axis_t *axis, double least, double most);

/** An axis over 0 < least < most in even ratios, with ticks at 1, 2 and 5 times powers of ten, or at powers
 * alone. */
void axis_logarithmic(axis_t *axis, double least, double most);

/** Like axis_logarithmic(), but for counts that double: the ticks are powers of two. */
void axis_doubling(axis_t *axis, double least, double most);

/** Where a value stands: 0 at the low end, 1 at the high one. */
double axis_place(const axis_t *axis, double value);

/** The label of tick `index`: "0.25", "1000", "2e-5". The same in every locale. */
void axis_label(const axis_t *axis, int index, char text[AXIS_LABEL_SIZE]);

/** A number for a reader, three or four digits of it: "0.8931", "22.12", "1.9e-5". In every locale the same.
 */
void axis_value_text(double value, char text[AXIS_LABEL_SIZE]);

#endif
