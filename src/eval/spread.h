/**
 * Mean, standard deviation and standard error of numbers, such as a score that was measured several times, or
 * of a share; and whether two of them differ by more than chance.
 */
#ifndef CVAE_SPREAD_H
#define CVAE_SPREAD_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    double mean;
    double deviation; /**< of the sample: by count - 1; 0 for fewer than two numbers */
    double error;     /**< standard error of the mean; 0 likewise */
} spread_t;

/** Of values [count] that are independent of each other; all 0 where there are none. */
spread_t spread_of(const double *values, size_t count);

/**
 * Of values [first[groups]] in groups, of which only the groups are independent of each other: group g has
 * values first[g] to first[g + 1] - 1, at least one. The error is that of a ratio of sums (Cochran 1977,
 * 6.4): of equally large groups it is the standard error of their means; 0 for fewer than two groups.
 */
spread_t spread_of_groups(const double *values, const size_t *first, size_t groups);

/** The same mean and error of values that come one by one, those of a group one after another; begins zeroed.
 */
typedef struct {
    double sum, count; /**< of all values */
    double group_sum, group_count;
    double squares, products, sizes; /**< over the groups before: of sum^2, sum count and count^2 */
    size_t groups;
} spread_sums_t;

/** Adds a value, the first of a group or one more of the last group. */
void spread_add(spread_sums_t *sums, double value, bool begins_group);

/** The mean, and as spread_of_groups() its standard error; 0 of nothing. */
double spread_mean(const spread_sums_t *sums);
double spread_error(const spread_sums_t *sums);

/**
 * The exact two-sided sign test (Dixon and Mood 1946): how probable it is, if either side wins as often as
 * the other, that the numbers of wins differ at least as much as these. 1 where there are none.
 */
double spread_sign_test(size_t wins, size_t losses);

/** The standard error of a share p of n independent draws: sqrt(p (1 - p) / n); 0 for none. */
double spread_of_share(double share, size_t count);

#endif
