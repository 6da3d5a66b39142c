/**
 * What is true of a checkpoint_array_t by itself: its size in bytes, its validity, the words for its type and
 * state.
 */
#ifndef CHECKPOINT_ARRAY_H
#define CHECKPOINT_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

#include "checkpoint.h"

/** "float32", ... */
const char *array_type_text(checkpoint_type_t type);

/** "none", "training", "parameter": the attribute `state` in a file. */
const char *array_state_text(checkpoint_state_t state);

/** The state of that word; false where there is none. */
bool array_state_parse(const char *text, checkpoint_state_t *state);

/** Bytes of the data; false on overflow. */
bool array_bytes(const checkpoint_array_t *array, size_t *bytes);

/** The dimensions as text, "[3, 4]", "[]" for a scalar. */
void array_shape_text(const size_t *dimension, int dimensions, char *text, size_t size);

/** Is `name` fit to be an array's name: printable ASCII, not too long, no empty or "." part between its
 * slashes? */
bool array_name_is_valid(const char *name);

/** Everything of the description and, for a text, that no byte is zero. STATUS_INTERNAL: the caller made it
 * up. */
status_t array_check(const checkpoint_array_t *array);

#endif
