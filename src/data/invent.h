/**
 * Invented rows: a training row, or given pair, whose stem gets other letters, so that its endings are learnt
 * on stems that no row has (data hallucination, Anastasopoulos and Neubig, "Pushing the limits of
 * low-resource morphological inflection", 2019). Only training rows are material. No rule of a language is
 * used.
 *
 * Of a stem some last letters stay, at least so many that no other training row that ends in them is
 * inflected otherwise: "beep" keeps "eep", as "step" makes "stepping". A row without such an ending is left
 * as it is. Of a pair the source's letters behind its stem are compared, too: where these differ ("-ar",
 * "-er"), no letters of the stem have to. Where some form has letters before the stem, the stem's first one
 * or two stay behind them. What stands between is replaced by the beginning of another row's stem, every
 * second time by one that is as long; or by up to 16 letters, put together from short pieces of several
 * stems, where there are few stems to learn letters from. A share of these new letters becomes the alphabet's
 * unknown letter, so that the model learns to keep it.
 *
 * A row without a stem (stem.h) whose forms begin alike (sing, sang) is used whole, with letters in front or
 * none. A row whose forms do not even begin alike is left as it is.
 *
 * The pattern of an invented row, which it is made after, is mostly the row whose place it takes, sometimes
 * one of a kind drawn at random, so that rare kinds are learnt, too. A kind has the rows inflected alike.
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
    double share;    /**< of an epoch's pairs whose row is invented, where it can be; 0: none */
    double pieces;   /**< share of the invented rows whose new letters are pieces of several stems */
    double unknown;  /**< share of the new letters that become the unknown one; 0: none */
    uint8_t *length; /**< [training records] letters of the stem, or of a common beginning; 0: not used */
    uint8_t *begin;  /**< [training records, words] where it begins in each form */
    uint8_t *tail;   /**< [training records] the least of its last letters that stay; all of a beginning's */
    size_t usable;   /**< training records that are used */
    uint32_t *pattern;    /**< [usable] which these are, kind by kind; those of a kind are inflected alike */
    uint32_t *kind_first; /**< [kinds + 1] where each kind begins in pattern */
    uint32_t kinds;
} invent_t;

/**
 * Finds the stems of the training records, and the endings that decide how they are inflected, unless share
 * is 0. With unknown > 0 the data set's alphabet has the unknown letter. Time is that of sorting the stems.
 * The data set must outlive *invent. For invent_destroy(). Local. STATUS_MEMORY.
 */
status_t invent_create(
    invent_t *invent, const dataset_t *dataset, uint64_t seed, double share, double pieces, double unknown);

/** Fine for a zeroed struct. */
void invent_destroy(invent_t *invent);

/**
 * Makes *pair, dataset_pair(epoch, pair->index), one of an invented row, if the coin of (seed, epoch, index)
 * says so and its row is used. letters: [2 dataset->longest], where the new words stand then. Returns
 * whether it did.
 */
bool invent_pair(const invent_t *invent, uint32_t epoch, pair_t *pair, symbol_t *letters);

/**
 * The row that the pair `index` of the epoch is taken from, or would be, if it were invented: words
 * [dataset->records.words], with their letters in letters [as many, dataset->longest]. Returns the training
 * record that is its pattern, or -1 where the pair's own is not used. Not with a share of 0.
 */
ptrdiff_t invent_row(const invent_t *invent, uint32_t epoch, size_t index, word_t *words, symbol_t *letters);

#endif
