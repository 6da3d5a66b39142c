/**
 * The outputs of a scaling experiment, each to a stream that remembers its errors. Private to its report.
 */
#ifndef REPORT_SCALING_PARTS_H
#define REPORT_SCALING_PARTS_H

#include <stdio.h>

#include "scaling_experiment.h"

/**
 * CSV, a line a run: what it is, its words a second, its speed-up and efficiency in the series that it is in,
 * its ranks' least, mean and most share of each phase.
 * STATUS_MEMORY.
 */
status_t scaling_csv_print(const scaling_experiment_t *experiment, FILE *stream);

/** One JSON object with the settings and the series. STATUS_MEMORY, STATUS_OUTPUT. */
status_t scaling_json_print(const scaling_experiment_t *experiment, FILE *stream);

/** Tables for a terminal. */
void scaling_text_print(const scaling_experiment_t *experiment, FILE *stream);

/** A page, HTML and XML at once. STATUS_MEMORY. */
status_t scaling_page_print(const scaling_experiment_t *experiment, FILE *stream);

/** The charts of the model whose settings are first...end - 1. model: its number, for names.
 * STATUS_MEMORY. */
status_t scaling_charts_print(
    const scaling_experiment_t *experiment, size_t first, size_t end, int model, FILE *stream);

#endif
