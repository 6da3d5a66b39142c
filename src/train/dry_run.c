#include "dry_run.h"

#include <math.h>

#include "base/log.h"
#include "base/system.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "report/print.h"
#include "report/progress.h"

/** Seconds that steps are measured, and an evaluation at most. */
static const double MEASURED = 2, EVALUATED = 5;

/** Steps that are not measured: memory is touched for the first time. */
enum { WARMUP = 2 };

/** Seconds of a step, on rank 0. Collective. */
static status_t measure_steps(const plan_t *plan, state_t *state, step_t *step, double *seconds) {
    int64_t started = 0, steps = 0, goes_on = 1;
    status_t status = STATUS_OK;
    step_move(step);
    step_begin_epoch(step);
    for (int i = 0; status == STATUS_OK && goes_on; i++) {
        if (i == WARMUP) {
            started = system_now();
        }
        if (state_is_unreported(plan, &state->position)) {
            state->position = (state_position_t){0}; // the epoch once more
        }
        int words;
        status = step_make(step, &words);
        steps += i >= WARMUP;
        *seconds = system_seconds(system_now() - started);
        // All ranks make the steps that rank 0's clock allows.
        goes_on = steps == 0 || *seconds < MEASURED;
        comm_broadcast(plan->comm, &goes_on, sizeof goes_on);
    }
    *seconds /= (double)steps;
    return status;
}

static bool takes_long(void *context) {
    return system_seconds(system_now() - *(const int64_t *)context) > EVALUATED;
}

/** Seconds of an evaluation; infinity: more than EVALUATED. Rank 0. */
static status_t measure_evaluation(evaluator_t *evaluator, const state_t *state, double *seconds) {
    int64_t started = system_now();
    evaluation_t evaluation;
    evaluator_ask(evaluator, takes_long, &started);
    status_t status = evaluator_run(evaluator, state->parameters, &evaluation);
    *seconds = status == STATUS_STOPPED ? INFINITY : system_seconds(system_now() - started);
    return status == STATUS_STOPPED ? STATUS_OK : status;
}

static void print_shards(const plan_t *plan) {
    const int shards = epoch_shards(plan->batch_size, plan->micro_batch), ranks = comm_size(plan->comm);
    const int most = (shards + ranks - 1) / ranks;
    log_line("shards   %d a step, of which a rank has %d%s; more than %d rank%s would have none", shards,
        most, shards % ranks ? " or one less" : "", shards, text_plural((size_t)shards));
}

/** Returns the steps that the newest checkpoint has done, if the run goes on from it. */
static uint64_t print_folder(const folder_t *folder, bool resumes) {
    uint64_t step = 0;
    size_t count = 0;
    if (checkpoint_list(folder->path, &step, 1, &count) != STATUS_OK || count == 0) {
        status_clear();
        return 0;
    }
    log_line("folder   it holds a run, of %llu step%s: %s", (unsigned long long)step, text_plural(step),
        resumes ? "--resume goes on with it"
                : "--resume goes on with it, --overwrite begins anew, --set name=... keeps both");
    return resumes ? step : 0;
}

static void print_time(const plan_t *plan, uint64_t done, double step_seconds, double evaluation_seconds) {
    const config_t *config = &plan->config;
    const uint64_t steps = done < plan->steps ? plan->steps - done : 0;
    const int epochs = (int)((steps + plan->epoch_steps - 1) / plan->epoch_steps);
    const int every = config->evaluate.every > 0 ? config->evaluate.every : epochs;
    const int evaluations = epochs > 0 ? (epochs + every - 1) / every : 0;
    const bool is_long = isinf(evaluation_seconds);
    const double total =
        (double)steps * step_seconds + evaluations * (is_long ? EVALUATED : evaluation_seconds);
    char duration[32], rate[32];
    progress_duration(total, duration);
    progress_count(plan->batch_size / step_seconds, rate);
    log_line("time     about %s%s: %llu step%s of %.1f ms (%s words/s), %d evaluation%s of %s%.1f s",
        duration, is_long ? " and more" : "", (unsigned long long)steps, text_plural(steps),
        1e3 * step_seconds, rate, evaluations, text_plural((size_t)evaluations), is_long ? "more than " : "",
        is_long ? EVALUATED : evaluation_seconds);
    log_line("nothing was written; without --dry-run the training begins");
}

status_t dry_run(const plan_t *plan, state_t *state, step_t *step, evaluator_t *evaluator,
    const folder_t *folder, bool resumes) {
    const bool is_first = comm_rank(plan->comm) == 0;
    double step_seconds = 0, evaluation_seconds = 0;
    plan_print(plan, folder->path, state_memory(state, plan) + step_memory(step), &step->order_memory);
    print_shards(plan);
    const uint64_t done = is_first ? print_folder(folder, resumes) : 0;
    status_t status = measure_steps(plan, state, step, &step_seconds);
    if (status == STATUS_OK && is_first) {
        status = measure_evaluation(evaluator, state, &evaluation_seconds);
    }
    status = comm_agree(plan->comm, status);
    if (status == STATUS_OK) {
        print_time(plan, done, step_seconds, evaluation_seconds);
    }
    return status;
}
