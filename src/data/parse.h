/**
 * The text formats of data, read from memory:
 *  - rows: as many forms a line as there are conditions, in the conditions' order;
 *  - pairs: `source source-condition target target-condition` a line, or `source target` a line;
 *  - tables of forms, as UniMorph (lemma, form, tags) and SIGMORPHON (lemma, tags, form) publish them: three
 *    columns between tabs. The tags are a form's condition, a lemma's is PARSE_LEMMA. The columns' order is
 *    given, or found: the tags are where most lines have a condition that is given, or capital letters,
 *    digits and signs alone; where both columns are so, or neither, they are the one with fewer different
 *    texts, of equals the last.
 *
 * The conditions of two-word lines come from a list: line n (comments and blank lines not counted) has those
 * of entry n modulo the list's length. The lines must be a whole multiple of the list.
 *
 * Conditions are given by a list, or (of pairs and tables) they are the names that the text has: PARSE_LEMMA,
 * of a table, then the others sorted by their bytes.
 *
 * The text is UTF-8 without NUL bytes; a byte order mark at its start is skipped. Its columns stand between
 * tabs on all lines, or between spaces on all lines. Between tabs a column may hold spaces, which are
 * letters, and be empty; spaces around it do not count, nor do tabs behind the last one. CRLF, a missing last
 * newline, blank lines and comments (# to the end of the line) are fine. What nobody can see (text_flaw()) is
 * a fault, but U+FFFD is a letter where the alphabet has it, and direction marks are left out. Words and the
 * names of conditions are brought to their normal form (text_normal()). A form that is missing (an empty
 * column; dashes, '*', '?' or '_' alone) is a fault, or its line is left out.
 *
 * Every fault is one line `file:line: what, what was expected` (or file:line:column where it helps, columns
 * counted in characters), STATUS_DATA; so are names of conditions in place of words: a header, or pairs read
 * as rows. The first fault of each line is reported, those of some tens of lines, and how many more there
 * are. Where the first line shows that the whole file is of another format or encoding, that fault alone is.
 */
#ifndef PARSE_H
#define PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alphabet.h"
#include "base/status.h"
#include "conditions.h"
#include "records.h"

/** The condition of a lemma. */
#define PARSE_LEMMA "lemma"

enum {
    PARSE_PAIR_WORDS = 2 /**< words of a pair */
};

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

/** What a text holds: everything but lines with a missing form, duplicates too, in the text's order. */
typedef struct {
    alphabet_t alphabet;
    conditions_t conditions;
    records_t records;
    uint8_t *is_held_back; /**< [records.count] owned; whether the holdout's draw fell on it */
    uint32_t *line;        /**< [records.count] owned; where it stands */
    int longest;           /**< letters of the longest word */
    size_t missing_count;  /**< lines left out because a form is missing */
    size_t normal_count;   /**< words that were brought to their normal form */
    size_t unknown_count;  /**< lines of a test's table that were left out for tags or letters */
    uint32_t *unknown; /**< owned; of a test's table: for each U+FFFD of the records' lemmas, in order, the
                          letter that it was read for; the forms have the same; else NULL */
    size_t last_line;  /**< the place of faults of the text as a whole; 1 for an empty one */
} parse_t;

/**
 * Parses source->text with source->model_alphabet, or with source->alphabet where that is NULL. At least one
 * record. STATUS_DATA, STATUS_MEMORY; on error *parse holds nothing.
 */
status_t parse_text(parse_t *parse, const dataset_source_t *source);

/** Frees what it owns; fine for a zeroed struct. */
void parse_destroy(parse_t *parse);

#endif
