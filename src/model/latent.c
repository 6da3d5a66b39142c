#include "latent.h"

#include <math.h>
#include <stdbool.h>

#include "math/kernels.h"

void latent_sample(
    int count, const real *mean, const real *log_variance, const real *noise, real *deviation, real *z) {
    for (int i = 0; i < count; i++) {
        deviation[i] = log_variance[i] / 2;
    }
    kernels()->exponential((size_t)count, deviation, deviation);
    for (int i = 0; i < count; i++) {
        z[i] = mean[i] + noise[i] * deviation[i];
    }
}

static inline double divergence_of(real mean, real log_variance, real deviation) {
    const double m = mean, d = deviation;
    return (m * m + d * d - 1 - (double)log_variance) / 2;
}

double latent_divergence(int count, const real *mean, const real *log_variance, const real *deviation) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
        sum += divergence_of(mean[i], log_variance[i], deviation[i]);
    }
    return sum;
}

double latent_cost(const latent_cost_t *cost, int words, int latent, const real *mean,
    const real *log_variance, const real *deviation, real kl_weight, real *d_divergence) {
    double sum = 0;
    for (int first = 0; first < words * latent; first += latent) {
        real weight = kl_weight;
        if (cost->target != 0) {
            const double distance =
                latent_divergence(latent, mean + first, log_variance + first, deviation + first) -
                cost->target;
            weight = distance < 0 ? -kl_weight : kl_weight;
            sum += fabs(distance);
        }
        for (int i = first; i < first + latent; i++) {
            const double divergence = divergence_of(mean[i], log_variance[i], deviation[i]);
            const bool is_free = divergence < cost->free_bits && cost->free_bits > 0;
            d_divergence[i] = is_free ? 0 : weight;
            if (cost->target == 0) {
                sum += is_free ? cost->free_bits : divergence;
            }
        }
    }
    return sum;
}

void latent_backward(int count, const real *mean, const real *noise, const real *deviation, const real *d_z,
    const real *d_divergence, real *d_mean, real *d_log_variance) {
    for (int i = 0; i < count; i++) {
        d_mean[i] = d_z[i] + d_divergence[i] * mean[i];
        d_log_variance[i] =
            (d_z[i] * noise[i] * deviation[i] + d_divergence[i] * (deviation[i] * deviation[i] - 1)) / 2;
    }
}
