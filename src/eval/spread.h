/**
 * Mean, standard deviation and standard error of numbers, such as a score that was measured several times, or
 * of a share; and whether two of them differ by more than chance.
 */
#ifndef CVAE_SPREAD_H
#define CVAE_SPREAD_H

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

/**
 * The same with `zeros` further values, each a 0 and a group of its own; `zeros` may be a fraction. They
 * stand for pairs that count as wrong because the model cannot read them.
 */
spread_t spread_of_groups_and_zeros(const double *values, const size_t *first, size_t groups, double zeros);

/**
 * The exact two-sided sign test (Dixon and Mood 1946): how probable it is, if either side wins as often as
 * the other, that the numbers of wins differ at least as much as these. 1 where there are none.
 */
double spread_sign_test(size_t wins, size_t losses);

/** The standard error of a share p of n independent draws: sqrt(p (1 - p) / n); 0 for none. */
double spread_of_share(double share, size_t count);

#endif
