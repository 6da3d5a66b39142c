/**
 * The latent vector: sampling by the reparameterisation trick and the divergence from N(0, I) (Kingma and
 * Welling, "Auto-encoding variational Bayes", 2014, section 2.4 and appendix B).
 */
#ifndef CVAE_LATENT_H
#define CVAE_LATENT_H

#include "math/real.h"

/** deviation = exp(log_variance / 2),  z = mean + noise deviation;  `count` numbers each. */
void latent_sample(
    int count, const real *mean, const real *log_variance, const real *noise, real *deviation, real *z);

/** KL(N(mean, deviation^2) || N(0, 1)) = sum of (mean^2 + deviation^2 - 1 - log_variance) / 2, in nats. */
double latent_divergence(int count, const real *mean, const real *log_variance, const real *deviation);

/**
 * What stands in the loss for a word's divergence KL, the sum of KL_i over its latent numbers. At most one of
 * the two is not 0; with both 0 it is KL itself.
 *
 * Both look at one word alone, not at a mean over words: how a batch is cut into shards changes nothing.
 */
typedef struct {
    double free_bits; /**< sum of max(KL_i, free_bits), in nats (Kingma et al. 2016; Li et al. 2019) */
    double target;    /**< |KL - target|, in nats (Burgess et al. 2018) */
} latent_cost_t;

/**
 * The cost of `words` words of `latent` numbers each, summed over the words. Writes its derivative by every
 * KL_i, times kl_weight, to d_divergence [words, latent]: kl_weight; with free bits 0 where KL_i is below
 * them; with a target -kl_weight where KL is below it.
 */
double latent_cost(const latent_cost_t *cost, int words, int latent, const real *mean,
    const real *log_variance, const real *deviation, real kl_weight, real *d_divergence);

/**
 * Gradients of  loss(z) + a cost, by what latent_cost() left for each number:
 *   d_mean = d_z + d_divergence mean
 *   d_log_variance = d_z noise deviation / 2 + d_divergence (deviation^2 - 1) / 2
 */
void latent_backward(int count, const real *mean, const real *noise, const real *deviation, const real *d_z,
    const real *d_divergence, real *d_mean, real *d_log_variance);

#endif
