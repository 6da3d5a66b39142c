/**
 * What follows a step that diverged: it is skipped and counted; when too many did, one behind the other, the
 * run goes back to its last good checkpoint and on from there at a smaller learning rate, or it ends. All of
 * it follows from the configuration and from what is in the checkpoints: not from the rank count, nor from
 * where the run was interrupted. Private to src/train.
 *
 * A checkpoint is good when the configuration asked for it (checkpoint.every, checkpoint.every_steps; the one
 * of an interrupted run does not count) and as many steps behind it did not diverge as are too many that do
 * (train.diverged_steps), for weights may be spoilt a few steps before it shows. Where there is none yet, the
 * run goes back to the initial weights.
 */
#ifndef CVAE_RECOVERY_H
#define CVAE_RECOVERY_H

#include "base/status.h"
#include "run.h"

/** The name of the tensor with the largest norm of a block, the first that is not a number if there is one.
 */
const char *recovery_largest(const run_t *run, const float *block);

/** Notes that the step at run->position was made. Local, with the same result on all ranks. */
void recovery_note_good(run_t *run);

/**
 * Notes that the step at run->position diverged and changed nothing; the status message says why, and is used
 * up: by a warning that names the step, or, where train.diverged_steps is reached, by STATUS_DIVERGED. Local,
 * with the same result on all ranks.
 */
status_t recovery_note_skipped(run_t *run);

/**
 * How many of the newest checkpoints of a folder have to stay behind a step, as checkpoint_prune() takes it:
 * checkpoint.keep, but also those of which it is not known yet whether they are good. The last good one has a
 * link. Rank 0. STATUS_MEMORY, errors of checkpoint_list().
 */
status_t recovery_keep(const folder_t *folder, const config_t *config, uint64_t step, int *keep);

/**
 * After STATUS_DIVERGED, whose message says why: takes the run back, weights, optimizer, position, history
 * and metrics.jsonl, with the learning rate times train.go_back_factor from there on. Checkpoints behind that
 * place are deleted: what they belong to is not what the run is now. Collective. STATUS_DIVERGED, with that
 * message, where the run may not go back (any more); errors of resume_run() and prepare_position().
 */
status_t recovery_go_back(run_t *run);

#endif
