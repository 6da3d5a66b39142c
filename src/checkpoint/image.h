/**
 * The arrays as an HDF5 file in memory: the only place that knows HDF5. It never opens a file, and no handle
 * of it outlives a call.
 */
#ifndef CHECKPOINT_IMAGE_H
#define CHECKPOINT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "array.h"

enum {
    IMAGE_START = 512,  /**< what HDF5 leaves free at the start of a file, its user block, for the seal */
    IMAGE_KIND_SIZE = 9 /**< bytes behind it, HDF5's signature and the version of its superblock */
};

/** Whether HDF5 begins there, but with another superblock than image_build() makes. */
bool image_is_of_others(const unsigned char kind[IMAGE_KIND_SIZE]);

/**
 * The whole file in *bytes (owned by the caller) and *size, the first IMAGE_START of them zero. Equal
 * arguments give equal bytes. STATUS_MEMORY, STATUS_OUTPUT; *bytes is NULL then, the message without a path.
 */
status_t image_build(const checkpoint_array_t *arrays, size_t count, const checkpoint_hashes_t *hashes,
    unsigned char **bytes, size_t *size);

/**
 * Reads the arrays of a file whose seal is right, and the hashes that the file gives for them. Trusts
 * nothing: not types, sizes, links, or that this program wrote the file. `bytes` begin at a multiple of
 * MEMORY_ALIGNMENT. They belong to *checkpoint from here on, because large arrays of numbers that are aligned
 * are not copied. Fills in *checkpoint, which is zeroed, and leaves it to checkpoint_destroy(), on failure
 * too. STATUS_MEMORY, STATUS_CHECKPOINT; the message is without a path.
 */
status_t image_parse(unsigned char *bytes, size_t size, checkpoint_t *checkpoint);

/** "1.10.8" of the HDF5 that is linked. */
const char *image_hdf5_version(void);

#endif
