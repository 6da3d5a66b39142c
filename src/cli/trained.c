#include "trained.h"

#include <stdlib.h>
#include <string.h>

#include "train/consistency.h"
#include "train/input.h"
#include "base/log.h"
#include "train/setup.h"
#include "model/weights.h"

static status_t read_config(trained_t *trained) {
    const options_t *options = trained->options;
    const char *text;
    status_t status = checkpoint_text(&trained->checkpoint, "config/text", &text);
    if (status == STATUS_OK) {
        status = config_parse(
            &trained->config, options->file, text, strlen(text), options->overrides, options->override_count);
    }
    if (status == STATUS_OK && options->has_seed) {
        trained->config.seed = options->seed;
    }
    return status;
}

static status_t read_alphabet(trained_t *trained) {
    const char *letters;
    status_t status = checkpoint_text(&trained->checkpoint, "data/alphabet", &letters);
    return status == STATUS_OK ? alphabet_from_text(&trained->alphabet, letters) : status;
}

/** Copies the tensors that the shape asks for into one block. */
static status_t read_parameters(trained_t *trained) {
    setup_products(&trained->config);
    setup_shape(&trained->config, &trained->alphabet, &trained->shape);
    weights_describe(&trained->shape, &trained->table);
    trained->parameters = calloc(trained->table.size, sizeof *trained->parameters);
    if (!trained->parameters) {
        return status_fail(STATUS_MEMORY, "out of memory for the parameters");
    }
    status_t status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < trained->table.count; i++) {
        const parameters_entry_t *entry = &trained->table.entry[i];
        const size_t dimension[] = {(size_t)entry->dimension[0], (size_t)entry->dimension[1]};
        char name[CHECKPOINT_NAME_SIZE];
        snprintf(name, sizeof name, "parameters/%s", entry->name);
        status = checkpoint_copy(&trained->checkpoint, name, CHECKPOINT_FLOAT32, entry->dimensions, dimension,
            trained->parameters + entry->offset);
    }
    return status;
}

status_t trained_read(trained_t *trained, const options_t *options) {
    status_t (*const stages[])(trained_t *) = {read_config, read_alphabet, read_parameters};
    trained->options = options;
    consistency_t content;
    status_t status = checkpoint_read(options->file, &trained->checkpoint);
    if (status == STATUS_OK && (status = consistency_check(&trained->checkpoint, &content)) != STATUS_OK) {
        return status_prefix(status, "%s", options->file);
    }
    for (size_t i = 0; status == STATUS_OK && i < sizeof stages / sizeof stages[0]; i++) {
        status = stages[i](trained);
        if (status == STATUS_CHECKPOINT) {
            status_prefix(status, "%s", options->file);
        }
    }
    return status;
}

void trained_destroy(trained_t *trained) {
    free(trained->parameters);
    checkpoint_destroy(&trained->checkpoint);
    trained->parameters = NULL;
}

status_t trained_data(const trained_t *trained, dataset_t *dataset) {
    const char *hash, *file = trained->config.data.train;
    input_t text;
    status_t status = input_read(file, &text);
    if (status != STATUS_OK) {
        return status;
    }
    status = checkpoint_text(&trained->checkpoint, "data/hash", &hash);
    if (status == STATUS_OK) {
        status = setup_dataset(&trained->config, &text, &trained->alphabet, dataset);
    }
    if (status == STATUS_OK && strcmp(hash, dataset->hash) != 0) {
        log_warning(
            "%s is not the data that the checkpoint was trained on: held back and trained may mix", file);
    }
    input_release(&text);
    return status == STATUS_CHECKPOINT ? status_prefix(status, "%s", trained->options->file) : status;
}

status_t trained_tense(const trained_t *trained, const char *option, const char *name, int *condition) {
    const config_data_t *data = &trained->config.data;
    *condition = config_find_condition(data, name);
    if (*condition >= 0) {
        return STATUS_OK;
    }
    char names[STATUS_MESSAGE_SIZE / 2] = "";
    size_t used = 0;
    for (int i = 0; i < data->condition_count && used < sizeof names; i++) {
        used += (size_t)snprintf(
            names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "", data->conditions[i]);
    }
    return status_fail(STATUS_USAGE, "%s: no tense \"%s\", the model has %s", option, name, names);
}
