/**
 * From a configuration to what it configures: the data set, the test pairs, the model's shape. Shared by
 * training and by the subcommands that work on a checkpoint.
 */
#ifndef CVAE_SETUP_H
#define CVAE_SETUP_H

#include "config/config.h"
#include "data/dataset.h"
#include "eval/evaluator.h"
#include "base/file.h"
#include "library/trained.h"
#include "model/shape.h"
#include "base/status.h"

/**
 * Parses the training data, whose bytes are given. alphabet: a model's own, in place of the
 * configuration's letters, or NULL. Local. Errors as dataset_create().
 */
status_t setup_dataset(
    const config_t *config, const file_content_t *text, const alphabet_t *alphabet, dataset_t *dataset);

/**
 * Reads the training data that `config` names, with a trained model's alphabet; warns where they are not
 * those that the model was trained on. Local. Errors as file_read() and dataset_create().
 */
status_t setup_trained_dataset(const trained_t *trained, const config_t *config, dataset_t *dataset);

/** Reads and parses config->evaluate.test, which must be set. Local. */
status_t setup_test(const config_t *config, const dataset_t *dataset, dataset_test_t *test);

/**
 * The evaluator that a configuration asks for. test: empty for none. Local. Errors as evaluator_create().
 */
status_t setup_evaluator(const config_t *config, const shape_t *shape, const dataset_t *dataset,
    const dataset_test_t *test, evaluator_t **evaluator);

/** The steps of a run. */
typedef struct {
    int batch_size;     /**< words of a step, at most: never more than there are pairs */
    size_t epoch_steps; /**< steps of an epoch */
    uint64_t steps;     /**< of the whole run */
} setup_steps_t;

/** The steps of a run over `pair_count` pairs an epoch, at least one. */
setup_steps_t setup_steps(const config_t *config, size_t pair_count);

/** Chooses who multiplies matrices. Call before a model is made. */
void setup_products(const config_t *config);

#endif
