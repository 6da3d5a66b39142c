/**
 * The run's state as a checkpoint, and back. One list of named arrays serves both directions. Private to
 * src/train.
 */
#ifndef CVAE_STATE_H
#define CVAE_STATE_H

#include <stdint.h>

#include "cvae/checkpoint.h"
#include "run.h"

/** Writes the run's state to its folder, points last.h5 at it, best.h5 at the best one (checkpoint.best), and
 * good.h5 at the one to go back to (train.go_back), and removes what is not to be kept. Rank 0. */
status_t state_write(const run_t *run);

/**
 * Points best.h5 at the checkpoint of the best epoch so far, where it is there: an epoch that became the best
 * before checkpoint.best was given may have none. Rank 0. STATUS_OUTPUT.
 */
status_t state_link_best(const run_t *run);

/**
 * Copies weights, the optimizer's state and the position from a checkpoint to the run; the history is not
 * among them. STATUS_CHECKPOINT with the array that is missing or of another shape, or with numbers that
 * cannot be: the run's own are then of no use.
 */
status_t state_copy(run_t *run, const checkpoint_t *checkpoint);

enum { STATE_CONDITIONS_SIZE = CONFIG_CONDITIONS_MAX * CONFIG_NAME_SIZE };

/** The names of the conditions, one a line, as they stand in a checkpoint. */
void state_join_conditions(const config_t *config, char text[STATE_CONDITIONS_SIZE]);

#endif
