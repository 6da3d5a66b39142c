/**
 * What a training measures of itself where it is asked to (trainer_options_t): which of its steps count, and
 * that the result is written at its end. Without that there is none, run->measurement and run->timing are
 * NULL, and every function here does nothing. No bit of a result depends on it. Private to src/train.
 */
#ifndef CVAE_MEASUREMENT_H
#define CVAE_MEASUREMENT_H

#include "base/status.h"
#include "trainer.h"
#include "run.h"

typedef struct measurement measurement_t;

/**
 * Makes run->measurement and run->timing as the options ask, which must outlive them; the run's sizes are
 * planned. Sees to it that the files can be written, and leaves them as they are. Collective, with the same
 * status on all ranks: STATUS_OUTPUT, STATUS_MEMORY.
 */
status_t measurement_create(run_t *run, const trainer_options_t *options);

/** NULL is fine. Local. */
void measurement_destroy(measurement_t *measurement);

/**
 * Before each step of this process: when the steps to warm up are done, ranks wait for each other and begin
 * to count together. Collective. Allocates nothing.
 */
void measurement_begin_step(run_t *run);

/** After each step, with how many words it had; 0: it was given up. Local. */
void measurement_end_step(run_t *run, int words);

/**
 * Writes what was asked for, with a warning where there was nothing to measure. Collective, with the same
 * status on all ranks: STATUS_OUTPUT, STATUS_MEMORY; without an error status_message() stays.
 */
status_t measurement_finish(run_t *run);

#endif
