/**
 * What is said about an epoch that has ended: progress, evaluation, history, metrics.jsonl, report.html. Rank
 * 0 only; all functions are local. Private to src/train.
 */
#ifndef CVAE_EPOCH_REPORT_H
#define CVAE_EPOCH_REPORT_H

#include "base/status.h"
#include "eval/evaluator.h"
#include "folder.h"
#include "optim/schedule.h"
#include "plan.h"
#include "report/progress.h"
#include "state.h"

/** What a report is made of and where it goes. Zeroed and set up by the trainer. */
typedef struct {
    const plan_t *plan;
    state_t *state;
    const folder_t *folder;
    const bool *asked;      /**< [SIGNALS_COUNT] as step_t has them */
    evaluator_t *evaluator; /**< owned by the trainer */
    progress_t progress;    /**< its steps and pauses are noted by the trainer */
    bool has_no_page;       /**< report.html could not be written the last time, which was said */
} epoch_report_t;

/**
 * Adds the epoch of state->position, whose steps are all done, to the history and to metrics.jsonl, evaluates
 * where that is due, and then writes report.html anew; without the latter the training goes on. used: the
 * schedules of the epoch's last step. STATUS_OUTPUT, STATUS_MEMORY, and errors of evaluator_run().
 * STATUS_STOPPED: a signal asks for the end, which was not to wait for the evaluation; the history and
 * metrics.jsonl are as they were before, and the epoch is to be reported when the run is resumed.
 */
status_t epoch_report_write(epoch_report_t *report, const schedule_values_t *used);

/** Says why the training ends before its last epoch (train.patience), and shows examples. */
void epoch_report_early_end(const epoch_report_t *report);

#endif
