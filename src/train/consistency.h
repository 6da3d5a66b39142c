/**
 * Whether what a checkpoint holds goes together: its arrays and the configuration, the alphabet and the
 * position in it. Asked before anything of it is used. A file that checkpoint_read() takes holds what was
 * written; this says that it was a training's state.
 */
#ifndef CVAE_CONSISTENCY_H
#define CVAE_CONSISTENCY_H

#include <stdint.h>

#include "checkpoint/checkpoint.h"
#include "config/config.h"

/** What a consistent checkpoint says of itself. */
typedef struct {
    config_t config;
    int64_t epoch, epoch_step,
        step; /**< epochs done, steps done of the one that goes on, steps done in all */
} consistency_t;

/**
 * Checks a checkpoint by itself, without its data: the configuration can be read and the conditions are its
 * own; the weights are those of its model with the alphabet's symbols, no more and no fewer, the optimizer's
 * state likewise; the position is within the run, and the counts of diverged steps are possible; the history
 * has a row an epoch. Local. STATUS_CHECKPOINT with one line (the file's path is for the caller to put in
 * front), STATUS_MEMORY.
 */
status_t consistency_check(const checkpoint_t *checkpoint, consistency_t *found);

#endif
