#include "step.h"

#include <stdio.h>

#include "base/random.h"
#include "base/log.h"

/** The gradient's tensors are rounded each by its own scale, where the sum has 32 bits. */
static void layout_sum(step_t *step, int shards) {
    static const exact_sum_kind_t kinds[] = {[CONFIG_SUM_EXACT] = EXACT_SUM_WIDE,
        [CONFIG_SUM_EXACT32] = EXACT_SUM_NARROW,
        [CONFIG_SUM_FLOAT] = EXACT_SUM_FLOAT};
    const plan_t *plan = step->plan;
    const int tensors = plan->table.count;
    step->tensor_first = memory_take(&step->memory, (size_t)tensors, sizeof *step->tensor_first);
    for (int i = 0; i < tensors && step->tensor_first; i++) {
        step->tensor_first[i] = plan->table.entry[i].offset;
    }
    exact_sum_layout(&step->sum, &step->memory,
        &(exact_sum_settings_t){.kind = kinds[plan->config.compute.sum],
            .count = plan->table.size,
            .shards = shards,
            .tensors = tensors,
            .first = step->tensor_first,
            .bits = step->state->sum_bits,
            .squares = step->state->squares});
}

static void layout(step_t *step) {
    const plan_t *plan = step->plan;
    memory_t *memory = &step->memory;
    const int batch = plan->batch_size, micro_batch = plan->micro_batch;
    const int shards = epoch_shards(batch, micro_batch), more = step->consistency.shards;
    const size_t words = (size_t)epoch_window_words(batch, micro_batch);
    // Of a window, at most: shares of equal things differ by one.
    const size_t window_shards = (size_t)epoch_shards((int)words, micro_batch);
    const size_t window_more = (size_t)(more / epoch_windows(batch, micro_batch) + (more > 0));
    layout_sum(step, shards + more);
    step->pairs = memory_take(memory, words, sizeof *step->pairs);
    step->invented = memory_take(memory,
        plan->invent.share > 0 ? 2 * words * (size_t)plan->dataset.longest : 0, sizeof *step->invented);
    step->keys = memory_take(memory, 2 * words, sizeof *step->keys);
    step->shard_first = memory_take(memory, window_shards + 1, sizeof *step->shard_first);
    step->shard_owner = memory_take(memory, window_shards + window_more, sizeof *step->shard_owner);
    step->work = memory_take(memory, (size_t)comm_size(plan->comm), sizeof *step->work);
    step->noise.seed = plan->config.seed;
    step->noise.dropout = plan->config.model.dropout;
    step->noise.shape = plan->shape;
    step->noise.longest = plan->dataset.longest;
    shard_noise_layout(&step->noise, memory, epoch_shard_words(plan->micro_batch));
    consistency_layout(&step->consistency, memory);
}

static status_t reserve(step_t *step) {
    const plan_t *plan = step->plan;
    status_t status = consistency_prepare(&step->consistency, plan);
    const int shards = epoch_shards(plan->batch_size, plan->micro_batch) + step->consistency.shards;
    if (status == STATUS_OK && plan->config.compute.sum == CONFIG_SUM_EXACT32 &&
        shards > EXACT_SUM_NARROW_SHARDS) {
        status = status_fail(STATUS_CONFIG,
            "compute.sum: exact32 adds up at most %d shards a step, and this run has %d (train.batch_size, "
            "train.micro_batch): exact adds up more, and a larger micro-batch makes fewer",
            EXACT_SUM_NARROW_SHARDS, shards);
    }
    const int words = epoch_shard_words(plan->micro_batch), drawn = step->consistency.words;
    const cvae_capacity_t capacity = {.words = words > drawn ? words : drawn,
        .source_letters = plan->dataset.longest,
        .target_letters = plan->dataset.longest};
    if (status == STATUS_OK) {
        status = cvae_create(&step->cvae, &plan->shape, capacity);
    }
    if (status == STATUS_OK) {
        layout(step);
        status = memory_reserve(&step->memory);
    }
    if (status == STATUS_OK) {
        layout(step);
    }
    return status;
}

status_t step_create(step_t *step, const plan_t *plan, state_t *state) {
    const config_compute_t *compute = &plan->config.compute;
    const rank_sum_settings_t reduction = {
        .is_shared = compute->reduction == CONFIG_REDUCTION_SHARED, .bucket = (size_t)compute->bucket};
    step->plan = plan;
    step->state = state;
    status_t status = comm_agree(plan->comm, reserve(step));
    if (status == STATUS_OK) {
        status = exact_sum_connect(&step->sum, plan->comm, &reduction);
    }
    if (status == STATUS_OK) {
        status = host_memory_create(&step->order_memory, plan->comm, plan->pair_count * sizeof *step->order);
        step->order = step->order_memory.bytes;
    }
    return status;
}

void step_destroy(step_t *step) {
    cvae_destroy(step->cvae);
    exact_sum_disconnect(&step->sum);
    memory_release(&step->memory);
    host_memory_destroy(&step->order_memory);
}

size_t step_memory(const step_t *step) {
    return cvae_memory(step->cvae) + step->memory.size + rank_sum_memory(&step->sum.ranks);
}

void step_move(step_t *step) {
    step->schedules = state_schedules(step->state, step->plan, &step->state->position);
    comm_broadcast(step->plan->comm, &step->schedules, sizeof step->schedules);
    cvae_bind(step->cvae, step->state->parameters);
}

void step_begin_epoch(step_t *step) {
    const plan_t *plan = step->plan;
    // No rank of the host looks at the old order any more.
    host_memory_meet(&step->order_memory, plan->comm);
    if (host_memory_is_written_here(&step->order_memory, plan->comm)) {
        epoch_order(plan->config.seed, (uint32_t)step->state->position.epoch, plan->pair_count, step->order);
    }
    host_memory_meet(&step->order_memory, plan->comm);
}

/** What the reduction carries behind the gradient. */
enum {
    SLOT_CROSS_ENTROPY,
    SLOT_DIVERGENCE,
    SLOT_COST,
    SLOT_CONSISTENCY,
    SLOT_CONSISTENCY_WORDS,
    SLOT_SIGNALS, // SIGNALS_COUNT: how many ranks got each
    // schedule_values_t, handed over by rank 0, for the next step
    SLOT_SCHEDULES = SLOT_SIGNALS + SIGNALS_COUNT
};
_Static_assert(SLOT_SCHEDULES + SCHEDULE_VALUES <= EXACT_SUM_SLOTS, "EXACT_SUM_SLOTS is too small");

/** Makes *pair one of its source with itself, if the coin of its index says so. */
static void make_copy(const config_t *config, uint32_t epoch, pair_t *pair) {
    if (config->data.copies > 0) {
        random_stream_t stream = random_stream(config->seed, RANDOM_COPY, epoch, pair->index);
        pair->target = random_uniform(&stream) < config->data.copies ? pair->source : pair->target;
    }
}

/** Words of the step. */
static int count_words(const step_t *step) {
    const plan_t *plan = step->plan;
    const size_t batch = (size_t)plan->batch_size;
    const size_t left = plan->pair_count - (size_t)step->state->position.epoch_step * batch;
    return (int)(left < batch ? left : batch);
}

/** A window's pairs, sorted so that shards hold words of like length. */
static void take_window(step_t *step, const epoch_window_t *window) {
    const plan_t *plan = step->plan;
    const state_t *state = step->state;
    const uint32_t epoch = (uint32_t)state->position.epoch;
    const size_t first =
        (size_t)state->position.epoch_step * (size_t)plan->batch_size + (size_t)window->first;
    for (int i = 0; i < window->count; i++) {
        step->pairs[i] =
            dataset_pair(&plan->dataset, plan->config.seed, epoch, step->order[first + (size_t)i]);
        invent_pair(&plan->invent, epoch, &step->pairs[i],
            step->invented + 2 * (size_t)i * (size_t)plan->dataset.longest);
        make_copy(&plan->config, epoch, &step->pairs[i]);
    }
    epoch_sort_pairs(step->pairs, window->count, step->keys);
}

/** The shard's random number, for rounding. */
static uint32_t random_of(const step_t *step, int shard) {
    const state_position_t *position = &step->state->position;
    const uint64_t index = (uint64_t)position->epoch_step * (uint64_t)step->sum.settings.shards;
    random_stream_t stream = random_stream(
        step->plan->config.seed, RANDOM_ROUNDING, (uint32_t)position->epoch, index + (uint64_t)shard);
    return random_bits(&stream);
}

static void work_on_shard(step_t *step, int shard, const pair_t *pairs, int count) {
    const plan_t *plan = step->plan;
    const state_t *state = step->state;
    cvae_training_t training = {
        .kl_weight = (float)step->schedules.kl_weight,
        .cost = {.free_bits = plan->config.train.free_bits, .target = step->schedules.kl_target},
    };
    shard_noise_draw(
        &step->noise, (uint32_t)state->position.epoch, &step->schedules, pairs, count, &training);
    timing_enter(step->timing, PHASE_EXACT_SUM);
    float *gradient = exact_sum_gradient(&step->sum);
    timing_enter(step->timing, PHASE_COMPUTE);
    cvae_loss_t loss =
        cvae_gradient(step->cvae, pairs, count, step->noise.latent, step->noise.forced, &training, gradient);
    timing_enter(step->timing, PHASE_EXACT_SUM);
    exact_sum_add(&step->sum, random_of(step, shard));
    exact_sum_add_real(&step->sum, SLOT_CROSS_ENTROPY, loss.cross_entropy);
    exact_sum_add_real(&step->sum, SLOT_DIVERGENCE, loss.divergence);
    exact_sum_add_real(&step->sum, SLOT_COST, loss.cost);
}

/** draws: a shard of them. */
static void work_on_draws(step_t *step, int shard, consistency_draws_t draws) {
    const uint32_t epoch = (uint32_t)step->state->position.epoch;
    timing_enter(step->timing, PHASE_COMPUTE);
    const int words = consistency_spell(&step->consistency, step->cvae, epoch, draws);
    if (words == 0) {
        return;
    }
    timing_enter(step->timing, PHASE_EXACT_SUM);
    float *gradient = exact_sum_gradient(&step->sum);
    timing_enter(step->timing, PHASE_COMPUTE);
    const double loss = consistency_gradient(&step->consistency, step->cvae, words, gradient);
    timing_enter(step->timing, PHASE_EXACT_SUM);
    exact_sum_add(&step->sum, random_of(step, shard));
    exact_sum_add_real(&step->sum, SLOT_CONSISTENCY, loss);
    exact_sum_add_real(&step->sum, SLOT_CONSISTENCY_WORDS, words);
}

/** This rank's shards of a window, `ranks` ranks from `first_rank` on having their parts of it. draws: of the
 * step. */
static void work_on_window(step_t *step, const epoch_window_t *window, int first_rank, int ranks,
    int step_shards, consistency_draws_t draws) {
    const plan_t *plan = step->plan;
    timing_enter_shard(step->timing, PHASE_PREPARE, -1, 0);
    take_window(step, window);
    epoch_cut_shards(step->pairs, window->count, plan->micro_batch, step->shard_first);
    epoch_deal_shards(
        step->pairs, step->shard_first, window->shards, window->more, ranks, step->work, step->shard_owner);
    for (int i = 0; i < window->shards + window->more; i++) {
        // With a signal for the end the step is given up, and the rest of it is not worth anybody's wait.
        if (first_rank + step->shard_owner[i] != comm_rank(plan->comm) || signals_ask_to_stop()) {
            continue;
        }
        const int first = i < window->shards ? step->shard_first[i] : 0;
        const int words = i < window->shards ? step->shard_first[i + 1] - first : 0;
        const int other = window->more_first + i - window->shards;
        const int shard = i < window->shards ? window->shard + i : step_shards + other;
        timing_enter_shard(step->timing, PHASE_PREPARE, shard, words);
        if (i < window->shards) {
            work_on_shard(step, shard, step->pairs + first, words);
        } else {
            work_on_draws(step, shard, consistency_shard(&step->consistency, draws, other));
        }
    }
}

/** is_again: after an attempt whose sum did not fit. */
static void work_on_shards(step_t *step, int count, bool is_again) {
    const plan_t *plan = step->plan;
    const int micro_batch = plan->micro_batch, rank = comm_rank(plan->comm), size = comm_size(plan->comm);
    const consistency_draws_t draws = consistency_draws(&step->consistency, &step->state->position, count);
    const int shards = epoch_shards(count, micro_batch);
    const int more = consistency_shards(&step->consistency, draws);
    exact_sum_begin(&step->sum, count, size == 1 ? shards + more : 0, is_again);
    for (int i = 0; i < epoch_windows(count, micro_batch); i++) {
        int first;
        const epoch_window_t window = epoch_window(count, micro_batch, more, i);
        const int ranks = epoch_window_ranks(&window, shards + more, size, &first, step->work);
        if (rank >= first && rank < first + ranks) {
            work_on_window(step, &window, first, ranks, shards, draws);
        }
    }
}

/** Whether the step may be made, which all ranks see alike. *norm: the gradient's. */
static status_t read_gradient(step_t *step, double *norm) {
    const plan_t *plan = step->plan;
    const double limit = plan->config.train.max_gradient_norm;
    if (exact_sum_bad_count(&step->sum) > 0) {
        // The first bad element of all ranks, so that the message does not depend on who worked on what.
        const size_t own = exact_sum_first_bad(&step->sum);
        const int64_t first = comm_minimum(plan->comm, own == SIZE_MAX ? INT64_MAX : (int64_t)own);
        const parameters_entry_t *entry =
            (size_t)first < step->sum.settings.count ? parameters_at(&plan->table, (size_t)first) : NULL;
        return status_fail(STATUS_DIVERGED, "the %s%s is not finite or too large",
            entry ? "gradient of " : "loss", entry ? entry->name : "");
    }
    *norm = exact_sum_read(&step->sum);
    // In this form a limit holds for a norm that is not finite, too.
    if (limit == 0 || *norm <= limit) {
        return STATUS_OK;
    }
    exact_sum_read_rest(&step->sum);
    return status_fail(STATUS_DIVERGED,
        "the gradient's norm is %g (train.max_gradient_norm: %g), most of it in %s", *norm, limit,
        state_largest(plan, step->sum.gradient));
}

/**
 * One reduction: of gradients and losses, of the schedules' values for the next step, which are rank 0's, and
 * of the signals that ranks got. Where time is measured, waiting for the others is told from it.
 */
static void reduce(step_t *step) {
    comm_t *comm = step->plan->comm;
    timing_enter_shard(step->timing, PHASE_OTHER, -1, 0);
    if (comm_rank(comm) == 0) {
        // Where the next step stands: the schedules look at nothing else.
        state_position_t position = step->state->position;
        position.step++;
        position.epoch_step++;
        const schedule_values_t next = state_schedules(step->state, step->plan, &position);
        for (int i = 0; i < SCHEDULE_VALUES; i++) {
            exact_sum_hand_over(&step->sum, SLOT_SCHEDULES + i, ((const double *)&next)[i]);
        }
    }
    timing_enter(step->timing, PHASE_WAITING);
    if (step->timing) {
        comm_barrier(comm);
    }
    timing_enter(step->timing, PHASE_ALLREDUCE);
    // As late as can be: what comes after it waits for the next step.
    for (int i = 0; i < SIGNALS_COUNT; i++) {
        exact_sum_add_real(&step->sum, SLOT_SIGNALS + i, signals_take((signals_t)i));
    }
    exact_sum_reduce(&step->sum);
    timing_note_sum(step->timing, comm_size(comm) > 1 ? step->sum.bytes : 0);
    timing_enter(step->timing, PHASE_EXACT_SUM);
    for (int i = 0; i < SIGNALS_COUNT; i++) {
        step->asked[i] |= exact_sum_real(&step->sum, SLOT_SIGNALS + i) > 0;
    }
}

static void update(step_t *step, int words, double norm) {
    state_t *state = step->state;
    state_position_t *position = &state->position;
    const int64_t updates = position->step - state->recovery.skipped;
    const exact_sum_part_t part = exact_sum_part(&step->sum);
    optimizer_step(&state->optimizer, (uint64_t)updates + 1, step->schedules.learning_rate, norm, part.first,
        part.end, step->sum.gradient, state->parameters);
    host_memory_meet(&state->shared, step->plan->comm);
    cvae_bind(step->cvae, state->parameters);
    const double cross_entropy = exact_sum_real(&step->sum, SLOT_CROSS_ENTROPY);
    const double divergence = exact_sum_real(&step->sum, SLOT_DIVERGENCE);
    position->words += words;
    position->loss += cross_entropy + step->schedules.kl_weight * exact_sum_real(&step->sum, SLOT_COST);
    position->cross_entropy += cross_entropy;
    position->divergence += divergence;
    position->norm += norm;
    position->consistency_words += (int64_t)exact_sum_real(&step->sum, SLOT_CONSISTENCY_WORDS);
    position->consistency += exact_sum_real(&step->sum, SLOT_CONSISTENCY);
}

/** The step was made: the checkpoint of train.diverged_steps ago may have become a good one. */
static void note_made(step_t *step) {
    const plan_t *plan = step->plan;
    state_recovery_t *recovery = &step->state->recovery;
    const int needed = plan->config.train.diverged_steps;
    const int64_t proved = step->state->position.step + 1 - needed;
    recovery->in_a_row = 0;
    recovery->made += recovery->made < needed;
    // Without going back the checkpoints' places decide nothing, and must not show in a checkpoint.
    if (plan->config.train.go_back > 0 && recovery->made == needed && proved > recovery->good_step &&
        plan_is_checkpoint_due(plan, proved)) {
        recovery->good_step = proved;
    }
}

/**
 * The step diverged and changed nothing. The status message says why, and becomes a warning that names the
 * step, or, where train.diverged_steps is reached, part of STATUS_DIVERGED.
 */
static status_t note_skipped(step_t *step) {
    state_position_t *position = &step->state->position;
    state_recovery_t *recovery = &step->state->recovery;
    const long long number = (long long)position->step + 1, epoch = (long long)position->epoch + 1;
    const int too_many = step->plan->config.train.diverged_steps;
    char row[48] = "";
    position->skipped++;
    recovery->skipped++;
    recovery->in_a_row++;
    recovery->made = 0;
    if (too_many > 1) {
        snprintf(row, sizeof row, ", %lld in a row", (long long)recovery->in_a_row);
    }
    if (recovery->in_a_row < too_many) {
        log_warning(
            "step %lld (epoch %lld) diverged and is skipped%s: %s", number, epoch, row, status_message());
        status_clear();
        return STATUS_OK;
    }
    return status_prefix(
        STATUS_DIVERGED, "training diverged at step %lld (epoch %lld)%s", number, epoch, row);
}

status_t step_make(step_t *step, int *words) {
    const plan_t *plan = step->plan;
    state_t *state = step->state;
    comm_alive(plan->comm, state->position.step + 1);
    timing_enter(step->timing, PHASE_PREPARE);
    *words = count_words(step);
    work_on_shards(step, *words, false);
    reduce(step);
    if (exact_sum_has_overflowed(&step->sum) && !signals_stop_name(step->asked)) {
        timing_note_again(step->timing);
        work_on_shards(step, *words, true);
        reduce(step);
    }
    if (signals_stop_name(step->asked)) {
        *words = 0;
        return STATUS_OK;
    }
    double norm = 0;
    status_t status = read_gradient(step, &norm);
    if (status == STATUS_OK) {
        timing_enter(step->timing, PHASE_OPTIMIZER);
        update(step, *words, norm);
        note_made(step);
    } else {
        status = note_skipped(step);
    }
    for (int i = 0; i < SCHEDULE_VALUES; i++) {
        ((double *)&step->schedules)[i] = exact_sum_handed_over(&step->sum, SLOT_SCHEDULES + i);
    }
    state->position.step++;
    state->position.epoch_step++;
    return status;
}
