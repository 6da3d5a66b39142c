/**
 * Consistency: the decoder learns to spell from a draw z ~ N(0, I) what it spells after one refinement of it.
 *
 * The refinement is one round of encode and decode (pseudo-Gibbs sampling, Rezende et al. 2014): z is spelled
 * greedily in the source condition, the word is encoded, and the mean of its posterior is spelled in every
 * target condition. These words, which all come from one code and so belong together, are what the decoder is
 * trained to spell from z itself: with teacher forcing, without dropout, and without a gradient into the
 * encoder or through the spelling. Words that are empty, or longer than the longest one of the data, are left
 * out.
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
    int target[CONFIG_CONDITIONS_MAX]; /**< [targets] the conditions of training pairs' targets */
    int shard_draws;                   /**< of a shard, at most */
    int words;                         /**< of a shard, at most; 0: without consistency */
    int shards;                        /**< of a step, at most */

    // Of the shard in hand.
    float *z;          /**< [words, Z] of each word that is to be spelled */
    float *mean;       /**< [words, Z] */
    int *conditions;   /**< [words] */
    int *lengths;      /**< [words] */
    symbol_t *letters; /**< [words, longest + 1] */
    word_t *spelled;   /**< [words] what is to be spelled */
} consistency_t;

/** Draws first ... first + count - 1 of an epoch. */
typedef struct {
    uint64_t first;
    int count;
} consistency_draws_t;

/**
 * Sets the sizes, from the plan, which must outlive it. Local. STATUS_CONFIG where train.consistency is set
 * and no condition can be both encoded and spelled.
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

/** Makes the words that a shard's draws are to spell, and their z: spelled [returned], z [returned, Z]. */
int consistency_spell(consistency_t *consistency, cvae_t *cvae, uint32_t epoch, consistency_draws_t draws);

#endif
