#include "resume.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "report/print.h"

enum { CHECKPOINTS_LISTED = 4096 };

/** The search for a checkpoint to go on from. */
typedef struct {
    const plan_t *plan;
    state_t *state;
    folder_t *folder;
    bool is_over;         /**< one of this run's is beyond its end: an older one would be a step back */
    size_t tried, others; /**< how many were looked at, and how many of these are another run's */
    uint64_t other[CHECKPOINTS_LISTED]; /**< [others] their steps */
    status_t other_status;              /**< why the newest of them is none of this run's */
    char other_message[STATUS_MESSAGE_SIZE];

    // Of the checkpoint in hand.
    char path[FOLDER_PATH_SIZE];
    checkpoint_t checkpoint;
    state_content_t content;
    char differences[STATUS_MESSAGE_SIZE]; /**< that are forced; "" for none */
} search_t;

/** Lines for what differs from the run's configuration and data. */
static status_t compare(const search_t *search) {
    const config_t *before = &search->content.config, *now = &search->plan->config;
    const char *hash = "";
    char names[256];
    status_t status = checkpoint_text(&search->checkpoint, "data/hash", &hash);
    if (status != STATUS_OK) {
        return status;
    }
    status_clear();
    if (config_differences(before, now) > 0) {
        if (before->train.epochs != now->train.epochs &&
            (config_bound_to_epochs(now, names, sizeof names) > 0 ||
                config_bound_to_epochs(before, names, sizeof names) > 0)) {
            status_append(STATUS_CONFIG,
                "(train.epochs may change where nothing depends on it, but here does %s)", names);
        }
        status = status_prefix(STATUS_CONFIG, "the configuration is not the one it was trained with");
    }
    if (strcmp(hash, search->plan->dataset.hash) != 0) {
        status = status == STATUS_OK ? STATUS_DATA : status;
        status_append(status, "it was trained on other data than %s holds now", now->data.train);
    }
    return status;
}

/** Symbols are numbers to the model: with another alphabet its words would be others. */
static status_t compare_alphabet(const search_t *search) {
    char alphabet[ALPHABET_TEXT_SIZE];
    const char *letters;
    const status_t status = checkpoint_text(&search->checkpoint, "data/alphabet", &letters);
    alphabet_text(&search->plan->dataset.alphabet, alphabet);
    if (status == STATUS_OK && strcmp(letters, alphabet) != 0) {
        return status_fail(STATUS_DATA, "its alphabet is not that of %s", search->plan->config.data.train);
    }
    return status;
}

/** Steps are counted: with batches of another size the words of those done would be others. */
static status_t check_position(const search_t *search) {
    const plan_t *plan = search->plan;
    const state_content_t *content = &search->content;
    const plan_steps_t before = plan_steps(&content->config, plan->pair_count);
    const bool is_same = before.epoch_steps == plan->epoch_steps &&
                         (before.batch_size == plan->batch_size || content->epoch_step == 0);
    if (!is_same || (size_t)content->epoch_step > plan->epoch_steps ||
        (size_t)content->step != (size_t)content->epoch * plan->epoch_steps + (size_t)content->epoch_step) {
        return status_fail(STATUS_CONFIG,
            "it stands at step %lld in all, step %lld of epoch %lld, which is another place now that an "
            "epoch has %zu steps of %d words",
            (long long)content->step, (long long)content->epoch_step, (long long)content->epoch + 1,
            plan->epoch_steps, plan->batch_size);
    }
    return STATUS_OK;
}

/** Takes the checkpoint in hand for the run, if it is one of this run's or can be forced to be. */
static status_t take(search_t *search) {
    status_t status = compare(search);
    search->differences[0] = '\0';
    if ((status == STATUS_CONFIG || status == STATUS_DATA) && search->plan->is_forced) {
        snprintf(search->differences, sizeof search->differences, "%s", status_message());
        status = STATUS_OK;
    }
    if (status == STATUS_OK) {
        status = compare_alphabet(search);
    }
    search->is_over = status == STATUS_OK && search->content.epoch > search->plan->config.train.epochs;
    if (search->is_over) {
        return status_fail(STATUS_CONFIG, "%lld epochs are done, which is more than train.epochs, %d",
            (long long)search->content.epoch, search->plan->config.train.epochs);
    }
    if (status == STATUS_OK) {
        status = check_position(search);
    }
    if (status == STATUS_OK) {
        status = state_copy(search->state, search->plan, &search->checkpoint);
    }
    return status;
}

/** *is_other: it is whole, but does not belong to this run. */
static status_t try_checkpoint(search_t *search, uint64_t step, bool *is_other) {
    char name[32];
    checkpoint_file_name(step, name);
    folder_file(search->folder, name, search->path);
    *is_other = false;
    status_t status = checkpoint_read(search->path, &search->checkpoint);
    if (status != STATUS_OK) {
        return status;
    }
    status = state_check_content(&search->checkpoint, &search->content);
    if (status == STATUS_OK) {
        status = take(search);
        *is_other = status != STATUS_OK && status != STATUS_MEMORY;
    }
    if (status != STATUS_OK) {
        checkpoint_destroy(&search->checkpoint);
        status_prefix(status, "%s", search->path);
    }
    return status;
}

/** *found: whether there is a checkpoint, up to step `newest`. */
static status_t find(search_t *search, uint64_t newest, bool *found) {
    uint64_t steps[CHECKPOINTS_LISTED];
    size_t count = 0;
    status_t status = checkpoint_list(search->folder->path, steps, CHECKPOINTS_LISTED, &count);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        bool is_other;
        if (steps[i] > newest) {
            continue;
        }
        *found = true;
        search->tried++;
        status = try_checkpoint(search, steps[i], &is_other);
        if (status == STATUS_OK || status == STATUS_MEMORY || search->is_over) {
            return status;
        }
        const bool is_last = i + 1 == count;
        if (is_other) {
            if (search->others == 0) {
                search->other_status = status;
                snprintf(search->other_message, sizeof search->other_message, "%s", status_message());
            }
            search->other[search->others++] = steps[i];
        } else if (!is_last || search->others > 0) {
            log_warning("%s%s", status_message(), is_last ? "" : "; trying an older one");
        }
        status = is_last ? status : STATUS_OK;
    }
    if (status != STATUS_OK && search->others > 0) {
        status = status_fail(search->other_status, "%s", search->other_message);
        if (!search->plan->is_forced) {
            status_append(status, "(--force goes on with it as far as the shapes fit)");
        }
    }
    return status;
}

/** The lines of a text, with a few words in front of the first and blanks in front of the others. */
static void show_lines(const char *title, const char *lines) {
    while (*lines) {
        const int length = (int)strcspn(lines, "\n");
        log_line("%-8s %.*s", title, length, lines);
        lines += length + (lines[length] == '\n');
        title = "";
    }
}

/** What is other than before: what may be, and what was forced. */
static void report_changes(const search_t *search) {
    const char *before;
    status_clear();
    if (config_free_differences(&search->content.config, &search->plan->config) > 0) {
        show_lines("changed", status_message());
    }
    if (search->differences[0]) {
        log_warning("forced: from here on it is another training; its content hash is that of the new "
                    "configuration, which trained from the start would end elsewhere");
        show_lines("", search->differences);
    }
    // Another version of the program may go on with other bits: no obstacle.
    if (checkpoint_text(&search->checkpoint, "versions/program", &before) == STATUS_OK &&
        strcmp(before, CVAE_VERSION) != 0) {
        log_warning("the checkpoint was written by version %s, this is %s: it may go on with other bits",
            before, CVAE_VERSION);
    }
}

static void report_resumed(const search_t *search) {
    const state_position_t *position = &search->state->position;
    const size_t newer = search->tried - 1;
    char skipped[64] = "";
    if (newer > 0) {
        snprintf(
            skipped, sizeof skipped, "; %zu newer %s not good", newer, newer == 1 ? "one is" : "ones are");
    }
    const int epochs = search->plan->config.train.epochs;
    if (position->epoch < epochs) {
        log_line("resumed  %s: epoch %lld, step %lld%s", search->path, (long long)position->epoch + 1,
            (long long)position->step, skipped);
    } else {
        log_line("resumed  %s: all %d epoch%s done, step %lld%s", search->path, epochs,
            text_plural((size_t)epochs), (long long)position->step, skipped);
    }
}

/** Names the checkpoints of another run, and keeps them from being replaced by this one's. */
static status_t keep_others(const search_t *search) {
    status_t status = STATUS_OK;
    if (search->others > 0) {
        log_warning("%s", search->other_message);
    }
    for (size_t i = 0; status == STATUS_OK && i < search->others; i++) {
        status = folder_keep_checkpoint(search->folder, search->other[i]);
    }
    return status;
}

static status_t resume_on_rank_0(search_t *search, uint64_t newest, bool *found) {
    ownership_t *owner = &search->folder->owner;
    uint64_t step;
    status_t status = find(search, newest, found);
    if (status == STATUS_OK && *found) {
        status = keep_others(search);
    }
    if (status == STATUS_OK && *found) {
        report_changes(search);
        // What a run has to do with was forced on it, and is its own from here on.
        if (search->differences[0]) {
            owner->has_forced = ownership_read(search->path, &owner->forced, &step);
        }
        report_resumed(search);
        // A run that was killed between writing a checkpoint and linking it; at its end nothing would link it
        // later.
        status = save_link(search->folder, search->plan, search->state);
    }
    checkpoint_destroy(&search->checkpoint);
    return status;
}

status_t resume_newest(const plan_t *plan, state_t *state, folder_t *folder, uint64_t newest, bool *found) {
    status_t status = STATUS_OK;
    *found = false;
    if (comm_rank(plan->comm) == 0) {
        search_t search = {.plan = plan, .state = state, .folder = folder};
        status = resume_on_rank_0(&search, newest, found);
    }
    status = comm_agree(plan->comm, status);
    if (status != STATUS_OK) {
        return status;
    }
    comm_broadcast(plan->comm, found, sizeof *found);
    if (*found) {
        state_broadcast(state, plan);
    }
    return STATUS_OK;
}

/** Removes hard links, which would hold what is deleted, or links that lead nowhere any more. */
static void remove_links(const folder_t *folder, bool are_hard) {
    static const char *const links[] = {"last.h5", "best.h5", "good.h5"};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        char path[FOLDER_PATH_SIZE];
        struct stat file;
        folder_file(folder, links[i], path);
        if (are_hard ? lstat(path, &file) == 0 && S_ISREG(file.st_mode) && file.st_nlink > 1
                     : stat(path, &file) != 0 && errno == ENOENT) {
            unlink(path);
        }
    }
}

/**
 * Deletes what was written behind the place that the run is back at, or a resumed run would begin there. That
 * would cost time, not right numbers: it would diverge and go back as this one did. So failure is a warning.
 */
static void remove_newer(const plan_t *plan, const state_t *state, folder_t *folder, bool found) {
    remove_links(folder, true);
    status_t status = found ? save_link(folder, plan, state) : STATUS_OK;
    if (status == STATUS_OK) {
        status = checkpoint_remove_newer(folder->path, (uint64_t)state->position.step,
            &(checkpoint_owner_t){ownership_claim, &folder->owner});
    }
    if (status != STATUS_OK) {
        log_warning("checkpoints of what diverged stay: %s", status_message());
        status_clear();
    }
    remove_links(folder, false);
}

status_t resume_go_back(const plan_t *plan, state_t *state, folder_t *folder, save_t *save) {
    const config_train_t *train = &plan->config.train;
    const state_recovery_t before = state->recovery;
    bool found = false;
    if (before.gone_back >= train->go_back) {
        return train->go_back == 0 ? STATUS_DIVERGED
                                   : status_prefix(STATUS_DIVERGED, "gone back %lld times (train.go_back)",
                                         (long long)before.gone_back);
    }
    log_warning("%s", status_message());
    status_clear();
    // Who reads a checkpoint does not while another is being written.
    status_t status = comm_rank(plan->comm) == 0 ? save_wait(save) : STATUS_OK;
    status = comm_agree(plan->comm, status);
    if (status != STATUS_OK) {
        return status;
    }
    state_begin(state, plan);
    status = resume_newest(plan, state, folder, (uint64_t)before.good_step, &found);
    if (status != STATUS_OK) {
        return status;
    }
    if (!found && state->init.parameter_hash[0]) {
        return status_fail(STATUS_DIVERGED,
            "training diverged, and there is nothing to go back to: the checkpoint of step 0, with the "
            "parameters that --init gave, is not there");
    }
    if (state->position.step < before.good_step) {
        log_warning("the checkpoint of step %lld is not there", (long long)before.good_step);
    }
    state->recovery.in_a_row = 0;
    state->recovery.good_step = state->position.step;
    state->recovery.gone_back = before.gone_back + 1;
    state->recovery.rate_factor = before.rate_factor * train->go_back_factor;
    if (comm_rank(plan->comm) == 0) {
        remove_newer(plan, state, folder, found);
    }
    return STATUS_OK;
}
