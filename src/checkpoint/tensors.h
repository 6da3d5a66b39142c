/**
 * A model in a file that other programs read: its weights and the texts that describe it, as safetensors or
 * as numpy's .npz. The name's ending says which. A weight parameters/NAME of a checkpoint is called NAME
 * there, which is PyTorch's name; texts keep theirs. checkpoints/README.md describes the files. Local.
 */
#ifndef CVAE_TENSORS_H
#define CVAE_TENSORS_H

#include <stdbool.h>

#include "checkpoint.h"

/** Whether the name ends in .safetensors or .npz. */
bool tensors_has_name(const char *path);

/**
 * Writes the weights, config/text and the texts of data/ of a checkpoint to `path`, as file_replace() does.
 * Equal checkpoints give equal bytes. A file that is there is replaced only where it is empty or has been
 * written so. STATUS_USAGE where the name's ending is none of these, STATUS_OUTPUT, STATUS_MEMORY.
 */
status_t tensors_write(const char *path, const checkpoint_t *checkpoint);

/**
 * Reads what tensors_write() or another program has written, with each array as a checkpoint has it, but for
 * the order, and without hashes; a file of another name as checkpoint_read(). STATUS_NO_INPUT, STATUS_MEMORY,
 * STATUS_CHECKPOINT, one line `path: what`; *checkpoint is empty then.
 */
status_t tensors_read(const char *path, checkpoint_t *checkpoint);

#endif
