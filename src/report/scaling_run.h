/**
 * A training's own account of its time, as `--timing` writes it. Private to the scaling experiment's report.
 */
#ifndef REPORT_SCALING_RUN_H
#define REPORT_SCALING_RUN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { SCALING_PHASES_MAX = 16 };

/** A rank of the training, or one of several trainings. */
typedef struct {
    const char *host;
    double seconds[SCALING_PHASES_MAX];
    double total;        /**< of the phases, above 0 */
    int64_t peak_memory; /**< bytes */
} scaling_rank_t;

/** One training; or several of one rank each that ran at the same time, without a word between them. */
typedef struct {
    const char *file; /**< not owned */
    json_t *document; /**< owns the texts */
    bool is_whole;    /**< evaluations and checkpoints count; else these phases have no seconds */
    bool is_separate; /**< several trainings: `ranks` of them, their rates and words added up */
    const char *cell, *sum, *gemm, *reduction, *kernels, *library, *parameter_hash;
    const char *other_hash;    /**< of several: the first parameter_hash that is another; NULL: none is */
    const char *training_hash; /**< configuration (but batch, micro-batch, sum, gemm), data and start */
    int64_t ranks, hosts, batch_size, micro_batch, bucket, hidden, layers, parameters;
    int64_t warmup_steps, steps, words;
    double seconds, words_per_second, startup_seconds; /**< of several: of the slowest */
    int phase_count;
    const char *phases[SCALING_PHASES_MAX];
    scaling_rank_t *rank; /**< [ranks] */
    bool is_unequal;      /**< its parameters are not those of another run of the same work */
} scaling_run_t;

/**
 * Reads a file that holds a training's object, or a list of objects: of trainings that ran at the same time.
 * STATUS_NO_INPUT; STATUS_DATA with the file and what is wrong with it; STATUS_MEMORY. scaling_run_release()
 * then too.
 */
status_t scaling_run_read(scaling_run_t *run, const char *file, bool is_whole);

void scaling_run_release(scaling_run_t *run);

/** Whether its parameters are those of any other run of the same work: its sums depend on no order. */
bool scaling_run_is_exact(const scaling_run_t *run);

bool scaling_run_has_same_phases(const scaling_run_t *left, const scaling_run_t *right);

/** The phase's place among the run's; -1: it has none of the name. */
int scaling_run_phase(const scaling_run_t *run, const char *name);

/** Seconds in steps in which a rank did not wait for others: they do for rank 0's evaluations. */
double scaling_run_busy(const scaling_run_t *run, int64_t rank);

#endif
