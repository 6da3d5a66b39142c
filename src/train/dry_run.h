/**
 * A training that is not made: what it would be, and how long it would take, by a few of its steps. Private
 * to src/train.
 */
#ifndef CVAE_DRY_RUN_H
#define CVAE_DRY_RUN_H

#include "eval/evaluator.h"
#include "folder.h"
#include "plan.h"
#include "state.h"
#include "step.h"

/**
 * Makes a few steps and, on rank 0, an evaluation, a few seconds of each at most, and prints the shards of a
 * rank, whether the folder holds a run, and the time that the training would take. resumes: it would go on
 * from the folder's newest checkpoint. Writes nothing; the state is of no use afterwards. Collective. Errors
 * of step_make() and evaluator_run().
 */
status_t dry_run(const plan_t *plan, state_t *state, step_t *step, evaluator_t *evaluator,
    const folder_t *folder, bool resumes);

#endif
