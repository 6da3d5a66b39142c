/**
 * What a training measures of itself where it is asked to: which of its steps count, and the files of
 * --timing and --trace at its end. No bit of a result depends on it.
 */
#ifndef CVAE_MEASUREMENT_H
#define CVAE_MEASUREMENT_H

#include <stdint.h>

#include "base/status.h"
#include "plan.h"
#include "state.h"
#include "timing.h"

typedef struct {
    const char *timing_file; /**< one JSON object on a line, of the training and of each rank; NULL: none */
    uint64_t warmup;         /**< steps of this process that it leaves out, at the beginning */
    const char *trace_file;  /**< the traced steps of all ranks on one timeline; NULL: none */
    uint64_t trace_first;    /**< of the whole run, from 1; 0: the five steps after warmup */
    uint64_t trace_last;     /**< not before trace_first */
    int64_t started;         /**< system_now() when the program began */
} measurement_options_t;

/** Zeroed: nothing is measured, and the functions below do nothing. */
typedef struct {
    const plan_t *plan; /**< NULL: nothing is measured */
    const measurement_options_t *options;
    timing_t timing;
    uint64_t begun;  /**< steps of this process */
    int64_t startup; /**< nanoseconds until the first of them */
} measurement_t;

/**
 * Begins to measure what the options ask for, which must outlive it. Sees to it that the files can be
 * written, and leaves them as they are. Collective, with the same status on all ranks: STATUS_OUTPUT,
 * STATUS_MEMORY. *measurement, zeroed before, is for measurement_destroy(), also on error.
 */
status_t measurement_create(
    measurement_t *measurement, const plan_t *plan, const measurement_options_t *options);

/** Local. */
void measurement_destroy(measurement_t *measurement);

/** What counts the time of the phases; NULL where nothing is measured. */
static inline timing_t *measurement_timing(measurement_t *measurement) {
    return measurement->plan ? &measurement->timing : NULL;
}

/**
 * Before each step of this process, whose number is counted over the run from 1: when the steps to warm up
 * are done, ranks wait for each other and begin to count together. Collective. Allocates nothing.
 */
void measurement_begin_step(measurement_t *measurement, int64_t step);

/**
 * Writes what was asked for, with a warning where there was nothing to measure. Collective, with the same
 * status on all ranks: STATUS_OUTPUT, STATUS_MEMORY; without an error status_message() stays.
 */
status_t measurement_finish(measurement_t *measurement, const state_t *state);

#endif
