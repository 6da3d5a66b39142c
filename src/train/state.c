#include "state.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cvae/blas.h"
#include "cvae/kernels.h"
#include "cvae/log.h"
#include "recovery.h"
#include "selection.h"

enum {
    CHECKPOINTS_LISTED = 4096,
    ARRAYS_MAX = PARAMETERS_MAX * (1 + OPTIMIZER_MOMENTS_MAX) + 32,
};

/** Texts that a checkpoint holds, and the list of its arrays, whose data point into the run. */
typedef struct {
    char config[CONFIG_TEXT_SIZE];
    char identity[CONFIG_TEXT_SIZE];
    char alphabet[ALPHABET_TEXT_SIZE];
    char conditions[CONFIG_CONDITIONS_MAX * CONFIG_NAME_SIZE];
    char mpi[1024];
    size_t count;
    checkpoint_array_t arrays[ARRAYS_MAX];
} state_t;

static checkpoint_array_t *add(
    state_t *state, checkpoint_state_t kind, checkpoint_type_t type, const void *data) {
    checkpoint_array_t *array = &state->arrays[state->count++];
    *array = (checkpoint_array_t){.type = type, .state = kind, .data = data};
    return array;
}

static void add_text(state_t *state, checkpoint_state_t kind, const char *name, const char *text) {
    checkpoint_array_t *array = add(state, kind, CHECKPOINT_TEXT, text);
    snprintf(array->name, sizeof array->name, "%s", name);
    array->dimensions = 1;
    array->dimension[0] = strlen(text);
}

/** A block's tensors under folder/NAME. */
static void add_block(state_t *state, checkpoint_state_t kind, const char *folder, const parameters_t *table,
    const float *block) {
    for (int i = 0; i < table->count; i++) {
        const parameters_entry_t *entry = &table->entry[i];
        checkpoint_array_t *array = add(state, kind, CHECKPOINT_FLOAT32, block + entry->offset);
        snprintf(array->name, sizeof array->name, "%s/%s", folder, entry->name);
        array->dimensions = entry->dimensions;
        array->dimension[0] = (size_t)entry->dimension[0];
        array->dimension[1] = (size_t)entry->dimension[1];
    }
}

static void add_scalar(state_t *state, checkpoint_type_t type, const char *name, const void *data) {
    checkpoint_array_t *array = add(state, CHECKPOINT_STATE_TRAINING, type, data);
    snprintf(array->name, sizeof array->name, "%s", name);
}

/** What diverged steps have left behind, by names that checkpoints of older programs lack. */
static const char recovery_folder[] = "recovery/";

static void add_recovery(state_t *state, const run_t *run) {
    const recovery_t *recovery = &run->recovery;
    add_scalar(state, CHECKPOINT_INT64, "recovery/skipped_in_epoch", &run->position.skipped);
    add_scalar(state, CHECKPOINT_INT64, "recovery/skipped", &recovery->skipped);
    add_scalar(state, CHECKPOINT_INT64, "recovery/skipped_in_a_row", &recovery->in_a_row);
    add_scalar(state, CHECKPOINT_INT64, "recovery/made_in_a_row", &recovery->made);
    add_scalar(state, CHECKPOINT_INT64, "recovery/good_step", &recovery->good_step);
    add_scalar(state, CHECKPOINT_INT64, "recovery/gone_back", &recovery->gone_back);
    add_scalar(state, CHECKPOINT_FLOAT64, "recovery/learning_rate_factor", &recovery->rate_factor);
}

/** What training goes on from, apart from texts. The data are the run's own, to be written or to be read
 * into. */
static void add_numbers(state_t *state, const run_t *run) {
    const parameters_t *table = cvae_parameters(run->cvae);
    const run_position_t *position = &run->position;
    add_block(state, CHECKPOINT_STATE_PARAMETER, "parameters", table, run->parameters);
    for (int i = 0; i < run->optimizer.moments; i++) {
        char folder[64];
        snprintf(folder, sizeof folder, "optimizer/%s", optimizer_moment_names[i]);
        add_block(state, CHECKPOINT_STATE_TRAINING, folder, table, run->optimizer.moment[i]);
    }
    add_scalar(state, CHECKPOINT_INT64, "position/epoch", &position->epoch);
    add_scalar(state, CHECKPOINT_INT64, "position/epoch_step", &position->epoch_step);
    add_scalar(state, CHECKPOINT_INT64, "position/step", &position->step);
    add_scalar(state, CHECKPOINT_INT64, "position/words", &position->words);
    add_scalar(state, CHECKPOINT_FLOAT64, "position/loss", &position->loss);
    add_scalar(state, CHECKPOINT_FLOAT64, "position/cross_entropy", &position->cross_entropy);
    add_scalar(state, CHECKPOINT_FLOAT64, "position/kl", &position->divergence);
    add_scalar(state, CHECKPOINT_FLOAT64, "position/gradient_norm", &position->norm);
    add_recovery(state, run);
}

static void join_conditions(const config_t *config, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < config->data.condition_count; i++) {
        used += (size_t)snprintf(text + used, size - used, "%s\n", config->data.conditions[i]);
    }
}

static void add_texts(state_t *state, const run_t *run) {
    config_write(&run->config, state->config, sizeof state->config);
    config_identity(&run->config, state->identity, sizeof state->identity);
    alphabet_text(&run->dataset.alphabet, state->alphabet);
    join_conditions(&run->config, state->conditions, sizeof state->conditions);
    dist_library(state->mpi, sizeof state->mpi);
    add_text(state, CHECKPOINT_STATE_TRAINING, "config/identity", state->identity);
    add_text(state, CHECKPOINT_STATE_TRAINING, "data/hash", run->dataset.hash);
    add_text(state, CHECKPOINT_STATE_TRAINING, "data/alphabet", state->alphabet);
    add_text(state, CHECKPOINT_STATE_TRAINING, "data/conditions", state->conditions);
    add_text(state, CHECKPOINT_STATE_NONE, "config/text", state->config);
    add_text(state, CHECKPOINT_STATE_NONE, "versions/program", CVAE_VERSION);
    add_text(state, CHECKPOINT_STATE_NONE, "versions/mpi", state->mpi);
    add_text(state, CHECKPOINT_STATE_NONE, "versions/hdf5", checkpoint_hdf5_version());
    add_text(state, CHECKPOINT_STATE_NONE, "versions/blas", blas_version());
    add_text(state, CHECKPOINT_STATE_NONE, "versions/blas_core", blas_core());
    add_text(state, CHECKPOINT_STATE_NONE, "versions/kernels", kernels()->name);
}

static void add_history(state_t *state, const run_t *run) {
    add_text(state, CHECKPOINT_STATE_NONE, "history/columns", history_columns);
    checkpoint_array_t *array = add(state, CHECKPOINT_STATE_NONE, CHECKPOINT_FLOAT64, run->history.rows);
    snprintf(array->name, sizeof array->name, "history/values");
    array->dimensions = 2;
    array->dimension[0] = run->history.count;
    array->dimension[1] = HISTORY_COLUMNS;
}

/** Points a link at a step's checkpoint, where it is there. */
static status_t link_step(const run_t *run, const char *link, uint64_t step) {
    char name[32], path[FOLDER_PATH_SIZE];
    checkpoint_file_name(step, name);
    folder_file(&run->folder, name, path);
    return access(path, F_OK) == 0 ? checkpoint_link(run->folder.path, link, name) : STATUS_OK;
}

/**
 * Points best.h5 at the checkpoint of the best epoch so far, where it is there: an epoch that became the best
 * before checkpoint.best was given may have none.
 */
static status_t link_best(const run_t *run) {
    const size_t best = selection_best(&run->config, &run->history);
    if (run->config.checkpoint.best == CONFIG_BEST_NONE || best == SIZE_MAX) {
        return STATUS_OK;
    }
    return link_step(run, "best.h5", (uint64_t)run->history.rows[best][HISTORY_STEP]);
}

status_t state_write(const run_t *run) {
    char name[32], path[FOLDER_PATH_SIZE];
    state_t *state = calloc(1, sizeof *state);
    if (!state) {
        return status_fail(STATUS_MEMORY, "out of memory for a checkpoint");
    }
    add_numbers(state, run);
    add_texts(state, run);
    add_history(state, run);
    checkpoint_file_name((uint64_t)run->position.step, name);
    folder_file(&run->folder, name, path);
    status_t status = checkpoint_write(path, state->arrays, state->count, NULL);
    if (status == STATUS_OK) {
        status = checkpoint_link(run->folder.path, "last.h5", name);
    }
    // Before the rest is removed: what a link leads to stays.
    if (status == STATUS_OK) {
        status = link_best(run);
    }
    if (status == STATUS_OK && run->recovery.good_step > 0) {
        status = link_step(run, "good.h5", (uint64_t)run->recovery.good_step);
    }
    int keep = 0;
    if (status == STATUS_OK) {
        status = recovery_keep(run, &keep);
    }
    if (status == STATUS_OK) {
        status = checkpoint_prune(run->folder.path, keep);
    }
    free(state);
    return status;
}

/**
 * Reads the newest usable checkpoint up to step `newest`: the damaged ones before it get a warning, unless
 * there is no good one.
 */
static status_t read_newest(
    const run_t *run, uint64_t newest, checkpoint_t *checkpoint, char path[FOLDER_PATH_SIZE], bool *found) {
    uint64_t *steps = malloc(CHECKPOINTS_LISTED * sizeof *steps);
    size_t count = 0;
    if (!steps) {
        return status_fail(STATUS_MEMORY, "out of memory for the list of checkpoints");
    }
    status_t status = checkpoint_list(run->folder.path, steps, CHECKPOINTS_LISTED, &count);
    size_t first = 0;
    while (first < count && steps[first] > newest) {
        first++;
    }
    *found = first < count;
    for (size_t i = first; status == STATUS_OK && i < count; i++) {
        char name[32];
        checkpoint_file_name(steps[i], name);
        folder_file(&run->folder, name, path);
        status = checkpoint_read(path, checkpoint);
        if (status == STATUS_OK || status == STATUS_MEMORY || i + 1 == count) {
            break;
        }
        log_warning("%s; going on from an older one", status_message());
        status = STATUS_OK;
    }
    free(steps);
    return status;
}

/** The checkpoint's configuration and data must be those of the run, as far as they decide its numbers. */
static status_t check_identity(const run_t *run, const checkpoint_t *checkpoint) {
    const char *text, *hash = "";
    config_t *before = malloc(sizeof *before);
    if (!before) {
        return status_fail(STATUS_MEMORY, "out of memory for a configuration");
    }
    status_t status = checkpoint_text(checkpoint, "config/text", &text);
    if (status == STATUS_OK) {
        status = config_parse(before, "config/text", text, strlen(text), NULL, 0);
    }
    if (status == STATUS_OK) {
        status_clear();
        if (config_differences(before, &run->config) > 0) {
            status = status_prefix(STATUS_CONFIG, "the configuration is not the one it was trained with");
        }
    }
    if (status == STATUS_OK) {
        status = checkpoint_text(checkpoint, "data/hash", &hash);
    }
    if (status == STATUS_OK && strcmp(hash, run->dataset.hash) != 0) {
        status = status_fail(
            STATUS_DATA, "it was trained on other data than %s holds now", run->config.data.train);
    }
    free(before);
    return status;
}

/** Another version of the program may go on with other bits: said, but no obstacle. */
static void compare_program(const checkpoint_t *checkpoint) {
    const char *before;
    if (checkpoint_text(checkpoint, "versions/program", &before) == STATUS_OK &&
        strcmp(before, CVAE_VERSION) != 0) {
        log_warning("the checkpoint was written by version %s, this is %s: it may go on with other bits",
            before, CVAE_VERSION);
    }
}

/** Copies every array of the list from the checkpoint to where the list points. */
static status_t copy_numbers(const state_t *state, const checkpoint_t *checkpoint) {
    status_t status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < state->count; i++) {
        const checkpoint_array_t *array = &state->arrays[i];
        if (strncmp(array->name, recovery_folder, sizeof recovery_folder - 1) == 0 &&
            !checkpoint_find(checkpoint, array->name)) {
            continue;
        }
        // The list's data are the run's own numbers, constant only to the writer.
        status = checkpoint_copy(
            checkpoint, array->name, array->type, array->dimensions, array->dimension, (void *)array->data);
    }
    return status;
}

static status_t check_position(const run_t *run) {
    const run_position_t *position = &run->position;
    if (position->epoch < 0 || position->epoch > run->config.train.epochs || position->epoch_step < 0 ||
        (size_t)position->epoch_step >= run->epoch_steps ||
        (size_t)position->step != (size_t)position->epoch * run->epoch_steps + (size_t)position->epoch_step) {
        return status_fail(STATUS_CHECKPOINT, "its position is outside the run");
    }
    const recovery_t *recovery = &run->recovery;
    if (position->skipped < 0 || recovery->skipped < 0 || recovery->skipped > position->step ||
        recovery->in_a_row < 0 || recovery->made < 0 || recovery->good_step < 0 ||
        recovery->good_step > position->step || recovery->gone_back < 0 ||
        !(recovery->rate_factor >= 0 && recovery->rate_factor <= 1)) {
        return status_fail(STATUS_CHECKPOINT, "its counts of skipped steps and going back are not possible");
    }
    return STATUS_OK;
}

static status_t copy_history(run_t *run, const checkpoint_t *checkpoint) {
    const size_t shape[] = {(size_t)run->position.epoch, CHECKPOINT_ANY_SIZE};
    const char *columns;
    const checkpoint_array_t *values;
    status_t status = checkpoint_text(checkpoint, "history/columns", &columns);
    if (status == STATUS_OK) {
        status = checkpoint_expect(checkpoint, "history/values", CHECKPOINT_FLOAT64, 2, shape, &values);
    }
    if (status == STATUS_OK) {
        status =
            history_read(&run->history, columns, values->data, values->dimension[0], values->dimension[1]);
    }
    return status;
}

static status_t load(run_t *run, const checkpoint_t *checkpoint) {
    state_t *state = calloc(1, sizeof *state);
    if (!state) {
        return status_fail(STATUS_MEMORY, "out of memory for a checkpoint");
    }
    status_t status = check_identity(run, checkpoint);
    if (status == STATUS_OK) {
        add_numbers(state, run);
        status = copy_numbers(state, checkpoint);
    }
    if (status == STATUS_OK) {
        status = check_position(run);
    }
    if (status == STATUS_OK) {
        status = copy_history(run, checkpoint);
    }
    free(state);
    return status;
}

static status_t resume_on_rank_0(run_t *run, uint64_t newest, bool *found) {
    char path[FOLDER_PATH_SIZE];
    checkpoint_t checkpoint = {0};
    status_t status = read_newest(run, newest, &checkpoint, path, found);
    if (status == STATUS_OK && *found) {
        status = load(run, &checkpoint);
        if (status == STATUS_OK) {
            compare_program(&checkpoint);
            // A run that was killed between writing the best checkpoint and linking it.
            status = link_best(run);
            log_line("resumed  %s: epoch %lld, step %lld", path, (long long)run->position.epoch + 1,
                (long long)run->position.step);
        } else {
            status_prefix(status, "%s", path);
        }
    }
    checkpoint_destroy(&checkpoint);
    return status;
}

status_t state_resume(run_t *run, uint64_t newest, bool *found) {
    status_t status = STATUS_OK;
    *found = false;
    if (dist_rank(run->dist) == 0) {
        status = resume_on_rank_0(run, newest, found);
    }
    status = dist_agree(run->dist, status);
    if (status != STATUS_OK) {
        return status;
    }
    dist_broadcast(run->dist, found, sizeof *found);
    if (*found) {
        dist_broadcast(run->dist, run->parameters, run->sum.count * sizeof *run->parameters);
        for (int i = 0; i < run->optimizer.moments; i++) {
            dist_broadcast(run->dist, run->optimizer.moment[i], run->sum.count * sizeof(float));
        }
        dist_broadcast(run->dist, &run->position, sizeof run->position);
        dist_broadcast(run->dist, &run->recovery, sizeof run->recovery);
    }
    return STATUS_OK;
}
