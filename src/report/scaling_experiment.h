/**
 * All runs of a scaling experiment: their settings, and the series these make. Private to its report.
 */
#ifndef REPORT_SCALING_EXPERIMENT_H
#define REPORT_SCALING_EXPERIMENT_H

#include "scaling_series.h"

/** Initialise with {0}. */
typedef struct {
    int cores;     /**< of all hosts; 0: not known */
    bool is_whole; /**< evaluations and checkpoints count */
    size_t run_count;
    scaling_run_t *runs;         /**< [run_count] in the order given */
    const scaling_run_t **order; /**< [run_count] setting by setting */
    size_t setting_count;
    scaling_setting_t *settings; /**< [setting_count] in the order of scaling_setting_compare() */
    size_t series_count;
    scaling_series_t *series; /**< [series_count] model by model, and in each by kind */
} scaling_experiment_t;

/**
 * Reads the files [count > 0]. scaling_experiment_release() in any case. STATUS_NO_INPUT, STATUS_DATA with
 * the file, STATUS_MEMORY.
 */
status_t scaling_experiment_read(
    scaling_experiment_t *experiment, const char *const *files, size_t count, int cores, bool is_whole);

/** STATUS_DATA where exact sums of equal work did not end with equal parameters: a line for each such work.
 */
status_t scaling_experiment_check(const scaling_experiment_t *experiment);

void scaling_experiment_release(scaling_experiment_t *experiment);

/** The settings from `first` on that are of its model: where the next model's begin. */
size_t scaling_experiment_model_end(const scaling_experiment_t *experiment, size_t first);

/** Whether all runs of the series' settings did exact sums and ended with the same parameters. */
bool scaling_experiment_is_equal(const scaling_series_t *series);

/** Whether any run's parameters are compared at all: where its sums are exact. */
bool scaling_experiment_is_compared(const scaling_experiment_t *experiment);

/** Whether any run's parameters are not those of another run of the same work. */
bool scaling_experiment_has_unequal(const scaling_experiment_t *experiment);

/** The runs of a series' settings. */
size_t scaling_experiment_runs(const scaling_series_t *series);

#endif
