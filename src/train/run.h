/**
 * Everything that a running training holds. Private to src/train: prepare.c sets it up, trainer.c leads it
 * through the epochs, step.c makes a step, recovery.c does what follows a diverged one, epoch_report.c tells
 * of an epoch, save.c writes its checkpoints, resume.c finds the one to go on from, state.c lists what is in
 * them and carries it back, summary.c shows it, measurement.c measures it; table.c reads the
 * data, host_memory.c is where a host's ranks share them.
 */
#ifndef CVAE_RUN_H
#define CVAE_RUN_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "model/cvae.h"
#include "data/dataset.h"
#include "comm/comm.h"
#include "data/epoch.h"
#include "eval/evaluator.h"
#include "comm/exact_sum.h"
#include "base/memory.h"
#include "optim/optimizer.h"
#include "report/progress.h"
#include "optim/schedule.h"
#include "folder.h"
#include "history.h"
#include "host_memory.h"
#include "shard_noise.h"
#include "signals.h"
#include "timing.h"

/** Where the training stands; with the weights and the optimizer's state all that it goes on from. */
typedef struct {
    int64_t epoch;                          /**< from 0: the one that goes on */
    int64_t epoch_step;                     /**< its steps done */
    int64_t step;                           /**< all steps done */
    int64_t words;                          /**< of the epoch so far, as the sums below */
    double loss, cross_entropy, divergence; /**< summed over words */
    double norm;                            /**< summed over steps */
    int64_t skipped;                        /**< steps of the epoch so far that are in none of the sums */
} run_position_t;

/** What diverged steps have left behind; also what training goes on from. */
typedef struct {
    int64_t skipped;    /**< of all steps done, those that changed nothing */
    int64_t in_a_row;   /**< of them, those behind the last one that did */
    int64_t made;       /**< steps in a row, up to here, that did: counted up to train.diverged_steps */
    int64_t good_step;  /**< of the checkpoint to go back to; 0: the initial weights, or train.go_back is 0 */
    int64_t gone_back;  /**< how often the run went back */
    double rate_factor; /**< of the learning rate: what going back has made of it, 1 at first */
} recovery_t;

typedef struct {
    comm_t *comm;
    config_t config;
    host_memory_t table_memory; /**< where the data set stands, where there are several ranks */
    host_memory_t order_memory;
    dataset_t dataset;
    dataset_test_t test; /**< rank 0 only */
    shape_t shape;
    cvae_t *cvae;
    evaluator_t *evaluator; /**< rank 0 only */
    folder_t folder;
    struct save *save; /**< rank 0 only */

    size_t pair_count;  /**< of an epoch */
    size_t epoch_steps; /**< steps of an epoch */
    uint64_t steps;     /**< of the whole run */
    int batch_size;     /**< words of a step, at most: never more than there are pairs */
    int micro_batch;    /**< words of a shard, on average */

    uint32_t *order; /**< [pair_count] of the epoch, in order_memory */

    // One block of memory, taken once.
    memory_t memory;
    float *parameters; /**< [size] */
    optimizer_t optimizer;
    exact_sum_t sum;
    pair_t *pairs;     /**< [batch_size] of the step */
    epoch_key_t *keys; /**< [2 batch_size] to sort them */
    int *shard_first;  /**< [shards + 1] of the step: where each begins in pairs */
    int *shard_owner;  /**< [shards] the rank that works on it */
    int64_t *work;     /**< [ranks] what they were dealt */
    shard_noise_t noise;
    history_t history;

    run_position_t position;
    recovery_t recovery;
    timing_t *timing;                /**< NULL: the training is not timed */
    struct measurement *measurement; /**< likewise */

    bool is_over;              /**< the training ends before its last epoch: train.patience */
    bool is_forced;            /**< checkpoints of another configuration or other data may be gone on from */
    bool asked[SIGNALS_COUNT]; /**< signals that some rank got and that wait for the step's end */
    schedule_values_t schedules; /**< for the step that comes next */
    progress_t progress;
    bool has_no_page; /**< report.html could not be written the last time, which was said */
} run_t;

/** Whether what is done every so many epochs or steps, never for 0, is due after number `number`, from 1. */
static inline bool run_is_due(int64_t number, int every) {
    return every > 0 && number % every == 0;
}

/** Whether the configuration asks for a checkpoint where so many steps are done. */
static inline bool run_is_checkpoint_due(const run_t *run, int64_t step) {
    const config_checkpoint_t *checkpoint = &run->config.checkpoint;
    const int64_t epoch_steps = (int64_t)run->epoch_steps;
    return run_is_due(step, checkpoint->every_steps) ||
           (step % epoch_steps == 0 && run_is_due(step / epoch_steps, checkpoint->every));
}

/** A sum's mean, NaN over nothing. */
static inline double run_mean(double sum, int64_t count) {
    return count > 0 ? sum / (double)count : NAN;
}

/**
 * Whether an epoch's steps are done and its report is not: where a training stands that was asked to stop
 * while it evaluated.
 */
static inline bool run_is_unreported(const run_t *run, const run_position_t *position) {
    return (size_t)position->epoch_step == run->epoch_steps;
}

/** What the schedules say for the step at a position. */
schedule_values_t run_schedules(const run_t *run, const run_position_t *position);

/**
 * One optimizer step at run->position, which moves on: the batch's shards that are this rank's, one
 * reduction, the update. Collective. Allocates nothing. *words: how many words the batch had.
 *
 * A signal that one rank got is then in run->asked of all; where it asks for the end the step is given up,
 * *words is 0, and the training stands where it stood.
 *
 * A step diverges when a value of the gradient or the loss is not finite or too large, or the gradient's norm
 * above train.max_gradient_norm, which all ranks learn from the one reduction. It is skipped then: weights
 * and optimizer stay as they are, and it is counted and named in a warning. STATUS_DIVERGED on all ranks,
 * with the tensor's name, when as many in a row did as train.diverged_steps says.
 */
status_t run_step(run_t *run, int *words);

/**
 * Whether the weights are finite and of a sane size, before they are evaluated or saved: the step that ruins
 * them still had a finite gradient. Local, with the same result on all ranks, because all have the same
 * weights. STATUS_DIVERGED, with the largest tensor's name.
 */
status_t run_check_parameters(const run_t *run);

#endif
