/**
 * Tensors and texts as numpy's .npz in memory: a zip file with a member NAME.npy an array, not compressed.
 * The only place that knows libzip. A text is an array of dimension 0 of numpy's type U. Local.
 */
#ifndef CHECKPOINT_NPZ_H
#define CHECKPOINT_NPZ_H

#include <stddef.h>

#include "array.h"

/**
 * The file of those float32 arrays and texts in *bytes (owned by the caller) and *size. Equal arrays give
 * equal bytes. STATUS_MEMORY, STATUS_INTERNAL without libzip; *bytes is NULL then.
 */
status_t npz_build(const checkpoint_array_t *arrays, size_t count, unsigned char **bytes, size_t *size);

/**
 * The arrays of a file, which numpy.savez() may have written: fills in *checkpoint, which is zeroed, and
 * leaves it to checkpoint_destroy(), on failure too. Trusts nothing. STATUS_MEMORY, STATUS_CHECKPOINT,
 * STATUS_INTERNAL without libzip; the message is without a path.
 */
status_t npz_parse(const unsigned char *bytes, size_t size, checkpoint_t *checkpoint);

#endif
