/**
 * The latent vector: sampling by the reparameterisation trick and the divergence from N(0, I) (Kingma and
 * Welling, "Auto-encoding variational Bayes", 2014, section 2.4 and appendix B).
 */
#ifndef CVAE_LATENT_H
#define CVAE_LATENT_H

#include "cvae/real.h"

/** deviation = exp(log_variance / 2),  z = mean + noise deviation;  `count` numbers each. */
void latent_sample(
    int count, const real *mean, const real *log_variance, const real *noise, real *deviation, real *z);

/** KL(N(mean, deviation^2) || N(0, 1)) = sum of (mean^2 + deviation^2 - 1 - log_variance) / 2, in nats. */
double latent_divergence(int count, const real *mean, const real *log_variance, const real *deviation);

/**
 * Gradients of  loss(z) + kl_weight * divergence:
 *   d_mean = d_z + kl_weight mean
 *   d_log_variance = d_z noise deviation / 2 + kl_weight (deviation^2 - 1) / 2
 */
void latent_backward(int count, const real *mean, const real *noise, const real *deviation, const real *d_z,
    real kl_weight, real *d_mean, real *d_log_variance);

#endif
