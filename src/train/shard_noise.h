/**
 * The random numbers that training takes for a shard: latent noise, teacher-forcing coins, letters and
 * outputs that are dropped. All are keyed by seed, purpose, epoch and the pair's own index, so that a pair
 * gets the same ones whoever works on it, in whatever shard. Private to src/train.
 */
#ifndef CVAE_SHARD_NOISE_H
#define CVAE_SHARD_NOISE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/word.h"
#include "model/cvae.h"
#include "model/shape.h"
#include "optim/schedule.h"

/** Memory for a shard's numbers, with all that decides how many they are. */
typedef struct {
    uint64_t seed;
    double dropout;     /**< share of what is dropped between layers */
    shape_t shape;      /**< of the model */
    int longest;        /**< letters of the longest word */
    float *latent;      /**< [words, Z] */
    bool *forced;       /**< [words] whose decoder is given the right letters */
    bool *dropped;      /**< [words, longest] letters that the decoder does not read */
    bool *encoder_kept; /**< [words, L - 1, steps, H] coins of the dropout, where there is any */
    bool *decoder_kept; /**< likewise */
} shard_noise_t;

/** Takes room for shards of up to `words` words; seed, dropout, shape and longest are set. */
void shard_noise_layout(shard_noise_t *noise, memory_t *memory, int words);

/**
 * Draws the numbers of a shard, pairs [count], by what the schedules say for the step: latent and forced, and
 * dropped, encoder_dropout and decoder_dropout of *training, which point to memory of *noise or are as if
 * zeroed where nothing is dropped. The rest of *training stays. Allocates nothing.
 */
void shard_noise_draw(shard_noise_t *noise, uint32_t epoch, const schedule_values_t *schedules,
    const pair_t *pairs, int count, cvae_training_t *training);

#endif
