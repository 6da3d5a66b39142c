/**
 * Input files: read by rank 0 alone and broadcast, so that the ranks need no shared file system and cannot
 * see different contents.
 */
#ifndef CVAE_INPUT_H
#define CVAE_INPUT_H

#include <stddef.h>

#include "comm/comm.h"
#include "base/status.h"

/** A file's bytes, with a zero behind them; owned, freed with input_release(). */
typedef struct {
    char *text;
    size_t length;
} input_t;

/** Reads a whole file. Local. STATUS_NO_INPUT (one line: path and reason), STATUS_MEMORY. */
status_t input_read(const char *path, input_t *input);

/** Rank 0 reads the file, every rank gets its bytes. Collective; all ranks return the same status. */
status_t input_broadcast(comm_t *comm, const char *path, input_t *input);

/** Frees it; fine for a zeroed struct. */
void input_release(input_t *input);

#endif
