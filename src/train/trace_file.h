/**
 * The file that --trace asks for: the traced steps of all ranks on one timeline. A rank is a process of it,
 * and rank 0 has a second thread, which writes checkpoints. Private to src/train.
 */
#ifndef CVAE_TRACE_FILE_H
#define CVAE_TRACE_FILE_H

#include "comm/comm.h"
#include "base/status.h"
#include "trace.h"

/**
 * Gathers the ranks' traces, which have ended, and writes them on rank 0, in place of what the file held. All
 * ranks left a barrier when their first traced step began: that is the timeline's zero, by which the clocks
 * of several hosts are brought together. Collective, with the same status on all ranks: STATUS_OUTPUT,
 * STATUS_MEMORY.
 */
status_t trace_file_write(comm_t *comm, const trace_t *trace, const char *path);

#endif
