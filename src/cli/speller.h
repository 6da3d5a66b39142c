/**
 * A model at work on batches of words: from words to z, from z to spellings, from spellings to text. Private
 * to src/cli.
 *
 * What comes out for a word does not depend on the batch it is in.
 */
#ifndef CVAE_SPELLER_H
#define CVAE_SPELLER_H

#include <stdint.h>

#include "model/cvae.h"
#include "base/random.h"
#include "trained.h"

enum {
    SPELLER_LONGER_BY = 4,   /**< letters by which a spelling may exceed data.max_length */
    SPELLER_TEXT_SIZE = 2048 /**< a spelling as text */
};

typedef struct {
    const trained_t *trained;
    cvae_t *cvae;
    beam_t *beam;      /**< NULL: greedy */
    int width;         /**< spellings of a word in a tense */
    int words;         /**< the most a batch may have */
    int max_letters;   /**< of a spelling */
    float *z;          /**< [words, Z] what is spelled: to be filled in, or see speller_encode() */
    beam_result_t *of; /**< [C] the spellings in each tense */
    float *log_variance, *noise, *deviation; /**< [words, Z] */
    int *conditions;                         /**< [words] */
    memory_t memory;
} speller_t;

/** width 0: greedy spelling. speller_destroy() a zeroed struct in any case. STATUS_MEMORY, STATUS_CONFIG. */
status_t speller_create(speller_t *speller, const trained_t *trained, int width);

/** Frees it; fine for a zeroed struct. */
void speller_destroy(speller_t *speller);

/** z = the posterior means of words [count], each of up to data.max_length letters. */
void speller_encode(speller_t *speller, const word_t *words, int count);

/** The same with noise: z ~ q(z | word), drawn by stream index[i] of RANDOM_CONVERTED_WORD. */
void speller_sample(speller_t *speller, const word_t *words, int count, const uint64_t *index);

/** z [count] ~ N(0, I), the draws `first` and those after it: the same that eval's Gaussian score takes. */
void speller_draw(speller_t *speller, int count, uint64_t first);

/** Spells z [count] in a tense, into of[condition]. */
void speller_spell(speller_t *speller, int count, int condition);

/** Spelling `place` of a word in a tense, after speller_spell(); its letters live until the next. */
word_t speller_word(const speller_t *speller, int word, int condition, int place);

/** The same as UTF-8. */
void speller_text(const speller_t *speller, int word, int condition, int place, char text[SPELLER_TEXT_SIZE]);

/** How many spellings of a word there are in a tense, and the probability of one; of a beam only. */
int speller_count(const speller_t *speller, int word, int condition);
double speller_probability(const speller_t *speller, int word, int condition, int place);

#endif
