/**
 * The epochs of runs as one table, and objects as another: CSV as RFC 4180 has it, with newlines alone at the
 * ends of lines: for pandas, R, spreadsheets and gnuplot.
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
 * Writes objects [1 or more] of texts, numbers and the like to `path`, as file_replace() does: where its name
 * ends in .jsonl each as a line of JSON, else as CSV, whose columns are the keys of the first. STATUS_OUTPUT,
 * STATUS_MEMORY, also for NULL.
 */
status_t csv_write_objects(const char *path, json_t *objects);

/**
 * Whether csv_write_objects() could write a file of objects whose first key is `key`, as far as can be told
 * now: the file is of that kind, or may be made. STATUS_OUTPUT, STATUS_MEMORY.
 */
status_t csv_check_objects(const char *path, const char *key);

#endif
