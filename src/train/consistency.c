#include "consistency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/alphabet.h"
#include "optim/optimizer.h"
#include "setup.h"
#include "model/weights.h"
#include "history.h"
#include "state.h"

/** The first line of the message at hand, as what is wrong with a part of the checkpoint. */
static status_t refuse_part(const char *part) {
    char line[STATUS_MESSAGE_SIZE / 2];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(status_message(), "\n"), status_message());
    return status_fail(STATUS_CHECKPOINT, "%s: %s", part, line);
}

static status_t read_config(const checkpoint_t *checkpoint, config_t *config) {
    const char *text;
    status_t status = checkpoint_text(checkpoint, "config/text", &text);
    if (status == STATUS_OK) {
        status = config_parse(config, "config/text", text, strlen(text), NULL, 0);
        status = status == STATUS_CONFIG ? refuse_part("its configuration cannot be read") : status;
    }
    return status;
}

static status_t check_data(const checkpoint_t *checkpoint, const config_t *config, alphabet_t *alphabet) {
    const char *letters, *conditions, *hash;
    char expected[STATE_CONDITIONS_SIZE];
    status_t status = checkpoint_text(checkpoint, "data/hash", &hash);
    if (status == STATUS_OK) {
        status = checkpoint_text(checkpoint, "data/conditions", &conditions);
    }
    if (status == STATUS_OK) {
        state_join_conditions(config, expected);
        if (strcmp(conditions, expected) != 0) {
            status = status_fail(STATUS_CHECKPOINT, "its conditions are not those of its configuration");
        }
    }
    if (status == STATUS_OK) {
        status = checkpoint_text(checkpoint, "data/alphabet", &letters);
    }
    if (status == STATUS_OK && alphabet_from_text(alphabet, letters) != STATUS_OK) {
        status = refuse_part("its alphabet cannot be read");
    }
    return status;
}

/** The arrays folder/NAME must be the table's, each of its shape. */
static status_t check_block(const checkpoint_t *checkpoint, const char *folder, const parameters_t *table) {
    const size_t length = strlen(folder);
    int count = 0;
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
    }
    for (size_t i = 0; i < checkpoint->count; i++) {
        const char *name = checkpoint->arrays[i].name;
        count += strncmp(name, folder, length) == 0 && name[length] == '/';
    }
    if (count != table->count) {
        return status_fail(STATUS_CHECKPOINT, "it has %d arrays in %s, its configuration makes %d", count,
            folder, table->count);
    }
    return STATUS_OK;
}

static status_t check_tensors(
    const checkpoint_t *checkpoint, const config_t *config, const alphabet_t *alphabet) {
    shape_t shape;
    optimizer_t optimizer;
    parameters_t *table = malloc(sizeof *table);
    if (!table) {
        return status_fail(STATUS_MEMORY, "out of memory for a table of the parameters");
    }
    setup_shape(config, alphabet, &shape);
    weights_describe(&shape, table);
    optimizer_layout(&optimizer, &(memory_t){0}, &config->optimizer, table->size);
    status_t status = check_block(checkpoint, "parameters", table);
    for (int i = 0; status == STATUS_OK && i < optimizer.moments; i++) {
        char folder[64];
        snprintf(folder, sizeof folder, "optimizer/%s", optimizer_moment_names[i]);
        status = check_block(checkpoint, folder, table);
    }
    free(table);
    return status;
}

static status_t check_position(const checkpoint_t *checkpoint, consistency_t *found) {
    const struct {
        const char *name;
        int64_t *number;
    } numbers[] = {{"position/epoch", &found->epoch}, {"position/epoch_step", &found->epoch_step},
        {"position/step", &found->step}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const status_t status =
            checkpoint_copy(checkpoint, numbers[i].name, CHECKPOINT_INT64, 0, NULL, numbers[i].number);
        if (status != STATUS_OK) {
            return status;
        }
    }
    bool is_inside = found->epoch >= 0 && found->epoch <= found->config.train.epochs &&
                     found->epoch_step >= 0 && found->step >= found->epoch_step;
    if (is_inside) {
        // The epochs that are done had equally many steps.
        const int64_t before = found->step - found->epoch_step;
        is_inside = found->epoch == 0 ? before == 0 : before > 0 && before % found->epoch == 0;
    }
    if (!is_inside) {
        return status_fail(STATUS_CHECKPOINT,
            "its position is outside its run: epoch %lld, step %lld of it, "
            "step %lld in all",
            (long long)found->epoch, (long long)found->epoch_step, (long long)found->step);
    }
    return STATUS_OK;
}

/** Checkpoints of older programs know nothing of diverged steps. */
static status_t check_recovery(const checkpoint_t *checkpoint, int64_t step) {
    const struct {
        const char *name;
        int64_t most;
    } counts[] = {{"recovery/skipped_in_epoch", INT64_MAX}, {"recovery/skipped", step},
        {"recovery/skipped_in_a_row", INT64_MAX}, {"recovery/made_in_a_row", INT64_MAX},
        {"recovery/good_step", step}, {"recovery/gone_back", INT64_MAX}};
    static const char factor_name[] = "recovery/learning_rate_factor";
    status_t status = STATUS_OK;
    double factor = 1;
    bool is_possible = true;
    for (size_t i = 0; status == STATUS_OK && i < sizeof counts / sizeof *counts; i++) {
        int64_t count = 0;
        if (checkpoint_find(checkpoint, counts[i].name)) {
            status = checkpoint_copy(checkpoint, counts[i].name, CHECKPOINT_INT64, 0, NULL, &count);
        }
        is_possible = is_possible && count >= 0 && count <= counts[i].most;
    }
    if (status == STATUS_OK && checkpoint_find(checkpoint, factor_name)) {
        status = checkpoint_copy(checkpoint, factor_name, CHECKPOINT_FLOAT64, 0, NULL, &factor);
    }
    if (status == STATUS_OK && !(is_possible && factor >= 0 && factor <= 1)) {
        status =
            status_fail(STATUS_CHECKPOINT, "its counts of skipped steps and going back are not possible");
    }
    return status;
}

static status_t check_history(const checkpoint_t *checkpoint, int64_t epochs) {
    const char *columns;
    const checkpoint_array_t *values;
    const status_t status = state_history(checkpoint, &columns, &values);
    if (status == STATUS_OK && values->dimension[0] != (size_t)epochs) {
        return status_fail(STATUS_CHECKPOINT, "history/values has %zu rows, %lld were expected",
            values->dimension[0], (long long)epochs);
    }
    return status == STATUS_OK ? history_check(columns, values->dimension[1]) : status;
}

status_t consistency_check(const checkpoint_t *checkpoint, consistency_t *found) {
    alphabet_t alphabet;
    *found = (consistency_t){0};
    status_t status = read_config(checkpoint, &found->config);
    if (status == STATUS_OK) {
        status = check_data(checkpoint, &found->config, &alphabet);
    }
    if (status == STATUS_OK) {
        status = check_tensors(checkpoint, &found->config, &alphabet);
    }
    if (status == STATUS_OK) {
        status = check_position(checkpoint, found);
    }
    if (status == STATUS_OK) {
        status = check_recovery(checkpoint, found->step);
    }
    return status == STATUS_OK ? check_history(checkpoint, found->epoch) : status;
}
