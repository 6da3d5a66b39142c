/**
 * The epochs of runs as one table, CSV as RFC 4180 has it, with newlines alone at the ends of lines: for
 * pandas, R, spreadsheets and gnuplot.
 */
#ifndef CVAE_CSV_H
#define CVAE_CSV_H

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

#endif
