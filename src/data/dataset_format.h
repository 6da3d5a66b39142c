/**
 * What a line means in the two text formats. Internal to src/data.
 */
#ifndef DATASET_FORMAT_H
#define DATASET_FORMAT_H

#include "dataset.h"
#include "dataset_line.h"

enum { DATASET_FORMAT_PAIR_WORDS = 2 };

/** The words of a row or pair with their conditions; the fields point into the text. */
typedef struct {
    int count; /**< DATASET_FORMAT_PAIR_WORDS, or one a condition; 0 for a line without words */
    dataset_field_t word[DATASET_CONDITIONS_MAX];
    int condition[DATASET_CONDITIONS_MAX];
    int missing;    /**< the first word that is a missing form, or -1 */
    bool uses_list; /**< the conditions are those of the source's list */
} dataset_format_t;

/** How many words a line with words has. */
int dataset_format_words(const dataset_source_t *source);

/**
 * Reads a line that has passed dataset_line_check(); `record` counts the lines with words before it.
 * STATUS_DATA for a wrong number of columns or an unknown condition. The words themselves are not looked at,
 * except whether they are missing forms: empty, or dashes, '*' or '?' alone.
 */
status_t dataset_format_read(
    dataset_format_t *format, const dataset_source_t *source, const dataset_line_t *line, size_t record);

/** The condition of that name, or -1. */
int dataset_format_condition(const dataset_source_t *source, dataset_field_t name);

/** Says that word format->missing is a missing form. STATUS_DATA. */
status_t dataset_format_fail_missing(
    const dataset_format_t *format, const dataset_source_t *source, const dataset_line_t *line);

/**
 * STATUS_DATA for a line whose words are all names of conditions, which is a table's header, and for a row
 * with them where a pair has them. For the first line with words.
 */
status_t dataset_format_check_first(
    const dataset_format_t *format, const dataset_source_t *source, const dataset_line_t *line);

/** The key of the list that gives two-word lines their conditions. */
const char *dataset_format_list_key(const dataset_source_t *source);

#endif
