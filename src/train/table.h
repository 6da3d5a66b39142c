/**
 * The training data of a run: read and parsed by rank 0, one copy a host. Private to src/train.
 */
#ifndef CVAE_TABLE_H
#define CVAE_TABLE_H

#include "base/status.h"
#include "run.h"

/**
 * Fills in run->dataset, and table_memory where the data set stands there. Collective; all ranks return the
 * same status: as file_read() and dataset_create(), STATUS_MEMORY. Both are for the caller to free, on error
 * too.
 */
status_t table_read(run_t *run);

/**
 * Agrees on what rank 0 found while it read data: a fault of the data is not rank 0's, which is just the one
 * that looks, and all ranks fail alike. Collective.
 */
status_t table_agree(comm_t *comm, status_t parsed);

/** How many bytes data and order take, and whether one copy of them serves this rank's whole host. Local. */
size_t table_bytes(const run_t *run, bool *is_shared);

#endif
