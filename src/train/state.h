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
 * Goes on from the newest usable checkpoint of the run's folder, of those up to step `newest`: older ones are
 * tried, with a warning, where a newer one is damaged. The checkpoint's configuration and data must be the
 * run's. *found: whether there was any. Collective.
 */
status_t state_resume(run_t *run, uint64_t newest, bool *found);

#endif
