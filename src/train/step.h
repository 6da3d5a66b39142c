/**
 * A training step, and its workspace: the batch and its shards, noise, the exact sum, the model's
 * activations. Private to src/train.
 */
#ifndef CVAE_STEP_H
#define CVAE_STEP_H

#include "base/memory.h"
#include "base/status.h"
#include "comm/exact_sum.h"
#include "consistency.h"
#include "data/epoch.h"
#include "model/cvae.h"
#include "optim/schedule.h"
#include "plan.h"
#include "shard_noise.h"
#include "signals.h"
#include "state.h"
#include "timing.h"

/** Initialise with {0}. */
typedef struct {
    const plan_t *plan;
    state_t *state;
    timing_t *timing; /**< NULL: the training is not timed */
    cvae_t *cvae;
    host_memory_t order_memory;
    uint32_t *order; /**< [plan.pair_count] of the epoch, in order_memory */

    memory_t memory; /**< one block, taken once */
    exact_sum_t sum;
    size_t *tensor_first; /**< [tensors] where each begins in the gradient */
    pair_t *pairs;        /**< [batch_size] of the step */
    symbol_t *invented;   /**< [batch_size, 2, longest] the letters of invented words */
    epoch_key_t *keys;    /**< [2 batch_size] to sort them */
    int *shard_first;     /**< [shards + 1] of the step: where each begins in pairs */
    int *shard_owner;     /**< [shards and those of consistency draws] the rank that works on it */
    int64_t *work;        /**< [ranks] what they were dealt */
    shard_noise_t noise;
    consistency_t consistency;

    schedule_values_t schedules; /**< for the step that comes next */
    bool asked[SIGNALS_COUNT];   /**< signals that some rank got and that wait for the step's end */
} step_t;

/**
 * Takes all memory that steps will use. plan and state must outlive it. Collective, with the same status on
 * all ranks: STATUS_MEMORY. *step is for step_destroy(), also on error.
 */
status_t step_create(step_t *step, const plan_t *plan, state_t *state);

/** Before comm_finish(). Local. */
void step_destroy(step_t *step);

/** Bytes of memory that the model and the step take, but for the epoch's order. */
size_t step_memory(const step_t *step);

/** Once the state is that of another place: makes the model and the schedules what they are there.
 * Collective. */
void step_move(step_t *step);

/** Makes the order of the epoch at state->position, once a host. Collective. */
void step_begin_epoch(step_t *step);

/**
 * One optimizer step at state->position, which moves on: the batch's shards that are this rank's, one
 * reduction, the update. Collective. Allocates nothing. *words: how many words the batch had.
 *
 * A signal that one rank got is then in step->asked of all; where it asks for the end the step is given up,
 * *words is 0, and the training stands where it stood.
 *
 * A step diverges when a value of the gradient or the loss is not finite or too large, or the gradient's norm
 * above train.max_gradient_norm, which all ranks learn from the one reduction. It is skipped then: weights
 * and optimizer stay as they are, and it is counted and named in a warning. STATUS_DIVERGED on all ranks,
 * with the tensor's name, when as many in a row did as train.diverged_steps says.
 */
status_t step_make(step_t *step, int *words);

#endif
