#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "checkpoint/image.h"
#include "math/blas.h"
#include "math/kernels.h"

static void layout(state_t *state, const plan_t *plan) {
    state->parameters = memory_take(&state->memory, plan->table.size, sizeof(float));
    optimizer_layout(&state->optimizer, &state->memory, &plan->config.optimizer, plan->table.size);
    state->history.rows =
        memory_take(&state->memory, (size_t)plan->config.train.epochs, sizeof *state->history.rows);
}

status_t state_create(state_t *state, const plan_t *plan) {
    layout(state, plan);
    const status_t status = memory_reserve(&state->memory);
    if (status == STATUS_OK) {
        layout(state, plan);
        state_begin(state, plan);
    }
    return status;
}

void state_destroy(state_t *state) {
    memory_release(&state->memory);
}

void state_begin(state_t *state, const plan_t *plan) {
    parameters_initialise(&plan->table, plan->config.seed, state->parameters);
    for (int i = 0; i < state->optimizer.moments; i++) {
        memset(state->optimizer.moment[i], 0, plan->table.size * sizeof(float));
    }
    state->position = (state_position_t){0};
    state->recovery = (state_recovery_t){.rate_factor = 1};
    state->history.count = 0;
}

void state_broadcast(state_t *state, const plan_t *plan) {
    const size_t bytes = plan->table.size * sizeof(float);
    comm_broadcast(plan->comm, state->parameters, bytes);
    for (int i = 0; i < state->optimizer.moments; i++) {
        comm_broadcast(plan->comm, state->optimizer.moment[i], bytes);
    }
    comm_broadcast(plan->comm, &state->position, sizeof state->position);
    comm_broadcast(plan->comm, &state->recovery, sizeof state->recovery);
}

bool state_is_over(const state_t *state, const plan_t *plan) {
    return (uint64_t)state->position.step >= plan->steps || history_is_over(&plan->config, &state->history);
}

schedule_values_t state_schedules(
    const state_t *state, const plan_t *plan, const state_position_t *position) {
    schedule_values_t values = schedule_values(
        &plan->config, (schedule_position_t){.step = (uint64_t)position->step,
                           .steps = plan->steps,
                           .epoch = (int)position->epoch + state_is_unreported(plan, position),
                           .epochs = plan->config.train.epochs});
    values.learning_rate *= state->recovery.rate_factor;
    return values;
}

const char *state_largest(const plan_t *plan, const float *block) {
    const parameters_t *table = &plan->table;
    const parameters_entry_t *largest = NULL;
    double most = -1;
    for (int i = 0; i < table->count && !isnan(most); i++) {
        const double squares = kernels()->square_sum(table->entry[i].count, block + table->entry[i].offset);
        if (isnan(squares) || squares > most) {
            largest = &table->entry[i];
            most = squares;
        }
    }
    return largest->name;
}

status_t state_check_parameters(const state_t *state, const plan_t *plan) {
    // Weights of this size overflow the first exponential they meet; the comparison is false for NaN too.
    static const double largest_norm = 1e12;
    if (sqrt(kernels()->square_sum(plan->table.size, state->parameters)) < largest_norm) {
        return STATUS_OK;
    }
    return status_fail(STATUS_DIVERGED,
        "training diverged at step %lld: the weights of %s are not finite or too large",
        (long long)state->position.step, state_largest(plan, state->parameters));
}

void state_note_made(state_t *state, const plan_t *plan) {
    state_recovery_t *recovery = &state->recovery;
    const int needed = plan->config.train.diverged_steps;
    const int64_t proved = state->position.step + 1 - needed;
    recovery->in_a_row = 0;
    recovery->made += recovery->made < needed;
    // Without going back the checkpoints' places decide nothing, and must not show in a checkpoint.
    if (plan->config.train.go_back > 0 && recovery->made == needed && proved > recovery->good_step &&
        plan_is_checkpoint_due(plan, proved)) {
        recovery->good_step = proved;
    }
}

status_t state_note_skipped(state_t *state, const plan_t *plan) {
    state_recovery_t *recovery = &state->recovery;
    const long long step = (long long)state->position.step + 1, epoch = (long long)state->position.epoch + 1;
    const int too_many = plan->config.train.diverged_steps;
    state->position.skipped++;
    recovery->skipped++;
    recovery->in_a_row++;
    recovery->made = 0;
    if (recovery->in_a_row < too_many) {
        log_warning("step %lld (epoch %lld) diverged and is skipped, %lld in a row: %s", step, epoch,
            (long long)recovery->in_a_row, status_message());
        status_clear();
        return STATUS_OK;
    }
    return too_many == 1
               ? status_prefix(STATUS_DIVERGED, "training diverged at step %lld (epoch %lld)", step, epoch)
               : status_prefix(STATUS_DIVERGED, "training diverged at step %lld (epoch %lld), %lld in a row",
                     step, epoch, (long long)recovery->in_a_row);
}

static checkpoint_array_t *add(
    state_list_t *list, checkpoint_state_t kind, checkpoint_type_t type, const void *data) {
    checkpoint_array_t *array = &list->arrays[list->count++];
    *array = (checkpoint_array_t){.type = type, .state = kind, .data = data};
    return array;
}

static void add_text(state_list_t *list, checkpoint_state_t kind, const char *name, const char *text) {
    checkpoint_array_t *array = add(list, kind, CHECKPOINT_TEXT, text);
    snprintf(array->name, sizeof array->name, "%s", name);
    array->dimensions = 1;
    array->dimension[0] = strlen(text);
}

/** A block's tensors under folder/NAME. */
static void add_block(state_list_t *list, checkpoint_state_t kind, const char *folder,
    const parameters_t *table, const float *block) {
    for (int i = 0; i < table->count; i++) {
        const parameters_entry_t *entry = &table->entry[i];
        checkpoint_array_t *array = add(list, kind, CHECKPOINT_FLOAT32, block + entry->offset);
        snprintf(array->name, sizeof array->name, "%s/%s", folder, entry->name);
        array->dimensions = entry->dimensions;
        array->dimension[0] = (size_t)entry->dimension[0];
        array->dimension[1] = (size_t)entry->dimension[1];
    }
}

static void add_scalar(state_list_t *list, checkpoint_type_t type, const char *name, const void *data) {
    checkpoint_array_t *array = add(list, CHECKPOINT_STATE_TRAINING, type, data);
    snprintf(array->name, sizeof array->name, "%s", name);
}

/** What diverged steps have left behind, by names that checkpoints of older programs lack. */
static const char recovery_folder[] = "recovery/";

static void add_recovery(state_list_t *list, const state_t *state) {
    const state_recovery_t *recovery = &state->recovery;
    add_scalar(list, CHECKPOINT_INT64, "recovery/skipped_in_epoch", &state->position.skipped);
    add_scalar(list, CHECKPOINT_INT64, "recovery/skipped", &recovery->skipped);
    add_scalar(list, CHECKPOINT_INT64, "recovery/skipped_in_a_row", &recovery->in_a_row);
    add_scalar(list, CHECKPOINT_INT64, "recovery/made_in_a_row", &recovery->made);
    add_scalar(list, CHECKPOINT_INT64, "recovery/good_step", &recovery->good_step);
    add_scalar(list, CHECKPOINT_INT64, "recovery/gone_back", &recovery->gone_back);
    add_scalar(list, CHECKPOINT_FLOAT64, "recovery/learning_rate_factor", &recovery->rate_factor);
}

/** What training goes on from, apart from texts. The data are the state's own, to be written or to be read
 * into. */
static void add_numbers(state_list_t *list, const state_t *state, const plan_t *plan) {
    const parameters_t *table = &plan->table;
    const state_position_t *position = &state->position;
    add_block(list, CHECKPOINT_STATE_PARAMETER, "parameters", table, state->parameters);
    for (int i = 0; i < state->optimizer.moments; i++) {
        char folder[64];
        snprintf(folder, sizeof folder, "optimizer/%s", optimizer_moment_names[i]);
        add_block(list, CHECKPOINT_STATE_TRAINING, folder, table, state->optimizer.moment[i]);
    }
    add_scalar(list, CHECKPOINT_INT64, "position/epoch", &position->epoch);
    add_scalar(list, CHECKPOINT_INT64, "position/epoch_step", &position->epoch_step);
    add_scalar(list, CHECKPOINT_INT64, "position/step", &position->step);
    add_scalar(list, CHECKPOINT_INT64, "position/words", &position->words);
    add_scalar(list, CHECKPOINT_FLOAT64, "position/loss", &position->loss);
    add_scalar(list, CHECKPOINT_FLOAT64, "position/cross_entropy", &position->cross_entropy);
    add_scalar(list, CHECKPOINT_FLOAT64, "position/kl", &position->divergence);
    add_scalar(list, CHECKPOINT_FLOAT64, "position/gradient_norm", &position->norm);
    add_recovery(list, state);
}

static void add_texts(state_list_t *list, const plan_t *plan) {
    config_write(&plan->config, list->config, sizeof list->config);
    config_identity(&plan->config, list->identity, sizeof list->identity);
    alphabet_text(&plan->dataset.alphabet, list->alphabet);
    trained_conditions(&plan->config, list->conditions);
    comm_library(list->mpi, sizeof list->mpi);
    add_text(list, CHECKPOINT_STATE_TRAINING, "config/identity", list->identity);
    add_text(list, CHECKPOINT_STATE_TRAINING, "data/hash", plan->dataset.hash);
    add_text(list, CHECKPOINT_STATE_TRAINING, "data/alphabet", list->alphabet);
    add_text(list, CHECKPOINT_STATE_TRAINING, "data/conditions", list->conditions);
    add_text(list, CHECKPOINT_STATE_NONE, "config/text", list->config);
    add_text(list, CHECKPOINT_STATE_NONE, "versions/program", CVAE_VERSION);
    add_text(list, CHECKPOINT_STATE_NONE, "versions/mpi", list->mpi);
    add_text(list, CHECKPOINT_STATE_NONE, "versions/hdf5", image_hdf5_version());
    add_text(list, CHECKPOINT_STATE_NONE, "versions/blas", blas_version());
    add_text(list, CHECKPOINT_STATE_NONE, "versions/blas_core", blas_core());
    add_text(list, CHECKPOINT_STATE_NONE, "versions/kernels", kernels()->name);
}

static void add_history(state_list_t *list, const state_t *state) {
    add_text(list, CHECKPOINT_STATE_NONE, "history/columns", history_columns);
    checkpoint_array_t *array = add(list, CHECKPOINT_STATE_NONE, CHECKPOINT_FLOAT64, state->history.rows);
    snprintf(array->name, sizeof array->name, "history/values");
    array->dimensions = 2;
    array->dimension[0] = state->history.count;
    array->dimension[1] = HISTORY_COLUMNS;
    list->history = array;
}

void state_list(state_list_t *list, const state_t *state, const plan_t *plan) {
    add_numbers(list, state, plan);
    add_texts(list, plan);
    add_history(list, state);
}

/** Copies every array of the list from the checkpoint to where the list points. */
static status_t copy_numbers(const state_list_t *list, const checkpoint_t *checkpoint) {
    status_t status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < list->count; i++) {
        const checkpoint_array_t *array = &list->arrays[i];
        if (strncmp(array->name, recovery_folder, sizeof recovery_folder - 1) == 0 &&
            !checkpoint_find(checkpoint, array->name)) {
            continue;
        }
        // The list's data are the state's own numbers, constant only to the writer.
        status = checkpoint_copy(
            checkpoint, array->name, array->type, array->dimensions, array->dimension, (void *)array->data);
    }
    return status;
}

status_t state_copy(state_t *state, const plan_t *plan, const checkpoint_t *checkpoint) {
    state_list_t *list = calloc(1, sizeof *list);
    if (!list) {
        return status_fail(STATUS_MEMORY, "out of memory for a checkpoint");
    }
    add_numbers(list, state, plan);
    // What an older file does not have is as it was at the beginning, not as a newer one that was tried has
    // it.
    state->position = (state_position_t){0};
    state->recovery = (state_recovery_t){.rate_factor = 1};
    const status_t status = copy_numbers(list, checkpoint);
    free(list);
    return status;
}

status_t state_history(
    const checkpoint_t *checkpoint, const char **columns, const checkpoint_array_t **values) {
    const status_t status = checkpoint_text(checkpoint, "history/columns", columns);
    return status == STATUS_OK
               ? checkpoint_expect(checkpoint, "history/values", CHECKPOINT_FLOAT64, 2, NULL, values)
               : status;
}

status_t state_hash(const state_t *state, const plan_t *plan, checkpoint_hashes_t *hashes) {
    state_list_t *list = calloc(1, sizeof *list);
    if (!list) {
        return status_fail(STATUS_MEMORY, "out of memory for the hashes of the training");
    }
    state_list(list, state, plan);
    const status_t status = checkpoint_hash(list->arrays, list->count, hashes);
    free(list);
    return status;
}
