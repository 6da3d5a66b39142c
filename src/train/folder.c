#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "checkpoint/checkpoint.h"
#include "base/log.h"
#include "report/metrics.h"
#include "report/replace.h"

/** The temporary ones are of replace_file(), where it was killed. */
static const char *const own_files[] = {"last.h5", "best.h5", "good.h5", "config.yaml", "config.yaml.tmp",
    "metrics.jsonl", "metrics.jsonl.tmp", "report.html", "report.html.tmp", "supervisor.log"};

/** Folders that replaced runs may have been set aside as, at most. */
enum { OLD_MOST = 100 };

status_t folder_name(folder_t *folder, const config_t *config) {
    *folder = (folder_t){.lock = -1, .old_lock = -1};
    const int length =
        snprintf(folder->path, sizeof folder->path, "%s/%s", config->checkpoint.directory, config->name);
    if (length >= (int)sizeof folder->path) {
        return status_fail(STATUS_CONFIG, "checkpoint.directory: the path is too long");
    }
    return STATUS_OK;
}

void folder_file(const folder_t *folder, const char *name, char path[FOLDER_PATH_SIZE]) {
    snprintf(path, FOLDER_PATH_SIZE, "%s/%s", folder->path, name);
}

/** Where a run is set aside; number: 1, or higher where what is no run's stands in the way. */
static void old_path(const folder_t *folder, int number, char path[FOLDER_PATH_SIZE]) {
    snprintf(path, FOLDER_PATH_SIZE, number == 1 ? "%s.replaced" : "%s.replaced-%d", folder->path, number);
}

/** Makes and locks the folder. The lock goes with the process, however it ends. */
static status_t make_and_lock(folder_t *folder) {
    status_t status = checkpoint_make_directory(folder->path);
    if (status != STATUS_OK) {
        return status;
    }
    folder->lock = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->lock < 0) {
        return status_fail(STATUS_OUTPUT, "%s: %s", folder->path, strerror(errno));
    }
    if (flock(folder->lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return status_fail(STATUS_OUTPUT, "%s: another training is at work in this folder", folder->path);
        }
        log_warning("%s: it cannot be locked (%s): see that no second training uses it", folder->path,
            strerror(errno));
    }
    return STATUS_OK;
}

static bool is_not_empty(int error) {
    return error == ENOTEMPTY || error == EEXIST;
}

/** Removes what a run left in a folder, and the folder unless somebody put other things there. */
static status_t remove_run(const char *directory) {
    status_t status = checkpoint_remove_all(directory);
    for (size_t i = 0; status == STATUS_OK && i < sizeof own_files / sizeof own_files[0]; i++) {
        char path[2 * FOLDER_PATH_SIZE];
        snprintf(path, sizeof path, "%s/%s", directory, own_files[i]);
        if (unlink(path) != 0 && errno != ENOENT) {
            return status_fail(STATUS_OUTPUT, "%s: %s", path, strerror(errno));
        }
    }
    if (status == STATUS_OK && rmdir(directory) != 0 && errno != ENOENT && !is_not_empty(errno)) {
        status = status_fail(STATUS_OUTPUT, "%s: %s", directory, strerror(errno));
    }
    return status;
}

/** What an earlier, unfinished overwriting had set aside is older still, and goes. old: where the run is now.
 */
static status_t move_aside(const folder_t *folder, char old[FOLDER_PATH_SIZE]) {
    int error = ENOTEMPTY;
    for (int number = 1; number <= OLD_MOST && is_not_empty(error); number++) {
        old_path(folder, number, old);
        const status_t status = remove_run(old);
        if (status != STATUS_OK) {
            return status;
        }
        error = rename(folder->path, old) == 0 ? 0 : errno;
    }
    return error == 0 ? STATUS_OK
                      : status_fail(STATUS_OUTPUT, "%s: it cannot be set aside as %s: %s", folder->path, old,
                            strerror(error));
}

static status_t set_aside(folder_t *folder) {
    char old[FOLDER_PATH_SIZE];
    const status_t status = move_aside(folder, old);
    if (status != STATUS_OK) {
        return status;
    }
    log_line("the run that was there is kept as %s until this one has written a checkpoint", old);
    folder->old_lock = folder->lock;
    folder->lock = -1;
    return make_and_lock(folder);
}

status_t folder_open(folder_t *folder, bool resume, bool overwrite) {
    uint64_t newest;
    size_t count = 0;
    status_t status = make_and_lock(folder);
    if (status == STATUS_OK) {
        status = checkpoint_list(folder->path, &newest, 1, &count);
    }
    if (status != STATUS_OK || count == 0 || resume) {
        return status;
    }
    if (!overwrite) {
        return status_fail(STATUS_USAGE,
            "%s already holds a run: --resume goes on with it, --overwrite begins anew, another name (--set "
            "name=...) keeps both",
            folder->path);
    }
    return set_aside(folder);
}

status_t folder_begin(const folder_t *folder, const config_t *config, uint64_t step) {
    char path[FOLDER_PATH_SIZE];
    char *text = malloc(CONFIG_TEXT_SIZE);
    if (!text) {
        return status_fail(STATUS_MEMORY, "out of memory for the configuration");
    }
    const size_t length = config_write(config, text, CONFIG_TEXT_SIZE);
    folder_file(folder, "config.yaml", path);
    status_t status = replace_file(path, text, length);
    free(text);
    folder_file(folder, "metrics.jsonl", path);
    return status == STATUS_OK ? metrics_rewind(path, step) : status;
}

void folder_keep_new(const folder_t *folder) {
    char old[FOLDER_PATH_SIZE];
    old_path(folder, 1, old);
    for (int number = 1; number <= OLD_MOST && access(old, F_OK) == 0; number++) {
        if (remove_run(old) != STATUS_OK) {
            log_warning("the replaced run is not wholly removed: %s", status_message());
        }
        old_path(folder, number + 1, old);
    }
}

void folder_close(folder_t *folder) {
    if (folder->lock >= 0) {
        close(folder->lock);
    }
    if (folder->old_lock >= 0) {
        close(folder->old_lock);
    }
    folder->lock = folder->old_lock = -1;
}
