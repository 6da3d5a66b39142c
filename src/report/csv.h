/**
 * Tables for pandas, R, spreadsheets and gnuplot: the epochs of runs, or JSON objects. CSV as in RFC 4180,
 * but lines end with a newline alone.
 */
#ifndef CVAE_CSV_H
#define CVAE_CSV_H

#include <jansson.h>

#include "base/status.h"

/**
 * Reads the runs in `folders` as page_write() does, and writes a line an epoch to `path`, as file_replace()
 * does, or with NULL to standard output, whose failure is its own to tell. The first column, `run`, is what
 * the page calls the run. Then come the fields of metrics.jsonl, always all of them and in one order
 * (checkpoints/README.md), then those that this program does not know, as they are met. A field in an object
 * is `outer.inner`; lists are left out. What a line lacks, and null, is an empty cell. STATUS_NO_INPUT,
 * STATUS_DATA, STATUS_OUTPUT, STATUS_MEMORY.
 */
status_t csv_write(const char *path, const char *const *folders, int count);

/**
 * Writes an array of one or more flat objects to `path`, as file_replace() does: as lines of JSON if its name
 * ends in .jsonl, else as CSV, whose columns are the first object's keys. STATUS_OUTPUT; STATUS_MEMORY, also
 * if objects is NULL.
 */
status_t csv_write_objects(const char *path, json_t *objects);

/**
 * Checks in advance that csv_write_objects() can write objects whose first key is `key` to `path`: the file
 * can be created, or is a table with that first column. STATUS_OUTPUT, STATUS_MEMORY.
 */
status_t csv_check_objects(const char *path, const char *key);

#endif
