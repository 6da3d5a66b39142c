/**
 * The trainer: the one place where configuration, data, model, optimizer, ranks, checkpoints, evaluation and
 * reports meet.
 */
#ifndef CVAE_TRAINER_H
#define CVAE_TRAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "comm/comm.h"
#include "base/status.h"
#include "timing.h"

typedef struct {
    const char *config_file;
    const char *const *overrides; /**< "key=value", [override_count] */
    int override_count;
    const char *init;    /**< a model's file to take the first parameters from; NULL: those of the seed */
    bool resume;         /**< go on from the newest checkpoint of the run's folder, if there is one */
    bool force;          /**< resume although configuration or data are others, as far as they fit */
    bool dry_run;        /**< say what would be trained and how long it would take, and write nothing */
    bool overwrite;      /**< begin anew where the folder already holds a run */
    uint64_t stop_after; /**< optimizer steps of the whole run after which to write a checkpoint and stop; 0:
                            none */
    timing_options_t timing;
} trainer_options_t;

/**
 * Trains. Collective: every rank calls it with the same options, and all return the same status.
 * STATUS_STOPPED when it stopped early as asked, with a checkpoint written. With STATUS_OK and STATUS_STOPPED
 * the files of `timing` are written, that of the trace if one of its steps was made.
 */
status_t trainer_run(comm_t *comm, const trainer_options_t *options);

#endif
