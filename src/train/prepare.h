/**
 * Sets a training up: reads the configuration and the data, plans the steps, takes the memory, and begins or
 * resumes in the run's folder. Private to src/train.
 */
#ifndef CVAE_PREPARE_H
#define CVAE_PREPARE_H

#include "comm/comm.h"
#include "base/status.h"
#include "trainer.h"
#include "run.h"

/**
 * Makes *run ready for its next step, which position says: the first one, or the one after a checkpoint.
 * Prints what is going to be trained. Collective: all ranks return the same status. *run is for
 * prepare_release(), also on error.
 */
status_t prepare_run(run_t **run, comm_t *comm, const trainer_options_t *options);

/**
 * The beginning: initial weights, an optimizer without state, no step done. Local, with the same result on
 * all ranks.
 */
void prepare_initial(run_t *run);

/**
 * Once the run's numbers are those of its position: makes its folder, schedules and model what they are
 * there. Collective. Errors of folder_begin().
 */
status_t prepare_position(run_t *run);

/** Frees all that the run holds, the lock of its folder too. NULL is fine. Local. */
void prepare_release(run_t *run);

#endif
