/**
 * The file that --timing asks for: one JSON object on one line, of the whole training and of each rank.
 * Private to src/train.
 */
#ifndef CVAE_TIMING_FILE_H
#define CVAE_TIMING_FILE_H

#include <stdint.h>

#include "base/status.h"
#include "run.h"

/**
 * Gathers what run->timing has counted, which is not NULL, and writes it on rank 0, in place of what the file
 * held. warmup: the steps before those counted; startup: nanoseconds until the first of all, below 0 where
 * there was none. Collective, with the same status on all ranks: STATUS_OUTPUT, STATUS_MEMORY.
 */
status_t timing_file_write(run_t *run, const char *path, int64_t warmup, int64_t startup);

#endif
