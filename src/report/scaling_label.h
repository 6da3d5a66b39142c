/**
 * What a setting and a series are called, in the page and on standard output alike. Private to the scaling
 * experiment's report.
 */
#ifndef REPORT_SCALING_LABEL_H
#define REPORT_SCALING_LABEL_H

#include "scaling_experiment.h"

enum { SCALING_LABEL_SIZE = 192 };

/** "LSTM 1 x 256, 746,940 parameters"; and its hash where another training has the same shape. */
void scaling_label_model(
    const scaling_experiment_t *experiment, const scaling_run_t *run, char text[SCALING_LABEL_SIZE]);

/** "2 ranks", "4 ranks on 2 cores", "2 separate runs". */
void scaling_label_ranks(
    const scaling_experiment_t *experiment, const scaling_run_t *run, char text[SCALING_LABEL_SIZE]);

/** "256 words a step", and what else varies among the model's settings: "256 words a step, shards of 16". */
void scaling_label_work(
    const scaling_experiment_t *experiment, const scaling_run_t *run, char text[SCALING_LABEL_SIZE]);

/** "256 words a step", "256 words a step and rank", "256 words a step, 2 ranks": by the series' kind. */
void scaling_label_series(
    const scaling_experiment_t *experiment, const scaling_series_t *series, char text[SCALING_LABEL_SIZE]);

/** "strong", "weak", "micro-batch". */
const char *scaling_label_key(scaling_kind_t kind);

/** "strong scaling", "weak scaling", "micro-batch". */
const char *scaling_label_kind(scaling_kind_t kind);

/** "exact sum" for exact_sum. */
void scaling_label_phase(const char *phase, char text[SCALING_LABEL_SIZE]);

/** The median, "0.95", a dash where there is none. And "0.94 to 0.96"; "" where all are the same. */
void scaling_label_ratio(const sample_t *ratios, char text[SCALING_LABEL_SIZE]);
void scaling_label_spread(const sample_t *ratios, char text[SCALING_LABEL_SIZE]);

/** "rank 1 on node7, 3.1% busier than the mean"; of one rank its place alone. */
void scaling_label_slowest(const scaling_setting_t *setting, char text[SCALING_LABEL_SIZE]);

#endif
