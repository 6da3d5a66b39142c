/**
 * Whose checkpoints lie in a run's folder. A run deletes and replaces its own only: those that this process
 * has written, and those whose configuration and data are the run's, which their content says. Rank 0 only; a
 * checkpoint's thread and the training take turns, as they do with HDF5. Private to src/train.
 */
#ifndef CVAE_OWNERSHIP_H
#define CVAE_OWNERSHIP_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "checkpoint/checkpoint.h"
#include "config/config.h"

/** A run, as far as that tells whose a checkpoint is. */
typedef struct {
    config_t config;
    char data_hash[HASH_TEXT_SIZE];
} ownership_run_t;

/** A file that was looked at. Its time changes with its content, its number when another takes its name. */
typedef struct {
    dev_t device;
    ino_t number;
    struct timespec changed;
    bool is_own;
} ownership_file_t;

typedef struct {
    ownership_run_t run;
    ownership_run_t forced; /**< a run that it was forced to go on with, whose checkpoints are its own, too */
    bool has_forced;
    ownership_file_t *known; /**< [known_count, with room up to the next power of 2] */
    size_t known_count;
} ownership_t;

/** Frees what is known. Fine for a zeroed struct. */
void ownership_release(ownership_t *ownership);

/** Reads of which run a file is a checkpoint, and of which step. Whether it is a good one. */
bool ownership_read(const char *path, ownership_run_t *run, uint64_t *step);

/**
 * Whose run a folder's is: that of the checkpoint that last.h5 leads to, or else of the newest, if it has the
 * configuration of config.yaml: another run's may lie among them. Whether that can be told.
 */
bool ownership_find(const char *directory, ownership_run_t *run);

/** Notes that this process has written a checkpoint. */
void ownership_note(ownership_t *ownership, const char *path);

/** Whether a checkpoint is the run's. One that cannot be read is nobody's. */
bool ownership_has(ownership_t *ownership, const char *path);

/** ownership_has() as checkpoint_owner_t has it, for those who keep none of the run's. */
checkpoint_claim_t ownership_claim(void *ownership, uint64_t step, const char *path);

/**
 * Whether no content goes with what has a link's name in a folder: nothing, a link, another name of a file,
 * or a copy of a checkpoint that the folder has under its step's name as well, both the run's.
 */
bool ownership_is_link(ownership_t *ownership, const char *directory, const char *path);

#endif
