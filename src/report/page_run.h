/**
 * A run as its folder describes it. Private to the page.
 */
#ifndef REPORT_PAGE_RUN_H
#define REPORT_PAGE_RUN_H

#include <jansson.h>

#include "base/status.h"

typedef struct {
    char *folder;       /**< as given, but valid UTF-8, as all texts are */
    char *own_name;     /**< the configuration's, else the folder's last part */
    const char *name;   /**< what the page calls the run: its own name, or its folder; not owned */
    json_t *epochs;     /**< the objects of metrics.jsonl; only the last evaluation is kept of "evaluation" */
    json_t *settings;   /**< config.yaml, flat: "train.epochs" and "30", lists as "a, b"; {} without a file */
    json_t *recipe;     /**< settings without what tells runs of one recipe apart: name, folder and seed */
    json_t *last;       /**< of epochs, the last one; NULL: there is none. Not owned, as the next one */
    json_t *evaluation; /**< of epochs, the last one with an object "evaluation"; NULL: there is none */
} page_run_t;

/**
 * Reads FOLDER/metrics.jsonl and, if it is there, FOLDER/config.yaml; errors and warnings are those of
 * page_write(). page_run_release() is due also after an error.
 */
status_t page_run_read(page_run_t *run, const char *folder);

/** Frees it; fine for a zeroed struct. */
void page_run_release(page_run_t *run);

#endif
