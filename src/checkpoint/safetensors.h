/**
 * Tensors and texts as a safetensors file in memory: 8 bytes with the header's length, the header, JSON that
 * says of each tensor its type, shape and place, and behind it the tensors' numbers without gaps. Texts are
 * the header's __metadata__. Local.
 */
#ifndef CHECKPOINT_SAFETENSORS_H
#define CHECKPOINT_SAFETENSORS_H

#include <stddef.h>

#include "array.h"

/**
 * The file of those float32 arrays and texts in *bytes (owned by the caller) and *size. Equal arrays give
 * equal bytes. STATUS_MEMORY; *bytes is NULL then.
 */
status_t safetensors_build(
    const checkpoint_array_t *arrays, size_t count, unsigned char **bytes, size_t *size);

/**
 * The arrays of a file: fills in *checkpoint, which is zeroed, and leaves it to checkpoint_destroy(), on
 * failure too. Trusts nothing. Metadata under a name that no array may have is left out. STATUS_MEMORY,
 * STATUS_CHECKPOINT; the message is without a path.
 */
status_t safetensors_parse(const unsigned char *bytes, size_t size, checkpoint_t *checkpoint);

#endif
