#include "trained.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/dataset_source.h"
#include "model/weights.h"

/** The first line of the message at hand, as what is wrong with a part of the checkpoint. */
static status_t refuse_part(const char *part) {
    char line[STATUS_MESSAGE_SIZE / 2];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(status_message(), "\n"), status_message());
    return status_fail(STATUS_CHECKPOINT, "%s: %s", part, line);
}

static status_t describe_config(trained_t *trained) {
    const char *text;
    status_t status = checkpoint_text(&trained->checkpoint, "config/text", &text);
    if (status == STATUS_OK) {
        status = config_parse(&trained->config, "config/text", text, strlen(text), NULL, 0);
        status = status == STATUS_CONFIG ? refuse_part("its configuration cannot be read") : status;
    }
    return status;
}

/** Whether the conditions are those of the configuration's list, if it has one; of a table the lemma's may
 * follow. */
static bool has_listed_conditions(const trained_t *trained) {
    const config_data_t *data = &trained->config.data;
    const conditions_t *conditions = &trained->conditions;
    const int listed = data->condition_count, others = listed > 0 ? conditions->count - listed : 0;
    bool is_same = others == 0 || (others == 1 && config_has_table(data) &&
                                      strcmp(conditions_name(conditions, listed), DATASET_LEMMA) == 0);
    for (int c = 0; is_same && c < listed; c++) {
        // An older program has not brought names to their normal form.
        const char *name = conditions_name(conditions, c);
        char *normal;
        size_t length;
        is_same = text_normal(name, strlen(name), &normal, &length) == STATUS_OK &&
                  strcmp(normal ? normal : name, data->conditions[c]) == 0;
        free(normal);
    }
    return is_same;
}

static status_t describe_data(trained_t *trained) {
    const char *hash, *conditions, *letters;
    const struct {
        const char *name, **text;
    } texts[] = {{"data/hash", &hash}, {"data/conditions", &conditions}, {"data/alphabet", &letters}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const status_t status = checkpoint_text(&trained->checkpoint, texts[i].name, texts[i].text);
        if (status != STATUS_OK) {
            return status;
        }
    }
    if (conditions_from_text(&trained->conditions, conditions) != STATUS_OK) {
        return refuse_part("its conditions cannot be read");
    }
    if (!has_listed_conditions(trained)) {
        return status_fail(STATUS_CHECKPOINT, "its conditions are not those of its configuration");
    }
    return alphabet_from_text(&trained->alphabet, letters) == STATUS_OK
               ? STATUS_OK
               : refuse_part("its alphabet cannot be read");
}

status_t trained_read_block(
    const checkpoint_t *checkpoint, const char *folder, const parameters_t *table, float *block) {
    const size_t length = strlen(folder);
    for (int i = 0; i < table->count; i++) {
        const parameters_entry_t *entry = &table->entry[i];
        const size_t dimension[] = {(size_t)entry->dimension[0], (size_t)entry->dimension[1]};
        const checkpoint_array_t *array;
        char name[CHECKPOINT_NAME_SIZE];
        snprintf(name, sizeof name, "%s/%s", folder, entry->name);
        const status_t status =
            checkpoint_expect(checkpoint, name, CHECKPOINT_FLOAT32, entry->dimensions, dimension, &array);
        if (status != STATUS_OK) {
            return status;
        }
        if (block) {
            memcpy(block + entry->offset, array->data, entry->count * sizeof *block);
        }
    }
    for (size_t i = 0; i < checkpoint->count; i++) {
        const char *name = checkpoint->arrays[i].name;
        bool is_known = strncmp(name, folder, length) != 0 || name[length] != '/';
        for (int entry = 0; !is_known && entry < table->count; entry++) {
            is_known = strcmp(name + length + 1, table->entry[entry].name) == 0;
        }
        if (!is_known) {
            return status_fail(
                STATUS_CHECKPOINT, "array '%s' is none of the model that its configuration makes", name);
        }
    }
    return STATUS_OK;
}

static status_t describe_shape(trained_t *trained) {
    const status_t status = trained_shape(
        &trained->config, &trained->alphabet, &trained->conditions, &trained->parts, &trained->shape);
    if (status == STATUS_OK) {
        weights_describe(&trained->shape, &trained->table);
    }
    return status;
}

status_t trained_describe(trained_t *trained) {
    status_t status = describe_config(trained);
    if (status == STATUS_OK) {
        status = describe_data(trained);
    }
    if (status == STATUS_OK) {
        status = describe_shape(trained);
    }
    if (status == STATUS_OK) {
        status = trained_read_block(&trained->checkpoint, "parameters", &trained->table, NULL);
    }
    return status;
}

/** Puts the overrides over the checkpoint's configuration: another shape then fits no tensor. */
static status_t override(
    trained_t *trained, const char *path, const char *const *overrides, int override_count) {
    const char *text;
    status_t status = checkpoint_text(&trained->checkpoint, "config/text", &text);
    if (status == STATUS_OK) {
        status = config_parse(&trained->config, path, text, strlen(text), overrides, override_count);
    }
    return status == STATUS_OK ? describe_shape(trained) : status;
}

status_t trained_read(
    trained_t *trained, const char *path, const char *const *overrides, int override_count) {
    status_t status = checkpoint_read(path, &trained->checkpoint);
    if (status != STATUS_OK) {
        return status;
    }
    status = trained_describe(trained);
    if (status == STATUS_OK && override_count > 0) {
        status = override(trained, path, overrides, override_count);
        if (status == STATUS_CONFIG) {
            return status;
        }
    }
    if (status == STATUS_OK) {
        trained->parameters = calloc(trained->table.size, sizeof *trained->parameters);
        status = trained->parameters ? trained_read_block(&trained->checkpoint, "parameters", &trained->table,
                                           trained->parameters)
                                     : status_fail(STATUS_MEMORY, "out of memory for the parameters");
    }
    return status == STATUS_OK ? status : status_prefix(status, "%s", path);
}

void trained_destroy(trained_t *trained) {
    free(trained->parameters);
    conditions_destroy(&trained->conditions);
    checkpoint_destroy(&trained->checkpoint);
    trained->parameters = NULL;
}

status_t trained_shape(const config_t *config, const alphabet_t *alphabet, const conditions_t *conditions,
    conditions_parts_t *parts, shape_t *shape) {
    const config_model_t *model = &config->model;
    _Static_assert(
        (int)SHAPE_ENTERS_HIDDEN == (int)CONFIG_ENTERS_HIDDEN &&
            (int)SHAPE_ENTERS_CELL == (int)CONFIG_ENTERS_CELL &&
            (int)SHAPE_ENTERS_STEPS == (int)CONFIG_ENTERS_STEPS &&
            (int)SHAPE_CELL_LSTM == (int)CONFIG_CELL_LSTM && (int)SHAPE_CELL_GRU == (int)CONFIG_CELL_GRU &&
            (int)SHAPE_LOSS_SUM == (int)CONFIG_LOSS_SUM && (int)SHAPE_LOSS_MEAN == (int)CONFIG_LOSS_MEAN &&
            (int)SHAPE_LOSS_MEAN_KL == (int)CONFIG_LOSS_MEAN_KL &&
            (int)PRODUCT_REAL == (int)CONFIG_PRECISION_FP32 &&
            (int)PRODUCT_BF16 == (int)CONFIG_PRECISION_BF16,
        "the configuration's choices and the model's are the same numbers");
    *shape = (shape_t){
        .symbols = alphabet_symbols(alphabet),
        .unknown = alphabet_unknown(alphabet),
        .embedding = model->embedding,
        .hidden = model->hidden,
        .latent = model->latent,
        .conditions = conditions->count,
        .condition_embedding = model->condition,
        .layers = model->layers,
        .cell = (shape_cell_t)model->cell,
        .bidirectional = model->bidirectional,
        .encoder_markers = model->encoder_markers,
        .encoder_condition = model->encoder_condition,
        .decoder_latent = model->decoder_latent,
        .decoder_condition = model->decoder_condition,
        .decoder_relu = model->decoder_relu,
        .loss = (shape_loss_t)config->train.loss,
        .precision = (product_precision_t)config->compute.precision,
    };
    if (!model->condition_parts) {
        return STATUS_OK;
    }
    const status_t status = conditions_split(conditions, parts);
    shape->condition_parts = parts->count;
    shape->parts = (shape_parts_t){.first = parts->first, .part = parts->part};
    return status;
}
