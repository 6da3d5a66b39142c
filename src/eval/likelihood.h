/**
 * How probable the model finds words, and how much of z it uses:
 *
 * - ELBO = E_q[ln p(word | z)] - KL(q(z | word) || p(z)), estimated with the samples;
 * - importance bound = ln (1/S sum over S samples z ~ q of p(word | z) p(z) / q(z | word)), never below the
 *   ELBO and never above ln p(word) in the mean (Burda, Grosse, Salakhutdinov: "Importance weighted
 *   autoencoders", 2016, equation 8);
 * - active units: dimensions of z whose posterior mean varies over the words by more than 0.01 (the same,
 *   section 4.1.2);
 * - mutual information of word and z under q: E[ln q(z | word) - ln q(z)], q(z) the mean of all the words'
 *   posteriors, one z a word (Hoffman and Johnson: "ELBO surgery", 2016); at most ln(words).
 *
 * Everything is given a word's own condition. Runs on one process.
 */
#ifndef CVAE_LIKELIHOOD_H
#define CVAE_LIKELIHOOD_H

#include <stddef.h>
#include <stdint.h>

#include "model/shape.h"
#include "base/status.h"
#include "base/word.h"

/** Of the posterior mean, over which a dimension of z is an active unit. */
#define LIKELIHOOD_ACTIVE_VARIANCE 0.01

typedef struct {
    const shape_t *shape;
    const float *parameters; /**< a block of the shape's table */
    const word_t *words;     /**< [count] */
    size_t count;            /**< from 1 */
    int samples;             /**< of z a word, from 1 */
    uint64_t seed;
    void (*tell)(void *context, double share); /**< told before each word what share is done; NULL: nobody */
    void *context;
} likelihood_source_t;

/** Means over the words, in nats a word, but for the last three. */
typedef struct {
    double elbo;
    double bound;
    double kl;                 /**< in closed form */
    double mutual_information; /**< nats */
    double bits_per_letter;    /**< -bound / ln 2 over all letters, a word's end counted as one */
    int active_units;
} likelihood_t;

/** Takes its memory and gives it back. STATUS_MEMORY, STATUS_CONFIG. */
status_t likelihood_measure(const likelihood_source_t *source, likelihood_t *result);

#endif
