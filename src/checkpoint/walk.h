/**
 * The walk through an HDF5 file: which arrays there are, checked but for their data.
 */
#ifndef CHECKPOINT_WALK_H
#define CHECKPOINT_WALK_H

#include <stddef.h>

#include "handle.h"

/** One array found in the file: its description and its place in the order of writing. */
typedef struct {
    checkpoint_array_t array;
    size_t index;
} walk_found_t;

/** The walk through the file. */
typedef struct {
    walk_found_t *found;
    size_t count, capacity;
    size_t size;  /**< of the file: no array is larger, nor all of them together */
    size_t total; /**< bytes of the data found so far */
    status_t status;
} walk_t;

/**
 * Finds all arrays, in HDF5's order, and checks all that a description claims before anything is allocated
 * for it. walk->size must be set and walk->status be STATUS_OK; walk->found is to be freed in any case.
 * STATUS_MEMORY, STATUS_CHECKPOINT.
 */
status_t walk_arrays(hid_t file, walk_t *walk);

#endif
