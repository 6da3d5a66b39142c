#include "replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

/** Writes to what is no file and has no sync. Returns 0, or -1 with errno set. */
static int write_special(const char *path, const char *bytes, size_t size) {
    int file = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (file < 0) {
        return -1;
    }
    int failed = replace_write(file, bytes, size);
    int error = errno;
    close(file);
    errno = error;
    return failed;
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

static status_t refuse(const char *path) {
    return status_fail(STATUS_OUTPUT, "%s: cannot be written: %s", path, strerror(errno));
}

/** Whether a rename would put a file in the place of a device or a pipe. */
static bool is_special(const char *path) {
    struct stat there;
    return stat(path, &there) == 0 && !S_ISREG(there.st_mode);
}

/** The file that is to be replaced and the temporary one beside it, both for free(), also on error. */
static status_t name_files(const char *path, char **real, char **temporary) {
    // Behind a symbolic link it is the file that is replaced, not the link; a file that is not there has no
    // other path.
    *real = realpath(path, NULL);
    *real = *real ? *real : strdup(path);
    if (!*real || asprintf(temporary, "%s.tmp", *real) < 0) {
        *temporary = NULL;
        return status_fail(STATUS_MEMORY, "out of memory for writing %s", path);
    }
    return STATUS_OK;
}

status_t replace_file(const char *path, const char *bytes, size_t size) {
    if (is_special(path)) {
        return write_special(path, bytes, size) ? refuse(path) : STATUS_OK;
    }
    char *real, *temporary;
    status_t status = name_files(path, &real, &temporary);
    if (status == STATUS_OK && (write_file(temporary, bytes, size) || rename(temporary, real))) {
        status = refuse(path);
        unlink(temporary);
    } else if (status == STATUS_OK) {
        sync_folder(temporary);
    }
    free(temporary);
    free(real);
    return status;
}

/** Whether a device or a pipe takes bytes; a folder takes none. Returns 0, or -1 with errno set. */
static int check_special(const char *path) {
    struct stat there;
    if (stat(path, &there) == 0 && S_ISDIR(there.st_mode)) {
        errno = EISDIR;
        return -1;
    }
    return access(path, W_OK);
}

status_t replace_check(const char *path) {
    if (is_special(path)) {
        return check_special(path) ? refuse(path) : STATUS_OK;
    }
    char *real, *temporary;
    status_t status = name_files(path, &real, &temporary);
    if (status == STATUS_OK && write_file(temporary, "", 0)) {
        status = refuse(path);
    }
    if (temporary) {
        unlink(temporary);
    }
    free(temporary);
    free(real);
    return status;
}
