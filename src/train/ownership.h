/**
 * Whose checkpoints lie in a run's folder. A run deletes and replaces its own only: those that this process
 * has written, and those whose configuration and data are the run's, which their content says. Rank 0 only; a
 * checkpoint's thread and the training take turns, as they do with HDF5. Private to src/train.
 */
#ifndef CVAE_OWNERSHIP_H
#define CVAE_OWNERSHIP_H

#include <stdbool.h>
#include <stdint.h>

#include "checkpoint/checkpoint.h"
#include "config/config.h"

typedef struct ownership ownership_t;

/** Of the run with this configuration and these data, which are copied. STATUS_MEMORY. */
status_t ownership_create(ownership_t **ownership, const config_t *config, const char *data_hash);

/** Of the run that a checkpoint says it is of. STATUS_MEMORY, STATUS_CHECKPOINT, STATUS_CONFIG. */
status_t ownership_of_checkpoint(ownership_t **ownership, const checkpoint_t *checkpoint);

void ownership_destroy(ownership_t *ownership);

/** Counts what is of `other` as well, which is taken over; for a run that is forced to go on with another's.
 */
void ownership_join(ownership_t *ownership, ownership_t *other);

/** Whether it is of a run with this configuration, as far as that decides the numbers. */
bool ownership_is_of(const ownership_t *ownership, const config_t *config);

/** Notes that this process has written the checkpoint of a step. */
void ownership_note(ownership_t *ownership, uint64_t step, const char *path);

/** Whether a step's checkpoint is the run's. One that cannot be read is nobody's. */
bool ownership_has(ownership_t *ownership, uint64_t step, const char *path);

#endif
