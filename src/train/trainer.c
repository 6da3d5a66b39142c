#include "trainer.h"

#include "data/epoch.h"
#include "base/log.h"
#include "epoch_report.h"
#include "measurement.h"
#include "prepare.h"
#include "recovery.h"
#include "run.h"
#include "save.h"
#include "selection.h"

/** Moves on to the next epoch's beginning. */
static void next_epoch(run_t *run) {
    run->position = (run_position_t){.epoch = run->position.epoch + 1, .step = run->position.step};
}

static bool is_checkpoint_due(const run_t *run, bool stops) {
    return stops || run->asked[SIGNALS_USR1] || (uint64_t)run->position.step == run->steps ||
           run_is_checkpoint_due(run, run->position.step);
}

/** Whether the epoch that has just ended is the best so far and has to be saved for it. */
static bool is_best(const run_t *run) {
    return run->config.checkpoint.best != CONFIG_BEST_NONE &&
           selection_best(&run->config, &run->history) + 1 == run->history.count;
}

/** After an epoch: whether the training ends here before its last one. */
static bool ends_early(const run_t *run) {
    return (uint64_t)run->position.step < run->steps && selection_is_over(&run->config, &run->history);
}

/** Takes what this rank got for what all got: for rank 0, where the others wait for it. */
static void take_signals(run_t *run) {
    for (int i = 0; i < SIGNALS_COUNT; i++) {
        run->asked[i] |= signals_take((signals_t)i);
    }
}

/** Rank 0's report of the epoch that has ended. *save: it has to be saved for what the report says. */
static status_t end_epoch(run_t *run, const schedule_values_t *used, bool *save) {
    const status_t status = epoch_report(run, used);
    if (status == STATUS_STOPPED) {
        // The epoch stays unreported, and is saved so.
        take_signals(run);
        *save = true;
        return STATUS_OK;
    }
    next_epoch(run);
    run->is_over = status == STATUS_OK && ends_early(run);
    *save = *save || is_best(run) || run->is_over;
    if (run->is_over) {
        epoch_report_early_end(run);
    }
    return status;
}

/** Rank 0's report of what has ended with a step, and of a checkpoint before it. *save: as in end_epoch(). */
static status_t report(run_t *run, const schedule_values_t *used, bool epoch_ended, bool *save) {
    const status_t status = save_outcome(run->save);
    return status == STATUS_OK && epoch_ended ? end_epoch(run, used, save) : status;
}

/** Rank 0's checkpoint. is_last: no step follows. */
static status_t write_checkpoint(run_t *run, bool is_last) {
    is_last = is_last || run->is_over || signals_stop_name(run->asked);
    const status_t status = save_write(run->save, run, is_last);
    if (status == STATUS_OK && run->asked[SIGNALS_USR1]) {
        log_line("SIGUSR1: a checkpoint of step %lld", (long long)run->position.step);
    }
    return status;
}

/** The report and the checkpoint, as far as they are due; ranks other than 0 wait for them. Collective. */
static status_t report_and_save(
    run_t *run, const schedule_values_t *used, bool epoch_ended, bool save, bool is_last) {
    const bool is_first = comm_rank(run->comm) == 0;
    timing_enter(run->timing, epoch_ended ? PHASE_EVALUATION : PHASE_CHECKPOINT);
    status_t status = is_first ? report(run, used, epoch_ended, &save) : STATUS_OK;
    if (run->timing && epoch_ended) {
        // Those who only wait are to know what for.
        status = comm_agree(run->comm, status);
        timing_enter(run->timing, PHASE_CHECKPOINT);
    }
    if (status == STATUS_OK && save && is_first) {
        status = write_checkpoint(run, is_last);
    }
    status = comm_agree(run->comm, status);
    timing_enter(run->timing, PHASE_OTHER);
    return status;
}

/** What rank 0 found out at an epoch's end. Collective. */
static void share_end(run_t *run) {
    comm_broadcast(run->comm, &run->position, sizeof run->position);
    comm_broadcast(run->comm, &run->is_over, sizeof run->is_over);
    comm_broadcast(run->comm, run->asked, sizeof run->asked);
}

/**
 * What follows a step: the end of its epoch, a checkpoint. Rank 0 does it, and all agree on how it went, but
 * only where there was something to do, which all know.
 */
static status_t after_step(run_t *run, const schedule_values_t *used, bool stops) {
    const bool epoch_ended = run_is_unreported(run, &run->position);
    const bool save = is_checkpoint_due(run, stops);
    if (!epoch_ended && !save) {
        return STATUS_OK;
    }
    status_t status = run_check_parameters(run);
    if (status != STATUS_OK && !epoch_ended && !run_is_checkpoint_due(run, run->position.step)) {
        // Where a run that is not stopped here would not have looked: it goes on from an older checkpoint.
        log_warning("no checkpoint is written: %s", status_message());
        status_clear();
        run->asked[SIGNALS_USR1] = false;
        return STATUS_OK;
    }
    if (status != STATUS_OK) {
        return status;
    }
    const bool is_last = stops || (uint64_t)run->position.step == run->steps;
    status = report_and_save(run, used, epoch_ended, save, is_last);
    if (status == STATUS_OK && epoch_ended) {
        share_end(run);
    }
    run->asked[SIGNALS_USR1] = false;
    return status;
}

static void show_progress(run_t *run, int words) {
    const run_position_t *position = &run->position;
    progress_step(&run->progress, (int)position->epoch + 1, (uint64_t)position->step, words,
        run_mean(position->loss, position->words), run_mean(position->divergence, position->words));
}

static status_t stop(const run_t *run) {
    const char *name = signals_stop_name(run->asked);
    return status_fail(STATUS_STOPPED,
        "stopped%s%s after step %lld%s; the same command with --resume goes on", name ? " by " : "",
        name ? name : "", (long long)run->position.step, name ? "" : " as asked");
}

/** Whether a signal asks for the end, and there is something left to stop. */
static bool is_stopped_by_signal(const run_t *run) {
    return signals_stop_name(run->asked) && run->position.epoch < run->config.train.epochs && !run->is_over;
}

/** The report of an epoch whose evaluation had to wait for the run to be resumed. */
static status_t catch_up(run_t *run) {
    run_position_t last = run->position;
    last.step--;
    last.epoch_step--;
    const schedule_values_t used = run_schedules(run, &last);
    return after_step(run, &used, false);
}

static status_t train_step(run_t *run, uint64_t stop_after) {
    const schedule_values_t used = run->schedules;
    int words;
    measurement_begin_step(run);
    status_t status = run_step(run, &words);
    measurement_end_step(run, words);
    if (status != STATUS_OK) {
        return status;
    }
    const bool is_given_up = words == 0;
    if (comm_rank(run->comm) == 0 && !is_given_up) {
        show_progress(run, words);
    }
    const uint64_t step = (uint64_t)run->position.step;
    const bool stops = stop_after > 0 && step >= stop_after && step < run->steps;
    status = after_step(run, &used, stops || is_given_up);
    return status == STATUS_OK && stops ? stop(run) : status;
}

/** The order of the epoch, once a host. */
static void make_order(run_t *run) {
    if (host_memory_begin(&run->order_memory, run->comm)) {
        epoch_order(run->config.seed, (uint32_t)run->position.epoch, run->pair_count, run->order);
    }
    host_memory_end(&run->order_memory, run->comm);
}

static status_t train_epoch(run_t *run, uint64_t stop_after) {
    const int64_t epoch = run->position.epoch;
    status_t status = STATUS_OK;
    timing_enter(run->timing, PHASE_PREPARE);
    make_order(run);
    progress_start_epoch(&run->progress);
    while (status == STATUS_OK && run->position.epoch == epoch) {
        status = run_is_unreported(run, &run->position) ? catch_up(run) : train_step(run, stop_after);
        if (status == STATUS_DIVERGED) {
            status = recovery_go_back(run);
        } else if (status == STATUS_OK && is_stopped_by_signal(run)) {
            status = stop(run);
        }
    }
    return status;
}

static status_t train(run_t *run, uint64_t stop_after) {
    status_t status = STATUS_OK;
    if (run->is_over) {
        log_line("the run is complete: stopped early after %lld epochs", (long long)run->position.epoch);
        return STATUS_OK;
    }
    if (run->position.epoch >= run->config.train.epochs) {
        log_line("the run is complete: %d epochs", run->config.train.epochs);
    } else if (stop_after > 0 && (uint64_t)run->position.step >= stop_after) {
        return stop(run);
    }
    progress_start(&run->progress, run->config.train.epochs, run->steps, (uint64_t)run->position.step);
    while (status == STATUS_OK && run->position.epoch < run->config.train.epochs && !run->is_over) {
        status = train_epoch(run, stop_after);
    }
    if (status == STATUS_OK || status == STATUS_STOPPED) {
        progress_pauses_line(&run->progress);
    }
    return status;
}

status_t trainer_run(comm_t *comm, const trainer_options_t *options) {
    run_t *run;
    signals_watch_output();
    status_t status = prepare_run(&run, comm, options);
    if (status == STATUS_OK) {
        comm_announce_cores(comm);
        status = comm_watch(comm, run->config.train.stall_seconds);
    }
    if (status == STATUS_OK) {
        signals_watch();
        status = train(run, options->stop_after);
    }
    if (status == STATUS_OK || status == STATUS_STOPPED) {
        const status_t finished = measurement_finish(run);
        status = finished == STATUS_OK ? status : finished;
    }
    comm_unwatch(comm);
    prepare_release(run);
    return status;
}
