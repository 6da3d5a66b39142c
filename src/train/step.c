#include <math.h>
#include <string.h>

#include "data/epoch.h"
#include "math/kernels.h"
#include "optim/schedule.h"
#include "recovery.h"
#include "run.h"

/** What the reduction carries behind the gradient. */
enum {
    SLOT_CROSS_ENTROPY,
    SLOT_DIVERGENCE,
    SLOT_COST,
    SLOT_SIGNALS, // SIGNALS_COUNT: how many ranks got each
    // schedule_values_t, handed over by rank 0, for the next step
    SLOT_SCHEDULES = SLOT_SIGNALS + SIGNALS_COUNT
};
_Static_assert(SLOT_SCHEDULES + SCHEDULE_VALUES <= EXACT_SUM_SLOTS, "EXACT_SUM_SLOTS is too small");

schedule_values_t run_schedules(const run_t *run, const run_position_t *position) {
    schedule_values_t values =
        schedule_values(&run->config, (schedule_position_t){.step = (uint64_t)position->step,
                                          .steps = run->steps,
                                          .epoch = (int)position->epoch + run_is_unreported(run, position),
                                          .epochs = run->config.train.epochs});
    values.learning_rate *= run->recovery.rate_factor;
    return values;
}

/** The batch's pairs, sorted so that shards hold words of like length. Returns how many. */
static int take_batch(run_t *run) {
    const size_t batch = (size_t)run->batch_size;
    const size_t first = (size_t)run->position.epoch_step * batch;
    const int count = (int)(run->pair_count - first < batch ? run->pair_count - first : batch);
    for (int i = 0; i < count; i++) {
        run->pairs[i] = dataset_pair(
            &run->dataset, run->config.seed, (uint32_t)run->position.epoch, run->order[first + (size_t)i]);
    }
    epoch_sort_pairs(run->pairs, count, run->keys);
    return count;
}

static void work_on_shard(run_t *run, const pair_t *pairs, int count) {
    cvae_training_t training = {
        .kl_weight = (float)run->schedules.kl_weight,
        .cost = {.free_bits = run->config.train.free_bits, .target = run->schedules.kl_target},
    };
    shard_noise_draw(&run->noise, (uint32_t)run->position.epoch, &run->schedules, pairs, count, &training);
    timing_enter(run->timing, PHASE_EXACT_SUM);
    float *gradient = exact_sum_gradient(&run->sum);
    timing_enter(run->timing, PHASE_COMPUTE);
    cvae_loss_t loss =
        cvae_gradient(run->cvae, pairs, count, run->noise.latent, run->noise.forced, &training, gradient);
    timing_enter(run->timing, PHASE_EXACT_SUM);
    exact_sum_add(&run->sum);
    exact_sum_add_real(&run->sum, SLOT_CROSS_ENTROPY, loss.cross_entropy);
    exact_sum_add_real(&run->sum, SLOT_DIVERGENCE, loss.divergence);
    exact_sum_add_real(&run->sum, SLOT_COST, loss.cost);
}

static void work_on_shards(run_t *run, int count) {
    const int shards = epoch_shards(count, run->micro_batch);
    exact_sum_begin(&run->sum, count, shards == 1 && comm_size(run->comm) == 1);
    epoch_cut_shards(run->pairs, count, run->micro_batch, run->shard_first);
    epoch_deal_shards(
        run->pairs, run->shard_first, shards, comm_size(run->comm), run->work, run->shard_owner);
    for (int shard = 0; shard < shards; shard++) {
        // With a signal for the end the step is given up, and the rest of it is not worth anybody's wait.
        if (run->shard_owner[shard] == comm_rank(run->comm) && !signals_ask_to_stop()) {
            const int first = run->shard_first[shard], words = run->shard_first[shard + 1] - first;
            timing_begin_shard(run->timing, shard, words);
            work_on_shard(run, run->pairs + first, words);
        }
    }
}

/**
 * After the reduction all ranks know that a value was bad, and they ask for the first bad element of all, so
 * that the message does not depend on who worked on which shard.
 */
static status_t report_bad(run_t *run) {
    const size_t own = exact_sum_first_bad(&run->sum);
    const int64_t first = comm_minimum(run->comm, own == SIZE_MAX ? INT64_MAX : (int64_t)own);
    const parameters_entry_t *entry =
        (size_t)first < run->sum.count ? parameters_at(cvae_parameters(run->cvae), (size_t)first) : NULL;
    return status_fail(STATUS_DIVERGED, "the %s%s is not finite or too large",
        entry ? "gradient of " : "loss", entry ? entry->name : "");
}

/** Whether the step may be made, which all ranks see alike. *norm: the gradient's. */
static status_t read_gradient(run_t *run, double *norm) {
    const double limit = run->config.train.max_gradient_norm;
    if (exact_sum_bad_count(&run->sum) > 0) {
        return report_bad(run);
    }
    *norm = exact_sum_read(&run->sum);
    // In this form a limit holds for a norm that is not finite, too.
    if (limit == 0 || *norm <= limit) {
        return STATUS_OK;
    }
    return status_fail(STATUS_DIVERGED,
        "the gradient's norm is %g (train.max_gradient_norm: %g), most of it in %s", *norm, limit,
        recovery_largest(run, run->sum.gradient));
}

/** Where the next step stands: the schedules look at nothing else. */
static run_position_t next_position(const run_t *run) {
    run_position_t next = run->position;
    next.step++;
    next.epoch_step++;
    return next;
}

static void hand_over_schedules(run_t *run) {
    if (comm_rank(run->comm) == 0) {
        const run_position_t position = next_position(run);
        const schedule_values_t next = run_schedules(run, &position);
        double values[SCHEDULE_VALUES];
        memcpy(values, &next, sizeof values);
        for (int i = 0; i < SCHEDULE_VALUES; i++) {
            exact_sum_hand_over(&run->sum, SLOT_SCHEDULES + i, values[i]);
        }
    }
}

static schedule_values_t handed_over_schedules(const run_t *run) {
    double values[SCHEDULE_VALUES];
    schedule_values_t schedules;
    for (int i = 0; i < SCHEDULE_VALUES; i++) {
        values[i] = exact_sum_handed_over(&run->sum, SLOT_SCHEDULES + i);
    }
    memcpy(&schedules, values, sizeof schedules);
    return schedules;
}

/** As late as can be before the reduction: what comes after it waits for the next step. */
static void pass_on_signals(run_t *run) {
    for (int i = 0; i < SIGNALS_COUNT; i++) {
        exact_sum_add_real(&run->sum, SLOT_SIGNALS + i, signals_take((signals_t)i));
    }
}

static void hear_of_signals(run_t *run) {
    for (int i = 0; i < SIGNALS_COUNT; i++) {
        run->asked[i] |= exact_sum_real(&run->sum, SLOT_SIGNALS + i) > 0;
    }
}

/** One reduction. Where time is measured, waiting for the others is told from it. */
static void reduce(run_t *run) {
    timing_enter(run->timing, PHASE_WAITING);
    if (run->timing) {
        comm_barrier(run->comm);
    }
    timing_enter(run->timing, PHASE_ALLREDUCE);
    pass_on_signals(run);
    exact_sum_reduce(&run->sum, run->comm);
}

static void update_parameters(void *context, size_t first, size_t count) {
    run_t *run = context;
    optimizer_update(&run->optimizer, first, count, run->sum.gradient, run->parameters);
}

static void update(run_t *run, int words, double norm) {
    run_position_t *position = &run->position;
    const int64_t updates = position->step - run->recovery.skipped;
    optimizer_begin(&run->optimizer, (uint64_t)updates + 1, run->schedules.learning_rate, norm);
    cvae_update(run->cvae, update_parameters, run);
    const double cross_entropy = exact_sum_real(&run->sum, SLOT_CROSS_ENTROPY);
    const double divergence = exact_sum_real(&run->sum, SLOT_DIVERGENCE);
    position->words += words;
    position->loss += cross_entropy + run->schedules.kl_weight * exact_sum_real(&run->sum, SLOT_COST);
    position->cross_entropy += cross_entropy;
    position->divergence += divergence;
    position->norm += norm;
}

status_t run_step(run_t *run, int *words) {
    comm_alive(run->comm, run->position.step + 1);
    timing_enter(run->timing, PHASE_PREPARE);
    *words = take_batch(run);
    work_on_shards(run, *words);
    timing_end_shards(run->timing);
    hand_over_schedules(run);
    reduce(run);
    timing_enter(run->timing, PHASE_EXACT_SUM);
    hear_of_signals(run);
    if (signals_stop_name(run->asked)) {
        *words = 0;
        return STATUS_OK;
    }
    double norm = 0;
    status_t status = read_gradient(run, &norm);
    if (status == STATUS_OK) {
        timing_enter(run->timing, PHASE_OPTIMIZER);
        update(run, *words, norm);
        recovery_note_good(run);
    } else {
        status = recovery_note_skipped(run);
    }
    run->schedules = handed_over_schedules(run);
    run->position.step++;
    run->position.epoch_step++;
    return status;
}

status_t run_check_parameters(const run_t *run) {
    // Weights of this size overflow the first exponential they meet; the comparison is false for NaN too.
    static const double largest_norm = 1e12;
    if (sqrt(kernels()->square_sum(run->sum.count, run->parameters)) < largest_norm) {
        return STATUS_OK;
    }
    return status_fail(STATUS_DIVERGED,
        "training diverged at step %lld: the weights of %s are not finite or too large",
        (long long)run->position.step, recovery_largest(run, run->parameters));
}
