/**
 * The folder of a run: made, locked against a second training, kept safe while a new run takes an old one's
 * place. Rank 0 only; all functions are local. While a checkpoint is being written its thread alone calls
 * what has to do with files; src/train/save.h.
 */
#ifndef CVAE_FOLDER_H
#define CVAE_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "base/status.h"
#include "ownership.h"

enum {
    FOLDER_PATH_SIZE = CONFIG_PATH_SIZE + 64, /**< the run's folder and a name in it */
    FOLDER_ASIDE_SIZE = 4096 + 32             /**< a path without links, and an ending */
};

typedef struct {
    char path[CONFIG_PATH_SIZE]; /**< checkpoint.directory/name */
    int lock;                    /**< a file descriptor of the locked folder */
    char old[FOLDER_ASIDE_SIZE]; /**< where this process has set aside the run that is replaced, or "" */
    int old_lock;                /**< a file descriptor of that, locked */
    ownership_t owner;           /**< whose checkpoints may be deleted and replaced */
} folder_t;

/**
 * Sets the path and nothing else. STATUS_CONFIG when it is too long, and for a name that --overwrite gives to
 * what it sets aside.
 */
status_t folder_name(folder_t *folder, const config_t *config);

/**
 * Makes the folder of a run with this configuration and these data, and locks it until folder_close(). One
 * that already holds a run is an error, unless the run is to be resumed, or overwritten: then it is set aside
 * until folder_keep_new(), as PATH.replaced, or PATH.replaced-2 and so on where that is taken. Where the
 * folder is a link, it stays, and what it leads to is set aside beside that. A folder that holds a folder
 * with a training at work is not set aside. STATUS_USAGE, STATUS_OUTPUT.
 */
status_t folder_open(
    folder_t *folder, const config_t *config, const char *data_hash, bool resume, bool overwrite);

/** Writes config.yaml, and makes metrics.jsonl what it was at `step`. STATUS_OUTPUT, STATUS_MEMORY. */
status_t folder_begin(const folder_t *folder, const config_t *config, uint64_t step);

/**
 * Before a run begins, or goes on: keeps metrics.jsonl of one that is not resumed, and a config.yaml that no
 * run has written, under another name each. When the run is resumed, last.h5 leads to its checkpoint: a
 * config.yaml that is the checkpoint's own, or that means the same training and holds no comment, is the
 * run's, whatever version of the program has written it. STATUS_OUTPUT, STATUS_NO_INPUT, STATUS_MEMORY.
 */
status_t folder_keep_strangers(const folder_t *folder, const config_t *config, bool is_resumed);

/**
 * Now that the new run has a checkpoint: removes the one that this process has set aside, if any, but for
 * files that are not that run's, and says so. Failure is a warning.
 */
void folder_keep_new(folder_t *folder);

/**
 * Points a link of the folder at a step's checkpoint, where that is there. A file of the link's name that is
 * no checkpoint of this run is kept under another name. STATUS_OUTPUT, STATUS_MEMORY.
 */
status_t folder_link(folder_t *folder, const char *name, uint64_t step);

/**
 * Gives the checkpoint of a step, where there is one, a second name, ending in .passed-over, before this run
 * writes its own; where there are no hard links the new name alone. STATUS_OUTPUT.
 */
status_t folder_keep_checkpoint(const folder_t *folder, uint64_t step);

/** Gives the lock back. Fine for a folder that was never opened. */
void folder_close(folder_t *folder);

/** PATH/name */
void folder_file(const folder_t *folder, const char *name, char path[FOLDER_PATH_SIZE]);

#endif
