/**
 * Standard output, of which every failure is told. Private to src/cli.
 */
#ifndef CVAE_OUTPUT_H
#define CVAE_OUTPUT_H

#include <jansson.h>

#include "base/status.h"

/** Writes out what is still held back. STATUS_OUTPUT, also where an earlier print has failed. */
status_t output_flush(void);

/** Prints a record, which is taken over, as one line. STATUS_MEMORY, as document_print(), STATUS_OUTPUT. */
status_t output_record(json_t *record);

#endif
