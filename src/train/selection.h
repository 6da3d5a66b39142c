/**
 * Which epoch of a training is the best one, by its evaluations on held-back pairs, and whether to go on
 * after it. All of it follows from the history, which checkpoints hold: an interrupted run has nothing more
 * to remember. Private to src/train.
 */
#ifndef CVAE_SELECTION_H
#define CVAE_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "data/dataset.h"
#include "base/status.h"
#include "history.h"

/**
 * Whether the configuration can be followed with this data: selecting takes held-back rows (never the test
 * pairs), and the metric has to be there. STATUS_CONFIG.
 */
status_t selection_check(const config_t *config, const dataset_t *dataset);

/**
 * The best evaluated epoch, as an index into the history's rows, the first of equals; SIZE_MAX where none was
 * evaluated. By checkpoint.best, or by the cross-entropy where that is none.
 */
size_t selection_best(const config_t *config, const history_t *history);

/** Whether so many evaluations as train.patience says came after the best one. */
bool selection_is_over(const config_t *config, const history_t *history);

/** The metric's name and the value of a row in it. */
const char *selection_metric(const config_t *config);
double selection_value(const config_t *config, const double *row);

#endif
