/**
 * Standard output, of which every failure is told. Private to src/cli.
 */
#ifndef CVAE_OUTPUT_H
#define CVAE_OUTPUT_H

#include "report/record.h"
#include "base/status.h"

/** Writes out what is still held back. STATUS_OUTPUT, also where an earlier print has failed. */
status_t output_flush(void);

/** Prints a record as one line. STATUS_MEMORY, as record_print(), STATUS_OUTPUT. */
status_t output_record(const record_t *record);

/** Writes bytes to standard output, with its buffer. STATUS_OUTPUT with the reason. */
status_t output_write(const char *bytes, size_t size);

#endif
