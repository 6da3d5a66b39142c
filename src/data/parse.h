/**
 * The text formats of data, read from memory:
 *  - rows: as many forms a line as there are conditions, in the conditions' order;
 *  - pairs: `source source-condition target target-condition` a line, or `source target` a line;
 *  - tables of forms, as UniMorph (lemma, form, tags) and SIGMORPHON (lemma, tags, form) publish them: three
 *    columns between tabs. The tags are a form's condition, a lemma's is DATASET_LEMMA. The columns' order is
 *    given, or found: the tags are where most lines have a condition that is given, or capital letters,
 *    digits and signs alone; where both columns are so, or neither, they are the one with fewer different
 *    texts, of equals the last.
 *
 * The conditions of two-word lines come from a list: line n (comments and blank lines not counted) has those
 * of entry n modulo the list's length. The lines must be a whole multiple of the list.
 *
 * Conditions are given by a list, or (of pairs and tables) they are the names that the text has:
 * DATASET_LEMMA, of a table, then the others sorted by their bytes.
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

#include <stddef.h>
#include <stdint.h>

#include "alphabet.h"
#include "base/status.h"
#include "conditions.h"
#include "dataset_source.h"
#include "records.h"

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
