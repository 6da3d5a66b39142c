/**
 * Conversions between all forms of rows, in detail: by direction, from the posterior mean and from samples,
 * whole paradigms. Decoded greedily; a conversion is right when it is right to the letter. Runs on one
 * process.
 */
#ifndef CVAE_CONVERSIONS_H
#define CVAE_CONVERSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cvae/shape.h"
#include "cvae/status.h"
#include "cvae/word.h"

typedef struct {
    const shape_t *shape;    /**< C conditions */
    const float *parameters; /**< a block of the shape's table */
    const word_t *words;     /**< [rows, C] the forms, in the order of the conditions */
    size_t rows;             /**< from 1 */
    int samples;             /**< of z; 0: the posterior mean alone */
    uint64_t seed;
} conversions_source_t;

/** Shares of the conversions, in [0, 1]. */
typedef struct {
    double exact;             /**< over the C (C - 1) directions, from the posterior mean */
    double sampled;           /**< the same from z ~ q: mean over the samples */
    double sampled_deviation; /**< and their standard deviation; 0 for fewer than two */
    double paradigm;          /**< rows whose other forms are all right, from condition 0 and the mean */
} conversions_t;

/**
 * right [rows, C, C], source before target: whether the conversion from the posterior mean is right; true
 * where they are the same. Takes its memory and gives it back. STATUS_MEMORY, STATUS_CONFIG.
 */
status_t conversions_measure(const conversions_source_t *source, bool *right, conversions_t *result);

#endif
