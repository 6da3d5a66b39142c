/**
 * The data: words in their conditions, rows of a paradigm (all forms of one verb) and pairs for training.
 *
 * Two text formats, both read from memory:
 *  - rows: as many forms a line as there are conditions, in the conditions' order;
 *  - pairs: `source source-condition target target-condition` a line, or `source target` a line.
 *
 * The conditions of two-word lines come from a list: line n (comments and blank lines not counted) has those
 * of entry n modulo the list's length. The lines must be a whole multiple of the list.
 *
 * The text is UTF-8 without NUL bytes; a byte order mark at its start is skipped. Its columns stand between
 * tabs on all lines, or between spaces on all lines. Between tabs a column may hold spaces, which are
 * letters, and be empty; spaces around it do not count, nor do tabs behind the last one. CRLF, a missing last
 * newline, blank lines and comments (# to the end of the line) are fine. What nobody can see (text_flaw()) is
 * a fault. Words are brought to NFC. A form that is missing (an empty column; dashes, '*' or '?' alone) is a
 * fault, or its line is left out.
 *
 * Every fault is one line `file:line: what, what was expected` (or file:line:column where it helps, columns
 * counted in characters), STATUS_DATA; the first fault of the file is reported. So are names of conditions in
 * place of words: a header, or pairs read as rows. Duplicate rows (or pairs) are counted and kept once, at
 * the place of the first.
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

enum {
    DATASET_CONDITIONS_MAX = 256 /**< a word's condition is kept in a byte */
};

/** How pairs are made of rows. */
typedef enum {
    DATASET_PAIRS_SAME,   /**< each word to itself:                          rows * C pairs an epoch */
    DATASET_PAIRS_CROSS,  /**< each word to each other form of its row:      rows * C * (C - 1) */
    DATASET_PAIRS_ALL,    /**< each word to each form, itself too:           rows * C * C */
    DATASET_PAIRS_RANDOM, /**< each word once an epoch, to a form of its row drawn anew, uniform over all C */
    DATASET_PAIRS_GIVEN   /**< as the lines of a pairs file say */
} dataset_pairs_t;

/** What to read and how: filled in by the caller from its configuration. */
typedef struct {
    const char *file;                     /**< its name, for messages */
    const char *text;                     /**< its content, [length] */
    size_t length;                        /**< below 4 GiB */
    bool is_pairs;                        /**< the format */
    int condition_count;                  /**< 1 .. DATASET_CONDITIONS_MAX */
    const char *const *condition_names;   /**< [condition_count] */
    const int *pair_source, *pair_target; /**< [pair_count] the conditions of two-word lines; may be NULL */
    int pair_count;                       /**< 0: two-word lines are faults */
    dataset_pairs_t pairs;                /**< ignored for a pairs file */
    double holdout;                       /**< share of the verbs held back, [0, 1) */
    const char *alphabet;                 /**< "a-z", "data" (the letters that occur), or the letters */
    const alphabet_t *model_alphabet;     /**< the alphabet instead, where a model has one; else NULL */
    bool skips_missing; /**< rows and pairs with a missing form are left out, otherwise they are faults */
    bool is_test;       /**< set by dataset_test_create(), for messages */
    int max_length;     /**< longest word, in letters */
} dataset_source_t;

/** Finds a row by its words: open addressing, see dataset_find_row(). */
typedef struct {
    uint32_t *slot; /**< [size] a row's number + 1, or 0 where the slot is empty */
    size_t size;    /**< a power of two; 0 for a pairs file */
} dataset_index_t;

/** Read only after dataset_create(). Owns its arrays, unless they stand in an image (dataset_image.h). */
typedef struct {
    alphabet_t alphabet;
    int condition_count;
    size_t row_count;       /**< training and held-back rows; 0 for a pairs file */
    size_t train_row_count; /**< rows [0, train_row_count) train, the rest are held back */
    size_t given_count;     /**< pairs of a pairs file: training and held-back */
    size_t train_given_count;
    size_t duplicate_count; /**< rows or pairs left out because they stood there before */
    size_t missing_count;   /**< rows or pairs left out because a form is missing */
    size_t normal_count;    /**< words of the file that were brought to NFC */
    int longest;            /**< letters of the longest word */
    dataset_pairs_t pairs;
    char hash[HASH_TEXT_SIZE]; /**< of alphabet, condition names, words and split, not of the file's layout */
    symbol_t *letters;         /**< all words' letters, one after another */
    uint32_t *offset;          /**< [word_count + 1] where word w starts in letters */
    size_t word_count;       /**< rows * C: word (row, condition) is row * C + condition; or 2 a given pair */
    uint8_t *word_condition; /**< [word_count] */
    uint32_t *lines;         /**< [row_count or given_count] the file's lines that are this row or pair; NULL
                                where all stand there once */
    dataset_index_t row_index;
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

/** How many held-back pairs there are: rows * C * (C - 1), the ordered pairs of different conditions; with a
 * single condition, each word to itself; or given ones. */
size_t dataset_held_back_count(const dataset_t *dataset);

/** Held-back pair `index`, which is the pair's own index too: it counts apart from the training pairs. */
pair_t dataset_held_back_pair(const dataset_t *dataset, size_t index);

/** Like the two before, over the training rows or given training pairs: for an evaluation where nothing is
 * held back. */
size_t dataset_cross_count(const dataset_t *dataset);
pair_t dataset_cross_pair(const dataset_t *dataset, size_t index);

/**
 * The row, training or held back, whose C forms are exactly words[0..C-1], or -1. words[c] stands for
 * condition c, whatever its own field says. Constant time (an index is built with the data set); -1 always
 * for a pairs file.
 */
ptrdiff_t dataset_find_row(const dataset_t *dataset, const word_t *words);

/** How many lines of the file are this row: 1, and one more for each duplicate. */
size_t dataset_row_lines(const dataset_t *dataset, size_t row);

/** Pairs of a test file, read with an alphabet that is given. Owns its arrays. */
typedef struct {
    size_t count;
    size_t missing_count, normal_count; /**< as a data set's */
    pair_t *pairs;                      /**< [count], owned */
    symbol_t *letters;                  /**< owned */
} dataset_test_t;

/**
 * Parses a pairs file against a data set's alphabet (source's alphabets, is_pairs, pairs and holdout are
 * ignored; duplicates are kept: a test set is taken as it is). A pair's index is its place. Same errors as
 * dataset_create().
 */
status_t dataset_test_create(dataset_test_t *test, const dataset_t *dataset, const dataset_source_t *source);

/**
 * *known = how many of the test's 2 * count words stand, in their condition, in the training rows or pairs.
 * Time is linear in the training words, memory in the test's. STATUS_MEMORY.
 */
status_t dataset_test_known(const dataset_t *dataset, const dataset_test_t *test, size_t *known);

/** Frees what it owns; fine for a zeroed struct. */
void dataset_test_destroy(dataset_test_t *test);

#endif
