/**
 * The folder of a run: made, locked against a second training, kept safe while a new run takes an old one's
 * place. Rank 0 only; all functions are local. A checkpoint's thread calls folder_file() and
 * folder_keep_new(), the training all others. Private to src/train.
 */
#ifndef CVAE_FOLDER_H
#define CVAE_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "base/status.h"

enum { FOLDER_PATH_SIZE = CONFIG_PATH_SIZE + 64 /**< the run's folder and a name in it */ };

typedef struct {
    char path[CONFIG_PATH_SIZE]; /**< checkpoint.directory/name */
    int lock;                    /**< a file descriptor of the locked folder */
    int old_lock;                /**< likewise of the folder of the run that is replaced */
} folder_t;

/** Sets the path and nothing else. STATUS_CONFIG when it is too long. */
status_t folder_name(folder_t *folder, const config_t *config);

/**
 * Makes the folder and locks it until folder_close(). One that already holds a run is an error, unless the
 * run is to be resumed, or overwritten: then it is set aside as PATH.replaced until folder_keep_new(), or as
 * PATH.replaced-2 and so on where somebody's own files are left there.
 * STATUS_USAGE, STATUS_OUTPUT.
 */
status_t folder_open(folder_t *folder, bool resume, bool overwrite);

/** Writes config.yaml, and makes metrics.jsonl what it was at `step`. STATUS_OUTPUT, STATUS_MEMORY. */
status_t folder_begin(const folder_t *folder, const config_t *config, uint64_t step);

/** Now that the new run has a checkpoint: removes the one it replaces, if it replaces any, but for files that
 * are no run's. Failure is a warning. */
void folder_keep_new(const folder_t *folder);

/** Gives the lock back. Fine for a folder that was never opened. */
void folder_close(folder_t *folder);

/** PATH/name */
void folder_file(const folder_t *folder, const char *name, char path[FOLDER_PATH_SIZE]);

#endif
