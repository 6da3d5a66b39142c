/**
 * Standard output, of which every failure is told. Private to src/cli.
 */
#ifndef CVAE_OUTPUT_H
#define CVAE_OUTPUT_H

#include "report/record.h"
#include "base/status.h"

/** Writes out what is still held back. STATUS_OUTPUT, also where an earlier print has failed. */
status_t output_flush(void);

/** Prints a record as one line, and destroys it. STATUS_MEMORY, also where it is NULL; STATUS_OUTPUT. */
status_t output_record(record_t *record);

#endif
