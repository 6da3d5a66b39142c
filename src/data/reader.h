/**
 * Reads the lines of rows, pairs and tables (parse.h) as words and their conditions, and finds what they have
 * in place of words. Which letters the words have is the caller's concern.
 */
#ifndef READER_H
#define READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "conditions.h"
#include "dataset_source.h"
#include "line.h"
#include "records.h"

/** The remedy where pairs are read as rows. */
#define READER_NEEDS_PAIRS "a file of pairs needs data.format: pairs"

/** The current line, and what those before it have shown. */
typedef struct {
    const dataset_source_t *source;
    conditions_t *conditions; /**< borrowed */
    bool finds_conditions;    /**< the text's names are the conditions */
    bool collects_conditions; /**< and new ones are taken in; the caller ends that */
    char names[4096];         /**< the conditions' that were given, for messages */
    int tags_column;          /**< of a table */
    bool shows_tags;          /**< it was found by what most lines have there */
    line_t line;              /**< the caller goes to the next one */
    size_t line_count;        /**< lines with words so far: the records and those left out */
    size_t record_count;      /**< lines that were taken, which the caller counts */
    size_t first_line;        /**< the number of the first line with words */
    bool has_tabs, uses_list; /**< the first line has one; some line has its conditions from the list */
    bool has_names;           /**< some column of the rows has held names of conditions only */
    bool is_name[RECORDS_WORDS_MAX]; /**< by column: this one has */
    int words;                       /**< of a line */
    field_t word[RECORDS_WORDS_MAX]; /**< [words] the current line's, which point into the text */
    int condition[RECORDS_WORDS_MAX];
    bool is_left_out; /**< the line has a missing form */
    bool is_unknown;  /**< the line has what a test's model does not have */
    bool is_whole;    /**< the line's fault is one of the whole text */
} reader_t;

/** Takes the conditions that are given into *conditions, which is zeroed, and finds the column of tags. Owns
 * nothing. STATUS_MEMORY. */
status_t reader_begin(reader_t *reader, const dataset_source_t *source, conditions_t *conditions);

/** Goes before the text's first line. */
void reader_rewind(reader_t *reader);

/** Reads the current line, which line_check() has taken and which is not blank. STATUS_DATA, STATUS_MEMORY.
 */
status_t reader_read(reader_t *reader);

/** Finds the faults that show only at the text's end: columns of names, and a list that does not fit.
 * STATUS_DATA. */
status_t reader_end(const reader_t *reader);

#endif
