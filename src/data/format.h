/**
 * Which format a text has: what its lines show of it, and messages on a text of another format, which name
 * the remedy.
 */
#ifndef FORMAT_H
#define FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "conditions.h"
#include "dataset_source.h"
#include "line.h"

enum {
    FORMAT_TABLE_COLUMNS = 3 /**< of a table: lemma, form and tags, or lemma, tags and form */
};

/**
 * STATUS_DATA where the line has `expected` columns between commas, bars or semicolons, as spreadsheets save
 * them, or of a table between spaces. expected: of the columns' names in `names`.
 */
status_t format_check_separators(
    dataset_format_t format, const line_t *line, size_t expected, const char *names);

/** Records a wrong number of columns: what was expected, how the line was read, and the remedy. Returns
 * STATUS_DATA. */
status_t format_fail_columns(
    dataset_format_t format, const line_t *line, const char *expected, const char *remedy);

/** Whether a column holds what tags are written with: capital letters, digits and signs, one letter or more.
 */
bool format_is_tags(field_t column);

/**
 * Finds the column of a table's tags: the one where most lines have one of the conditions, or where these are
 * NULL what format_is_tags(); if that is not just one, the one with fewer different texts; of equals the
 * last, as UniMorph has. *is_shown: it was just one. STATUS_MEMORY.
 */
status_t format_find_tags(
    const dataset_source_t *source, const conditions_t *conditions, int *column, bool *is_shown);

#endif
