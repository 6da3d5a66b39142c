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

static void fill(int count, real value, real *x) {
    for (int i = 0; i < count; i++) {
        x[i] = value;
    }
}

static double cost_with_free_bits(double free_bits, int count, const real *mean, const real *log_variance,
    const real *deviation, real kl_weight, real *d_divergence) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
        const double divergence = divergence_of(mean[i], log_variance[i], deviation[i]);
        const bool is_free = divergence < free_bits;
        sum += is_free ? free_bits : divergence;
        d_divergence[i] = is_free ? 0 : kl_weight;
    }
    return sum;
}

double latent_cost(const latent_cost_t *cost, int words, int latent, const real *mean,
    const real *log_variance, const real *deviation, real kl_weight, real *d_divergence) {
    const int count = words * latent;
    if (cost->free_bits > 0) {
        return cost_with_free_bits(
            cost->free_bits, count, mean, log_variance, deviation, kl_weight, d_divergence);
    }
    if (cost->target == 0) {
        fill(count, kl_weight, d_divergence);
        return latent_divergence(count, mean, log_variance, deviation);
    }
    double sum = 0;
    for (int i = 0; i < count; i += latent) {
        const double distance =
            latent_divergence(latent, mean + i, log_variance + i, deviation + i) - cost->target;
        fill(latent, distance < 0 ? -kl_weight : kl_weight, d_divergence + i);
        sum += fabs(distance);
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
