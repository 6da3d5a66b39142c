/**
 * The arrays as an HDF5 file in memory: the only place that knows HDF5. It never opens a file, and no handle
 * of it outlives a call.
 */
#ifndef CHECKPOINT_IMAGE_H
#define CHECKPOINT_IMAGE_H

#include <stddef.h>

#include "checkpoint.h"

/**
 * The whole file in *bytes (owned by the caller) and *size, the first SEAL_SIZE of them zero
 * and left for the seal. Equal arguments give equal bytes. STATUS_MEMORY, STATUS_OUTPUT; the message is
 * without a path.
 */
status_t image_build(const checkpoint_array_t *arrays, size_t count, const checkpoint_hashes_t *hashes,
    unsigned char **bytes, size_t *size);

/**
 * The arrays and hashes of a file whose seal is right. HDF5 works on these very
 * bytes and does not change them. Trusts nothing: not types, sizes, links, or that this program wrote the
 * file; the hashes are compared. STATUS_MEMORY, STATUS_CHECKPOINT; the message is without a path.
 */
status_t image_parse(unsigned char *bytes, size_t size, checkpoint_t *checkpoint);

#endif
