#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/file.h"
#include "report/metrics.h"

/** What a run leaves besides checkpoints. */
static const struct {
    const char *name;
    bool is_link; // to a checkpoint, but where it is somebody's file
} own_files[] = {{"last.h5", true}, {"best.h5", true}, {"good.h5", true}, {"config.yaml", false},
    {"metrics.jsonl", false}, {"report.html", false}, {"supervisor.log", false}};

enum { OWN_FILES = sizeof own_files / sizeof *own_files };

static bool is_own_file(const char *name) {
    bool is_own = false;
    for (size_t i = 0; i < OWN_FILES; i++) {
        is_own = is_own || strcmp(name, own_files[i].name) == 0;
    }
    return is_own;
}

/** Removes what writers that are gone have left of the run's files; what cannot be deleted stays. */
static void tidy(const char *directory) {
    if (file_tidy(directory, is_own_file) != STATUS_OK) {
        status_clear();
    }
}

static const char replaced[] = ".replaced", passed_over[] = ".passed-over";

/** Names that what is set aside may get, at most. */
enum { NAMES_MOST = 10000 };

/** The ending of a name that --overwrite gives to what it sets aside, .replaced or .replaced-N; NULL: none.
 */
static const char *set_aside_ending(const char *name) {
    const char *dot = strrchr(name, '.');
    int length = 0;
    if (dot) {
        sscanf(dot, ".replaced-%*[0-9]%n", &length);
    }
    return dot && (strcmp(dot, replaced) == 0 || (length > 0 && !dot[length])) ? dot : NULL;
}

status_t folder_name(folder_t *folder, const config_t *config) {
    const char *ending = set_aside_ending(config->name);
    *folder = (folder_t){.lock = -1, .old_lock = -1};
    if (ending) {
        return status_fail(STATUS_CONFIG,
            "name: \"%s\" is what --overwrite calls a run %.*s that it has set aside; expected a name that "
            "does not end in .replaced or .replaced-N (--set name=...)",
            config->name, (int)(ending - config->name), config->name);
    }
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

/** Moves to a name that nobody has: neither a file nor an empty folder is replaced. Returns 0, or -1 with
 * errno set. */
static int move_to_new(const char *from, const char *to) {
    struct stat there;
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return -1;
    }
    // A file system that cannot look and rename at once.
    if (lstat(to, &there) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

/** Gives a file a second name; where there are no hard links, another one. Returns 0, or -1 with errno set.
 */
static int add_name(const char *from, const char *to) {
    struct stat one, other;
    if (link(from, to) == 0) {
        return 0;
    }
    if (errno != EEXIST) {
        return move_to_new(from, to);
    }
    const bool is_there = lstat(from, &one) == 0 && lstat(to, &other) == 0 && one.st_dev == other.st_dev &&
                          one.st_ino == other.st_ino;
    errno = EEXIST;
    return is_there ? 0 : -1;
}

/**
 * Names anew, by move_to_new() or add_name(): as `path`ENDING, `path`ENDING-2 and so on, whichever is free.
 * Returns 0, or -1 with errno set.
 */
static int name_anew(int (*give)(const char *from, const char *to), const char *path, const char *ending,
    char *name, size_t size) {
    int failed = -1;
    errno = EEXIST;
    for (int number = 1; failed && errno == EEXIST && number <= NAMES_MOST; number++) {
        const int length = number == 1 ? snprintf(name, size, "%s%s", path, ending)
                                       : snprintf(name, size, "%s%s-%d", path, ending, number);
        if (length >= (int)size) {
            errno = ENAMETOOLONG;
            break;
        }
        failed = give(path, name);
    }
    return failed;
}

/** Keeps a file of the folder under another name, and says so and why. */
static status_t keep(
    int (*give)(const char *from, const char *to), const char *path, const char *ending, const char *why) {
    char kept[FOLDER_PATH_SIZE + 32];
    if (name_anew(give, path, ending, kept, sizeof kept) != 0) {
        return status_fail(
            STATUS_OUTPUT, "%s: %s, and cannot be kept as %s: %s", path, why, kept, strerror(errno));
    }
    log_warning("%s: %s, kept as %s", path, why, kept);
    return STATUS_OK;
}

static const char not_written[] = "this run has not written it";

status_t folder_keep_checkpoint(const folder_t *folder, uint64_t step) {
    char name[32], path[FOLDER_PATH_SIZE];
    struct stat file;
    checkpoint_file_name(step, name);
    folder_file(folder, name, path);
    return lstat(path, &file) != 0 ? STATUS_OK : keep(add_name, path, passed_over, "passed over");
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

/** Removes what the run left in the folder that it was set aside in, and the folder unless other things are
 * there. */
static status_t remove_run(const char *directory) {
    char path[FOLDER_ASIDE_SIZE + 32];
    status_t status = STATUS_OK;
    ownership_t owner = {0};
    if (!ownership_find(directory, &owner.run)) {
        log_warning("%s stays: of none of its checkpoints can be told that it is that run's", directory);
        return STATUS_OK;
    }
    tidy(directory);
    for (size_t i = 0; status == STATUS_OK && i < OWN_FILES; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, own_files[i].name);
        const bool is_own = !own_files[i].is_link || ownership_is_link(&owner, directory, path);
        if (is_own && unlink(path) != 0 && errno != ENOENT) {
            status = status_fail(STATUS_OUTPUT, "%s: %s", path, strerror(errno));
        }
    }
    if (status == STATUS_OK) {
        status = checkpoint_remove_all(directory, &(checkpoint_owner_t){ownership_claim, &owner});
    }
    ownership_release(&owner);
    if (status != STATUS_OK) {
        return status;
    }
    if (rmdir(directory) == 0) {
        log_line("%s is removed: this run has a checkpoint now", directory);
    } else if (errno == ENOTEMPTY || errno == EEXIST) {
        log_line(
            "%s stays, without what the replaced run had written: it holds other files as well", directory);
    } else {
        status = status_fail(STATUS_OUTPUT, "%s: %s", directory, strerror(errno));
    }
    return status;
}

/** Whether a training is at work in a folder below `directory`; *path: which. */
static bool has_busy_folder(char *directory, char *path, size_t size) {
    bool is_busy = false;
    FTS *walk = fts_open((char *const[]){directory, NULL}, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *entry; walk && !is_busy && (entry = fts_read(walk));) {
        const bool is_inner = entry->fts_info == FTS_D && entry->fts_level > 0;
        const int folder = is_inner ? open(entry->fts_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
        is_busy = folder >= 0 && flock(folder, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
        if (is_busy) {
            snprintf(path, size, "%s", entry->fts_path);
        }
        if (folder >= 0) {
            close(folder);
        }
    }
    if (walk) {
        fts_close(walk);
    }
    return is_busy;
}

/** Whether the run's folder, where its links lead, holds the place that it is called at. */
static bool holds_its_own_link(const folder_t *folder, const char *real) {
    char place[CONFIG_PATH_SIZE], found[PATH_MAX];
    const size_t length = strlen(real);
    snprintf(place, sizeof place, "%s", folder->path);
    return realpath(dirname(place), found) && strncmp(found, real, length) == 0 &&
           (found[length] == '/' || found[length] == '\0' || strcmp(real, "/") == 0);
}

/** Whether the folder can be set aside; *real: where it is, behind any link. */
static status_t check_aside(const folder_t *folder, char real[PATH_MAX]) {
    char busy[FOLDER_ASIDE_SIZE];
    if (!realpath(folder->path, real)) {
        return status_fail(STATUS_OUTPUT, "%s: %s", folder->path, strerror(errno));
    }
    if (holds_its_own_link(folder, real)) {
        return status_fail(STATUS_OUTPUT,
            "%s: it leads to %s, in which it is itself, and which can therefore not be set aside; choose "
            "another name (--set name=...)",
            folder->path, real);
    }
    if (has_busy_folder(real, busy, sizeof busy)) {
        return status_fail(STATUS_OUTPUT,
            "%s: it cannot be set aside while another training is at work in %s; choose another name (--set "
            "name=...)",
            folder->path, busy);
    }
    return STATUS_OK;
}

/** What others have set aside, or an overwriting that was ended early: it stays, and is named. */
static void name_leftover(const folder_t *folder) {
    char real[PATH_MAX], path[FOLDER_ASIDE_SIZE];
    struct stat there;
    if (!realpath(folder->path, real)) {
        return;
    }
    snprintf(path, sizeof path, "%s%s", real, replaced);
    if (strcmp(path, folder->old) != 0 && lstat(path, &there) == 0) {
        log_line("%s is there from before and stays: remove it by hand if it is not needed", path);
    }
}

/** Sets the run aside beside where it is, behind any link, and makes a new folder in its place. */
static status_t set_aside(folder_t *folder) {
    char real[PATH_MAX];
    status_t status = check_aside(folder, real);
    if (status != STATUS_OK) {
        return status;
    }
    if (name_anew(move_to_new, real, replaced, folder->old, sizeof folder->old) != 0) {
        status = status_fail(STATUS_OUTPUT,
            "%s: it cannot be set aside as %s: %s; choose another name (--set name=...)", folder->path,
            folder->old, strerror(errno));
        folder->old[0] = '\0';
        return status;
    }
    folder->old_lock = folder->lock;
    folder->lock = -1;
    status = checkpoint_make_directory(real);
    if (status == STATUS_OK) {
        status = make_and_lock(folder);
    } else if (move_to_new(folder->old, real) == 0) {
        folder->old[0] = '\0';
    }
    if (status == STATUS_OK) {
        log_line("the run that was there is kept as %s until this one has written a checkpoint", folder->old);
    }
    return status;
}

/** Of a folder with no checkpoint: what tells that there was a run all the same. */
static status_t check_stray(const folder_t *folder) {
    char path[FOLDER_PATH_SIZE], name[32];
    struct stat file;
    ownership_run_t run;
    uint64_t step;
    folder_file(folder, "last.h5", path);
    if (lstat(path, &file) != 0 || !S_ISREG(file.st_mode) || !ownership_read(path, &run, &step)) {
        return STATUS_OK;
    }
    checkpoint_file_name(step, name);
    return status_fail(STATUS_USAGE,
        "%s is a checkpoint of step %" PRIu64
        " and the only one there, but no %s, which is looked for: rename it to go on with it (--resume), or "
        "choose another name (--set name=...)",
        path, step, name);
}

status_t folder_open(
    folder_t *folder, const config_t *config, const char *data_hash, bool resume, bool overwrite) {
    uint64_t newest;
    size_t count = 0;
    folder->owner.run.config = *config;
    snprintf(folder->owner.run.data_hash, HASH_TEXT_SIZE, "%s", data_hash);
    status_t status = make_and_lock(folder);
    if (status == STATUS_OK) {
        status = checkpoint_list(folder->path, &newest, 1, &count);
    }
    if (status == STATUS_OK && count == 0) {
        status = check_stray(folder);
    } else if (status == STATUS_OK && !resume && !overwrite) {
        status = status_fail(STATUS_USAGE,
            "%s already holds a run: --resume goes on with it, --overwrite begins anew, another name (--set "
            "name=...) keeps both",
            folder->path);
    } else if (status == STATUS_OK && !resume) {
        status = set_aside(folder);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (count == 0 || !resume) {
        name_leftover(folder);
    }
    tidy(folder->path);
    if (!checkpoint_has_links(folder->path)) {
        log_warning(
            "%s: no symbolic links can be made there: last.h5 and best.h5 are hard links, or missing; the "
            "newest checkpoint is the step-*.h5 of the highest number",
            folder->path);
    }
    return STATUS_OK;
}

status_t folder_link(folder_t *folder, const char *name, uint64_t step) {
    char target[32], path[FOLDER_PATH_SIZE], link[FOLDER_PATH_SIZE];
    struct stat file, there;
    checkpoint_file_name(step, target);
    folder_file(folder, target, path);
    folder_file(folder, name, link);
    if (stat(path, &file) != 0 ||
        (stat(link, &there) == 0 && there.st_dev == file.st_dev && there.st_ino == file.st_ino)) {
        return STATUS_OK;
    }
    // A copy, as `cp -rL` makes one of a link, may be all that there is of a checkpoint.
    const bool is_stranger = lstat(link, &there) == 0 && S_ISREG(there.st_mode) &&
                             !ownership_is_link(&folder->owner, folder->path, link);
    const status_t status = is_stranger ? keep(move_to_new, link, passed_over, not_written) : STATUS_OK;
    return status == STATUS_OK ? checkpoint_link(folder->path, name, target) : status;
}

static bool is_text(const char *text, const file_content_t *file) {
    return strlen(text) == file->length && memcmp(text, file->text, file->length) == 0;
}

/**
 * Whether config.yaml is as a run writes it: what a person has written there is not. Of a run that goes on an
 * older program has written it in another way, without the keys that came later: it is the run's where it is,
 * to the last byte, that of its checkpoint, or says what the run's configuration does and has no remarks that
 * would be lost.
 */
static bool is_own_config(
    const folder_t *folder, const config_t *config, bool is_resumed, const file_content_t *file) {
    char written[CONFIG_TEXT_SIZE], last[FOLDER_PATH_SIZE];
    const char *text;
    config_t there;
    checkpoint_t checkpoint = {0};
    const bool is_read = config_parse(&there, "config.yaml", file->text, file->length, NULL, 0) == STATUS_OK;
    if (is_read) {
        config_write(&there, written, sizeof written);
    }
    bool is_own = is_read && is_text(written, file);
    if (!is_own && is_resumed) {
        status_clear();
        folder_file(folder, "last.h5", last);
        is_own = (is_read && !strchr(file->text, '#') && config_differences(&there, config) == 0) ||
                 (checkpoint_read(last, &checkpoint) == STATUS_OK &&
                     checkpoint_text(&checkpoint, "config/text", &text) == STATUS_OK && is_text(text, file));
        checkpoint_destroy(&checkpoint);
    }
    status_clear();
    return is_own;
}

status_t folder_keep_strangers(const folder_t *folder, const config_t *config, bool is_resumed) {
    char path[FOLDER_PATH_SIZE];
    struct stat there;
    file_content_t file = {0};
    status_t status = STATUS_OK;
    folder_file(folder, "metrics.jsonl", path);
    if (!is_resumed && stat(path, &there) == 0 && S_ISREG(there.st_mode) && there.st_size > 0) {
        status = keep(move_to_new, path, replaced, not_written);
    }
    folder_file(folder, "config.yaml", path);
    if (status == STATUS_OK && stat(path, &there) == 0 && S_ISREG(there.st_mode)) {
        status = file_read(path, &file);
        if (status == STATUS_OK && !is_own_config(folder, config, is_resumed, &file)) {
            status = keep(move_to_new, path, replaced, not_written);
        }
        file_release(&file);
    }
    return status;
}

status_t folder_begin(const folder_t *folder, const config_t *config, uint64_t step) {
    char path[FOLDER_PATH_SIZE], text[CONFIG_TEXT_SIZE];
    folder_file(folder, "config.yaml", path);
    status_t status = file_replace(path, text, config_write(config, text, sizeof text));
    folder_file(folder, "metrics.jsonl", path);
    return status == STATUS_OK ? metrics_rewind(path, step) : status;
}

void folder_keep_new(folder_t *folder) {
    struct stat opened, named;
    if (!folder->old[0]) {
        return;
    }
    // Only what this process has set aside, which may since have been moved or removed.
    if (fstat(folder->old_lock, &opened) == 0 && lstat(folder->old, &named) == 0 &&
        opened.st_dev == named.st_dev && opened.st_ino == named.st_ino &&
        remove_run(folder->old) != STATUS_OK) {
        log_warning("the replaced run is not wholly removed: %s", status_message());
        status_clear();
    }
    folder->old[0] = '\0';
}

void folder_close(folder_t *folder) {
    if (folder->lock >= 0) {
        close(folder->lock);
    }
    if (folder->old_lock >= 0) {
        close(folder->old_lock);
    }
    folder->lock = folder->old_lock = -1;
    ownership_release(&folder->owner);
}
