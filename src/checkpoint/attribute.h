/**
 * Attributes of HDF5 objects: one int64 or one short text each.
 */
#ifndef CHECKPOINT_ATTRIBUTE_H
#define CHECKPOINT_ATTRIBUTE_H

#include <stddef.h>
#include <stdint.h>

#include "handle.h"

/** The names of the attributes; the first five belong to the root, the last two to each array. */
#define ATTRIBUTE_PROGRAM "program"
#define ATTRIBUTE_FORMAT "format"
#define ATTRIBUTE_HASH_FILE "hash_file"
#define ATTRIBUTE_HASH_CONTENT "hash_content"
#define ATTRIBUTE_HASH_PARAMETER "hash_parameter"
#define ATTRIBUTE_INDEX "index"
#define ATTRIBUTE_STATE "state"

/** The value of ATTRIBUTE_PROGRAM. */
#define ATTRIBUTE_PROGRAM_NAME "cvae_mpi"

/** Add an attribute to an object. STATUS_OUTPUT. */
status_t attribute_write_number(hid_t object, const char *name, int64_t number);
status_t attribute_write_text(hid_t object, const char *name, const char *text);

/**
 * Read one; it must be there and of the type that the writer gives it. `size` is what `text` has room for,
 * its zero included. STATUS_CHECKPOINT.
 */
status_t attribute_read_number(hid_t object, const char *name, int64_t *number);
status_t attribute_read_text(hid_t object, const char *name, char *text, size_t size);

#endif
