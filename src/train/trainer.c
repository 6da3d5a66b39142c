#include "trainer.h"

#include <stdlib.h>

#include "base/log.h"
#include "epoch_report.h"
#include "folder.h"
#include "history.h"
#include "measurement.h"
#include "plan.h"
#include "resume.h"
#include "save.h"
#include "state.h"
#include "step.h"

/**
 * The plan is made once and only read from then on. A step reads it and moves the state; report, save and
 * resume work on the state between two steps.
 */
typedef struct {
    comm_t *comm;
    const trainer_options_t *options;
    plan_t plan;
    state_t state;
    step_t step;
    measurement_t *measurement; // NULL: none is asked for
    epoch_report_t report;
    folder_t folder;
    save_t *save; // rank 0 only
    bool is_over; // the training ends before its last epoch: train.patience
} trainer_t;

/** Moves on to the next epoch's beginning. */
static void next_epoch(state_t *state) {
    state->position = (state_position_t){.epoch = state->position.epoch + 1, .step = state->position.step};
}

static bool is_checkpoint_due(const trainer_t *trainer, bool stops) {
    const int64_t step = trainer->state.position.step;
    return stops || trainer->step.asked[SIGNALS_USR1] || (uint64_t)step == trainer->plan.steps ||
           plan_is_checkpoint_due(&trainer->plan, step);
}

/** Whether the epoch that has just ended is the best so far and has to be saved for it. */
static bool is_best(const trainer_t *trainer) {
    const config_t *config = &trainer->plan.config;
    const history_t *history = &trainer->state.history;
    return config->checkpoint.best != CONFIG_BEST_NONE && history_best(config, history) + 1 == history->count;
}

/** After an epoch: whether the training ends here before its last one. */
static bool ends_early(const trainer_t *trainer) {
    return (uint64_t)trainer->state.position.step < trainer->plan.steps &&
           history_is_over(&trainer->plan.config, &trainer->state.history);
}

/** Rank 0 adopts the signals it received on behalf of all ranks, where the others wait for it. */
static void take_signals(step_t *step) {
    for (int i = 0; i < SIGNALS_COUNT; i++) {
        step->asked[i] |= signals_take((signals_t)i);
    }
}

/** Rank 0's report of the epoch that has ended. *save: it has to be saved for what the report says. */
static status_t end_epoch(trainer_t *trainer, const schedule_values_t *used, bool *save) {
    const status_t status = epoch_report_write(&trainer->report, used);
    if (status == STATUS_STOPPED) {
        // The epoch stays unreported, and is saved so.
        take_signals(&trainer->step);
        *save = true;
        return STATUS_OK;
    }
    next_epoch(&trainer->state);
    trainer->is_over = status == STATUS_OK && ends_early(trainer);
    *save = *save || is_best(trainer) || trainer->is_over;
    if (trainer->is_over) {
        epoch_report_early_end(&trainer->report);
    }
    return status;
}

/** Rank 0's report of what has ended with a step, and of a checkpoint before it. *save: as in end_epoch(). */
static status_t report(trainer_t *trainer, const schedule_values_t *used, bool epoch_ended, bool *save) {
    const status_t status = save_outcome(trainer->save);
    return status == STATUS_OK && epoch_ended ? end_epoch(trainer, used, save) : status;
}

/** Rank 0's checkpoint. is_last: no step follows. */
static status_t write_checkpoint(trainer_t *trainer, bool is_last) {
    const bool *asked = trainer->step.asked;
    is_last = is_last || trainer->is_over || signals_stop_name(asked);
    progress_start_pause(&trainer->report.progress);
    const status_t status = save_write(trainer->save, is_last, timing_active_trace(trainer->step.timing));
    progress_end_pause(&trainer->report.progress, is_last);
    if (status == STATUS_OK && asked[SIGNALS_USR1]) {
        log_line("SIGUSR1: a checkpoint of step %lld", (long long)trainer->state.position.step);
    }
    return status;
}

/** The report and the checkpoint, as far as they are due; ranks other than 0 wait for them. Collective. */
static status_t report_and_save(
    trainer_t *trainer, const schedule_values_t *used, bool epoch_ended, bool save, bool is_last) {
    const bool is_first = comm_rank(trainer->comm) == 0;
    timing_t *timing = trainer->step.timing;
    timing_enter(timing, epoch_ended ? PHASE_EVALUATION : PHASE_CHECKPOINT);
    status_t status = is_first ? report(trainer, used, epoch_ended, &save) : STATUS_OK;
    if (timing && epoch_ended) {
        // Those who only wait are to know what for.
        status = comm_agree(trainer->comm, status);
        timing_enter(timing, PHASE_CHECKPOINT);
    }
    if (status == STATUS_OK && save && is_first) {
        status = write_checkpoint(trainer, is_last);
    }
    status = comm_agree(trainer->comm, status);
    timing_enter(timing, PHASE_OTHER);
    return status;
}

/** Gives what rank 0 found out at an epoch's end to all ranks. Collective. */
static void share_end(trainer_t *trainer) {
    comm_broadcast(trainer->comm, &trainer->state.position, sizeof trainer->state.position);
    comm_broadcast(trainer->comm, &trainer->is_over, sizeof trainer->is_over);
    comm_broadcast(trainer->comm, trainer->step.asked, sizeof trainer->step.asked);
}

/**
 * What follows a step: the end of its epoch, a checkpoint. Rank 0 does it, and all agree on how it went, but
 * only where there was something to do, which all know.
 */
static status_t after_step(trainer_t *trainer, const schedule_values_t *used, bool stops) {
    const plan_t *plan = &trainer->plan;
    const state_t *state = &trainer->state;
    const bool epoch_ended = state_is_unreported(plan, &state->position);
    const bool save = is_checkpoint_due(trainer, stops);
    if (!epoch_ended && !save) {
        return STATUS_OK;
    }
    status_t status = state_check_parameters(state, plan);
    if (status != STATUS_OK && !epoch_ended && !plan_is_checkpoint_due(plan, state->position.step)) {
        // Where a run that is not stopped here would not have looked: it goes on from an older checkpoint.
        log_warning("no checkpoint is written: %s", status_message());
        status_clear();
        trainer->step.asked[SIGNALS_USR1] = false;
        return STATUS_OK;
    }
    if (status != STATUS_OK) {
        return status;
    }
    const bool is_last = stops || (uint64_t)state->position.step == plan->steps;
    status = report_and_save(trainer, used, epoch_ended, save, is_last);
    if (status == STATUS_OK && epoch_ended) {
        share_end(trainer);
    }
    trainer->step.asked[SIGNALS_USR1] = false;
    return status;
}

static void show_progress(trainer_t *trainer, int words) {
    const state_position_t *position = &trainer->state.position;
    progress_step(&trainer->report.progress, (int)position->epoch + 1, (uint64_t)position->step, words,
        state_mean(position->loss, position->words), state_mean(position->divergence, position->words));
}

static status_t stop(const trainer_t *trainer) {
    const char *name = signals_stop_name(trainer->step.asked);
    return status_fail(STATUS_STOPPED,
        "stopped%s%s after step %lld%s; the same command with --resume goes on", name ? " by " : "",
        name ? name : "", (long long)trainer->state.position.step, name ? "" : " as asked");
}

/** Whether a signal asks for the end, and there is something left to stop. */
static bool is_stopped_by_signal(const trainer_t *trainer) {
    return signals_stop_name(trainer->step.asked) &&
           trainer->state.position.epoch < trainer->plan.config.train.epochs && !trainer->is_over;
}

/** The report of an epoch whose evaluation had to wait for the run to be resumed. */
static status_t catch_up(trainer_t *trainer) {
    state_position_t last = trainer->state.position;
    last.step--;
    last.epoch_step--;
    const schedule_values_t used = state_schedules(&trainer->state, &trainer->plan, &last);
    return after_step(trainer, &used, false);
}

static status_t train_step(trainer_t *trainer) {
    const schedule_values_t used = trainer->step.schedules;
    const uint64_t stop_after = trainer->options->stop_after;
    int words;
    measurement_begin_step(trainer->measurement, trainer->state.position.step + 1);
    status_t status = step_make(&trainer->step, &words);
    timing_end_step(trainer->step.timing, words);
    if (status != STATUS_OK) {
        return status;
    }
    const bool is_given_up = words == 0;
    if (comm_rank(trainer->comm) == 0 && !is_given_up) {
        show_progress(trainer, words);
    }
    const uint64_t step = (uint64_t)trainer->state.position.step;
    const bool stops = stop_after > 0 && step >= stop_after && step < trainer->plan.steps;
    status = after_step(trainer, &used, stops || is_given_up);
    return status == STATUS_OK && stops ? stop(trainer) : status;
}

/**
 * Once the state is that of its position: makes folder, schedules and model what they are there. Collective.
 * Errors of folder_begin().
 */
static status_t move(trainer_t *trainer) {
    const plan_t *plan = &trainer->plan;
    const state_position_t *position = &trainer->state.position;
    status_t status = STATUS_OK;
    if (comm_rank(trainer->comm) == 0) {
        // Of an epoch that is not yet reported no line stays.
        const bool is_unreported = state_is_unreported(plan, position);
        status =
            folder_begin(&trainer->folder, &plan->config, (uint64_t)position->step - (is_unreported ? 1 : 0));
    }
    status = comm_agree(trainer->comm, status);
    step_move(&trainer->step);
    trainer->is_over = history_is_over(&plan->config, &trainer->state.history);
    comm_broadcast(trainer->comm, &trainer->is_over, sizeof trainer->is_over);
    return status;
}

/** After too many diverged steps: the run goes back, or ends. Collective. */
static status_t go_back(trainer_t *trainer) {
    const config_train_t *train = &trainer->plan.config.train;
    const state_t *state = &trainer->state;
    status_t status = resume_go_back(&trainer->plan, &trainer->state, &trainer->folder, trainer->save);
    if (status == STATUS_OK) {
        status = move(trainer);
    }
    if (status == STATUS_OK) {
        const long long step = (long long)state->position.step;
        log_line("gone back to %s %lld, time %lld of %d: the learning rate is times %g from there on",
            step > 0 ? "step" : "the initial weights, step", step, (long long)state->recovery.gone_back,
            train->go_back, state->recovery.rate_factor);
        progress_start(&trainer->report.progress, train->epochs, trainer->plan.steps, (uint64_t)step);
    }
    return status;
}

static status_t train_epoch(trainer_t *trainer) {
    const state_position_t *position = &trainer->state.position;
    const int64_t epoch = position->epoch;
    status_t status = STATUS_OK;
    timing_enter(trainer->step.timing, PHASE_PREPARE);
    step_begin_epoch(&trainer->step);
    progress_start_epoch(&trainer->report.progress);
    while (status == STATUS_OK && position->epoch == epoch) {
        status = state_is_unreported(&trainer->plan, position) ? catch_up(trainer) : train_step(trainer);
        if (status == STATUS_DIVERGED) {
            status = go_back(trainer);
        } else if (status == STATUS_OK && is_stopped_by_signal(trainer)) {
            status = stop(trainer);
        }
    }
    return status;
}

static status_t train(trainer_t *trainer) {
    const int epochs = trainer->plan.config.train.epochs;
    const state_position_t *position = &trainer->state.position;
    const uint64_t stop_after = trainer->options->stop_after;
    progress_t *progress = &trainer->report.progress;
    status_t status = STATUS_OK;
    if (trainer->is_over) {
        log_line("the run is complete: stopped early after %lld epochs", (long long)position->epoch);
        return STATUS_OK;
    }
    if (position->epoch >= epochs) {
        log_line("the run is complete: %d epochs", epochs);
    } else if (stop_after > 0 && (uint64_t)position->step >= stop_after) {
        return stop(trainer);
    }
    progress_start(progress, epochs, trainer->plan.steps, (uint64_t)position->step);
    while (status == STATUS_OK && position->epoch < epochs && !trainer->is_over) {
        status = train_epoch(trainer);
    }
    if (status == STATUS_OK || status == STATUS_STOPPED) {
        progress_pauses_line(progress);
    }
    return status;
}

/** Reads what is to be trained and takes all memory for it. Collective. */
static status_t prepare(trainer_t *trainer) {
    const trainer_options_t *options = trainer->options;
    comm_t *comm = trainer->comm;
    plan_t *plan = &trainer->plan;
    epoch_report_t *report = &trainer->report;
    plan->is_forced = options->force;
    status_t status =
        plan_create(plan, comm, options->config_file, options->overrides, options->override_count);
    if (status == STATUS_OK) {
        status = comm_agree(comm, folder_name(&trainer->folder, &plan->config));
    }
    if (status == STATUS_OK) {
        status = comm_agree(comm, state_create(&trainer->state, plan));
    }
    if (status == STATUS_OK) {
        status = step_create(&trainer->step, plan, &trainer->state);
    }
    if (status != STATUS_OK) {
        return status;
    }
    report->plan = plan;
    report->state = &trainer->state;
    report->folder = &trainer->folder;
    report->asked = trainer->step.asked;
    if (comm_rank(comm) == 0) {
        status = plan_evaluator(&plan->config, &plan->shape, &plan->dataset, &plan->test, &report->evaluator);
    }
    status = comm_agree(comm, status);
    if (status == STATUS_OK) {
        status = measurement_create(&trainer->measurement, plan, &options->measurement);
        trainer->step.timing = measurement_timing(trainer->measurement);
    }
    return status;
}

/** Opens the run's folder, and begins there or goes on from a checkpoint. Collective. */
static status_t begin(trainer_t *trainer) {
    const trainer_options_t *options = trainer->options;
    const plan_t *plan = &trainer->plan;
    folder_t *folder = &trainer->folder;
    const bool is_first = comm_rank(trainer->comm) == 0;
    bool found = false;
    status_t status = is_first ? folder_open(folder, &plan->config, plan->dataset.hash, options->resume,
                                     options->overwrite)
                               : STATUS_OK;
    status = comm_agree(trainer->comm, status);
    if (status != STATUS_OK) {
        return status;
    }
    plan_print(plan, folder->path, trainer->state.memory.size + step_memory(&trainer->step),
        &trainer->step.order_memory);
    if (options->resume) {
        status = resume_newest(plan, &trainer->state, folder, UINT64_MAX, &found);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (options->resume && !found) {
        log_line("nothing to resume in %s: beginning", folder->path);
    }
    if (is_first) {
        status = folder_keep_strangers(folder, &plan->config, found);
    }
    if (is_first && status == STATUS_OK) {
        status = save_create(&trainer->save, plan, &trainer->state, folder);
    }
    status = comm_agree(trainer->comm, status);
    return status == STATUS_OK ? move(trainer) : status;
}

static void release(trainer_t *trainer) {
    save_destroy(trainer->save);
    measurement_destroy(trainer->measurement);
    folder_close(&trainer->folder);
    evaluator_destroy(trainer->report.evaluator);
    step_destroy(&trainer->step);
    state_destroy(&trainer->state);
    plan_destroy(&trainer->plan);
    free(trainer);
}

static status_t run(trainer_t *trainer) {
    status_t status = prepare(trainer);
    if (status == STATUS_OK) {
        status = begin(trainer);
    }
    if (status == STATUS_OK) {
        comm_announce_cores(trainer->comm);
        status = comm_watch(trainer->comm, trainer->plan.config.train.stall_seconds);
    }
    if (status == STATUS_OK) {
        signals_watch();
        status = train(trainer);
    }
    if (status == STATUS_OK || status == STATUS_STOPPED) {
        const status_t finished = measurement_finish(trainer->measurement, &trainer->state);
        status = finished == STATUS_OK ? status : finished;
    }
    comm_unwatch(trainer->comm);
    return status;
}

status_t trainer_run(comm_t *comm, const trainer_options_t *options) {
    trainer_t *trainer = calloc(1, sizeof *trainer);
    signals_watch_output();
    status_t status =
        comm_agree(comm, trainer ? STATUS_OK : status_fail(STATUS_MEMORY, "out of memory for the training"));
    if (status == STATUS_OK) {
        trainer->comm = comm;
        trainer->options = options;
        trainer->folder = (folder_t){.lock = -1, .old_lock = -1};
        status = run(trainer);
    }
    if (trainer) {
        release(trainer);
    }
    return status;
}
