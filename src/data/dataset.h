/**
 * The data: words in their conditions, rows of a paradigm (all forms of one verb) or tables of forms, and
 * pairs for training.
 *
 * The text formats are parse.h's. The records of a table are its lines, each a lemma and its form; those of
 * one lemma, its paradigm, stand together, the paradigms in the order of their first lines. Duplicate rows
 * (or pairs) are counted and kept once, at the place of the first.
 *
 * Nothing here knows of ranks; everything is local and depends on the arguments alone.
 */
#ifndef CVAE_DATASET_H
#define CVAE_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alphabet.h"
#include "base/hash.h"
#include "base/status.h"
#include "base/word.h"
#include "dataset_source.h"
#include "records.h"

enum { DATASET_PLACES = 3 /**< lines of a kind that are remembered */ };

/** A line of the file that a reader may want to look at. */
typedef struct {
    uint32_t line;
    uint32_t other; /**< of a duplicate the line that it repeats; of a single condition its number */
} dataset_place_t;

/** Read only after dataset_create(). Owns its arrays, unless they stand in an image (dataset_image_open()).
 */
typedef struct {
    alphabet_t alphabet;
    conditions_t conditions;
    size_t row_count;       /**< training and held-back rows; 0 for a pairs file or table */
    size_t train_row_count; /**< rows [0, train_row_count) train, the rest are held back */
    size_t given_count;     /**< pairs of a pairs file, forms of a table: training and held-back */
    size_t train_given_count;
    size_t paradigm_count;                      /**< of a table; else 0 */
    size_t train_paradigm_count;                /**< they come first */
    dataset_place_t duplicates[DATASET_PLACES]; /**< the first of duplicate_count */
    size_t single_count;                     /**< conditions of a table or of pairs that stand there once */
    dataset_place_t singles[DATASET_PLACES]; /**< the first of them */
    size_t variant_count;   /**< forms of a table whose lemma has another one with the same tags before */
    size_t duplicate_count; /**< rows, pairs or forms left out because they stood there before */
    size_t missing_count;   /**< rows, pairs or forms left out because a form is missing */
    size_t normal_count;    /**< words of the file that were brought to their normal form */
    int longest;            /**< letters of the longest word */
    dataset_pairs_t pairs;
    char hash[HASH_TEXT_SIZE]; /**< of alphabet, condition names, words and split, not of the file's layout */
    records_t records; /**< the rows, given pairs or forms, those that train first; word c of a row is its
                          form in condition c */
    uint32_t *paradigm_first; /**< [paradigm_count + 1] the record of each paradigm's first form */
    uint64_t
        *cross_first; /**< [paradigm_count + 1] ordered pairs of different words in all paradigms before */
    uint32_t *lines;  /**< [records.count] how many of the file's lines are this row or pair, itself too */
    records_index_t index;
    bool is_view; /**< the arrays belong to an image */
} dataset_t;

/**
 * Parses a file's content. Which rows are held back depends on a hash of the row's first form alone (of the
 * source word for pairs): all forms go together, and a row added or removed elsewhere moves none. Training
 * and held-back rows each stay in the file's order. Time and memory are linear in the text. Errors:
 * STATUS_DATA (malformed, empty, no training row or pair left, 2^32 or more pairs an epoch), STATUS_MEMORY.
 * On error *dataset holds nothing.
 */
status_t dataset_create(dataset_t *dataset, const dataset_source_t *source);

/** Frees what it owns; fine for a zeroed struct. */
void dataset_destroy(dataset_t *dataset);

/** Form `condition` of row `row` (not of a pairs file); its letters live as long as the data set. */
word_t dataset_word(const dataset_t *dataset, size_t row, int condition);

/** How many pairs one epoch of training has. */
size_t dataset_pair_count(const dataset_t *dataset);

/**
 * Training pair `index` of an epoch, index < dataset_pair_count(): a pure function of its arguments. Only
 * DATASET_PAIRS_RANDOM looks at seed and epoch (RANDOM_TARGET, keyed by the index).
 */
pair_t dataset_pair(const dataset_t *dataset, uint64_t seed, uint32_t epoch, size_t index);

/** The record that pair `index` of an epoch is taken from. */
size_t dataset_pair_record(const dataset_t *dataset, size_t index);

/** Whether the data are a table of forms. */
bool dataset_is_table(const dataset_t *dataset);

/** The records that train: they come first. */
size_t dataset_trained_count(const dataset_t *dataset);

/**
 * The held-back pairs: given ones; those of DATASET_PAIRS_INFLECT or _LEMMATIZE, where these are trained;
 * else the ordered pairs of different words of a row or paradigm (of rows: rows * C * (C - 1); with a single
 * condition, each word to itself). They count apart from the training pairs, and `index` is the pair's own,
 * too.
 */
size_t dataset_held_back_count(const dataset_t *dataset);
pair_t dataset_held_back_pair(const dataset_t *dataset, size_t index);

/** Likewise over the training rows or given training pairs: for an evaluation where nothing is held back. */
size_t dataset_cross_count(const dataset_t *dataset);
pair_t dataset_cross_pair(const dataset_t *dataset, size_t index);

/**
 * The row, training or held back, whose C forms are exactly words[0..C-1], or -1. words[c] stands for
 * condition c, whatever its own field says. Constant time (an index is built with the data set); -1 always
 * for a pairs file.
 */
ptrdiff_t dataset_find_row(const dataset_t *dataset, const word_t *words);

/**
 * A data set as one block of memory without addresses in it: to be handed to other processes as bytes, or to
 * be looked at by several of them where it stands. Only the program that wrote an image can open it. A block
 * of dataset_image_size() bytes begins where malloc()'s would.
 */
size_t dataset_image_size(const dataset_t *dataset);
void dataset_image_write(const dataset_t *dataset, void *block);

/**
 * The data set whose image a block holds. The block, which is not changed and stays the caller's, must live
 * as long as the data set and the words taken from it.
 */
void dataset_image_open(dataset_t *dataset, void *block);

#endif
