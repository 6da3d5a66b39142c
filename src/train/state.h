/**
 * Where a training stands: parameters, optimizer moments, position, recovery and history. It is what training
 * goes on from, and exactly what a checkpoint holds besides the texts of its plan: saving, resuming and going
 * back work on this and on nothing else.
 */
#ifndef CVAE_STATE_H
#define CVAE_STATE_H

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/status.h"
#include "checkpoint/checkpoint.h"
#include "history.h"
#include "library/trained.h"
#include "optim/optimizer.h"
#include "optim/schedule.h"
#include "plan.h"

/** The next step's place, and the sums of the epoch so far. */
typedef struct {
    int64_t epoch;                          /**< from 0: the one that goes on */
    int64_t epoch_step;                     /**< its steps done */
    int64_t step;                           /**< all steps done */
    int64_t words;                          /**< of the epoch so far, as the sums below */
    double loss, cross_entropy, divergence; /**< summed over words */
    double norm;                            /**< summed over steps */
    int64_t consistency_words;              /**< that consistency draws trained, not among `words` */
    double consistency;                     /**< their cross-entropy, summed over them */
    int64_t skipped;                        /**< steps of the epoch so far that are in none of the sums */
} state_position_t;

/**
 * What diverged steps have left behind.
 *
 * A checkpoint is good when the configuration asked for it (checkpoint.every, checkpoint.every_steps; the one
 * of an interrupted run does not count) and train.diverged_steps steps after it have succeeded, for weights
 * may be spoilt a few steps before it shows. Where there is none yet, the run goes back to the initial
 * weights.
 */
typedef struct {
    int64_t skipped;    /**< of all steps done, those that changed nothing */
    int64_t in_a_row;   /**< of them, those behind the last one that did */
    int64_t made;       /**< steps in a row, up to here, that did: counted up to train.diverged_steps */
    int64_t good_step;  /**< of the checkpoint to go back to; 0: the initial weights, or train.go_back is 0 */
    int64_t gone_back;  /**< how often the run went back */
    double rate_factor; /**< of the learning rate: what going back has made of it, 1 at first */
} state_recovery_t;

/** The model whose parameters the training started from (--init). */
typedef struct {
    char
        parameter_hash[HASH_TEXT_SIZE]; /**< of the parameters, as a checkpoint's; "": it started from none */
    char file[PATH_MAX];
} state_init_t;

typedef struct {
    memory_t blocks;      /**< parameters and moments: of this rank's own, or `shared` */
    host_memory_t shared; /**< among the ranks of a host, each of which updates a part */
    float *parameters;    /**< [plan.table.size] */
    optimizer_t optimizer;
    double *squares;   /**< in `shared`, for exact_sum_settings_t; else NULL */
    memory_t memory;   /**< the rest, one block */
    int64_t *sum_bits; /**< [plan.table.count] of the next step's sum (exact_sum.h), where it has 32 bits */
    state_position_t position;
    state_recovery_t recovery;
    state_init_t init;
    history_t history;
} state_t;

/** Takes the memory, and makes the beginning as state_begin(). *state is zeroed. Local. STATUS_MEMORY. */
status_t state_create(state_t *state, const plan_t *plan);

/**
 * The same for a training on plan->comm: with compute.reduction: shared, the ranks of a host have parameters
 * and moments in common, where they can share memory. Collective. STATUS_MEMORY, on all ranks.
 */
status_t state_create_shared(state_t *state, const plan_t *plan);

/** Fine for a zeroed struct. Local. */
void state_destroy(state_t *state);

/** Bytes of this rank's own, and its part of what is shared. Local. */
size_t state_memory(const state_t *state, const plan_t *plan);

/**
 * Initial weights of the seed, an optimizer without state, no step done. `init` stays. The same result on all
 * ranks. Where the ranks of a host share the state, collective over them, and none of them may be reading it;
 * else local.
 */
void state_begin(state_t *state, const plan_t *plan);

/** Gives rank 0's numbers to all ranks; the history stays rank 0's. Collective. */
void state_broadcast(state_t *state, const plan_t *plan);

/** Whether an epoch's steps are done and its report is not, as where a training stopped while it evaluated.
 */
static inline bool state_is_unreported(const plan_t *plan, const state_position_t *position) {
    return (size_t)position->epoch_step == plan->epoch_steps;
}

/** Whether no step is left to be made: all are done, or the best epoch is too far back (train.patience). */
bool state_is_over(const state_t *state, const plan_t *plan);

/** A sum's mean, NaN over nothing. */
static inline double state_mean(double sum, int64_t count) {
    return count > 0 ? sum / (double)count : NAN;
}

/** What the schedules say for the step at a position. */
schedule_values_t state_schedules(const state_t *state, const plan_t *plan, const state_position_t *position);

/** The name of the tensor of a block that has the largest norm, or is the first with one that is NaN. */
const char *state_largest(const plan_t *plan, const float *block);

/**
 * Whether the weights are finite and of a sane size, before they are evaluated or saved: the step that ruins
 * them still had a finite gradient. Local, with the same result on all ranks, because all have the same
 * weights. STATUS_DIVERGED, with the largest tensor's name.
 */
status_t state_check_parameters(const state_t *state, const plan_t *plan);

enum { STATE_ARRAYS_MAX = PARAMETERS_MAX * (1 + OPTIMIZER_MOMENTS_MAX) + 41 };

/** The list of a checkpoint's arrays, and the texts that it points to. */
typedef struct {
    char config[CONFIG_TEXT_SIZE];
    char identity[CONFIG_TEXT_SIZE];
    char alphabet[ALPHABET_TEXT_SIZE];
    char mpi[1024];
    checkpoint_array_t *history; /**< of the list: the array that grows, by an epoch each */
    size_t count;
    checkpoint_array_t arrays[STATE_ARRAYS_MAX];
} state_list_t;

/**
 * Lists in *list, which is zeroed, all that a checkpoint of the run holds. Numbers point into the state;
 * texts stay as they are for the whole training. Rank 0, local.
 */
void state_list(state_list_t *list, const state_t *state, const plan_t *plan);

/** What a checkpoint says of itself. */
typedef struct {
    config_t config;
    int64_t epoch;      /**< epochs done */
    int64_t epoch_step; /**< steps done of the one that goes on */
    int64_t step;       /**< steps done in all */
} state_content_t;

/**
 * Checks a checkpoint by itself, without its data, before anything of it is used: it holds a training's
 * state. The configuration can be read and the conditions are its own; the weights are those of its model
 * with the alphabet's symbols, no more and no fewer, the optimizer's state likewise; the position is within
 * the run, and the counts of diverged steps are possible; the history has a row an epoch. Local.
 * STATUS_CHECKPOINT with one line (the file's path is for the caller to put in front), STATUS_MEMORY.
 */
status_t state_check_content(const checkpoint_t *checkpoint, state_content_t *content);

/**
 * Copies all that a checkpoint holds of a state, which passed state_check_content(). STATUS_CHECKPOINT with
 * the array that is missing or of another shape, or as history_read(): the state's numbers are then of no
 * use. STATUS_MEMORY.
 */
status_t state_copy(state_t *state, const plan_t *plan, const checkpoint_t *checkpoint);

/** The hashes that a checkpoint of the state as it is now would carry. Rank 0, local. STATUS_MEMORY. */
status_t state_hash(const state_t *state, const plan_t *plan, checkpoint_hashes_t *hashes);

#endif
