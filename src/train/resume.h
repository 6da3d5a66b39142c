/**
 * Going on from a checkpoint: which one of the run's folder, and whether it belongs to this run; and going
 * back to one when too many steps diverged. What is taken follows from the configuration and from what is in
 * the checkpoints: not from the rank count, nor from where the run was interrupted. Private to src/train.
 */
#ifndef CVAE_RESUME_H
#define CVAE_RESUME_H

#include "folder.h"
#include "plan.h"
#include "save.h"
#include "state.h"

/**
 * Goes on from the newest good checkpoint of the run's folder, of those up to step `newest`. Good is one that
 * can be read, is consistent, and was made with the run's data and configuration, as far as these decide the
 * numbers (config_differences()). One that is not is named in a line, and an older one is tried. One of
 * another configuration or data that is passed over gets a second name, NAME.passed-over, so that the run
 * that it belongs to is not lost when this one comes to the same step.
 *
 * plan->is_forced: another configuration and other data are no obstacle, but for the alphabet, the shapes and
 * the number of an epoch's steps; what differs is shown as a warning.
 *
 * *found: whether there was any checkpoint. Where there is none that is good: STATUS_CONFIG with the
 * differences or STATUS_DATA, of the newest that is whole, else the oldest's STATUS_CHECKPOINT or
 * STATUS_NO_INPUT. STATUS_MEMORY. Collective.
 */
status_t resume_newest(const plan_t *plan, state_t *state, folder_t *folder, uint64_t newest, bool *found);

/**
 * After STATUS_DIVERGED, whose message says why: takes the state back to the last good checkpoint, or to the
 * initial weights, with the learning rate times train.go_back_factor from there on. Checkpoints behind that
 * place are deleted: what they belong to is not what the run is now. save: rank 0's. Collective.
 * STATUS_DIVERGED, with that message, where the run may not go back (any more), or where its initial weights
 * were another model's and are in no checkpoint; errors of resume_newest().
 */
status_t resume_go_back(const plan_t *plan, state_t *state, folder_t *folder, save_t *save);

#endif
