/**
 * A trained model out of a checkpoint: its configuration, alphabet, shape and weights, checked against each
 * other. Knows nothing of the training that made it.
 */
#ifndef CVAE_TRAINED_H
#define CVAE_TRAINED_H

#include "base/status.h"
#include "checkpoint/checkpoint.h"
#include "config/config.h"
#include "data/alphabet.h"
#include "data/conditions.h"
#include "model/parameters.h"
#include "model/shape.h"

typedef struct {
    checkpoint_t checkpoint; /**< the whole file, for whoever wants more of it */
    config_t config;
    alphabet_t alphabet;
    conditions_t conditions;
    conditions_parts_t parts; /**< what the shape's parts point to */
    shape_t shape;
    parameters_t table;
    float *parameters; /**< a block of the table */
} trained_t;

/**
 * Reads the checkpoint `path` into a zeroed struct; trained_destroy() it in any case. overrides: "key=value"
 * [override_count], put over the checkpoint's configuration. Local. Errors as checkpoint_read(),
 * config_parse() and trained_describe(); messages begin with the path.
 */
status_t trained_read(trained_t *trained, const char *path, const char *const *overrides, int override_count);

/** Frees it; fine for a zeroed struct. */
void trained_destroy(trained_t *trained);

/**
 * Takes configuration, alphabet, conditions, shape and table from trained->checkpoint, and checks that they
 * go together: the configuration can be read, the conditions are those that it lists, if any, parameters/
 * holds the tensors of its model with the alphabet's symbols. STATUS_CHECKPOINT with one line (the path is
 * for the caller to put in front), STATUS_MEMORY.
 */
status_t trained_describe(trained_t *trained);

/**
 * Whether the arrays folder/NAME are the table's, no more and no fewer, each of its shape. Then copies them
 * into `block`, unless that is NULL. STATUS_CHECKPOINT likewise.
 */
status_t trained_read_block(
    const checkpoint_t *checkpoint, const char *folder, const parameters_t *table, float *block);

/**
 * The shape of the model for a configuration, and the alphabet and the conditions of its data. Where
 * conditions have parts, *parts is filled in, and the shape points there. STATUS_MEMORY.
 */
status_t trained_shape(const config_t *config, const alphabet_t *alphabet, const conditions_t *conditions,
    conditions_parts_t *parts, shape_t *shape);

#endif
