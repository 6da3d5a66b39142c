/**
 * Runs as their folders describe them: the epochs of metrics.jsonl, and the configuration of config.yaml.
 * Private to src/report.
 */
#ifndef CVAE_RUNS_H
#define CVAE_RUNS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

typedef struct {
    char *folder;       /**< as given, but valid UTF-8, as all texts are */
    char *own_name;     /**< the configuration's, else the folder's last part */
    const char *name;   /**< what the run is called: its own name, or its folder; not owned */
    json_t *epochs;     /**< the objects of metrics.jsonl; only the last evaluation has its lists of words */
    json_t *settings;   /**< config.yaml, flat: "train.epochs" and "30", lists as "a, b"; {} without a file */
    json_t *recipe;     /**< settings without what tells runs of one recipe apart: name, folder and seed */
    json_t *last;       /**< of epochs, the last one; NULL: there is none. Not owned, as the next one */
    json_t *evaluation; /**< of epochs, the last one with an object "evaluation"; NULL: there is none */
} run_t;

/**
 * Reads the runs in `folders` [count] (metrics.jsonl, and config.yaml if it is there) into *runs [count],
 * which runs_release() frees in any case. Runs of the same name are called by their folders. Lines that are
 * no epoch are left out, with one warning a file for all but a last one cut off by a crash. STATUS_NO_INPUT,
 * STATUS_DATA (a file with lines and no epoch), STATUS_MEMORY.
 */
status_t runs_read(run_t **runs, const char *const *folders, int count);

/** Frees them; NULL is fine. */
void runs_release(run_t *runs, int count);

/** Makes a report on runs: *text, to be freed by the caller, also on error. False without memory. */
typedef bool runs_make_t(const run_t *runs, int count, char **text, size_t *size);

/**
 * Reads runs as runs_read() does, and writes the report that `make` makes to `path` as file_replace() does,
 * but never over a file of another kind (start and kind: file_check_kind()). path NULL is standard output,
 * whose errors the caller checks. STATUS_NO_INPUT, STATUS_DATA, STATUS_OUTPUT, STATUS_MEMORY.
 */
status_t runs_write(const char *path, const char *start, const char *kind, runs_make_t *make,
    const char *const *folders, int count);

#endif
