#include "checkpoint.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

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
