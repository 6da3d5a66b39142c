/**
 * What a data set is read from, and how: the text, its format (parse.h), its conditions and letters.
 */
#ifndef DATASET_SOURCE_H
#define DATASET_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "alphabet.h"
#include "conditions.h"

/** The condition of a lemma. */
#define DATASET_LEMMA "lemma"

/** How pairs are made of rows. The paradigm of a table, a lemma and its forms, is a row of its own length. */
typedef enum {
    DATASET_PAIRS_SAME,   /**< each word to itself:                          rows * C pairs an epoch */
    DATASET_PAIRS_CROSS,  /**< each word to each other form of its row:      rows * C * (C - 1) */
    DATASET_PAIRS_ALL,    /**< each word to each form, itself too:           rows * C * C */
    DATASET_PAIRS_RANDOM, /**< each word once an epoch, to a form of its row drawn anew, uniform over all C */
    DATASET_PAIRS_INFLECT,   /**< a row's first word to each other one:      rows * (C - 1) */
    DATASET_PAIRS_LEMMATIZE, /**< each other word of a row to its first one: rows * (C - 1) */
    DATASET_PAIRS_GIVEN      /**< as the lines of a pairs file say */
} dataset_pairs_t;

typedef enum {
    DATASET_FORMAT_ROWS,  /**< a line has all forms of a word */
    DATASET_FORMAT_PAIRS, /**< two words, or each with its condition */
    DATASET_FORMAT_TABLE  /**< a lemma, a form and its tags */
} dataset_format_t;

/** What to read and how: filled in by the caller from its configuration. */
typedef struct {
    const char *file;                     /**< its name, for messages */
    const char *text;                     /**< its content, [length] */
    size_t length;                        /**< below 4 GiB */
    dataset_format_t format;              /**< dataset_test_create() takes ROWS as PAIRS */
    int tags_column;                      /**< of a table, from 0; 0: to be found */
    int condition_count;                  /**< of rows 1 .. RECORDS_WORDS_MAX; 0: the names in the text */
    const char *const *condition_names;   /**< [condition_count] */
    const int *pair_source, *pair_target; /**< [pair_count] the conditions of two-word lines; may be NULL */
    int pair_count;                       /**< 0: two-word lines are faults */
    dataset_pairs_t pairs;                /**< ignored for a pairs file */
    double holdout;                       /**< share of the verbs held back, [0, 1) */
    double holdout_from;                  /**< where in the order of their hashes it begins, [0, 1) */
    const char *alphabet;                 /**< "a-z", "data" (the letters that occur), or the letters */
    bool has_unknown;                     /**< the alphabet has the unknown letter, too */
    const alphabet_t *model_alphabet;     /**< the alphabet instead, where a model has one; else NULL */
    const conditions_t *model_conditions; /**< likewise the conditions */
    bool skips_missing; /**< rows and pairs with a missing form are left out, otherwise they are faults */
    bool is_test; /**< set by dataset_test_create(), for messages; of a table, lines whose tags the model does
                     not have, or whose letters it cannot read, are counted and left out */
    int max_length; /**< longest word, in letters */
} dataset_source_t;

#endif
