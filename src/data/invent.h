/**
 * Invented rows: a training row, or given pair, whose stem gets other letters, so that its endings are learnt
 * on stems that no row has (data hallucination, Anastasopoulos and Neubig, "Pushing the limits of
 * low-resource morphological inflection", 2019). Only training rows are material. No rule of a language is
 * used; a row without a stem (stem.h) is left as it is.
 *
 * Of a stem the last two to four letters stay, and where some form has letters before the stem the first one
 * or two, as endings and prefixes depend on them. What stood between becomes one or two pieces of other rows'
 * stems, the first of which is the beginning of one.
 *
 * An invented row is a pure function of (seed, epoch, index): nothing is stored, whatever their number.
 */
#ifndef CVAE_INVENT_H
#define CVAE_INVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/word.h"
#include "dataset.h"

/** Initialise with {0}. Read only after invent_create(). */
typedef struct {
    const dataset_t *dataset;
    uint64_t seed;
    double share;    /**< of an epoch's pairs whose row is invented, where it has a stem; 0: none */
    uint8_t *length; /**< [training records] letters of the stem, 0 for none */
    uint8_t *begin;  /**< [training records, words] where the stem begins in each form */
    size_t usable;   /**< training records with a stem */
} invent_t;

/**
 * Finds the stems of the training records, unless share is 0. The data set must outlive *invent. For
 * invent_destroy(). Local. STATUS_MEMORY.
 */
status_t invent_create(invent_t *invent, const dataset_t *dataset, uint64_t seed, double share);

/** Fine for a zeroed struct. */
void invent_destroy(invent_t *invent);

/**
 * Makes *pair, dataset_pair(epoch, pair->index), one of an invented row, if the coin of (seed, epoch, index)
 * says so and its row has a stem. letters: [2 dataset->longest], where the new words stand then. Returns
 * whether it did.
 */
bool invent_pair(const invent_t *invent, uint32_t epoch, pair_t *pair, symbol_t *letters);

/**
 * The row that the pair `index` of the epoch is taken from, or would be, if it were invented: words
 * [dataset->records.words], with their letters in letters [as many, dataset->longest]. Returns its training
 * record, or -1 where that has no stem.
 */
ptrdiff_t invent_row(const invent_t *invent, uint32_t epoch, size_t index, word_t *words, symbol_t *letters);

#endif
