/**
 * Settings that differ in one thing: the curves of a scaling experiment. Private to its report.
 */
#ifndef REPORT_SCALING_SERIES_H
#define REPORT_SCALING_SERIES_H

#include "scaling_setting.h"

typedef enum {
    SCALING_STRONG,      /**< more ranks for the same batch */
    SCALING_WEAK,        /**< more ranks, and the batch grows with them */
    SCALING_MICRO_BATCH, /**< larger shards of the same batch, on the same ranks */
    SCALING_KINDS
} scaling_kind_t;

/**
 * A setting beside others. Ratios are taken round by round, the first run of one setting over the first of
 * the other and so on, so that what the machine did to one round does not enter into another.
 */
typedef struct {
    const scaling_setting_t *setting;
    sample_t speed_up;                 /**< words a second, over those of the series' first setting */
    sample_t efficiency;               /**< speed-up over the growth of the ranks */
    const scaling_setting_t *separate; /**< as many separate runs, at most one a core; NULL: there are none */
    sample_t of_separate;              /**< words a second, over those of the separate runs */
} scaling_point_t;

typedef struct {
    scaling_kind_t kind;
    size_t point_count;
    scaling_point_t *points; /**< [point_count] the ranks, or the micro-batch, growing */
    size_t bound_count;
    scaling_point_t *bounds; /**< [bound_count] separate runs of the first setting's work */
} scaling_series_t;

/**
 * The series of a kind that a setting begins, among all settings in their order. point_count 0: it begins
 * none. Points without separate runs, an unknown number of cores (0): fine. STATUS_MEMORY.
 */
status_t scaling_series_find(scaling_series_t *series, scaling_kind_t kind, const scaling_setting_t *first,
    const scaling_setting_t *settings, size_t setting_count, int cores);

void scaling_series_release(scaling_series_t *series);

/**
 * A run's words a second, over those of the first setting's run of the same round; NAN where the run is none
 * of the series' points and separate runs, or that round has no first one.
 */
double scaling_series_speed_up(const scaling_series_t *series, const scaling_run_t *run);

/** What grows along the series: ranks or micro-batch. */
double scaling_series_place(scaling_kind_t kind, const scaling_setting_t *setting);

#endif
