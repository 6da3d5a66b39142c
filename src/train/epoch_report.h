/**
 * What is said about an epoch that has ended: progress, evaluation, history, metrics.jsonl, report.html. Rank
 * 0 only; all functions are local. Private to src/train.
 */
#ifndef CVAE_EPOCH_REPORT_H
#define CVAE_EPOCH_REPORT_H

#include "optim/schedule.h"
#include "base/status.h"
#include "run.h"

/**
 * Adds the epoch of run->position, whose steps are all done, to the history and to metrics.jsonl, evaluates
 * where that is due, and then writes report.html anew; without the latter the training goes on. used: the
 * schedules of the epoch's last step. STATUS_OUTPUT, STATUS_MEMORY, and errors of evaluator_run().
 * STATUS_STOPPED: a signal asks for the end, which was not to wait for the evaluation; the history and
 * metrics.jsonl are as they were before, and the epoch is to be reported when the run is resumed.
 */
status_t epoch_report(run_t *run, const schedule_values_t *used);

/** Says why the training ends before its last epoch (train.patience), and shows examples. */
void epoch_report_early_end(const run_t *run);

#endif
