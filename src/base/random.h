/**
 * Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy
 * as 1, 2, 3", SC 2011, section 3.3).
 *
 * A number is a pure function of (seed, purpose, epoch, index, how many were drawn before from this stream).
 * There is no state to save in a checkpoint and none that belongs to a rank: whoever computes a word's noise
 * gets the same noise.
 */
#ifndef CVAE_RANDOM_H
#define CVAE_RANDOM_H

#include <stdint.h>

/** What a stream is for. The numbers are part of what a seed means: add at the end, never reorder. */
typedef enum {
    RANDOM_INITIAL_WEIGHTS = 1, /**< index: the tensor's place in the parameter table */
    RANDOM_ORDER,               /**< epoch: the order of the epoch's pairs */
    RANDOM_TARGET,              /**< epoch, index of the word: its target condition */
    RANDOM_LATENT,              /**< epoch, index of the pair: the noise of z */
    RANDOM_TEACHER_FORCING,     /**< epoch, index of the pair: its coin */
    RANDOM_EVALUATION_LATENT,   /**< index of the evaluated pair: the noise of z */
    RANDOM_GENERATION,          /**< epoch: the repetition, index of the draw: z ~ N(0, I) */
    RANDOM_LIKELIHOOD,          /**< epoch: the sample, index of the word: the noise of z */
    RANDOM_CONVERSIONS,         /**< epoch: the sample, index of the form: the noise of z */
    RANDOM_CONVERTED_WORD,      /**< place of the word in the input: the noise of z */
    RANDOM_WORD_DROPOUT,        /**< epoch, index of the pair: a coin for each letter of the target */
    RANDOM_ENCODER_DROPOUT,     /**< epoch, index of the pair: coins by layer, step and unit */
    RANDOM_DECODER_DROPOUT,     /**< likewise */
    RANDOM_TEST_PAIRS,          /**< epoch: the sample, place of the test pair: the noise of z */
    RANDOM_INVENT,              /**< epoch, index of the pair: whether its row is invented, and how */
    RANDOM_CONSISTENCY,         /**< epoch, index of the consistency draw: its z */
    RANDOM_COPY,                /**< epoch, index of the pair: whether its target becomes its source */
    RANDOM_ROUNDING,            /**< epoch, index of the shard: how its gradient is rounded */
} random_purpose_t;

typedef struct {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t block[4];
    int left; /**< numbers of the block not yet given out */
} random_stream_t;

/** The ten-round block function itself: out = Philox4x32-10(counter, key). */
void random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/** The stream of (seed, purpose, epoch, index), at its beginning. index below 2^56. */
random_stream_t random_stream(uint64_t seed, random_purpose_t purpose, uint32_t epoch, uint64_t index);

/** The next 32 random bits. */
uint32_t random_bits(random_stream_t *stream);

/** Uniform in [0, 1), 32 bits of resolution. */
double random_uniform(random_stream_t *stream);

/** Uniform integer in [0, bound), without bias; bound from 1. */
uint32_t random_below(random_stream_t *stream, uint32_t bound);

/**
 * Normal, mean 0, variance 1: the inverse of the distribution function by Wichura's AS 241 (PPND16, Applied
 * Statistics 37, 1988), of which only + - * / and a logarithm built from them are used, so that no libm
 * decides a bit of it.
 */
double random_normal(random_stream_t *stream);

/** The next `count` normal numbers, rounded to float. */
void random_normals(random_stream_t *stream, int count, float *numbers);

/** The inverse of the standard normal distribution function, 0 < p < 1; relative error about 1e-15. */
double random_normal_quantile(double p);

#endif
