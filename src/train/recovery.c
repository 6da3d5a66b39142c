#include "recovery.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint/checkpoint.h"
#include "math/kernels.h"
#include "base/log.h"
#include "prepare.h"
#include "resume.h"
#include "save.h"

const char *recovery_largest(const run_t *run, const float *block) {
    const parameters_t *table = cvae_parameters(run->cvae);
    const parameters_entry_t *largest = NULL;
    double most = -1;
    for (int i = 0; i < table->count && !isnan(most); i++) {
        const double squares = kernels()->square_sum(table->entry[i].count, block + table->entry[i].offset);
        if (isnan(squares) || squares > most) {
            largest = &table->entry[i];
            most = squares;
        }
    }
    return largest->name;
}

void recovery_note_good(run_t *run) {
    recovery_t *recovery = &run->recovery;
    const int needed = run->config.train.diverged_steps;
    const int64_t proved = run->position.step + 1 - needed;
    recovery->in_a_row = 0;
    recovery->made += recovery->made < needed;
    // Without going back the checkpoints' places decide nothing, and must not show in a checkpoint.
    if (run->config.train.go_back > 0 && recovery->made == needed && proved > recovery->good_step &&
        run_is_checkpoint_due(run, proved)) {
        recovery->good_step = proved;
    }
}

status_t recovery_note_skipped(run_t *run) {
    recovery_t *recovery = &run->recovery;
    const long long step = (long long)run->position.step + 1, epoch = (long long)run->position.epoch + 1;
    const int too_many = run->config.train.diverged_steps;
    run->position.skipped++;
    recovery->skipped++;
    recovery->in_a_row++;
    recovery->made = 0;
    if (recovery->in_a_row < too_many) {
        log_warning("step %lld (epoch %lld) diverged and is skipped, %lld in a row: %s", step, epoch,
            (long long)recovery->in_a_row, status_message());
        status_clear();
        return STATUS_OK;
    }
    return too_many == 1
               ? status_prefix(STATUS_DIVERGED, "training diverged at step %lld (epoch %lld)", step, epoch)
               : status_prefix(STATUS_DIVERGED, "training diverged at step %lld (epoch %lld), %lld in a row",
                     step, epoch, (long long)recovery->in_a_row);
}

status_t recovery_keep(const folder_t *folder, const config_t *config, uint64_t step, int *keep) {
    enum { LISTED = 4096 };
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
    const status_t status = checkpoint_list(folder->path, steps, LISTED, &count);
    while ((size_t)open < count && steps[open] + (uint64_t)config->train.diverged_steps > step) {
        open++;
    }
    *keep = *keep > open ? *keep : open;
    free(steps);
    return status;
}

/** Removes a link that leads nowhere any more. */
static void remove_dead_link(const run_t *run, const char *link) {
    char path[FOLDER_PATH_SIZE];
    folder_file(&run->folder, link, path);
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        unlink(path);
    }
}

/** Removes a hard link, which would hold what is deleted. */
static void remove_name(const run_t *run, const char *link) {
    char path[FOLDER_PATH_SIZE];
    struct stat file;
    folder_file(&run->folder, link, path);
    if (lstat(path, &file) == 0 && S_ISREG(file.st_mode) && file.st_nlink > 1) {
        unlink(path);
    }
}

static checkpoint_claim_t claim(void *context, uint64_t step, const char *path) {
    return ownership_has(context, step, path) ? CHECKPOINT_OWN : CHECKPOINT_FOREIGN;
}

/**
 * Deletes what was written behind the place that the run is back at, or a resumed run would begin there. That
 * would cost time, not right numbers: it would diverge and go back as this one did. So failure is a warning.
 */
static void remove_newer(const run_t *run, bool found) {
    remove_name(run, "best.h5");
    status_t status = found ? save_link(run) : STATUS_OK;
    if (status == STATUS_OK) {
        const checkpoint_owner_t owner = {.claim = claim, .context = run->folder.owner};
        status = checkpoint_remove_newer(run->folder.path, (uint64_t)run->position.step, &owner);
    }
    if (status != STATUS_OK) {
        log_warning("checkpoints of what diverged stay: %s", status_message());
        status_clear();
    }
    remove_dead_link(run, "last.h5");
    remove_dead_link(run, "best.h5");
}

/** The numbers of the last good checkpoint, or of the beginning. */
static status_t take_back(run_t *run) {
    const recovery_t before = run->recovery;
    bool found = false;
    // Who reads a checkpoint does not while another is being written.
    status_t status = comm_rank(run->comm) == 0 ? save_wait(run->save) : STATUS_OK;
    status = comm_agree(run->comm, status);
    if (status != STATUS_OK) {
        return status;
    }
    prepare_initial(run);
    status = resume_run(run, (uint64_t)before.good_step, &found);
    if (status != STATUS_OK) {
        return status;
    }
    if (run->position.step < before.good_step) {
        log_warning("the checkpoint of step %lld is not there", (long long)before.good_step);
    }
    run->recovery.in_a_row = 0;
    run->recovery.good_step = run->position.step;
    run->recovery.gone_back = before.gone_back + 1;
    run->recovery.rate_factor = before.rate_factor * run->config.train.go_back_factor;
    if (comm_rank(run->comm) == 0) {
        remove_newer(run, found);
    }
    return STATUS_OK;
}

status_t recovery_go_back(run_t *run) {
    const config_train_t *train = &run->config.train;
    if (run->recovery.gone_back >= train->go_back) {
        return train->go_back == 0 ? STATUS_DIVERGED
                                   : status_prefix(STATUS_DIVERGED, "gone back %lld times (train.go_back)",
                                         (long long)run->recovery.gone_back);
    }
    log_warning("%s", status_message());
    status_clear();
    status_t status = take_back(run);
    if (status == STATUS_OK) {
        status = prepare_position(run);
    }
    if (status == STATUS_OK) {
        const long long step = (long long)run->position.step;
        log_line("gone back to %s %lld, time %lld of %d: the learning rate is times %g from there on",
            step > 0 ? "step" : "the initial weights, step", step, (long long)run->recovery.gone_back,
            train->go_back, run->recovery.rate_factor);
        progress_start(&run->progress, train->epochs, run->steps, (uint64_t)step);
    }
    return status;
}
