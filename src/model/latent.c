#include "cvae/latent.h"

#include "cvae/kernels.h"

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

double latent_divergence(int count, const real *mean, const real *log_variance, const real *deviation) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
        double m = mean[i], d = deviation[i];
        sum += (m * m + d * d - 1 - (double)log_variance[i]) / 2;
    }
    return sum;
}

void latent_backward(int count, const real *mean, const real *noise, const real *deviation, const real *d_z,
    real kl_weight, real *d_mean, real *d_log_variance) {
    for (int i = 0; i < count; i++) {
        d_mean[i] = d_z[i] + kl_weight * mean[i];
        d_log_variance[i] =
            (d_z[i] * noise[i] * deviation[i] + kl_weight * (deviation[i] * deviation[i] - 1)) / 2;
    }
}
