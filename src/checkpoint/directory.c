#include "checkpoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "disk.h"

/** Creates one folder in `parent` and waits until the disk has it; fine where it is there. */
static status_t make_one(const char *path, const char *parent) {
    if (mkdir(path, 0777) == 0) {
        return disk_sync_directory(parent, path);
    }
    int reason = errno;
    struct stat properties;
    if (stat(path, &properties) == 0) {
        if (S_ISDIR(properties.st_mode)) {
            return STATUS_OK;
        }
        reason = ENOTDIR;
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
