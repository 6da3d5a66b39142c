/**
 * A model at work on batches of words: from words to z, and from z to spellings. What comes out for a word
 * does not depend on the batch it is in.
 */
#ifndef CVAE_SPELLER_H
#define CVAE_SPELLER_H

#include <stdbool.h>

#include "base/memory.h"
#include "cvae.h"

enum {
    SPELLER_BATCH = 64,   /**< rows of the decoder: more are not faster, and take more memory */
    SPELLER_LONGER_BY = 4 /**< letters by which a spelling may exceed the longest word that is known */
};

typedef struct {
    cvae_t *cvae;          /**< for the owner to bind */
    beam_t *beam;          /**< NULL: greedy */
    int words;             /**< the most a batch may have */
    int width;             /**< spellings of a word */
    int max_letters;       /**< of a spelling */
    int latent;            /**< Z */
    real *z;               /**< [words, Z] what is spelled: to be filled in, or see speller_encode() */
    real *means;           /**< [words, Z] the uncorrected means, after speller_encode() with corrections */
    real *corrected;       /**< [words, Z] of speller_encode() */
    symbol_t unknown;      /**< the unknown letter; 0: there is none */
    bool *may_say_unknown; /**< [words] of the batch that is spelled */
    int *conditions;       /**< [words] in which condition: likewise */
    beam_result_t spelled; /**< what speller_spell() found; greedily letters and lengths alone */
    memory_t memory;
} speller_t;

/**
 * width 0: greedy spelling. target_letters: of the longest word of which cvae_pair_losses() is taken, 0 for
 * none. speller_destroy() a zeroed struct in any case. STATUS_MEMORY, STATUS_CONFIG.
 */
status_t speller_create(speller_t *speller, const shape_t *shape, int source_letters, int target_letters,
    int max_letters, int width);

/** Frees it and zeroes the struct; fine for a zeroed one. */
void speller_destroy(speller_t *speller);

/**
 * z = the means of the posteriors of the sources of pairs [count], conditions = those of the targets, whose
 * letters play no part. Equal sources one after another are encoded once. log_variance [count, Z] may be
 * NULL.
 *
 * With corrections > 0 each z is then corrected, in at most so many rounds, until it is spelled in
 * the source's own condition as the source (closing the amortization gap, Cremer et al., "Inference
 * suboptimality in variational autoencoders", 2018; here without a gradient). A round encodes the word
 * that came out instead, and moves z by half of what the means of the two words differ in:
 *
 *   z += (mean(source) - mean(spelled(z))) / 2
 *
 * A z that no round brings there is the mean again. A model that was not trained to spell words in their own
 * condition mostly has such.
 */
void speller_encode(
    const speller_t *speller, const pair_t *pairs, int count, int corrections, real *log_variance);

/**
 * Spells z [count] in their conditions. pairs [count]: those whose sources were encoded; NULL: z is of no
 * words. The unknown letter is spelled only where the source has it.
 */
void speller_spell(const speller_t *speller, int count, const pair_t *pairs);

/**
 * Refines z [count] by `rounds` rounds of the encode-decode chain (pseudo-Gibbs sampling; Rezende, Mohamed
 * and Wierstra: "Stochastic backpropagation and approximate inference in deep generative models", 2014): a
 * round spells z in condition 0, encodes that word in that condition, and takes the posterior's mean as the
 * new z. A z whose word is empty stays as it is. Leaves conditions and what was spelled undefined.
 */
void speller_refine(const speller_t *speller, int count, int rounds);

/** Spelling `place` of a word, after speller_spell(); its letters live until the next. */
word_t speller_word(const speller_t *speller, int word, int place);

/** Whether the first spelling of a word is the one expected, to the letter. */
bool speller_is_right(const speller_t *speller, int word, const word_t *expected);

#endif
