/**
 * Conversions between all forms of rows, in detail: by direction, from the posterior mean and from samples,
 * whole paradigms; those of given pairs from samples; and which pasts are regular. Decoded greedily; a
 * conversion is right when it is right to the letter. Runs on one process.
 */
#ifndef CVAE_CONVERSIONS_H
#define CVAE_CONVERSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/shape.h"
#include "base/status.h"
#include "base/word.h"

typedef struct {
    const shape_t *shape;    /**< C conditions */
    const float *parameters; /**< a block of the shape's table */
    const word_t *words;     /**< [rows, C] the forms, in the order of the conditions */
    size_t rows;             /**< from 1 */
    uint64_t seed;
} conversions_source_t;

/** Shares of the conversions, in [0, 1]. */
typedef struct {
    double exact;    /**< over the C * conversions_targets(C) directions, from the posterior mean */
    double paradigm; /**< rows whose other forms are all right, from condition 0 and the mean */
} conversions_t;

/** What each sample of z ~ q came to, in arrays of the caller's. */
typedef struct {
    int count;     /**< samples; 0: the posterior mean alone */
    double *exact; /**< [count] share of the conversions that is right, in [0, 1] */
    double *bleu4; /**< [count] mean of bleu_sentence() */
} conversions_samples_t;

/** How many forms a form is converted into: the C - 1 others; with one condition, itself. */
size_t conversions_targets(size_t conditions);

/**
 * right [rows, C, C], source before target: whether the conversion from the posterior mean is right; true
 * where they are the same. With one condition each form is converted into itself. The noise is keyed by the
 * form's number. Takes its memory and gives it back. STATUS_MEMORY, STATUS_CONFIG.
 */
status_t conversions_measure(const conversions_source_t *source, bool *right, conversions_t *result,
    const conversions_samples_t *samples);

/**
 * The scores of samples for pairs [count, from 1] of any words, such as test pairs: from source to target,
 * the noise keyed by the pair's index. Likewise.
 */
status_t conversions_sample_pairs(const shape_t *shape, const float *parameters, const pair_t *pairs,
    size_t count, uint64_t seed, const conversions_samples_t *samples);

/**
 * Whether an English past follows from the verb's base by rule: -ed (walk, walked); -d after e (bake, baked);
 * -ied for y (try, tried); a doubled last letter (stop, stopped); -ked after c (panic, panicked). Here a
 * letter may be doubled or not: both are regular. Words are lower-case ASCII.
 */
bool conversions_is_regular_past(const char *base, const char *past);

#endif
