/**
 * Runs that were started alike, summed up. Private to the scaling experiment's report.
 */
#ifndef REPORT_SCALING_SETTING_H
#define REPORT_SCALING_SETTING_H

#include "sample.h"
#include "scaling_run.h"

/** Of the ranks of all runs of a setting. */
typedef struct {
    double least, mean, most;
} scaling_share_t;

typedef struct {
    size_t run_count;
    const scaling_run_t *const *runs; /**< [run_count] in the order given; the first says what all are */
    sample_t words_per_second, startup_seconds;
    scaling_share_t shares[SCALING_PHASES_MAX]; /**< of a rank's time, by phase */
    int64_t peak_memory;                        /**< bytes, of the rank that has most */
    int64_t slowest_rank;                       /**< the one that was busy longest, all runs together */
    const char *slowest_host;                   /**< where it was in the first run */
    double slowest_by;                          /**< the share by which it was busy longer than the mean */
    bool is_oversubscribed;                     /**< more ranks than cores */
    bool is_unequal;                            /**< one of its runs is */
} scaling_setting_t;

/**
 * An order of models, by shape and by what else decides a training; of methods: sums, products, reduction,
 * steps and kernels; of the work that decides the parameters, in which kernels, reduction, ranks and hosts
 * have no part; and of settings, which goes by model, method, batch, micro-batch, separate or not, ranks and
 * hosts.
 */
int scaling_setting_compare_models(const scaling_run_t *left, const scaling_run_t *right);
int scaling_setting_compare_methods(const scaling_run_t *left, const scaling_run_t *right);
int scaling_setting_compare_work(const scaling_run_t *left, const scaling_run_t *right);
int scaling_setting_compare(const scaling_run_t *left, const scaling_run_t *right);

/** Sums up runs [count > 0] that compare equal. cores: of all hosts, 0: not known. STATUS_MEMORY. */
status_t scaling_setting_sum_up(
    scaling_setting_t *setting, const scaling_run_t *const *runs, size_t count, int cores);

/** What the setting is: any of its runs. */
const scaling_run_t *scaling_setting_what(const scaling_setting_t *setting);

#endif
