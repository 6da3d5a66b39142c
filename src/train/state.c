#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "checkpoint/image.h"
#include "comm/exact_sum.h"
#include "math/blas.h"
#include "math/kernels.h"

/** Tensors whose sums' bits the state has: those of a sum of 64 bits are always the same. */
static size_t sum_tensors(const plan_t *plan) {
    return plan->config.compute.sum == CONFIG_SUM_EXACT32 ? (size_t)plan->table.count : 0;
}

static void forget_sum_bits(state_t *state, const plan_t *plan) {
    for (size_t i = 0; i < sum_tensors(plan); i++) {
        state->sum_bits[i] = EXACT_SUM_BITS_UNKNOWN;
    }
}

static void layout_blocks(state_t *state, memory_t *memory, const plan_t *plan) {
    state->parameters = memory_take(memory, plan->table.size, sizeof(float));
    optimizer_layout(&state->optimizer, memory, &plan->config.optimizer, plan->table.size);
}

static void layout_rest(state_t *state, const plan_t *plan) {
    state->sum_bits = memory_take(&state->memory, sum_tensors(plan), sizeof *state->sum_bits);
    state->history.rows =
        memory_take(&state->memory, (size_t)plan->config.train.epochs, sizeof *state->history.rows);
}

static status_t create_rest(state_t *state, const plan_t *plan) {
    layout_rest(state, plan);
    const status_t status = memory_reserve(&state->memory);
    if (status == STATUS_OK) {
        layout_rest(state, plan);
    }
    return status;
}

status_t state_create(state_t *state, const plan_t *plan) {
    layout_blocks(state, &state->blocks, plan);
    status_t status = memory_reserve(&state->blocks);
    if (status == STATUS_OK) {
        layout_blocks(state, &state->blocks, plan);
        status = create_rest(state, plan);
    }
    if (status == STATUS_OK) {
        state_begin(state, plan);
    }
    return status;
}

/** Blocks, and squares behind them. Returns the bytes counted or given out. */
static size_t layout_shared(state_t *state, const plan_t *plan, memory_t memory) {
    layout_blocks(state, &memory, plan);
    state->squares = memory_take(&memory, exact_sum_blocks(plan->table.size), sizeof *state->squares);
    return memory.used;
}

status_t state_create_shared(state_t *state, const plan_t *plan) {
    if (plan->config.compute.reduction != CONFIG_REDUCTION_SHARED || comm_size(plan->comm) == 1) {
        return comm_agree(plan->comm, state_create(state, plan));
    }
    status_t status =
        host_memory_create(&state->shared, plan->comm, layout_shared(state, plan, (memory_t){0}));
    if (status == STATUS_OK) {
        state->blocks = (memory_t){.base = state->shared.bytes, .size = state->shared.size};
        layout_shared(state, plan, state->blocks);
        state->squares = state->shared.is_shared ? state->squares : NULL;
        status = comm_agree(plan->comm, create_rest(state, plan));
    }
    if (status == STATUS_OK) {
        state_begin(state, plan);
    }
    return status;
}

void state_destroy(state_t *state) {
    memory_release(&state->memory);
    memory_release(&state->blocks);
    host_memory_destroy(&state->shared);
}

size_t state_memory(const state_t *state, const plan_t *plan) {
    const size_t ranks = state->shared.is_shared ? (size_t)comm_size_here(plan->comm) : 1;
    return state->blocks.size / ranks + state->memory.size;
}

void state_begin(state_t *state, const plan_t *plan) {
    if (host_memory_is_written_here(&state->shared, plan->comm)) {
        parameters_initialise(&plan->table, plan->config.seed, state->parameters);
        for (int i = 0; i < state->optimizer.moments; i++) {
            memset(state->optimizer.moment[i], 0, plan->table.size * sizeof(float));
        }
    }
    host_memory_meet(&state->shared, plan->comm);
    forget_sum_bits(state, plan);
    state->position = (state_position_t){0};
    state->recovery = (state_recovery_t){.rate_factor = 1};
    state->history.count = 0;
}

void state_broadcast(state_t *state, const plan_t *plan) {
    const size_t bytes = plan->table.size * sizeof(float);
    host_memory_spread(&state->shared, plan->comm, state->parameters, bytes);
    for (int i = 0; i < state->optimizer.moments; i++) {
        host_memory_spread(&state->shared, plan->comm, state->optimizer.moment[i], bytes);
    }
    host_memory_meet(&state->shared, plan->comm);
    comm_broadcast(plan->comm, state->sum_bits, sum_tensors(plan) * sizeof *state->sum_bits);
    comm_broadcast(plan->comm, &state->position, sizeof state->position);
    comm_broadcast(plan->comm, &state->recovery, sizeof state->recovery);
    comm_broadcast(plan->comm, &state->init, sizeof state->init);
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

static checkpoint_array_t *add(
    state_list_t *list, checkpoint_state_t kind, checkpoint_type_t type, const char *name, const void *data) {
    checkpoint_array_t *array = &list->arrays[list->count++];
    *array = (checkpoint_array_t){.type = type, .state = kind, .data = data};
    snprintf(array->name, sizeof array->name, "%s", name);
    return array;
}

static void add_text(state_list_t *list, checkpoint_state_t kind, const char *name, const char *text) {
    checkpoint_array_t *array = add(list, kind, CHECKPOINT_TEXT, name, text);
    array->dimensions = 1;
    array->dimension[0] = strlen(text);
}

/** The folder of a moment's tensors. */
static void name_moment(int moment, char folder[64]) {
    snprintf(folder, 64, "optimizer/%s", optimizer_moment_names[moment]);
}

/** A block's tensors under folder/NAME. */
static void add_block(state_list_t *list, checkpoint_state_t kind, const char *folder,
    const parameters_t *table, const float *block) {
    for (int i = 0; i < table->count; i++) {
        const parameters_entry_t *entry = &table->entry[i];
        char name[CHECKPOINT_NAME_SIZE];
        snprintf(name, sizeof name, "%s/%s", folder, entry->name);
        checkpoint_array_t *array = add(list, kind, CHECKPOINT_FLOAT32, name, block + entry->offset);
        array->dimensions = entry->dimensions;
        array->dimension[0] = (size_t)entry->dimension[0];
        array->dimension[1] = (size_t)entry->dimension[1];
    }
}

static void add_blocks(state_list_t *list, const state_t *state, const plan_t *plan) {
    add_block(list, CHECKPOINT_STATE_PARAMETER, "parameters", &plan->table, state->parameters);
    for (int i = 0; i < state->optimizer.moments; i++) {
        char folder[64];
        name_moment(i, folder);
        add_block(list, CHECKPOINT_STATE_TRAINING, folder, &plan->table, state->optimizer.moment[i]);
    }
}

/** Position and recovery. */
static const struct {
    const char *name;
    checkpoint_type_t type;
    size_t offset;
    bool is_optional; // checkpoints of older programs lack it
} scalars[] = {
    {"position/epoch", CHECKPOINT_INT64, offsetof(state_t, position.epoch), false},
    {"position/epoch_step", CHECKPOINT_INT64, offsetof(state_t, position.epoch_step), false},
    {"position/step", CHECKPOINT_INT64, offsetof(state_t, position.step), false},
    {"position/words", CHECKPOINT_INT64, offsetof(state_t, position.words), false},
    {"position/loss", CHECKPOINT_FLOAT64, offsetof(state_t, position.loss), false},
    {"position/cross_entropy", CHECKPOINT_FLOAT64, offsetof(state_t, position.cross_entropy), false},
    {"position/kl", CHECKPOINT_FLOAT64, offsetof(state_t, position.divergence), false},
    {"position/gradient_norm", CHECKPOINT_FLOAT64, offsetof(state_t, position.norm), false},
    {"position/consistency_words", CHECKPOINT_INT64, offsetof(state_t, position.consistency_words), true},
    {"position/consistency", CHECKPOINT_FLOAT64, offsetof(state_t, position.consistency), true},
    {"recovery/skipped_in_epoch", CHECKPOINT_INT64, offsetof(state_t, position.skipped), true},
    {"recovery/skipped", CHECKPOINT_INT64, offsetof(state_t, recovery.skipped), true},
    {"recovery/skipped_in_a_row", CHECKPOINT_INT64, offsetof(state_t, recovery.in_a_row), true},
    {"recovery/made_in_a_row", CHECKPOINT_INT64, offsetof(state_t, recovery.made), true},
    {"recovery/good_step", CHECKPOINT_INT64, offsetof(state_t, recovery.good_step), true},
    {"recovery/gone_back", CHECKPOINT_INT64, offsetof(state_t, recovery.gone_back), true},
    {"recovery/learning_rate_factor", CHECKPOINT_FLOAT64, offsetof(state_t, recovery.rate_factor), true},
};
enum { SCALARS = sizeof scalars / sizeof *scalars };

static void add_texts(state_list_t *list, const plan_t *plan) {
    config_write(&plan->config, list->config, sizeof list->config);
    config_identity(&plan->config, list->identity, sizeof list->identity);
    alphabet_text(&plan->dataset.alphabet, list->alphabet);
    comm_library(list->mpi, sizeof list->mpi);
    add_text(list, CHECKPOINT_STATE_TRAINING, "config/identity", list->identity);
    add_text(list, CHECKPOINT_STATE_TRAINING, "data/hash", plan->dataset.hash);
    add_text(list, CHECKPOINT_STATE_TRAINING, "data/alphabet", list->alphabet);
    add_text(list, CHECKPOINT_STATE_TRAINING, "data/conditions", plan->conditions_text);
    add_text(list, CHECKPOINT_STATE_NONE, "config/text", list->config);
    add_text(list, CHECKPOINT_STATE_NONE, "versions/program", CVAE_VERSION);
    add_text(list, CHECKPOINT_STATE_NONE, "versions/mpi", list->mpi);
    add_text(list, CHECKPOINT_STATE_NONE, "versions/hdf5", image_hdf5_version());
    add_text(list, CHECKPOINT_STATE_NONE, "versions/blas", blas_version());
    add_text(list, CHECKPOINT_STATE_NONE, "versions/blas_core", blas_core());
    add_text(list, CHECKPOINT_STATE_NONE, "versions/kernels", kernels()->name);
}

static const char sum_bits_name[] = "sum/fraction_bits";
static const char init_hash[] = "init/parameter_hash", init_file[] = "init/file";

void state_list(state_list_t *list, const state_t *state, const plan_t *plan) {
    add_blocks(list, state, plan);
    if (sum_tensors(plan) > 0) {
        checkpoint_array_t *array =
            add(list, CHECKPOINT_STATE_TRAINING, CHECKPOINT_INT64, sum_bits_name, state->sum_bits);
        array->dimensions = 1;
        array->dimension[0] = sum_tensors(plan);
    }
    for (int i = 0; i < SCALARS; i++) {
        add(list, CHECKPOINT_STATE_TRAINING, scalars[i].type, scalars[i].name,
            (const char *)state + scalars[i].offset);
    }
    if (state->init.parameter_hash[0]) {
        add_text(list, CHECKPOINT_STATE_TRAINING, init_hash, state->init.parameter_hash);
        add_text(list, CHECKPOINT_STATE_NONE, init_file, state->init.file);
    }
    add_texts(list, plan);
    add_text(list, CHECKPOINT_STATE_NONE, "history/columns", history_columns);
    list->history =
        add(list, CHECKPOINT_STATE_NONE, CHECKPOINT_FLOAT64, "history/values", state->history.rows);
    list->history->dimensions = 2;
    list->history->dimension[0] = state->history.count;
    list->history->dimension[1] = HISTORY_COLUMNS;
}

/** Copies what the training started from. */
static status_t copy_init(state_init_t *init, const checkpoint_t *checkpoint) {
    const char *hash, *file;
    *init = (state_init_t){0};
    if (!checkpoint_find(checkpoint, init_hash)) {
        return STATUS_OK;
    }
    status_t status = checkpoint_text(checkpoint, init_hash, &hash);
    if (status == STATUS_OK && (status = checkpoint_text(checkpoint, init_file, &file)) == STATUS_OK) {
        snprintf(init->parameter_hash, sizeof init->parameter_hash, "%s", hash);
        snprintf(init->file, sizeof init->file, "%s", file);
    }
    return status;
}

/** Copies position, recovery, and what the training started from. */
static status_t copy_scalars(state_t *state, const checkpoint_t *checkpoint) {
    status_t status = STATUS_OK;
    // What an older file lacks is as it was at the beginning.
    state->position = (state_position_t){0};
    state->recovery = (state_recovery_t){.rate_factor = 1};
    for (int i = 0; status == STATUS_OK && i < SCALARS; i++) {
        if (!scalars[i].is_optional || checkpoint_find(checkpoint, scalars[i].name)) {
            status = checkpoint_copy(
                checkpoint, scalars[i].name, scalars[i].type, 0, NULL, (char *)state + scalars[i].offset);
        }
    }
    return status == STATUS_OK ? copy_init(&state->init, checkpoint) : status;
}

/** A run that was forced to go on with a checkpoint of another one's may find none there. */
static status_t copy_sum_bits(state_t *state, const plan_t *plan, const checkpoint_t *checkpoint) {
    const size_t tensors = sum_tensors(plan);
    forget_sum_bits(state, plan);
    return tensors > 0 && checkpoint_find(checkpoint, sum_bits_name)
               ? checkpoint_copy(checkpoint, sum_bits_name, CHECKPOINT_INT64, 1, &tensors, state->sum_bits)
               : STATUS_OK;
}

/** The history's columns, one a line, and its rows. */
static status_t find_history(
    const checkpoint_t *checkpoint, const char **columns, const checkpoint_array_t **values) {
    const status_t status = checkpoint_text(checkpoint, "history/columns", columns);
    return status == STATUS_OK
               ? checkpoint_expect(checkpoint, "history/values", CHECKPOINT_FLOAT64, 2, NULL, values)
               : status;
}

status_t state_copy(state_t *state, const plan_t *plan, const checkpoint_t *checkpoint) {
    const char *columns;
    const checkpoint_array_t *values;
    state_list_t *list = calloc(1, sizeof *list);
    if (!list) {
        return status_fail(STATUS_MEMORY, "out of memory for a checkpoint");
    }
    add_blocks(list, state, plan);
    status_t status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < list->count; i++) {
        const checkpoint_array_t *array = &list->arrays[i];
        // The list's data are the state's own numbers, constant only to the writer.
        status = checkpoint_copy(
            checkpoint, array->name, array->type, array->dimensions, array->dimension, (void *)array->data);
    }
    free(list);
    if (status == STATUS_OK) {
        status = copy_sum_bits(state, plan, checkpoint);
    }
    if (status == STATUS_OK) {
        status = copy_scalars(state, checkpoint);
    }
    if (status == STATUS_OK) {
        status = find_history(checkpoint, &columns, &values);
    }
    return status == STATUS_OK ? history_read(&state->history, columns, values->data, values->dimension[0],
                                     values->dimension[1])
                               : status;
}

/** Fraction bits of the sum, a number for each tensor, where it has 32 bits. */
static status_t check_sum_bits(const checkpoint_t *checkpoint, const config_t *config, size_t tensors) {
    const checkpoint_array_t *array;
    if (config->compute.sum != CONFIG_SUM_EXACT32) {
        return STATUS_OK;
    }
    status_t status = checkpoint_expect(checkpoint, sum_bits_name, CHECKPOINT_INT64, 1, &tensors, &array);
    for (size_t i = 0; status == STATUS_OK && i < tensors; i++) {
        const int64_t bits = ((const int64_t *)array->data)[i];
        if (bits < EXACT_SUM_BITS_UNKNOWN || bits > EXACT_SUM_BITS_MOST) {
            status =
                status_fail(STATUS_CHECKPOINT, "its %s are not possible: %lld was found, -1 to %d expected",
                    sum_bits_name, (long long)bits, EXACT_SUM_BITS_MOST);
        }
    }
    return status;
}

/** The configuration, the model that it makes, the optimizer's moments, of the weights' shapes, and the sum's
 * bits. */
static status_t check_model(const checkpoint_t *checkpoint, config_t *config) {
    optimizer_t optimizer;
    trained_t *trained = calloc(1, sizeof *trained);
    if (!trained) {
        return status_fail(STATUS_MEMORY, "out of memory for a table of the parameters");
    }
    trained->checkpoint = *checkpoint; // The arrays stay the caller's.
    status_t status = trained_describe(trained);
    *config = trained->config;
    optimizer_layout(&optimizer, &(memory_t){0}, &config->optimizer, trained->table.size);
    for (int i = 0; status == STATUS_OK && i < optimizer.moments; i++) {
        char folder[64];
        name_moment(i, folder);
        status = trained_read_block(checkpoint, folder, &trained->table, NULL);
    }
    if (status == STATUS_OK) {
        status = check_sum_bits(checkpoint, config, (size_t)trained->table.count);
    }
    trained->checkpoint = (checkpoint_t){0};
    trained_destroy(trained);
    free(trained);
    return status;
}

static status_t check_scalars(const checkpoint_t *checkpoint, state_content_t *content) {
    state_t state;
    const state_position_t *position = &state.position;
    const state_recovery_t *recovery = &state.recovery;
    const status_t status = copy_scalars(&state, checkpoint);
    if (status != STATUS_OK) {
        return status;
    }
    content->epoch = position->epoch;
    content->epoch_step = position->epoch_step;
    content->step = position->step;
    // The epochs that are done had equally many steps.
    const bool is_ordered = position->epoch_step >= 0 && position->step >= position->epoch_step;
    const int64_t before = is_ordered ? position->step - position->epoch_step : -1;
    if (position->epoch < 0 || position->epoch > content->config.train.epochs || before < 0 ||
        (before == 0) != (position->epoch == 0) || (before > 0 && before % position->epoch != 0)) {
        return status_fail(STATUS_CHECKPOINT,
            "its position is outside its run: epoch %lld, step %lld of it, step %lld in all",
            (long long)position->epoch, (long long)position->epoch_step, (long long)position->step);
    }
    if (position->skipped < 0 || recovery->skipped < 0 || recovery->skipped > position->step ||
        recovery->in_a_row < 0 || recovery->made < 0 || recovery->good_step < 0 ||
        recovery->good_step > position->step || recovery->gone_back < 0 ||
        !(recovery->rate_factor >= 0 && recovery->rate_factor <= 1)) {
        return status_fail(STATUS_CHECKPOINT, "its counts of skipped steps and going back are not possible");
    }
    return STATUS_OK;
}

static status_t check_history(const checkpoint_t *checkpoint, int64_t epochs) {
    const char *columns;
    const checkpoint_array_t *values;
    const status_t status = find_history(checkpoint, &columns, &values);
    if (status == STATUS_OK && values->dimension[0] != (size_t)epochs) {
        return status_fail(STATUS_CHECKPOINT, "history/values has %zu rows, %lld were expected",
            values->dimension[0], (long long)epochs);
    }
    return status == STATUS_OK ? history_read(NULL, columns, NULL, 0, values->dimension[1]) : status;
}

status_t state_check_content(const checkpoint_t *checkpoint, state_content_t *content) {
    status_t status = check_model(checkpoint, &content->config);
    if (status == STATUS_OK) {
        status = check_scalars(checkpoint, content);
    }
    return status == STATUS_OK ? check_history(checkpoint, content->epoch) : status;
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
