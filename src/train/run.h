/**
 * Everything that a running training holds. Private to src/train: prepare.c sets it up, trainer.c leads it
 * through the epochs, step.c makes a step, epoch_report.c tells of an epoch, state.c carries it to a
 * checkpoint and back, summary.c shows it.
 */
#ifndef CVAE_RUN_H
#define CVAE_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "cvae/config.h"
#include "cvae/cvae.h"
#include "cvae/dataset.h"
#include "cvae/dist.h"
#include "cvae/evaluator.h"
#include "cvae/exact_sum.h"
#include "cvae/memory.h"
#include "cvae/optimizer.h"
#include "cvae/progress.h"
#include "cvae/schedule.h"
#include "folder.h"
#include "history.h"
#include "shard_noise.h"

/** Where the training stands; with the weights and the optimizer's state all that it goes on from. */
typedef struct {
    int64_t epoch;                          /**< from 0: the one that goes on */
    int64_t epoch_step;                     /**< its steps done */
    int64_t step;                           /**< all steps done */
    int64_t words;                          /**< of the epoch so far, as the sums below */
    double loss, cross_entropy, divergence; /**< summed over words */
    double norm;                            /**< summed over steps */
} run_position_t;

typedef struct {
    dist_t *dist;
    config_t config;
    dataset_t dataset;
    dataset_test_t test; /**< rank 0 only */
    shape_t shape;
    cvae_t *cvae;
    evaluator_t *evaluator; /**< rank 0 only */
    folder_t folder;

    size_t pair_count;  /**< of an epoch */
    size_t epoch_steps; /**< steps of an epoch */
    uint64_t steps;     /**< of the whole run */
    int batch_size;     /**< words of a step, at most: never more than there are pairs */
    int micro_batch;    /**< words of a shard, on average */

    // One block of memory, taken once.
    memory_t memory;
    float *parameters; /**< [size] */
    optimizer_t optimizer;
    exact_sum_t sum;
    uint32_t *order;  /**< [pair_count] of the epoch */
    pair_t *pairs;    /**< [batch_size] of the step */
    int *shard_first; /**< [shards + 1] of the step: where each begins in pairs */
    int *shard_owner; /**< [shards] the rank that works on it */
    int64_t *work;    /**< [ranks] what they were dealt */
    shard_noise_t noise;
    history_t history;

    run_position_t position;
    bool is_over;                /**< the training ends before its last epoch: train.patience */
    schedule_values_t schedules; /**< for the step that comes next */
    progress_t progress;
    bool has_no_page; /**< report.html could not be written, which was said */
} run_t;

/** Whether what is done every so many epochs or steps, never for 0, is due after number `number`, from 1. */
static inline bool run_is_due(int64_t number, int every) {
    return every > 0 && number % every == 0;
}

/** What the schedules say for the step at a position. */
schedule_values_t run_schedules(const run_t *run, const run_position_t *position);

/**
 * One optimizer step at run->position, which moves on: the batch's shards that are this rank's, one
 * reduction, the update. Collective. Allocates nothing. *words: how many words the batch had. STATUS_DIVERGED
 * on all ranks, with the tensor's name, when a value was not finite or too large.
 */
status_t run_step(run_t *run, int *words);

/**
 * Whether the weights are finite and of a sane size, before they are evaluated or saved: the step that ruins
 * them still had a finite gradient. Local, with the same result on all ranks, because all have the same
 * weights. STATUS_DIVERGED.
 */
status_t run_check_parameters(const run_t *run);

#endif
