/**
 * Many conversions of words, spelled greedily from a z of each word's posterior: its mean or a sample.
 * Private to src/eval.
 */
#ifndef CVAE_CONVERTER_H
#define CVAE_CONVERTER_H

#include <stdbool.h>
#include <stddef.h>

#include "model/cvae.h"
#include "base/memory.h"
#include "base/random.h"

/** A conversion. */
typedef struct {
    size_t word;     /**< of the words */
    word_t expected; /**< also says which condition to spell in */
} converter_pair_t;

/** Plain data; the parameters, the pairs and their letters are to outlive the converter. */
typedef struct {
    const shape_t *shape;
    const float *parameters; /**< a block of the shape's table */
    const word_t *words;     /**< [word_count], from 1 */
    size_t word_count;
    const converter_pair_t *pairs; /**< [pair_count] */
    size_t pair_count;
} converter_source_t;

/** What the conversions came to. */
typedef struct {
    double exact; /**< share that is right to the letter */
    double bleu4; /**< mean of bleu_sentence() */
} converter_score_t;

typedef struct {
    converter_source_t source;
    size_t latent;
    int max_letters;
    cvae_t *cvae;
    float *mean, *log_variance; /**< [word_count, Z] */
    float *z;                   /**< [word_count, Z] what is spelled; at first the means */
    float *batch_z;             /**< [batch, Z] */
    int *condition, *length;    /**< [batch] */
    symbol_t *letters;          /**< [batch, max_letters] */
    memory_t memory;
} converter_t;

/** converter_destroy() it in any case. STATUS_MEMORY, STATUS_CONFIG. */
status_t converter_create(converter_t *converter, const converter_source_t *source);

/** Frees it; fine for a zeroed struct. */
void converter_destroy(converter_t *converter);

/** z = sample number `sample` of each word, from the stream (seed, purpose, sample, the word's number). */
void converter_sample(converter_t *converter, uint64_t seed, random_purpose_t purpose, int sample);

/** Spells all pairs; both scores of none are 1. right [pair_count] which are right; may be NULL. */
converter_score_t converter_run(converter_t *converter, bool *right);

#endif
