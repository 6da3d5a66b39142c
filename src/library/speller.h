/**
 * A trained model at work on batches of words: from words to z, and from z to spellings.
 *
 * What comes out for a word does not depend on the batch it is in.
 */
#ifndef CVAE_SPELLER_H
#define CVAE_SPELLER_H

#include <stdint.h>

#include "model/cvae.h"
#include "trained.h"

typedef struct {
    cvae_t *cvae;
    beam_t *beam;          /**< NULL: greedy */
    int width;             /**< spellings of a word */
    int words;             /**< the most a batch may have */
    int max_letters;       /**< of a spelling: a few more than data.max_length */
    float *z;              /**< [words, Z] what is spelled: to be filled in, or see speller_encode() */
    int *conditions;       /**< [words] */
    beam_result_t spelled; /**< what speller_spell() found */
    memory_t memory;
} speller_t;

/**
 * width 0: greedy spelling. speller_destroy() a zeroed struct in any case; *trained must outlive it.
 * STATUS_MEMORY, STATUS_CONFIG.
 */
status_t speller_create(speller_t *speller, const trained_t *trained, int width);

/** Frees it; fine for a zeroed struct. */
void speller_destroy(speller_t *speller);

/**
 * z = the posteriors' means of words [count], each of up to data.max_length letters; log_variance [count, Z]
 * may be NULL.
 */
void speller_encode(speller_t *speller, const word_t *words, int count, float *log_variance);

/** Spells z [count] in a condition. */
void speller_spell(speller_t *speller, int count, int condition);

/** Spelling `place` of a word, after speller_spell(); its letters live until the next. */
word_t speller_word(const speller_t *speller, int word, int place);

/** How many spellings of a word there are, and the probability of one; of a beam only. */
int speller_count(const speller_t *speller, int word);
double speller_probability(const speller_t *speller, int word, int place);

/** The noise [latent] of a sample: number `index` of RANDOM_CONVERTED_WORD. */
void speller_noise(uint64_t seed, uint64_t index, int latent, float *noise);

/** z [latent] ~ N(0, I): the draw number `index`, the one that the Gaussian score takes. */
void speller_draw(uint64_t seed, uint64_t index, int latent, float *z);

#endif
