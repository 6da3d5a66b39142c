#include "save.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/system.h"
#include "writer.h"

struct save {
    const plan_t *plan;
    const state_t *state;
    folder_t *folder;
    size_t size; // of a file, at least
    writer_t writer;
    bool has_little_space; // which was said

    // Of the checkpoint that is being written: the thread's, until it is done.
    state_t copy;           // of the state; without a thread there is none
    const state_t *written; // the copy, or the state itself
    state_list_t list;
    bool is_last;
    timing_trace_t *trace; // that is to show it; NULL: none
};

/** Both have the same layout; the copy shares nothing, and has no squares behind its blocks. */
static void copy_state(state_t *copy, const state_t *state) {
    memcpy(copy->blocks.base, state->blocks.base, copy->blocks.size);
    memcpy(copy->memory.base, state->memory.base, state->memory.size);
    copy->position = state->position;
    copy->recovery = state->recovery;
    copy->history.count = state->history.count;
}

/** The best epoch's last step; 0: none. */
static uint64_t best_step(const plan_t *plan, const state_t *state) {
    const size_t best = history_best(&plan->config, &state->history);
    const bool is_none = plan->config.checkpoint.best == CONFIG_BEST_NONE || best == SIZE_MAX;
    return is_none ? 0 : (uint64_t)state->history.rows[best][HISTORY_STEP];
}

status_t save_link(folder_t *folder, const plan_t *plan, const state_t *state) {
    const struct {
        const char *name;
        uint64_t step; // 0: none
    } links[] = {{"best.h5", best_step(plan, state)}, {"good.h5", (uint64_t)state->recovery.good_step}};
    // A run that was stopped before its first step has a last checkpoint, too.
    status_t status = folder_link(folder, "last.h5", (uint64_t)state->position.step);
    for (size_t i = 0; status == STATUS_OK && i < sizeof links / sizeof *links; i++) {
        status = links[i].step > 0 ? folder_link(folder, links[i].name, links[i].step) : STATUS_OK;
    }
    return status;
}

/** Whether the folder has room for two checkpoints. What cannot be told is not missing. */
static bool has_space(const save_t *save, uint64_t *available) {
    return checkpoint_space(save->folder->path, available) != STATUS_OK || *available / 2 >= save->size;
}

/** Says once that space is running out, and again after there was more of it. */
static void look_at_space(save_t *save) {
    uint64_t available;
    const bool has_little_space = !has_space(save, &available);
    if (has_little_space && !save->has_little_space) {
        log_warning("%s: %" PRIu64 " bytes are free, a checkpoint takes %zu", save->folder->path, available,
            save->size);
    }
    save->has_little_space = has_little_space;
}

/** For checkpoint_prune(). What a link leads to is kept without the link, too. */
static checkpoint_claim_t claim(void *context, uint64_t step, const char *path) {
    const save_t *save = context;
    const state_t *state = save->written;
    const config_train_t *train = &save->plan->config.train;
    const uint64_t now = (uint64_t)state->position.step;
    // Whether it is good to go back to is only known so many steps later.
    const bool is_open = train->go_back > 0 && step + (uint64_t)train->diverged_steps > now;
    if (!ownership_has(&save->folder->owner, path)) {
        return CHECKPOINT_FOREIGN;
    }
    const bool is_good = train->go_back > 0 && step == (uint64_t)state->recovery.good_step;
    const bool is_best = step > 0 && step == best_step(save->plan, state);
    return is_open || is_good || is_best || step == now ? CHECKPOINT_KEPT : CHECKPOINT_OWN;
}

/** Writes the checkpoint. What has its name already and is not this run's, or not good, keeps another name.
 */
static status_t write_own(const save_t *save) {
    const uint64_t step = (uint64_t)save->written->position.step;
    ownership_t *owner = &save->folder->owner;
    char name[32], path[FOLDER_PATH_SIZE];
    checkpoint_file_name(step, name);
    folder_file(save->folder, name, path);
    status_t status = ownership_has(owner, path) ? STATUS_OK : folder_keep_checkpoint(save->folder, step);
    if (status == STATUS_OK) {
        status = checkpoint_write(path, save->list.arrays, save->list.count, NULL);
    }
    if (status == STATUS_OK) {
        ownership_note(owner, path);
    }
    return status;
}

static status_t write_and_prune(save_t *save) {
    const config_checkpoint_t *rules = &save->plan->config.checkpoint;
    status_t status = write_own(save);
    if (status == STATUS_OK) {
        // Before the rest is removed: what a link leads to stays.
        status = save_link(save->folder, save->plan, save->written);
    }
    if (status == STATUS_OK) {
        status = checkpoint_prune(save->folder->path, rules->keep,
            (uint64_t)rules->keep_every * save->plan->epoch_steps, &(checkpoint_owner_t){claim, save});
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
    status_t status = write_and_prune(save);
    if (status == STATUS_OK) {
        // Until it has made a step there is nothing in a run that would be lost with it.
        if (save->written->position.step > 0) {
            folder_keep_new(save->folder);
        }
    } else if (!save->is_last && save->plan->config.checkpoint.on_error == CONFIG_ON_ERROR_CONTINUE) {
        log_warning("%s; the training goes on", status_message());
        status = STATUS_OK;
    }
    timing_trace_note_write(save->trace, save->written->position.step, from, system_now());
    return status;
}

status_t save_create(save_t **save, const plan_t *plan, const state_t *state, folder_t *folder) {
    const bool background = plan->config.checkpoint.background;
    uint64_t available;
    save_t *created = *save = calloc(1, sizeof *created);
    if (!created) {
        return status_fail(STATUS_MEMORY, "out of memory for checkpoints");
    }
    created->plan = plan;
    created->state = state;
    created->folder = folder;
    created->written = background ? &created->copy : state;
    created->writer = (writer_t){.work = work, .context = created, .background = background};
    status_t status = background ? state_create(&created->copy, plan) : STATUS_OK;
    if (status == STATUS_OK) {
        created->copy.init = state->init;
        state_list(&created->list, created->written, plan);
        // It takes most space with all epochs in its history.
        created->list.history->dimension[0] = (size_t)plan->config.train.epochs;
        created->size = checkpoint_size(created->list.arrays, created->list.count);
        // A run that goes on until its disk is full had better not begin.
        if (!state_is_over(state, plan) && !has_space(created, &available)) {
            status = status_fail(STATUS_OUTPUT,
                "%s: two checkpoints need %zu bytes there, %" PRIu64 " are available", folder->path,
                2 * created->size, available);
        }
    }
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
    status_t status = writer_wait(&save->writer);
    if (status != STATUS_OK) {
        return status;
    }
    if (save->writer.background) {
        copy_state(&save->copy, save->state);
    }
    save->list.history->dimension[0] = save->state->history.count;
    save->is_last = is_last;
    // Without a thread of its own it is part of the training.
    save->trace = save->writer.background ? trace : NULL;
    writer_begin(&save->writer);
    return is_last ? writer_wait(&save->writer) : save_outcome(save);
}

status_t save_outcome(save_t *save) {
    return save->writer.is_busy ? STATUS_OK : writer_wait(&save->writer);
}

status_t save_wait(save_t *save) {
    return writer_wait(&save->writer);
}
