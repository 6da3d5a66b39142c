/** metrics.jsonl: one JSON object a line, one line an epoch. Only rank 0 writes. */
#ifndef CVAE_METRICS_H
#define CVAE_METRICS_H

#include <jansson.h>
#include <stdint.h>

#include "base/status.h"

/**
 * Appends a record, which is taken over, as a line and syncs it. Makes the file if need be; a last line cut
 * off by a crash gets its newline first. STATUS_OUTPUT: what was written is taken back as far as possible;
 * STATUS_MEMORY: nothing was written.
 */
status_t metrics_append(const char *path, json_t *record);

/**
 * Makes a resumed run's file what it was at `step`: drops later lines and a last one cut off by a crash, and,
 * with a warning, lines that are no JSON object with a step. A file that changes is replaced as a whole; no
 * file: nothing to do. STATUS_OUTPUT (cannot be read or written; then it is as it was), STATUS_MEMORY.
 */
status_t metrics_rewind(const char *path, uint64_t step);

#endif
