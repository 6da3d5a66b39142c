/**
 * Consistency: of a draw z ~ N(0, I) the decoder learns to spell the same stem in every condition, with each
 * condition's own ending.
 *
 * z is spelled greedily in the source condition, the word is encoded, and the mean of its posterior is
 * spelled in every target condition: one round of encode and decode (pseudo-Gibbs sampling, Rezende et al.
 * 2014). The draw is used only if all these words have letters and none is longer than the longest one of the
 * data, and the source condition's form is the word itself: then the forms belong to it. In every other
 * target condition the decoder is trained, given z, towards its own distributions in the source condition, as
 * far as the two forms share their first letters, and towards the form's letters after that:
 * decoder_match_targets(). The source condition is not trained, the encoder gets no gradient, and none goes
 * through the targets.
 *
 * To match distributions (as unsupervised data augmentation does, Xie et al. 2020) sharpens nothing. Trained
 * towards the likeliest words instead, all draws become one short word.
 *
 * Draws are numbered within an epoch, and keyed by seed, epoch and their number. They make shards of their
 * own. Which draws a step has, and which shards they make, are pure functions of the step's place. Nothing
 * here allocates in a step. Private to src/train.
 */
#ifndef CVAE_CONSISTENCY_H
#define CVAE_CONSISTENCY_H

#include <stdint.h>

#include "base/memory.h"
#include "base/status.h"
#include "base/word.h"
#include "model/cvae.h"
#include "plan.h"
#include "state.h"

/** With draws of `words` 0 there is nothing to do, and nothing is taken. */
typedef struct {
    const plan_t *plan;
    int source; /**< the first condition of which a training pair is the source and
                   another one the target: words are encoded in it */
    int targets;
    int target[CONDITIONS_MAX]; /**< [targets] the conditions of training pairs' targets */
    int shard_draws;            /**< of a shard, at most */
    int words;  /**< that these are spelled as, at most: shard_draws targets; 0: without consistency */
    int shards; /**< of a step, at most */

    // Of the shard in hand. Of `words`, those in other conditions than the source make pairs: P, at most.
    float *drawn;            /**< [shard_draws, Z] z */
    symbol_t *drawn_letters; /**< [shard_draws, longest + 1] */
    word_t *drawn_words;     /**< [shard_draws] what z is spelled as in the source condition */
    float *mean;             /**< [words, Z] the means of these words' posteriors */
    int *conditions;         /**< [words] */
    int *lengths;            /**< [words] */
    symbol_t *letters;       /**< [words, longest + 1] */
    float *z;                /**< [P, Z] of each pair */
    pair_t *pairs;           /**< [P] the draw's word, and its form in another condition */
    float *distributions;    /**< [P, steps, V] the targets of cvae_match_gradient() */
} consistency_t;

/** Draws first ... first + count - 1 of an epoch. */
typedef struct {
    uint64_t first;
    int count;
} consistency_draws_t;

/**
 * Sets the sizes, from the plan, which must outlive it. Local. STATUS_CONFIG where train.consistency is set
 * and no condition can be both encoded and spelled, or no other one is a target.
 */
status_t consistency_prepare(consistency_t *consistency, const plan_t *plan);

/** After that: takes the memory, if any. */
void consistency_layout(consistency_t *consistency, memory_t *memory);

/** The draws of the step at a position, whose batch has `words` words. */
consistency_draws_t consistency_draws(
    const consistency_t *consistency, const state_position_t *position, int words);

/** How many shards a step's draws make, and which draws are in shard `shard`. */
int consistency_shards(const consistency_t *consistency, consistency_draws_t draws);
consistency_draws_t consistency_shard(const consistency_t *consistency, consistency_draws_t draws, int shard);

/** Makes a shard's pairs and their z: pairs [returned], z [returned, Z]. The draws that are not used have
 * none.
 */
int consistency_spell(consistency_t *consistency, cvae_t *cvae, uint32_t epoch, consistency_draws_t draws);

/** The loss of the pairs [count] that were made last; ADDS its gradient to d_parameters (a block). */
double consistency_gradient(consistency_t *consistency, cvae_t *cvae, int count, float *d_parameters);

#endif
