#include "init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checkpoint/tensors.h"

/** What a letter or a name in which the model differs from the run is called; those that have ended: none. */
static void describe_letter(const char *text, char letter[TEXT_DESCRIPTION_SIZE]) {
    uint32_t code_point;
    snprintf(letter, TEXT_DESCRIPTION_SIZE, "none");
    if (*text && text_decode(text, strlen(text), &code_point) > 0) {
        text_describe(code_point, letter);
    }
}

/** The letters of an alphabet as --set takes them and a shell leaves them, without U+FFFD, which no list has.
 */
static void quote_letters(const char *letters, char *quoted, size_t size) {
    static const char unknown[] = "\xEF\xBF\xBD";
    size_t used = 0;
    for (; *letters; letters++) {
        if (strncmp(letters, unknown, strlen(unknown)) == 0) {
            letters += strlen(unknown) - 1;
        } else if (used + 5 < size) {
            used += (size_t)snprintf(quoted + used, size - used, *letters == '\'' ? "'\\''" : "%c", *letters);
        }
    }
    quoted[used] = '\0';
}

/** Letters of alphabets that differ. */
static status_t refuse_alphabet(const char *model, const char *run) {
    char there[TEXT_DESCRIPTION_SIZE], here[TEXT_DESCRIPTION_SIZE];
    const char *letters = model;
    size_t number = 1, same = 0;
    for (; model[same] && model[same] == run[same]; same++) {
    }
    // Back to where a letter begins.
    while (same > 0 && ((model[same] & 0xC0) == 0x80 || (run[same] & 0xC0) == 0x80)) {
        same--;
    }
    for (size_t i = 0; i < same; i++) {
        number += (model[i] & 0xC0) != 0x80;
    }
    describe_letter(model + same, there);
    describe_letter(run + same, here);
    char quoted[1024];
    quote_letters(letters, quoted, sizeof quoted);
    const bool is_short = strlen(letters) <= 200;
    return status_fail(STATUS_CONFIG,
        "letter %zu of its alphabet is %s, of the run's %s: set data.alphabet to the model's letters%s%s%s",
        number, there, here, is_short ? ", --set 'data.alphabet=" : "", is_short ? quoted : "",
        is_short ? "'" : "");
}

/** Names of conditions that differ, a line each. */
static status_t refuse_conditions(const char *model, const char *run) {
    size_t number = 1;
    while (*model && *run) {
        const size_t length = strcspn(model, "\n") + 1;
        if (strncmp(model, run, length) != 0) {
            break;
        }
        model += length;
        run += length;
        number++;
    }
    return status_fail(STATUS_CONFIG,
        "condition %zu of the model is %.*s, of the run %.*s: the run has to have the model's conditions, in "
        "their order",
        number, *model ? (int)strcspn(model, "\n") : 4, *model ? model : "none",
        *run ? (int)strcspn(run, "\n") : 4, *run ? run : "none");
}

static const char remedy[] = "the run's keys under model: have to be those that the model was trained with";

/** Whether two tensors have type and shape in common. */
static status_t compare_tensor(
    const char *name, const checkpoint_array_t *model, const checkpoint_array_t *run) {
    char there[192], here[192];
    if (!model) {
        return status_fail(STATUS_CONFIG, "tensor %s is missing: %s", name, remedy);
    }
    checkpoint_describe(model, there, sizeof there);
    checkpoint_describe(run, here, sizeof here);
    return strcmp(there, here) == 0 ? STATUS_OK
                                    : status_fail(STATUS_CONFIG, "tensor %s is %s, the run's is %s: %s", name,
                                          there, here, remedy);
}

/** Copies the model's tensors into the state. list: of the state, whose data are the state's own numbers. */
static status_t take_tensors(const state_list_t *list, const checkpoint_t *model) {
    static const char folder[] = "parameters/";
    const size_t prefix = strlen(folder);
    const checkpoint_t own = {.arrays = (checkpoint_array_t *)list->arrays, .count = list->count};
    for (size_t i = 0; i < model->count; i++) {
        const char *name = model->arrays[i].name;
        if (strncmp(name, folder, prefix) == 0 && !checkpoint_find(&own, name)) {
            return status_fail(STATUS_CONFIG, "tensor %s is none of the run's: %s", name + prefix, remedy);
        }
    }
    for (size_t i = 0; i < list->count; i++) {
        const checkpoint_array_t *array = &list->arrays[i], *found = checkpoint_find(model, array->name);
        size_t bytes = 0;
        if (array->state != CHECKPOINT_STATE_PARAMETER) {
            continue;
        }
        const status_t status = compare_tensor(array->name + prefix, found, array);
        if (status != STATUS_OK) {
            return status;
        }
        array_bytes(array, &bytes);
        memcpy((void *)array->data, found->data, bytes);
    }
    return STATUS_OK;
}

static status_t compare_text(const state_list_t *list, const checkpoint_t *model, const char *name,
    status_t (*refuse)(const char *model, const char *run)) {
    const checkpoint_t own = {.arrays = (checkpoint_array_t *)list->arrays, .count = list->count};
    const char *there = "", *here = "";
    status_t status = checkpoint_text(model, name, &there);
    if (status == STATUS_OK) {
        status = checkpoint_text(&own, name, &here);
    }
    return status == STATUS_OK && strcmp(there, here) != 0 ? refuse(there, here) : status;
}

static status_t take_model(
    const plan_t *plan, state_t *state, const state_list_t *list, const checkpoint_t *model) {
    status_t status = compare_text(list, model, "data/alphabet", refuse_alphabet);
    if (status == STATUS_OK) {
        status = compare_text(list, model, "data/conditions", refuse_conditions);
    }
    if (status == STATUS_OK) {
        status = take_tensors(list, model);
    }
    if (status == STATUS_OK && state_check_parameters(state, plan) != STATUS_OK) {
        status = status_fail(STATUS_CONFIG,
            "the numbers of tensor %s are not finite or too large: nothing can be trained from them",
            state_largest(plan, state->parameters));
    }
    return status == STATUS_OK
               ? array_hash(list->arrays, list->count, CHECKPOINT_STATE_PARAMETER, state->init.parameter_hash)
               : status;
}

static status_t read_on_rank_0(const plan_t *plan, state_t *state, const char *path) {
    checkpoint_t model;
    state_list_t *list = calloc(1, sizeof *list);
    status_t status = tensors_read(path, &model);
    if (status == STATUS_OK && !list) {
        status = status_fail(STATUS_MEMORY, "%s: out of memory for a model", path);
    }
    if (status == STATUS_OK) {
        state_list(list, state, plan);
        status = take_model(plan, state, list, &model);
        status = status == STATUS_OK ? status : status_prefix(status, "--init %s", path);
    }
    if (status == STATUS_OK && !realpath(path, state->init.file)) {
        snprintf(state->init.file, sizeof state->init.file, "%s", path);
    }
    checkpoint_destroy(&model);
    free(list);
    return status;
}

status_t init_read(const plan_t *plan, state_t *state, const char *path) {
    status_t status = comm_rank(plan->comm) == 0 ? read_on_rank_0(plan, state, path) : STATUS_OK;
    status = comm_agree(plan->comm, status);
    if (status == STATUS_OK) {
        state_broadcast(state, plan);
    }
    return status;
}
