/**
 * The checkpoints of a running training. At its step the state is copied to another that is set aside at the
 * start, and a thread writes the copy while the training goes on (checkpoint.background; without it the
 * training waits, and there is no copy). A checkpoint that is due while the one before is still being written
 * waits for it.
 *
 * Rank 0 only, local, and all by the one thread that trains. While a checkpoint is being written, the other
 * thread uses HDF5 and this one must not: save_wait() comes before checkpoint_read() and its like. The
 * writing thread uses, besides its copy, what stays as it is (the plan, the folder), and never calls MPI.
 * Private to src/train.
 *
 * A failure of the writing (no space, an error of the disk, a folder that is read-only or gone) leaves all
 * older checkpoints as they were. With checkpoint.on_error: continue it is one warning, said by the thread at
 * once, and the next checkpoint that is due is tried again; but what is to be the last of the run must be
 * written. With stop it ends the training, as soon as the ranks agree on something anyway.
 */
#ifndef CVAE_SAVE_H
#define CVAE_SAVE_H

#include "folder.h"
#include "plan.h"
#include "state.h"
#include "timing.h"

typedef struct save save_t;

/**
 * Sets aside what writing needs. Plan, state and folder are ready and stay where they are. STATUS_OUTPUT
 * where two checkpoints of this run do not fit on the disk, with the bytes needed and available, unless none
 * is left to be written; STATUS_MEMORY. *save is NULL on failure.
 */
status_t save_create(save_t **save, const plan_t *plan, const state_t *state, folder_t *folder);

/** Waits for what is being written; what save_wait() has not given is lost. NULL is fine. */
void save_destroy(save_t *save);

/**
 * Writes the state as it is now to the folder, points the links there (save_link()), and removes what is not
 * to be kept any more and the run that this one replaces. is_last: nothing follows, and it returns when all
 * that is done. trace: is to show what the thread does; NULL: none. The errors of checkpoint_write() and
 * checkpoint_prune(), as described above: of this checkpoint if it is the last or written without the thread,
 * else of the one before.
 */
status_t save_write(save_t *save, bool is_last, timing_trace_t *trace);

/** How the writing ended whose end was not told yet, without waiting for one that is under way. */
status_t save_outcome(save_t *save);

/** Likewise, but waits first. */
status_t save_wait(save_t *save);

/**
 * Points last.h5 at the checkpoint of the state, best.h5 at the best epoch's (checkpoint.best) and good.h5 at
 * the one to go back to (train.go_back), where these are there: an epoch that became the best before
 * checkpoint.best was given may have none. A run that was killed may have left the links as they were.
 * STATUS_OUTPUT, STATUS_MEMORY.
 */
status_t save_link(folder_t *folder, const plan_t *plan, const state_t *state);

#endif
