#include "state.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/blas.h"
#include "math/kernels.h"
#include "recovery.h"

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

static void add_texts(state_t *state, const run_t *run) {
    config_write(&run->config, state->config, sizeof state->config);
    config_identity(&run->config, state->identity, sizeof state->identity);
    alphabet_text(&run->dataset.alphabet, state->alphabet);
    trained_conditions(&run->config, state->conditions);
    comm_library(state->mpi, sizeof state->mpi);
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
    state->history = array;
}

void state_list(state_t *state, const run_t *run) {
    add_numbers(state, run);
    add_texts(state, run);
    add_history(state, run);
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

status_t state_copy(run_t *run, const checkpoint_t *checkpoint) {
    state_t *state = calloc(1, sizeof *state);
    if (!state) {
        return status_fail(STATUS_MEMORY, "out of memory for a checkpoint");
    }
    add_numbers(state, run);
    // What an older file does not have is as it was at the beginning, not as a newer one that was tried has
    // it.
    run->position = (run_position_t){0};
    run->recovery = (recovery_t){.rate_factor = 1};
    const status_t status = copy_numbers(state, checkpoint);
    free(state);
    return status;
}

status_t state_history(
    const checkpoint_t *checkpoint, const char **columns, const checkpoint_array_t **values) {
    const status_t status = checkpoint_text(checkpoint, "history/columns", columns);
    return status == STATUS_OK
               ? checkpoint_expect(checkpoint, "history/values", CHECKPOINT_FLOAT64, 2, NULL, values)
               : status;
}

status_t state_hash(const run_t *run, checkpoint_hashes_t *hashes) {
    state_t *state = calloc(1, sizeof *state);
    if (!state) {
        return status_fail(STATUS_MEMORY, "out of memory for the hashes of the training");
    }
    state_list(state, run);
    const status_t status = checkpoint_hash(state->arrays, state->count, hashes);
    free(state);
    return status;
}
