#include "cvae/trainer.h"

#include "cvae/epoch.h"
#include "cvae/log.h"
#include "epoch_report.h"
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
    return stops || (uint64_t)run->position.step == run->steps ||
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

/** Rank 0's part of what follows a step. is_last: no step follows. */
static status_t report_and_save(
    run_t *run, const schedule_values_t *used, bool epoch_ended, bool save, bool is_last) {
    status_t status = save_outcome(run->save);
    if (status == STATUS_OK && epoch_ended) {
        status = epoch_report(run, used);
        next_epoch(run);
        run->is_over = status == STATUS_OK && ends_early(run);
        save = save || is_best(run) || run->is_over;
    }
    if (run->is_over) {
        epoch_report_early_end(run);
    }
    if (status == STATUS_OK && save) {
        status = save_write(run->save, run, is_last || run->is_over);
    }
    return status;
}

/**
 * What follows a step: the end of its epoch, a checkpoint. Rank 0 does it, and all agree on how it went, but
 * only where there was something to do, which all know.
 */
static status_t after_step(run_t *run, const schedule_values_t *used, bool stops) {
    const bool epoch_ended = (size_t)run->position.epoch_step == run->epoch_steps;
    const bool save = is_checkpoint_due(run, stops);
    if (!epoch_ended && !save) {
        return STATUS_OK;
    }
    status_t status = run_check_parameters(run);
    if (status != STATUS_OK && !epoch_ended && !run_is_checkpoint_due(run, run->position.step)) {
        // Where a run that is not stopped here would not have looked: it goes on from an older checkpoint.
        log_warning("no checkpoint is written: %s", status_message());
        status_clear();
        return STATUS_OK;
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (dist_rank(run->dist) == 0) {
        const bool is_last = stops || (uint64_t)run->position.step == run->steps;
        status = report_and_save(run, used, epoch_ended, save, is_last);
    } else if (epoch_ended) {
        next_epoch(run);
    }
    status = dist_agree(run->dist, status);
    if (status == STATUS_OK && epoch_ended && run->config.train.patience > 0) {
        dist_broadcast(run->dist, &run->is_over, sizeof run->is_over);
    }
    return status;
}

static void show_progress(run_t *run, int words) {
    const run_position_t *position = &run->position;
    progress_step(&run->progress, (int)position->epoch + 1, (uint64_t)position->step, words,
        run_mean(position->loss, position->words), run_mean(position->divergence, position->words));
}

static status_t stop(const run_t *run) {
    return status_fail(
        STATUS_STOPPED, "stopped after step %lld as asked; --resume goes on", (long long)run->position.step);
}

static status_t train_epoch(run_t *run, uint64_t stop_after) {
    const int64_t epoch = run->position.epoch;
    status_t status = STATUS_OK;
    epoch_order(run->config.seed, (uint32_t)epoch, run->pair_count, run->order);
    progress_start_epoch(&run->progress);
    while (status == STATUS_OK && run->position.epoch == epoch) {
        const schedule_values_t used = run->schedules;
        int words;
        status = run_step(run, &words);
        if (status == STATUS_DIVERGED) {
            status = recovery_go_back(run);
            continue;
        }
        if (status != STATUS_OK) {
            break;
        }
        if (dist_rank(run->dist) == 0) {
            show_progress(run, words);
        }
        const uint64_t step = (uint64_t)run->position.step;
        const bool stops = stop_after > 0 && step >= stop_after && step < run->steps;
        status = after_step(run, &used, stops);
        if (status == STATUS_DIVERGED) {
            status = recovery_go_back(run);
        } else if (status == STATUS_OK && stops) {
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
    if ((uint64_t)run->position.step >= run->steps) {
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

status_t trainer_run(dist_t *dist, const trainer_options_t *options) {
    run_t *run;
    status_t status = prepare_run(&run, dist, options);
    if (status == STATUS_OK) {
        status = train(run, options->stop_after);
    }
    prepare_release(run);
    return status;
}
