/**
 * A trained model taken out of a checkpoint, for the subcommands that use one. Private to src/cli.
 */
#ifndef CVAE_TRAINED_H
#define CVAE_TRAINED_H

#include "checkpoint/checkpoint.h"
#include "config/config.h"
#include "data/dataset.h"
#include "model/parameters.h"
#include "model/shape.h"
#include "base/status.h"
#include "options.h"

typedef struct {
    const options_t *options;
    checkpoint_t checkpoint;
    config_t config; /**< the checkpoint's with the options' overrides and seed */
    alphabet_t alphabet;
    shape_t shape;
    parameters_t table;
    float *parameters; /**< a block of the table */
} trained_t;

/**
 * Reads options->file into a zeroed struct; trained_destroy() it in any case. Errors as checkpoint_read() and
 * config_parse(); STATUS_CHECKPOINT also where the tensors are not those of the configuration's model.
 */
status_t trained_read(trained_t *trained, const options_t *options);

/** Frees it; fine for a zeroed struct. */
void trained_destroy(trained_t *trained);

/**
 * Reads the training data, config.data.train, with the model's alphabet; warns where they are not those that
 * the checkpoint was trained on. Errors as input_read() and dataset_create().
 */
status_t trained_data(const trained_t *trained, dataset_t *dataset);

/** The tense called `name`, which `option` asked for. STATUS_USAGE with the tenses there are. */
status_t trained_tense(const trained_t *trained, const char *option, const char *name, int *condition);

#endif
