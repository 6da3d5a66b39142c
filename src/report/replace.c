#include "cvae/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int replace_write(int file, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t written = write(file, bytes, size);
        if (written < 0 && errno != EINTR) {
            return -1;
        }
        if (written > 0) {
            bytes += written;
            size -= (size_t)written;
        }
    }
    return 0;
}

/** Writes and syncs a new file. Returns 0, or -1 with errno set. */
static int write_file(const char *path, const char *bytes, size_t size) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) {
        return -1;
    }
    int failed = replace_write(file, bytes, size) || fsync(file);
    int error = errno;
    if (close(file) && !failed) {
        return -1;
    }
    errno = error;
    return failed ? -1 : 0;
}

/** Makes a rename last. The new content is complete with or without it, so a file system that cannot is no
 * error. */
static void sync_folder(char *path) {
    char *slash = strrchr(path, '/');
    if (slash) {
        slash[1] = '\0';
    }
    int folder = open(slash ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        fsync(folder);
        close(folder);
    }
}

status_t replace_file(const char *path, const char *bytes, size_t size) {
    char *temporary;
    if (asprintf(&temporary, "%s.tmp", path) < 0) {
        return status_fail(STATUS_MEMORY, "out of memory for writing %s", path);
    }
    status_t status = STATUS_OK;
    if (write_file(temporary, bytes, size) || rename(temporary, path)) {
        status = status_fail(STATUS_OUTPUT, "%s: cannot be written: %s", path, strerror(errno));
        unlink(temporary);
    } else {
        sync_folder(temporary);
    }
    free(temporary);
    return status;
}
