#include "checkpoint.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "array.h"
#include "base/file.h"

enum { FILE_NAME_SIZE = 32 };

/** A growing list of steps. */
typedef struct {
    uint64_t *steps;
    size_t count, capacity;
} steps_t;

/** Called for each entry of a folder; anything but STATUS_OK ends the walk. */
typedef status_t (*entry_function_t)(int folder, const char *directory, const char *name, void *context);

void checkpoint_file_name(uint64_t step, char name[32]) {
    snprintf(name, FILE_NAME_SIZE, "step-%010" PRIu64 ".h5", step);
}

/** Is `name`, up to `length`, exactly the name of a step's checkpoint? */
static bool parse_file_name(const char *name, size_t length, uint64_t *step) {
    char exact[FILE_NAME_SIZE];
    if (length >= sizeof exact || strncmp(name, "step-", 5) != 0 || !isdigit((unsigned char)name[5])) {
        return false;
    }
    *step = strtoull(name + 5, NULL, 10);
    checkpoint_file_name(*step, exact);
    return strlen(exact) == length && strncmp(name, exact, length) == 0;
}

/** Is it the name that file_begin() gives to a step's checkpoint on its way? */
static bool is_temporary_name(const char *name) {
    uint64_t step;
    const size_t length = file_temporary_name(name);
    return length > 0 && parse_file_name(name + 1, length, &step);
}

static bool is_kind(int folder, const char *name, mode_t kind) {
    struct stat properties;
    return fstatat(folder, name, &properties, AT_SYMLINK_NOFOLLOW) == 0 &&
           (properties.st_mode & S_IFMT) == kind;
}

static status_t refuse_folder(const char *directory) {
    return status_fail(STATUS_NO_INPUT, "%s: cannot be read: %s", directory, strerror(errno));
}

/** A folder that does not exist has no entries. */
static status_t walk_folder(const char *directory, entry_function_t function, void *context) {
    DIR *folder = opendir(directory);
    if (!folder) {
        return errno == ENOENT ? STATUS_OK : refuse_folder(directory);
    }
    status_t status = STATUS_OK;
    while (status == STATUS_OK) {
        errno = 0;
        struct dirent *entry = readdir(folder);
        if (!entry) {
            status = errno == 0 ? STATUS_OK : refuse_folder(directory);
            break;
        }
        status = function(dirfd(folder), directory, entry->d_name, context);
    }
    closedir(folder);
    return status;
}

static status_t add_step(int folder, const char *directory, const char *name, void *context) {
    (void)directory;
    steps_t *list = context;
    uint64_t step;
    if (!parse_file_name(name, strlen(name), &step) || !is_kind(folder, name, S_IFREG)) {
        return STATUS_OK;
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 64;
        uint64_t *steps = realloc(list->steps, capacity * sizeof *steps);
        if (!steps) {
            return status_fail(STATUS_MEMORY, "out of memory for the list of checkpoints");
        }
        list->steps = steps;
        list->capacity = capacity;
    }
    list->steps[list->count++] = step;
    return STATUS_OK;
}

static int newest_first(const void *first, const void *second) {
    uint64_t a = *(const uint64_t *)first, b = *(const uint64_t *)second;
    return (a < b) - (a > b);
}

/** All steps of the folder; list->steps is to be freed in any case. */
static status_t collect(const char *directory, steps_t *list) {
    *list = (steps_t){0};
    status_t status = walk_folder(directory, add_step, list);
    if (list->count > 1) {
        qsort(list->steps, list->count, sizeof *list->steps, newest_first);
    }
    return status;
}

status_t checkpoint_list(const char *directory, uint64_t *steps, size_t capacity, size_t *count) {
    steps_t list;
    status_t status = collect(directory, &list);
    *count = 0;
    if (status == STATUS_OK) {
        *count = list.count < capacity ? list.count : capacity;
        for (size_t i = 0; i < *count; i++) {
            steps[i] = list.steps[i];
        }
    }
    free(list.steps);
    return status;
}

/** A file, and whether a symbolic link was seen that leads to it. */
typedef struct {
    dev_t device;
    ino_t number;
    bool is_linked;
} linked_t;

static status_t look_for_link(int folder, const char *directory, const char *name, void *context) {
    (void)directory;
    linked_t *file = context;
    struct stat target;
    if (is_kind(folder, name, S_IFLNK) && fstatat(folder, name, &target, 0) == 0 &&
        target.st_dev == file->device && target.st_ino == file->number) {
        file->is_linked = true;
    }
    return STATUS_OK;
}

/** The path of a step's checkpoint, to be freed; NULL without memory. */
static char *step_path(const char *directory, uint64_t step) {
    char name[FILE_NAME_SIZE], *path;
    checkpoint_file_name(step, name);
    if (asprintf(&path, "%s/%s", directory, name) < 0) {
        status_fail(STATUS_MEMORY, "out of memory for the name of a file");
        return NULL;
    }
    return path;
}

/** Deletes a step's checkpoint; with `keep_linked`, unless a link of the folder leads to it. */
static status_t delete_step(const char *directory, const char *path, bool keep_linked) {
    status_t status = STATUS_OK;
    struct stat properties;
    if (lstat(path, &properties) == 0) {
        linked_t file = {.device = properties.st_dev, .number = properties.st_ino};
        status = keep_linked ? walk_folder(directory, look_for_link, &file) : STATUS_OK;
        if (status == STATUS_OK && !file.is_linked && unlink(path) != 0 && errno != ENOENT) {
            status = status_fail(STATUS_OUTPUT, "%s: cannot be deleted: %s", path, strerror(errno));
        }
    }
    return status;
}

static status_t delete_temporary(int folder, const char *directory, const char *name, void *context) {
    status_t *failure = context;
    char *path;
    if (!is_temporary_name(name) || !is_kind(folder, name, S_IFREG)) {
        return STATUS_OK;
    }
    if (asprintf(&path, "%s/%s", directory, name) < 0) {
        return status_fail(STATUS_MEMORY, "out of memory for the name of a file");
    }
    status_t status = file_remove_abandoned(path);
    *failure = status != STATUS_OK ? status : *failure;
    free(path);
    return STATUS_OK;
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
    if (rule->keep == SIZE_MAX) {
        return STATUS_OK;
    }
    steps_t list;
    size_t own = 0;
    status_t failure = STATUS_OK, status = collect(directory, &list);
    for (size_t i = 0; status == STATUS_OK && i < list.count; i++) {
        const uint64_t step = list.steps[i];
        char *path = step_path(directory, step);
        if (!path) {
            status = STATUS_MEMORY;
            break;
        }
        const checkpoint_owner_t *owner = rule->owner;
        const checkpoint_claim_t claim = step < rule->from ? CHECKPOINT_KEPT
                                         : owner           ? owner->claim(owner->context, step, path)
                                                           : CHECKPOINT_OWN;
        own += claim != CHECKPOINT_FOREIGN;
        if (claim == CHECKPOINT_OWN && own > rule->keep &&
            !(rule->multiple > 0 && step % rule->multiple == 0)) {
            const status_t deleted = delete_step(directory, path, rule->keep_linked);
            failure = deleted != STATUS_OK ? deleted : failure;
        }
        free(path);
    }
    free(list.steps);
    return status == STATUS_OK ? failure : status;
}

/** Deletes by the rule, and abandoned temporary files. */
static status_t tidy(const char *directory, const rule_t *rule) {
    status_t failure = STATUS_OK;
    const status_t deleted = delete_by_rule(directory, rule);
    if (deleted != STATUS_OK && deleted != STATUS_OUTPUT) {
        return deleted;
    }
    const status_t status = walk_folder(directory, delete_temporary, &failure);
    return status != STATUS_OK ? status : failure != STATUS_OK ? failure : deleted;
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

/** Makes a link under a temporary name: a symbolic one, a hard one to `file`, or none, as the file system
 * has. */
static int make_link(const char *temporary, const char *target, const char *file, bool *is_made) {
    *is_made = symlink(target, temporary) == 0;
    if (!*is_made && !has_none(errno)) {
        return -1;
    }
    if (!*is_made) {
        *is_made = link(file, temporary) == 0;
    }
    return *is_made || has_none(errno) || errno == EMLINK ? 0 : -1;
}

/** Makes the link under a temporary name and gives it its own. A leftover of a killed run is replaced. */
static int replace_link(const char *temporary, const char *path, const char *target, const char *file) {
    bool is_made;
    if ((unlink(temporary) != 0 && errno != ENOENT) || make_link(temporary, target, file, &is_made) != 0) {
        return -1;
    }
    if (is_made && rename(temporary, path) != 0) {
        int reason = errno;
        unlink(temporary);
        errno = reason;
        return -1;
    }
    // Of two names of one file rename() leaves both. A name that cannot be renewed would mislead.
    unlink(is_made ? temporary : path);
    return 0;
}

bool checkpoint_has_links(const char *directory) {
    char *probe;
    if (asprintf(&probe, "%s/.probe.tmp-link-%ld", directory, (long)getpid()) < 0) {
        return true;
    }
    const bool has_links = symlink("nowhere", probe) == 0 ? unlink(probe) == 0 : !has_none(errno);
    free(probe);
    return has_links;
}

status_t checkpoint_link(const char *directory, const char *link, const char *target) {
    char *temporary = NULL, *path = NULL, *file = NULL;
    status_t status = STATUS_OK;
    if (asprintf(&path, "%s/%s", directory, link) < 0) {
        path = NULL;
    }
    if (asprintf(&temporary, "%s/.%s.tmp-link", directory, link) < 0) {
        temporary = NULL;
    }
    if (asprintf(&file, "%s/%s", directory, target) < 0) {
        file = NULL;
    }
    if (!path || !temporary || !file) {
        status = status_fail(STATUS_MEMORY, "out of memory for the name of a link");
    } else if (replace_link(temporary, path, target, file) != 0) {
        status = status_fail(STATUS_OUTPUT, "%s: cannot be linked to %s: %s", path, target, strerror(errno));
    } else {
        status = file_sync_folder(directory, path);
    }
    free(file);
    free(temporary);
    free(path);
    return status;
}

/** Where a link leads, through further ones, up to the first that is none; as far as a path can be that long.
 */
static void follow(const char *path, char target[PATH_MAX]) {
    enum { LINKS_MOST = 40 };
    char next[PATH_MAX];
    snprintf(target, PATH_MAX, "%s", path);
    for (int i = 0; i < LINKS_MOST; i++) {
        const ssize_t length = readlink(target, next, sizeof next - 1);
        if (length <= 0) {
            return;
        }
        next[length] = '\0';
        const char *slash = strrchr(target, '/');
        const size_t kept = next[0] == '/' || !slash ? 0 : (size_t)(slash + 1 - target);
        if (kept + (size_t)length >= PATH_MAX) {
            return;
        }
        memcpy(target + kept, next, (size_t)length + 1);
    }
}

/**
 * A link that leads to no folder, for this reason. What is missing is not made: it may be on a disk that is
 * not mounted, and the checkpoints would fill another.
 */
static status_t refuse_link(const char *path, int reason) {
    char target[PATH_MAX];
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

/** Creates one folder in `parent` and waits until the disk has it; fine where it is there. */
static status_t make_one(const char *path, const char *parent) {
    if (mkdir(path, 0777) == 0) {
        return file_sync_folder(parent, path);
    }
    int reason = errno;
    struct stat properties;
    if (stat(path, &properties) == 0) {
        if (S_ISDIR(properties.st_mode)) {
            return STATUS_OK;
        }
        reason = ENOTDIR;
    } else {
        const int failure = errno;
        if (lstat(path, &properties) == 0 && S_ISLNK(properties.st_mode)) {
            return refuse_link(path, failure);
        }
    }
    return status_fail(STATUS_OUTPUT, "%s: cannot be created: %s", path, strerror(reason));
}

status_t checkpoint_make_directory(const char *directory) {
    size_t size = strlen(directory) + 1;
    char *path = strdup(directory), *parent = calloc(1, size + 1);
    status_t status = STATUS_OK;
    if (!path || !parent) {
        status = status_fail(STATUS_MEMORY, "out of memory for the name of a folder");
        goto cleanup;
    }
    parent[0] = *directory == '/' ? '/' : '.';
    for (char *end = path + (*path == '/'); status == STATUS_OK; end++) {
        end += strcspn(end, "/");
        char rest = *end;
        *end = '\0';
        if (end > path && end[-1] != '/') {
            status = make_one(path, parent);
            memcpy(parent, path, strlen(path) + 1);
        }
        *end = rest;
        if (rest == '\0') {
            break;
        }
    }
cleanup:
    free(parent);
    free(path);
    return status;
}

/** What a file has besides the arrays' data: the seal, the groups and the root; then each array's
 * description. */
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
