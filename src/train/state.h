/**
 * The run's state as a checkpoint, and back. One list of named arrays serves both directions. Private to
 * src/train.
 */
#ifndef CVAE_STATE_H
#define CVAE_STATE_H

#include "cvae/checkpoint.h"
#include "run.h"

/** Writes the run's state to its folder, points last.h5 at it, and best.h5 at the best one (checkpoint.best),
 * and removes what is not to be kept. Rank 0. */
status_t state_write(const run_t *run);

/**
 * Goes on from the newest usable checkpoint of the run's folder: older ones are tried, with a warning, where
 * a newer one is damaged. The checkpoint's configuration and data must be the run's. *found: whether there
 * was any. Collective.
 */
status_t state_resume(run_t *run, bool *found);

#endif
