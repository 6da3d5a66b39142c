#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint/checkpoint.h"
#include "base/log.h"
#include "base/file.h"
#include "report/metrics.h"

/** What a run leaves besides checkpoints and links to them. */
static const char *const own_files[] = {"config.yaml", "metrics.jsonl", "report.html", "supervisor.log"};
static const char *const links[] = {"last.h5", "best.h5", "good.h5"};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const char replaced[] = ".replaced";

/** Names that what is set aside may get, at most. */
enum { NAMES_MOST = 10000 };

/** Whether a name is one that --overwrite gives to what it sets aside: NAME.replaced, NAME.replaced-2, ... */
static bool is_set_aside_name(const char *name) {
    const char *end = NULL;
    for (const char *found = name; (found = strstr(found, replaced)); found++) {
        end = found + strlen(replaced);
    }
    return end && (*end == '\0' || (*end == '-' && end[1] && end[1 + strspn(end + 1, "0123456789")] == '\0'));
}

status_t folder_name(folder_t *folder, const config_t *config) {
    *folder = (folder_t){.lock = -1, .old_lock = -1};
    if (is_set_aside_name(config->name)) {
        const size_t length = (size_t)(strstr(config->name, replaced) - config->name);
        return status_fail(STATUS_CONFIG,
            "name: \"%s\" is what --overwrite calls a run %.*s that it has set aside; expected a name that "
            "does not end "
            "in .replaced or .replaced-N (--set name=...)",
            config->name, (int)length, config->name);
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

/** Sets aside as `path`ENDING, `path`ENDING-2 and so on, whichever is free. Returns 0, or -1 with errno set.
 */
static int move_aside(const char *path, const char *ending, char *aside, size_t size, int *number) {
    int failed = -1;
    errno = EEXIST;
    for (*number = 1; failed && errno == EEXIST && *number <= NAMES_MOST; ++*number) {
        const int length = *number == 1 ? snprintf(aside, size, "%s%s", path, ending)
                                        : snprintf(aside, size, "%s%s-%d", path, ending, *number);
        if (length >= (int)size) {
            errno = ENAMETOOLONG;
            break;
        }
        failed = move_to_new(path, aside);
    }
    --*number;
    return failed;
}

status_t folder_keep_file(const folder_t *folder, const char *name, const char *ending) {
    char path[FOLDER_PATH_SIZE], kept[FOLDER_PATH_SIZE + 32];
    int number;
    folder_file(folder, name, path);
    if (move_aside(path, ending, kept, sizeof kept, &number) != 0) {
        return status_fail(STATUS_OUTPUT, "%s: it is not this run's, and cannot be kept as %s: %s", path,
            kept, strerror(errno));
    }
    log_warning("%s: kept as %s: this run has not written it", path, kept);
    return STATUS_OK;
}

status_t folder_keep_checkpoint(const folder_t *folder, uint64_t step) {
    char name[32], path[FOLDER_PATH_SIZE], kept[FOLDER_PATH_SIZE + 32];
    struct stat file, there;
    int failed = -1;
    checkpoint_file_name(step, name);
    folder_file(folder, name, path);
    if (lstat(path, &file) != 0) {
        return STATUS_OK;
    }
    errno = EEXIST;
    for (int number = 1; failed && errno == EEXIST && number <= NAMES_MOST; number++) {
        snprintf(kept, sizeof kept, number == 1 ? "%s.passed-over" : "%s.passed-over-%d", path, number);
        if (lstat(kept, &there) == 0 && there.st_dev == file.st_dev && there.st_ino == file.st_ino) {
            return STATUS_OK;
        }
        failed = link(path, kept);
    }
    // Where there are no hard links, it has one name: the run goes on under the other.
    failed = failed && move_to_new(path, kept) != 0;
    if (failed) {
        return status_fail(
            STATUS_OUTPUT, "%s: passed over; %s cannot be made: %s", path, kept, strerror(errno));
    }
    log_warning("%s: passed over, kept as %s", path, kept);
    return STATUS_OK;
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

/** Reads whose checkpoint a file is; NULL where it is not good, or its configuration is not `config` (NULL:
 * any). */
static ownership_t *read_owner(const char *directory, const char *name, const config_t *config) {
    char path[FOLDER_ASIDE_SIZE + 32];
    checkpoint_t checkpoint = {0};
    ownership_t *owner = NULL;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    const bool is_read = checkpoint_read(path, &checkpoint) == STATUS_OK &&
                         ownership_of_checkpoint(&owner, &checkpoint) == STATUS_OK;
    checkpoint_destroy(&checkpoint);
    if (is_read && config && !ownership_is_of(owner, config)) {
        ownership_destroy(owner);
        owner = NULL;
    }
    status_clear();
    return owner;
}

/** The configuration that the folder's last run wrote there; NULL where it cannot be read. To be freed. */
static config_t *read_written(const char *directory) {
    char path[FOLDER_ASIDE_SIZE + 32];
    file_content_t input = {0};
    config_t *config = calloc(1, sizeof *config);
    snprintf(path, sizeof path, "%s/config.yaml", directory);
    if (config && (file_read(path, &input) != STATUS_OK ||
                      config_parse(config, path, input.text, input.length, NULL, 0) != STATUS_OK)) {
        free(config);
        config = NULL;
    }
    file_release(&input);
    status_clear();
    return config;
}

/**
 * Whose run a folder's is: that of the checkpoint that last.h5 leads to, or else of the newest, if it has the
 * folder's configuration. Another run's may lie among them. NULL: nobody can tell.
 */
static ownership_t *find_owner(const char *directory) {
    enum { LISTED = 64 };
    uint64_t steps[LISTED];
    size_t count = 0;
    config_t *config = read_written(directory);
    ownership_t *owner = read_owner(directory, "last.h5", config);
    if (!owner && config && checkpoint_list(directory, steps, LISTED, &count) != STATUS_OK) {
        status_clear();
    }
    for (size_t i = 0; !owner && i < count; i++) {
        char name[32];
        checkpoint_file_name(steps[i], name);
        owner = read_owner(directory, name, config);
    }
    free(config);
    return owner;
}

static checkpoint_claim_t claim(void *context, uint64_t step, const char *path) {
    return ownership_has(context, step, path) ? CHECKPOINT_OWN : CHECKPOINT_FOREIGN;
}

/** Whether a file is a checkpoint that the folder has under its step's name as well. Both are the owner's. */
static bool is_copy(const char *directory, const char *path, ownership_t *owner) {
    char name[32], original[FOLDER_ASIDE_SIZE + 32];
    int64_t step;
    checkpoint_t checkpoint = {0};
    const bool is_known =
        checkpoint_read(path, &checkpoint) == STATUS_OK &&
        checkpoint_copy(&checkpoint, "position/step", CHECKPOINT_INT64, 0, NULL, &step) == STATUS_OK;
    checkpoint_destroy(&checkpoint);
    status_clear();
    if (!is_known) {
        return false;
    }
    checkpoint_file_name((uint64_t)step, name);
    snprintf(original, sizeof original, "%s/%s", directory, name);
    return ownership_has(owner, UINT64_MAX, path) && ownership_has(owner, (uint64_t)step, original);
}

/** Whether what has a link's name is a link, or as good as one: with it goes no content. */
static bool is_link(const char *directory, const char *path, ownership_t *owner) {
    struct stat file;
    return lstat(path, &file) == 0 &&
           (S_ISLNK(file.st_mode) || (S_ISREG(file.st_mode) && file.st_nlink > 1) ||
               is_copy(directory, path, owner));
}

static status_t remove_file(const char *path) {
    return unlink(path) == 0 || errno == ENOENT ? STATUS_OK
                                                : status_fail(STATUS_OUTPUT, "%s: %s", path, strerror(errno));
}

static bool is_own_file(const char *name) {
    bool is_own = false;
    for (size_t i = 0; i < COUNT(own_files); i++) {
        is_own = is_own || strcmp(name, own_files[i]) == 0;
    }
    return is_own;
}

/** Deletes what runs that were killed have left of files on their way; what cannot be deleted stays. */
static void tidy(const char *directory) {
    if (file_tidy(directory, is_own_file) != STATUS_OK) {
        status_clear();
    }
}

/** Removes what the run left in the folder that it was set aside in, and the folder unless other things are
 * there. */
static status_t remove_run(const char *directory) {
    char path[FOLDER_ASIDE_SIZE + 32];
    status_t status = STATUS_OK;
    ownership_t *owner = find_owner(directory);
    if (!owner) {
        log_warning("%s stays: of none of its checkpoints can be told that it is that run's", directory);
        return STATUS_OK;
    }
    for (size_t i = 0; status == STATUS_OK && i < COUNT(links); i++) {
        snprintf(path, sizeof path, "%s/%s", directory, links[i]);
        status = is_link(directory, path, owner) ? remove_file(path) : STATUS_OK;
    }
    if (status == STATUS_OK) {
        status = checkpoint_remove_all(directory, &(checkpoint_owner_t){.claim = claim, .context = owner});
    }
    for (size_t i = 0; status == STATUS_OK && i < COUNT(own_files); i++) {
        snprintf(path, sizeof path, "%s/%s", directory, own_files[i]);
        status = remove_file(path);
    }
    tidy(directory);
    ownership_destroy(owner);
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
        if (entry->fts_info != FTS_D || entry->fts_level == 0) {
            continue;
        }
        const int folder = open(entry->fts_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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
    snprintf(place, sizeof place, "%s", folder->path);
    char *slash = strrchr(place, '/');
    slash[slash == place] = '\0';
    const size_t length = strlen(real);
    return realpath(place, found) && strncmp(found, real, length) == 0 &&
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
            "another "
            "name (--set name=...)",
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
static void name_leftover(const char *real) {
    char path[FOLDER_ASIDE_SIZE];
    struct stat there;
    snprintf(path, sizeof path, "%s%s", real, replaced);
    if (lstat(path, &there) == 0) {
        log_line("%s is there from before and stays: remove it by hand if it is not needed", path);
    }
}

/** Sets the run aside beside where it is, behind any link, and makes a new folder in its place. */
static status_t set_aside(folder_t *folder) {
    char real[PATH_MAX];
    int number;
    status_t status = check_aside(folder, real);
    if (status != STATUS_OK) {
        return status;
    }
    if (move_aside(real, replaced, folder->old, sizeof folder->old, &number) != 0) {
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
        if (number > 1) {
            name_leftover(real);
        }
    }
    return status;
}

/** Of a folder with no checkpoint: what tells that there was a run all the same. */
static status_t check_stray(const folder_t *folder) {
    char path[FOLDER_PATH_SIZE], name[32];
    struct stat file;
    int64_t step;
    checkpoint_t checkpoint;
    folder_file(folder, "last.h5", path);
    if (lstat(path, &file) != 0 || !S_ISREG(file.st_mode) ||
        checkpoint_read(path, &checkpoint) != STATUS_OK) {
        status_clear();
        return STATUS_OK;
    }
    status_t status = checkpoint_copy(&checkpoint, "position/step", CHECKPOINT_INT64, 0, NULL, &step);
    checkpoint_destroy(&checkpoint);
    if (status != STATUS_OK) {
        status_clear();
        return STATUS_OK;
    }
    checkpoint_file_name((uint64_t)step, name);
    return status_fail(STATUS_USAGE,
        "%s is a checkpoint of step %lld and the only one there, but no %s, which is looked for: rename it "
        "to go "
        "on with it (--resume), or choose another name (--set name=...)",
        path, (long long)step, name);
}

status_t folder_open(folder_t *folder, bool resume, bool overwrite) {
    uint64_t newest;
    size_t count = 0;
    char real[PATH_MAX];
    status_t status = make_and_lock(folder);
    if (status == STATUS_OK) {
        status = checkpoint_list(folder->path, &newest, 1, &count);
    }
    if (status == STATUS_OK && count == 0) {
        status = check_stray(folder);
        if (status == STATUS_OK && realpath(folder->path, real)) {
            name_leftover(real);
        }
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
    tidy(folder->path);
    if (!checkpoint_has_links(folder->path)) {
        log_warning(
            "%s: no symbolic links can be made there: last.h5 and best.h5 are hard links, or missing; the "
            "newest checkpoint is the step-*.h5 of the highest number",
            folder->path);
    }
    return STATUS_OK;
}

status_t folder_link(const folder_t *folder, const char *name, uint64_t step) {
    char target[32], path[FOLDER_PATH_SIZE], link[FOLDER_PATH_SIZE];
    struct stat file, there;
    checkpoint_file_name(step, target);
    folder_file(folder, target, path);
    folder_file(folder, name, link);
    if (stat(path, &file) != 0) {
        return STATUS_OK;
    }
    if (stat(link, &there) == 0 && there.st_dev == file.st_dev && there.st_ino == file.st_ino) {
        return STATUS_OK;
    }
    // A copy, as `cp -rL` makes one of a link, may be all that there is of a checkpoint.
    if (lstat(link, &there) == 0 && S_ISREG(there.st_mode) && !is_link(folder->path, link, folder->owner)) {
        const status_t status = folder_keep_file(folder, name, ".passed-over");
        if (status != STATUS_OK) {
            return status;
        }
    }
    return checkpoint_link(folder->path, name, target);
}

/** Whether config.yaml is as a run writes it: what a person has written there is not. */
static bool is_written(const char *path, char *text, size_t length) {
    config_t *config = calloc(1, sizeof *config);
    char *written = malloc(CONFIG_TEXT_SIZE);
    const bool is_same =
        config && written && config_parse(config, path, text, length, NULL, 0) == STATUS_OK &&
        config_write(config, written, CONFIG_TEXT_SIZE) == length && memcmp(written, text, length) == 0;
    status_clear();
    free(written);
    free(config);
    return is_same;
}

/** Whether config.yaml is, to the last byte, that of the checkpoint that last.h5 leads to. */
static bool is_of_checkpoint(const folder_t *folder, const char *text, size_t length) {
    char path[FOLDER_PATH_SIZE];
    const char *written;
    checkpoint_t checkpoint = {0};
    folder_file(folder, "last.h5", path);
    const bool is_same = checkpoint_read(path, &checkpoint) == STATUS_OK &&
                         checkpoint_text(&checkpoint, "config/text", &written) == STATUS_OK &&
                         strlen(written) == length && memcmp(written, text, length) == 0;
    checkpoint_destroy(&checkpoint);
    status_clear();
    return is_same;
}

/** Whether config.yaml says what the run's configuration does, and has no remarks that would be lost. */
static bool is_same_training(const config_t *config, const char *path, char *text, size_t length) {
    config_t *there = memchr(text, '#', length) ? NULL : calloc(1, sizeof *there);
    const bool is_same = there && config_parse(there, path, text, length, NULL, 0) == STATUS_OK &&
                         config_differences(there, config) == 0;
    status_clear();
    free(there);
    return is_same;
}

status_t folder_keep_strangers(const folder_t *folder, const config_t *config, bool is_resumed) {
    char path[FOLDER_PATH_SIZE];
    struct stat file;
    file_content_t input;
    status_t status = STATUS_OK;
    folder_file(folder, "metrics.jsonl", path);
    if (!is_resumed && stat(path, &file) == 0 && S_ISREG(file.st_mode) && file.st_size > 0) {
        status = folder_keep_file(folder, "metrics.jsonl", replaced);
    }
    folder_file(folder, "config.yaml", path);
    if (status == STATUS_OK && stat(path, &file) == 0 && S_ISREG(file.st_mode)) {
        status = file_read(path, &input);
        // An older program has written the run's own in another way, without the keys that came later.
        const bool is_own = status == STATUS_OK &&
                            (is_written(path, input.text, input.length) ||
                                (is_resumed && (is_same_training(config, path, input.text, input.length) ||
                                                   is_of_checkpoint(folder, input.text, input.length))));
        if (status == STATUS_OK && !is_own) {
            status = folder_keep_file(folder, "config.yaml", replaced);
        }
        file_release(&input);
    }
    return status;
}

status_t folder_begin(const folder_t *folder, const config_t *config, uint64_t step) {
    char path[FOLDER_PATH_SIZE];
    char *text = malloc(CONFIG_TEXT_SIZE);
    if (!text) {
        return status_fail(STATUS_MEMORY, "out of memory for the configuration");
    }
    const size_t length = config_write(config, text, CONFIG_TEXT_SIZE);
    folder_file(folder, "config.yaml", path);
    status_t status = file_replace(path, text, length);
    free(text);
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
    ownership_destroy(folder->owner);
    folder->owner = NULL;
}
