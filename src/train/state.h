/**
 * The run's state as a checkpoint, and back. One list of named arrays serves both directions. Private to
 * src/train.
 */
#ifndef CVAE_STATE_H
#define CVAE_STATE_H

#include <stdint.h>

#include "checkpoint/checkpoint.h"
#include "library/trained.h"
#include "run.h"

enum { STATE_ARRAYS_MAX = PARAMETERS_MAX * (1 + OPTIMIZER_MOMENTS_MAX) + 32 };

/** The list of a checkpoint's arrays, and the texts that it points to. */
typedef struct {
    char config[CONFIG_TEXT_SIZE];
    char identity[CONFIG_TEXT_SIZE];
    char alphabet[ALPHABET_TEXT_SIZE];
    char conditions[TRAINED_CONDITIONS_SIZE];
    char mpi[1024];
    checkpoint_array_t *history; /**< of the list: the array that grows, by an epoch each */
    size_t count;
    checkpoint_array_t arrays[STATE_ARRAYS_MAX];
} state_t;

/**
 * Lists in *state, which is zeroed, all that a checkpoint of the run holds. Numbers point into the run; texts
 * stay as they are for the whole training. Rank 0, local.
 */
void state_list(state_t *state, const run_t *run);

/**
 * Copies weights, the optimizer's state and the position from a checkpoint to the run; the history is not
 * among them. STATUS_CHECKPOINT with the array that is missing or of another shape: the run's numbers are
 * then of no use.
 */
status_t state_copy(run_t *run, const checkpoint_t *checkpoint);

/** The history's columns, one a line, and its rows. STATUS_CHECKPOINT where they are missing or no table. */
status_t state_history(
    const checkpoint_t *checkpoint, const char **columns, const checkpoint_array_t **values);

/**
 * The hashes that a checkpoint of the run as it is now would carry. Rank 0, local. STATUS_MEMORY.
 */
status_t state_hash(const run_t *run, checkpoint_hashes_t *hashes);

#endif
