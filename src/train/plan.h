/**
 * What a training is going to do: its configuration and data, and the sizes and the shape of the model that
 * follow from them. Made once, then read only. Also the steps from a configuration to what it configures,
 * which training shares with the subcommands that work on a checkpoint.
 */
#ifndef CVAE_PLAN_H
#define CVAE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "comm/comm.h"
#include "comm/host_memory.h"
#include "config/config.h"
#include "data/dataset.h"
#include "data/dataset_test.h"
#include "data/invent.h"
#include "eval/evaluator.h"
#include "library/trained.h"
#include "model/parameters.h"
#include "model/shape.h"

typedef struct {
    comm_t *comm;
    config_t config;
    bool is_forced; /**< --force: checkpoints of another configuration or other data may be resumed */
    dataset_t dataset;
    host_memory_t dataset_memory; /**< where the data set stands, where there are several ranks */
    char *conditions_text;        /**< of the data set: what a checkpoint has of them */
    dataset_test_t test;          /**< rank 0 only */
    invent_t invent;
    conditions_parts_t parts; /**< what the shape's parts point to */
    shape_t shape;
    parameters_t table; /**< of the model's parameters */

    size_t pair_count;  /**< of an epoch */
    size_t epoch_steps; /**< steps of an epoch */
    uint64_t steps;     /**< of the whole run */
    int batch_size;     /**< words of a step, at most: never more than there are pairs */
    int micro_batch;    /**< words of a shard, on average */
} plan_t;

/**
 * Reads the configuration, with overrides "key=value" [override_count], and the data, on rank 0 for all, and
 * fills in *plan, which is zeroed. Collective; all ranks return the same status: as file_read(),
 * config_parse() and dataset_create(), and STATUS_CONFIG where data or ranks are too few for what is
 * configured. *plan is for plan_destroy(), also on error.
 */
status_t plan_create(
    plan_t *plan, comm_t *comm, const char *config_file, const char *const *overrides, int override_count);

/** Fine for a zeroed struct. Local. */
void plan_destroy(plan_t *plan);

/**
 * Prints what is going to be trained, on what data, into which folder, by how many ranks. model_bytes: what a
 * rank's model and training take; order: the memory of the epoch's order.
 */
void plan_print(const plan_t *plan, const char *folder, size_t model_bytes, const host_memory_t *order);

/** Whether what is done every so many epochs or steps, never for 0, is due after number `number`, from 1. */
static inline bool plan_is_due(int64_t number, int every) {
    return every > 0 && number % every == 0;
}

/** Whether the configuration asks for a checkpoint where so many steps are done. */
bool plan_is_checkpoint_due(const plan_t *plan, int64_t step);

/** Reads a configuration, with overrides [override_count]. Local. Errors as file_read(), config_parse(). */
status_t plan_config(config_t *config, const char *file, const char *const *overrides, int override_count);

/** Where a file could not be read, puts the key that names it in front of the message. Returns status. */
status_t plan_tell_key(status_t status, const char *key);

/**
 * Reads the training data that `config` names. model: whose alphabet and conditions they are read with, in
 * place of the configuration's; NULL: none. Local. Errors as file_read() and dataset_create().
 */
status_t plan_dataset(const config_t *config, const trained_t *model, dataset_t *dataset);

/** Likewise, with a model; warns where they are not the data that it was trained on. */
status_t plan_trained_dataset(const trained_t *trained, const config_t *config, dataset_t *dataset);

/** Reads and parses config->evaluate.test, which must be set. Local. */
status_t plan_test(const config_t *config, const dataset_t *dataset, dataset_test_t *test);

/**
 * The evaluator that a configuration asks for. test: empty for none; refine, refined_draws:
 * evaluator_settings_t's. Local. Errors as evaluator_create().
 */
status_t plan_evaluator(const config_t *config, const shape_t *shape, const dataset_t *dataset,
    const dataset_test_t *test, int refine, int refined_draws, evaluator_t **evaluator);

/** The steps of a run. */
typedef struct {
    int batch_size;     /**< words of a step, at most: never more than there are pairs */
    size_t epoch_steps; /**< steps of an epoch */
    uint64_t steps;     /**< of the whole run */
} plan_steps_t;

/** The steps of a run over `pair_count` pairs an epoch, at least one. */
plan_steps_t plan_steps(const config_t *config, size_t pair_count);

/** Chooses who multiplies matrices. Call before a model is made. As blas_start(), where that is OpenBLAS. */
status_t plan_products(const config_t *config);

#endif
