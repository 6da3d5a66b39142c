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
        spread.error = spread.deviation / sqrt((double)count);
    }
    return spread;
}

spread_t spread_of_groups_and_zeros(const double *values, const size_t *first, size_t groups, double zeros) {
    const double given = (double)first[groups], count = given + zeros, all = (double)groups + zeros;
    const spread_t known = spread_of(values, first[groups]);
    const double mean = count > 0 ? known.mean * (given / count) : 0;
    double squares = zeros * mean * mean;
    for (size_t group = 0; group < groups; group++) {
        double residual = 0;
        for (size_t i = first[group]; i < first[group + 1]; i++) {
            residual += values[i] - mean;
        }
        squares += residual * residual;
    }
    // The squares of the given values about their own mean, then those of that mean and the zeros about the
    // common mean.
    const double own = given > 1 ? known.deviation * known.deviation * (given - 1) : 0;
    const double deviations = own + known.mean * (known.mean - mean) * given;
    return (spread_t){
        .mean = mean,
        .deviation = count > 1 ? sqrt(deviations / (count - 1)) : 0,
        .error = all > 1 ? sqrt(all / (all - 1) * squares) / count : 0,
    };
}

spread_t spread_of_groups(const double *values, const size_t *first, size_t groups) {
    return spread_of_groups_and_zeros(values, first, groups, 0);
}

double spread_sign_test(size_t wins, size_t losses) {
    const size_t all = wins + losses, fewer = wins < losses ? wins : losses;
    const double n = (double)all;
    double tail = 0; // of the binomial distribution of n coins, up to `fewer`
    for (size_t i = 0; i <= fewer; i++) {
        const double k = (double)i;
        tail += exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) - n * log(2));
    }
    return tail < 0.5 ? 2 * tail : 1;
}

double spread_of_share(double share, size_t count) {
    return count > 0 ? sqrt(share * (1 - share) / (double)count) : 0;
}
