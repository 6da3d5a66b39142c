#include "checkpoint.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"

enum {
    FILE_NAME_SIZE = 32,
    PATH_SIZE = 2 * PATH_MAX /**< a path that is cut at this size is longer than the system takes */
};

void checkpoint_file_name(uint64_t step, char name[32]) {
    snprintf(name, FILE_NAME_SIZE, "step-%010" PRIu64 ".h5", step);
}

/** Is `name` exactly the name of a step's checkpoint? */
static bool parse_file_name(const char *name, uint64_t *step) {
    char exact[FILE_NAME_SIZE];
    if (sscanf(name, "step-%" SCNu64, step) != 1) {
        return false;
    }
    checkpoint_file_name(*step, exact);
    return strcmp(name, exact) == 0;
}

static bool is_file_name(const char *name) {
    uint64_t step;
    return parse_file_name(name, &step);
}

static void set_path(char path[PATH_SIZE], const char *directory, const char *name) {
    snprintf(path, PATH_SIZE, "%s/%s", directory, name);
}

static status_t refuse_folder(const char *directory) {
    return status_fail(STATUS_NO_INPUT, "%s: cannot be read: %s", directory, strerror(errno));
}

static int newest_first(const void *first, const void *second) {
    uint64_t a = *(const uint64_t *)first, b = *(const uint64_t *)second;
    return (a < b) - (a > b);
}

static int is_checkpoint(const struct dirent *entry) {
    return is_file_name(entry->d_name);
}

/** All steps of the folder, the newest first, in *steps, to be freed in any case; of no folder, none. */
static status_t collect(const char *directory, uint64_t **steps, size_t *count) {
    struct dirent **entries;
    char path[PATH_SIZE];
    struct stat file;
    const int found = scandir(directory, &entries, is_checkpoint, NULL);
    *steps = NULL;
    *count = 0;
    if (found < 0) {
        return errno == ENOENT ? STATUS_OK : refuse_folder(directory);
    }
    *steps = malloc(((size_t)found + 1) * sizeof **steps);
    for (int i = 0; i < found; i++) {
        set_path(path, directory, entries[i]->d_name);
        if (*steps && lstat(path, &file) == 0 && S_ISREG(file.st_mode)) {
            parse_file_name(entries[i]->d_name, &(*steps)[(*count)++]);
        }
        free(entries[i]);
    }
    free(entries);
    if (!*steps) {
        return status_fail(STATUS_MEMORY, "out of memory for the list of checkpoints");
    }
    qsort(*steps, *count, sizeof **steps, newest_first);
    return STATUS_OK;
}

status_t checkpoint_list(const char *directory, uint64_t *steps, size_t capacity, size_t *count) {
    uint64_t *all;
    status_t status = collect(directory, &all, count);
    *count = *count < capacity ? *count : capacity;
    for (size_t i = 0; i < *count; i++) {
        steps[i] = all[i];
    }
    free(all);
    return status;
}

/** Whether a symbolic link of the folder leads to the file. */
static status_t find_link(const char *directory, const struct stat *file, bool *is_linked) {
    struct dirent **entries;
    struct stat link, target;
    char path[PATH_SIZE];
    const int count = scandir(directory, &entries, NULL, NULL);
    if (count < 0) {
        return refuse_folder(directory);
    }
    for (int i = 0; i < count; i++) {
        set_path(path, directory, entries[i]->d_name);
        *is_linked |= lstat(path, &link) == 0 && S_ISLNK(link.st_mode) && stat(path, &target) == 0 &&
                      target.st_dev == file->st_dev && target.st_ino == file->st_ino;
        free(entries[i]);
    }
    free(entries);
    return STATUS_OK;
}

/** Deletes a step's checkpoint; with `keep_linked`, unless a link of the folder leads to it. */
static status_t delete_step(const char *directory, const char *path, bool keep_linked) {
    struct stat file;
    bool is_linked = false;
    status_t status = STATUS_OK;
    if (keep_linked && lstat(path, &file) == 0) {
        status = find_link(directory, &file, &is_linked);
    }
    if (status == STATUS_OK && !is_linked && unlink(path) != 0 && errno != ENOENT) {
        status = status_fail(STATUS_OUTPUT, "%s: cannot be deleted: %s", path, strerror(errno));
    }
    return status;
}

/** Which checkpoints are to be deleted. */
typedef struct {
    size_t keep;       /**< the newest of the caller's own */
    uint64_t multiple; /**< whose multiples stay; 0: none */
    uint64_t from;     /**< the first step of those that may go */
    bool keep_linked;
    const checkpoint_owner_t *owner;
} rule_t;

static status_t delete_by_rule(const char *directory, const rule_t *rule) {
    const checkpoint_owner_t *owner = rule->owner;
    uint64_t *steps;
    size_t count, own = 0;
    status_t status = collect(directory, &steps, &count);
    for (size_t i = 0; i < count && rule->keep < SIZE_MAX; i++) {
        char name[FILE_NAME_SIZE], path[PATH_SIZE];
        checkpoint_file_name(steps[i], name);
        set_path(path, directory, name);
        const checkpoint_claim_t claim = steps[i] < rule->from ? CHECKPOINT_KEPT
                                         : owner               ? owner->claim(owner->context, steps[i], path)
                                                               : CHECKPOINT_OWN;
        own += claim != CHECKPOINT_FOREIGN;
        if (claim == CHECKPOINT_OWN && own > rule->keep &&
            !(rule->multiple > 0 && steps[i] % rule->multiple == 0)) {
            const status_t deleted = delete_step(directory, path, rule->keep_linked);
            status = deleted != STATUS_OK ? deleted : status;
        }
    }
    free(steps);
    return status;
}

/** Deletes by the rule, and abandoned temporary files. */
static status_t tidy(const char *directory, const rule_t *rule) {
    const status_t status = delete_by_rule(directory, rule);
    const status_t tidied = file_tidy(directory, is_file_name);
    return status != STATUS_OK ? status : tidied;
}

status_t checkpoint_prune(
    const char *directory, int keep, uint64_t keep_multiples, const checkpoint_owner_t *owner) {
    return tidy(directory, &(rule_t){.keep = keep > 0 ? (size_t)keep : SIZE_MAX,
                               .multiple = keep_multiples,
                               .keep_linked = true,
                               .owner = owner});
}

status_t checkpoint_remove_newer(const char *directory, uint64_t step, const checkpoint_owner_t *owner) {
    return step == UINT64_MAX ? STATUS_OK
                              : delete_by_rule(directory, &(rule_t){.from = step + 1, .owner = owner});
}

status_t checkpoint_remove_all(const char *directory, const checkpoint_owner_t *owner) {
    return tidy(directory, &(rule_t){.owner = owner});
}

/**
 * Whether the reason why a link cannot be made is that the file system has none of its kind. EPROTO and EROFS
 * are how folders that a virtual machine shares say so; one that is read-only has refused the checkpoint
 * before.
 */
static bool has_none(int reason) {
    return reason == EPERM || reason == EOPNOTSUPP || reason == ENOSYS || reason == EINVAL ||
           reason == EPROTO || reason == EROFS;
}

bool checkpoint_has_links(const char *directory) {
    char probe[PATH_SIZE];
    snprintf(probe, sizeof probe, "%s/.probe.tmp-link-%ld", directory, (long)getpid());
    return symlink("nowhere", probe) == 0 ? unlink(probe) == 0 : !has_none(errno);
}

status_t checkpoint_link(const char *directory, const char *link_name, const char *target) {
    char temporary[PATH_SIZE], path[PATH_SIZE], file[PATH_SIZE];
    snprintf(temporary, sizeof temporary, "%s/.%s.tmp-link", directory, link_name);
    set_path(path, directory, link_name);
    set_path(file, directory, target);
    // A leftover of a killed run.
    unlink(temporary);
    bool is_none = false;
    int failed = symlink(target, temporary);
    if (failed && has_none(errno)) {
        failed = link(file, temporary);
        is_none = failed && (has_none(errno) || errno == EMLINK);
    }
    status_t status = STATUS_OK;
    if (!is_none && (failed || rename(temporary, path) != 0)) {
        status = status_fail(STATUS_OUTPUT, "%s: cannot be linked to %s: %s", path, target, strerror(errno));
    }
    // A name that cannot be renewed would mislead; and of two names of one file rename() leaves both.
    unlink(is_none ? path : temporary);
    return status == STATUS_OK ? file_sync_folder(path) : status;
}

/** Where a link leads, through further ones, up to the first that is none. */
static void follow(const char *path, char target[PATH_SIZE]) {
    enum { LINKS_MOST = 40 };
    char next[PATH_MAX];
    ssize_t length;
    snprintf(target, PATH_SIZE, "%s", path);
    for (int i = 0; i < LINKS_MOST && (length = readlink(target, next, sizeof next)) > 0; i++) {
        char *slash = next[0] == '/' ? NULL : strrchr(target, '/'), *name = slash ? slash + 1 : target;
        snprintf(name, (size_t)(target + PATH_SIZE - name), "%.*s", (int)length, next);
    }
}

/**
 * A link that leads to no folder. What is missing is not made: it may be on a disk that is
 * not mounted, and the checkpoints would fill another.
 */
static status_t refuse_link(const char *path) {
    char target[PATH_SIZE];
    struct stat properties;
    const int reason = stat(path, &properties) == 0 ? ENOTDIR : errno;
    if (reason == ELOOP) {
        return status_fail(STATUS_OUTPUT,
            "%s: cannot be used: this link leads round in a circle; remove it, or point it at a folder",
            path);
    }
    follow(path, target);
    return reason == ENOENT
               ? status_fail(STATUS_OUTPUT,
                     "%s: cannot be used: a dangling link, %s is not there; make that folder (or "
                     "mount its disk), or remove the link",
                     path, target)
               : status_fail(
                     STATUS_OUTPUT, "%s: cannot be used: a link to %s: %s", path, target, strerror(reason));
}

/** Creates one folder and waits until the disk has it; fine where it is there. */
static status_t make_one(const char *path) {
    struct stat properties;
    if (mkdir(path, 0777) == 0) {
        return file_sync_folder(path);
    }
    int reason = errno;
    if (stat(path, &properties) == 0) {
        if (S_ISDIR(properties.st_mode)) {
            return STATUS_OK;
        }
        reason = ENOTDIR;
    } else if (lstat(path, &properties) == 0 && S_ISLNK(properties.st_mode)) {
        return refuse_link(path);
    }
    return status_fail(STATUS_OUTPUT, "%s: cannot be created: %s", path, strerror(reason));
}

status_t checkpoint_make_directory(const char *directory) {
    char path[PATH_SIZE];
    status_t status = STATUS_OK;
    size_t length = strspn(directory, "/");
    while (status == STATUS_OK && directory[length] != '\0') {
        length += strcspn(directory + length, "/");
        snprintf(path, sizeof path, "%.*s", (int)length, directory);
        status = make_one(path);
        length += strspn(directory + length, "/");
    }
    return status;
}

/** What a file has besides the data: the seal, the groups and the root; each array's description. */
enum { SIZE_OF_FRAME = 8192, SIZE_OF_DESCRIPTION = 640 };

size_t checkpoint_size(const checkpoint_array_t *arrays, size_t count) {
    size_t size = SIZE_OF_FRAME + count * SIZE_OF_DESCRIPTION, bytes;
    for (size_t i = 0; i < count; i++) {
        size += array_bytes(&arrays[i], &bytes) ? bytes : 0;
    }
    return size;
}

status_t checkpoint_space(const char *directory, uint64_t *bytes) {
    struct statvfs system;
    if (TEMP_FAILURE_RETRY(statvfs(directory, &system)) != 0) {
        return status_fail(
            STATUS_OUTPUT, "%s: its free space cannot be told: %s", directory, strerror(errno));
    }
    const uint64_t block = system.f_frsize > 0 ? system.f_frsize : system.f_bsize;
    // A file system without blocks keeps its files elsewhere, and knows no end.
    if (system.f_blocks == 0 || __builtin_mul_overflow((uint64_t)system.f_bavail, block, bytes)) {
        *bytes = UINT64_MAX;
    }
    return STATUS_OK;
}
