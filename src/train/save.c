#include "save.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/system.h"
#include "history.h"
#include "writer.h"

/** The step of no checkpoint. */
static const uint64_t NO_STEP = UINT64_MAX;

struct save {
    const plan_t *plan;
    const state_t *state;
    folder_t *folder;
    uint64_t keep_multiples; // steps from one that is kept for good to the next; 0: none is
    size_t size;             // of a file, at least
    writer_t writer;
    bool has_little_space; // which was said

    // Of the checkpoint that is being written: the thread's, until it is done.
    state_t copy; // of the state; without a thread there is none
    state_list_t list;
    uint64_t step;
    uint64_t best; // the best epoch's last step
    uint64_t good; // what a diverged run goes back to
    bool is_last;
    timing_trace_t *trace; // that is to show it; NULL: none
};

/** Both have the same layout. */
static void copy_state(state_t *copy, const state_t *state) {
    memcpy(copy->memory.base, state->memory.base, state->memory.size);
    copy->position = state->position;
    copy->recovery = state->recovery;
    copy->history.count = state->history.count;
}

static uint64_t best_step(const plan_t *plan, const state_t *state) {
    const size_t best = history_best(&plan->config, &state->history);
    if (plan->config.checkpoint.best == CONFIG_BEST_NONE || best == SIZE_MAX) {
        return NO_STEP;
    }
    return (uint64_t)state->history.rows[best][HISTORY_STEP];
}

/** Points a link at a step's checkpoint, where it is there. */
static status_t link_step(const folder_t *folder, const char *link, uint64_t step) {
    return step == NO_STEP ? STATUS_OK : folder_link(folder, link, step);
}

status_t save_link(const folder_t *folder, const plan_t *plan, const state_t *state) {
    const status_t status = link_step(folder, "last.h5", (uint64_t)state->position.step);
    return status == STATUS_OK ? link_step(folder, "best.h5", best_step(plan, state)) : status;
}

/** Says once that space is running out, and again after there was more of it. */
static void look_at_space(save_t *save) {
    uint64_t available;
    // Whatever is wrong with the folder, the writing will say.
    if (checkpoint_space(save->folder->path, &available) != STATUS_OK) {
        return;
    }
    const bool has_little_space = available / 2 < save->size;
    if (has_little_space && !save->has_little_space) {
        log_warning("%s: %" PRIu64 " bytes are free, a checkpoint takes %zu", save->folder->path, available,
            save->size);
    }
    save->has_little_space = has_little_space;
}

/** For checkpoint_prune(). What a link leads to is kept without the link, too. */
static checkpoint_claim_t claim(void *context, uint64_t step, const char *path) {
    const save_t *save = context;
    return !ownership_has(save->folder->owner, step, path)                  ? CHECKPOINT_FOREIGN
           : step == save->step || step == save->best || step == save->good ? CHECKPOINT_KEPT
                                                                            : CHECKPOINT_OWN;
}

/** Writes the checkpoint. What has its name already and is not this run's, or not good, keeps another name.
 */
static status_t write_own(const save_t *save, const char *path) {
    ownership_t *owner = save->folder->owner;
    status_t status = access(path, F_OK) != 0 || ownership_has(owner, save->step, path)
                          ? STATUS_OK
                          : folder_keep_checkpoint(save->folder, save->step);
    if (status == STATUS_OK) {
        status = checkpoint_write(path, save->list.arrays, save->list.count, NULL);
    }
    if (status == STATUS_OK) {
        ownership_note(owner, save->step, path);
    }
    return status;
}

/**
 * How many of the newest checkpoints have to stay, as checkpoint_prune() takes it: checkpoint.keep, but also
 * those of which it is not known yet whether they are good. The last good one has a link.
 */
static status_t count_kept(const save_t *save, int *keep) {
    enum { LISTED = 4096 };
    const config_t *config = &save->plan->config;
    *keep = config->checkpoint.keep;
    if (*keep == 0 || config->train.go_back == 0) {
        return STATUS_OK;
    }
    uint64_t *steps = malloc(LISTED * sizeof *steps);
    if (!steps) {
        return status_fail(STATUS_MEMORY, "out of memory for the list of checkpoints");
    }
    size_t count = 0;
    int open = 0;
    const status_t status = checkpoint_list(save->folder->path, steps, LISTED, &count);
    while ((size_t)open < count && steps[open] + (uint64_t)config->train.diverged_steps > save->step) {
        open++;
    }
    *keep = *keep > open ? *keep : open;
    free(steps);
    return status;
}

static status_t write_and_link(save_t *save) {
    char name[32], path[FOLDER_PATH_SIZE];
    checkpoint_file_name(save->step, name);
    folder_file(save->folder, name, path);
    status_t status = write_own(save, path);
    if (status == STATUS_OK) {
        status = link_step(save->folder, "last.h5", save->step);
    }
    // Before the rest is removed: what a link leads to stays.
    if (status == STATUS_OK) {
        status = link_step(save->folder, "best.h5", save->best);
    }
    if (status == STATUS_OK) {
        status = link_step(save->folder, "good.h5", save->good);
    }
    int keep = 0;
    if (status == STATUS_OK) {
        status = count_kept(save, &keep);
    }
    if (status == STATUS_OK) {
        const checkpoint_owner_t owner = {.claim = claim, .context = save};
        status = checkpoint_prune(save->folder->path, keep, save->keep_multiples, &owner);
        // A folder in which files are to be removed and that cannot be read.
        status = status == STATUS_NO_INPUT ? STATUS_OUTPUT : status;
    }
    return status;
}

/** The thread's work. */
static status_t work(void *context) {
    save_t *save = context;
    const int64_t from = system_now();
    look_at_space(save);
    status_t status = write_and_link(save);
    if (status == STATUS_OK) {
        folder_keep_new(save->folder);
    } else if (!save->is_last && save->plan->config.checkpoint.on_error == CONFIG_ON_ERROR_CONTINUE) {
        log_warning("%s; the training goes on", status_message());
        status = STATUS_OK;
    }
    timing_trace_note_write(save->trace, (int64_t)save->step, from, system_now());
    return status;
}

/** A run that goes on until its disk is full had better not begin. */
static status_t check_space(const save_t *save) {
    uint64_t available;
    status_t status = checkpoint_space(save->folder->path, &available);
    if (status == STATUS_OK && available / 2 < save->size) {
        status =
            status_fail(STATUS_OUTPUT, "%s: two checkpoints need %zu bytes there, %" PRIu64 " are available",
                save->folder->path, 2 * save->size, available);
    }
    return status;
}

/** What a checkpoint shows, the state or a copy of it, and the space that it takes with the longest history.
 */
static status_t prepare(save_t *save) {
    const plan_t *plan = save->plan;
    const bool has_copy = plan->config.checkpoint.background;
    const status_t status = has_copy ? state_create(&save->copy, plan) : STATUS_OK;
    if (status != STATUS_OK) {
        return status;
    }
    state_list(&save->list, has_copy ? &save->copy : save->state, plan);
    save->list.history->dimension[0] = (size_t)plan->config.train.epochs;
    save->size = checkpoint_size(save->list.arrays, save->list.count);
    return state_is_over(save->state, plan) ? STATUS_OK : check_space(save);
}

status_t save_create(save_t **save, const plan_t *plan, const state_t *state, folder_t *folder) {
    save_t *created = *save = calloc(1, sizeof *created);
    if (!created) {
        return status_fail(STATUS_MEMORY, "out of memory for checkpoints");
    }
    created->plan = plan;
    created->state = state;
    created->folder = folder;
    created->writer =
        (writer_t){.work = work, .context = created, .background = plan->config.checkpoint.background};
    created->keep_multiples = (uint64_t)plan->config.checkpoint.keep_every * plan->epoch_steps;
    const status_t status = prepare(created);
    if (status != STATUS_OK) {
        save_destroy(created);
        *save = NULL;
    }
    return status;
}

void save_destroy(save_t *save) {
    if (save) {
        writer_finish(&save->writer);
        state_destroy(&save->copy);
        free(save);
    }
}

status_t save_write(save_t *save, bool is_last, timing_trace_t *trace) {
    const state_t *state = save->state;
    status_t status = writer_wait(&save->writer);
    if (status != STATUS_OK) {
        return status;
    }
    if (save->copy.memory.base) {
        copy_state(&save->copy, state);
    }
    save->list.history->dimension[0] = state->history.count;
    save->step = (uint64_t)state->position.step;
    save->best = best_step(save->plan, state);
    save->good = state->recovery.good_step > 0 ? (uint64_t)state->recovery.good_step : NO_STEP;
    save->is_last = is_last;
    // Without a thread of its own it is part of the training.
    save->trace = save->plan->config.checkpoint.background ? trace : NULL;
    writer_begin(&save->writer);
    return is_last ? writer_wait(&save->writer) : save_outcome(save);
}

status_t save_outcome(save_t *save) {
    return writer_is_busy(&save->writer) ? STATUS_OK : writer_wait(&save->writer);
}

status_t save_wait(save_t *save) {
    return writer_wait(&save->writer);
}
