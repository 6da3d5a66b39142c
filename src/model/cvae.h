/**
 * The model: encoder, latent, decoder, and its loss over a shard of word pairs. Knows no files, no ranks, no
 * random numbers: the noise and the teacher-forcing coins are given.
 *
 *   loss = sum over the pairs of  cross_entropy(target | z, target condition) + kl_weight KL(q(z | source) ||
 * N(0, I)), z = mean + noise exp(log_variance / 2)
 *
 * where shape.loss may divide a word's cross-entropy, or both, by its steps.
 * In training another cost may stand in the place of KL: latent.h.
 */
#ifndef CVAE_CVAE_H
#define CVAE_CVAE_H

#include <stdbool.h>

#include "beam.h"
#include "layer.h"
#include "latent.h"
#include "parameters.h"
#include "math/real.h"
#include "shape.h"
#include "base/status.h"
#include "base/word.h"

typedef struct cvae cvae_t;

/** The largest shard a workspace is made for. Every count below is from 1 to this one's words. */
typedef struct {
    int words;
    int source_letters,
        target_letters; /**< of the longest word; 0 target_letters do where no loss is taken */
} cvae_capacity_t;

/** Sums over the pairs of a shard, in nats. */
typedef struct {
    double cross_entropy;
    double divergence; /**< KL, not weighted */
    double cost;       /**< what the loss weighs in its place; of cvae_loss() KL itself */
} cvae_loss_t;

/** What training does that evaluation does not. */
typedef struct {
    real kl_weight;
    latent_cost_t cost;
    const bool *dropped; /**< [count, capacity.target_letters] letters not read; NULL: none; decoder.h */
    dropout_t encoder_dropout, decoder_dropout; /**< for words of the capacity's letters */
} cvae_training_t;

/**
 * A model with all the memory it will ever need in *cvae, owned by the caller. The parameters stay the
 * caller's: see cvae_bind(). STATUS_CONFIG, STATUS_MEMORY.
 */
status_t cvae_create(cvae_t **cvae, const shape_t *shape, cvae_capacity_t capacity);

/** Frees it. NULL is fine. */
void cvae_destroy(cvae_t *cvae);

/** The table of the parameters; lives as long as the model. */
const parameters_t *cvae_parameters(const cvae_t *cvae);

/** Bytes of memory it holds. */
size_t cvae_memory(const cvae_t *cvae);

/**
 * Uses `parameters` (a block laid out by the table) from now on and makes what is derived from them. Call
 * again after every change. The block must outlive its use.
 */
void cvae_bind(cvae_t *cvae, const real *parameters);

/**
 * Forward and backward over pairs [count]: ADDS the gradient of the loss to d_parameters (a block), returns
 * the loss's parts. noise [count, Z]; forced [count], NULL for teacher forcing everywhere.
 */
cvae_loss_t cvae_gradient(cvae_t *cvae, const pair_t *pairs, int count, const real *noise, const bool *forced,
    const cvae_training_t *training, real *d_parameters);

/** Forward only. */
cvae_loss_t cvae_loss(cvae_t *cvae, const pair_t *pairs, int count, const real *noise, const bool *forced);

/**
 * What cvae_loss() sums, of each pair, with teacher forcing: cross_entropies [count], as shape.loss says, and
 * divergences [count], in nats.
 */
void cvae_pair_losses(cvae_t *cvae, const pair_t *pairs, int count, const real *noise,
    double *cross_entropies, double *divergences);

/**
 * losses [count] = the cross-entropy of each word given its z [count, Z] and its condition, in nats: -ln
 * p(word | z), with teacher forcing.
 */
void cvae_spell_losses(cvae_t *cvae, const word_t *words, int count, const real *z, double *losses);

/**
 * What the decoder is to say of z [count, Z] in the pairs' target conditions, by what it says in their source
 * conditions: targets, of which at most [count, capacity.target_letters + 1, V] are written. pairs [count]:
 * what z is spelled as in both conditions. decoder_match_targets() describes it.
 */
void cvae_match_targets(cvae_t *cvae, const pair_t *pairs, int count, const real *z, real *targets);

/**
 * The cross-entropy of the decoder's distributions in the target conditions, as shape.loss says, with the
 * pairs' target words as input, against the targets that cvae_match_targets() made for these pairs; ADDS its
 * gradient to d_parameters (a block). None goes through the targets, and the encoder plays no part.
 */
double cvae_match_gradient(
    cvae_t *cvae, const pair_t *pairs, int count, const real *z, const real *targets, real *d_parameters);

/** mean, log_variance [count, Z] of q(z | word, its condition). log_variance may be NULL. */
void cvae_encode(cvae_t *cvae, const word_t *words, int count, real *mean, real *log_variance);

/** Spells z [count, Z] in conditions [count] greedily: letters [count, max_letters], lengths [count].
 * may_say_unknown [count]: which may spell the unknown letter; NULL: none. */
void cvae_decode(cvae_t *cvae, int count, const real *z, const int *conditions, const bool *may_say_unknown,
    int max_letters, symbol_t *letters, int *lengths);

/**
 * The likeliest spellings of z [count, Z] in conditions [count], as beam_search() describes them. The beam is
 * made for this shape, and count times its width must not exceed the capacity's words.
 */
void cvae_search(cvae_t *cvae, beam_t *beam, int count, const real *z, const int *conditions,
    const bool *may_say_unknown, int max_letters, beam_result_t *result);

#endif
