#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "checkpoint/tensors.h"
#include "commands.h"
#include "library/trained.h"
#include "train/plan.h"
#include "train/state.h"

/** Prefixes the current message with the path. Tensors get the names that export gives them. */
static status_t refuse_model(const char *path, status_t status) {
    static const char folder[] = "parameters/";
    char text[STATUS_MESSAGE_SIZE / 2], *prefix;
    if (status != STATUS_CHECKPOINT || !tensors_has_name(path)) {
        return status_prefix(status, "%s", path);
    }
    snprintf(text, sizeof text, "%s", status_message());
    while ((prefix = strstr(text, folder))) {
        memmove(prefix, prefix + strlen(folder), strlen(prefix + strlen(folder)) + 1);
    }
    return status_fail(status,
        "%s: %s; it must have exactly the tensors and texts that export writes (checkpoints/README.md)", path,
        text);
}

/** Reads and checks a model. trained: zeroed, for trained_destroy(). */
static status_t read_model(const char *path, trained_t *trained) {
    status_t status = tensors_read(path, &trained->checkpoint);
    if (status == STATUS_OK && (status = trained_describe(trained)) != STATUS_OK) {
        refuse_model(path, status);
    }
    return status;
}

static void report(const char *path, const trained_t *trained) {
    log_line("%s: %d tensors, %zu parameters", path, trained->table.count, trained->table.total);
}

status_t commands_export(const options_t *options) {
    trained_t *trained = calloc(1, sizeof *trained);
    if (!trained) {
        return status_fail(STATUS_MEMORY, "%s: out of memory for a model", options->file);
    }
    status_t status = read_model(options->file, trained);
    if (status == STATUS_OK) {
        status = tensors_write(options->words[0], &trained->checkpoint);
    }
    if (status == STATUS_OK) {
        report(options->words[0], trained);
    }
    trained_destroy(trained);
    free(trained);
    return status;
}

/** The texts of a list of arrays as the model's file has them. */
static void take_texts(state_list_t *list, const checkpoint_t *model) {
    for (size_t i = 0; i < list->count; i++) {
        const checkpoint_array_t *found = checkpoint_find(model, list->arrays[i].name);
        if (found && found->type == CHECKPOINT_TEXT && list->arrays[i].type == CHECKPOINT_TEXT) {
            list->arrays[i].dimension[0] = found->dimension[0];
            list->arrays[i].data = found->data;
        }
    }
}

/** Writes the checkpoint of a training that stands at its beginning with the model's weights. */
static status_t write_checkpoint(const char *path, const trained_t *trained) {
    static char replaced[] = ""; // by the model's, as all texts are
    state_t state = {0};
    plan_t *plan = calloc(1, sizeof *plan);
    state_list_t *list = calloc(1, sizeof *list);
    status_t status =
        plan && list ? STATUS_OK : status_fail(STATUS_MEMORY, "%s: out of memory for a checkpoint", path);
    if (status == STATUS_OK) {
        plan->config = trained->config;
        plan->table = trained->table;
        plan->conditions_text = replaced;
        status = state_create(&state, plan);
    }
    if (status == STATUS_OK) {
        status = trained_read_block(&trained->checkpoint, "parameters", &trained->table, state.parameters);
    }
    if (status == STATUS_OK) {
        state_list(list, &state, plan);
        take_texts(list, &trained->checkpoint);
        status = checkpoint_write(path, list->arrays, list->count, NULL);
    }
    state_destroy(&state);
    free(list);
    free(plan);
    return status;
}

status_t commands_import(const options_t *options) {
    const char *path = options->words[0];
    struct stat there;
    if (!tensors_has_name(options->file)) {
        return status_fail(STATUS_USAGE,
            "%s: its name says no format: .safetensors or .npz was expected at its end", options->file);
    }
    if (tensors_has_name(path)) {
        return status_fail(
            STATUS_USAGE, "%s: import writes a checkpoint, such as NAME.h5, not a file of this name", path);
    }
    if (lstat(path, &there) == 0) {
        return status_fail(STATUS_OUTPUT,
            "%s: this file is there: it is not replaced; name another file, or delete this one", path);
    }
    trained_t *trained = calloc(1, sizeof *trained);
    if (!trained) {
        return status_fail(STATUS_MEMORY, "%s: out of memory for a model", options->file);
    }
    status_t status = read_model(options->file, trained);
    if (status == STATUS_OK) {
        status = write_checkpoint(path, trained);
    }
    if (status == STATUS_OK) {
        report(path, trained);
    }
    trained_destroy(trained);
    free(trained);
    return status;
}
