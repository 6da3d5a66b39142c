#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static status_t refuse_output(const char *path) {
    return status_fail(STATUS_OUTPUT, "%s: cannot be written: %s", path, strerror(errno));
}

static status_t refuse_input(const char *path) {
    return status_fail(STATUS_NO_INPUT, "%s: cannot be read: %s", path, strerror(errno));
}

/** Length of the part of a path up to its last slash, that included. */
static int directory_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (int)(slash + 1 - path) : 0;
}

static bool is_still_named(int descriptor, const char *path) {
    struct stat opened, named;
    return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

/**
 * Opens and locks the temporary file. One that is there already was left behind by a process of the same
 * number and is taken over, unless its writer lives (on another machine, that is). Where the file system
 * knows no locks, there is none.
 */
static int open_locked(const char *temporary) {
    for (;;) {
        int descriptor = TEMP_FAILURE_RETRY(
            open(temporary, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666));
        if (descriptor < 0) {
            return -1;
        }
        bool is_locked_by_another = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
        if (!is_locked_by_another && is_still_named(descriptor, temporary)) {
            return descriptor;
        }
        close(descriptor);
        if (is_locked_by_another) {
            errno = EBUSY;
            return -1;
        }
        // Somebody who tidied up deleted the file between its opening and its locking: once more.
    }
}

status_t disk_create(disk_file_t *file, const char *path) {
    *file = DISK_FILE_NONE;
    file->path = path;
    int length = directory_length(path);
    if (asprintf(&file->temporary, "%.*s.%s.tmp-%ld", length, path, path + length, (long)getpid()) < 0) {
        file->temporary = NULL;
        return status_fail(STATUS_MEMORY, "out of memory for the name of a file");
    }
    file->descriptor = open_locked(file->temporary);
    if (file->descriptor < 0) {
        return refuse_output(path);
    }
    file->exists = true;
    return ftruncate(file->descriptor, 0) == 0 ? STATUS_OK : refuse_output(path);
}

status_t disk_put(disk_file_t *file, const void *bytes, size_t size) {
    const unsigned char *next = bytes;
    while (size > 0) {
        ssize_t written = TEMP_FAILURE_RETRY(write(file->descriptor, next, size));
        if (written <= 0) {
            // A device that takes nothing and gives no reason is full.
            errno = written == 0 ? ENOSPC : errno;
            return refuse_output(file->path);
        }
        next += written;
        size -= (size_t)written;
    }
    if (TEMP_FAILURE_RETRY(fsync(file->descriptor)) != 0) {
        return refuse_output(file->path);
    }
    // So that whoever reads it now reads the disk, where the system grants it.
    (void)posix_fadvise(file->descriptor, 0, 0, POSIX_FADV_DONTNEED);
    return STATUS_OK;
}

status_t disk_commit(disk_file_t *file) {
    if (rename(file->temporary, file->path) != 0) {
        return refuse_output(file->path);
    }
    file->exists = false;
    int length = directory_length(file->path);
    char *directory = length > 0 ? strndup(file->path, (size_t)length) : strdup(".");
    if (!directory) {
        return status_fail(STATUS_MEMORY, "out of memory for the name of a folder");
    }
    status_t status = disk_sync_directory(directory, file->path);
    free(directory);
    return status;
}

void disk_close(disk_file_t *file) {
    if (file->exists) {
        unlink(file->temporary);
    }
    if (file->descriptor >= 0) {
        close(file->descriptor);
    }
    free(file->temporary);
    *file = DISK_FILE_NONE;
}

status_t disk_remove_abandoned(const char *temporary) {
    int descriptor = TEMP_FAILURE_RETRY(open(temporary, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (descriptor < 0) {
        return errno == ENOENT || errno == EACCES
                   ? STATUS_OK
                   : status_fail(STATUS_OUTPUT, "%s: cannot be deleted: %s", temporary, strerror(errno));
    }
    status_t status = STATUS_OK;
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0 && is_still_named(descriptor, temporary) &&
        unlink(temporary) != 0) {
        status = status_fail(STATUS_OUTPUT, "%s: cannot be deleted: %s", temporary, strerror(errno));
    }
    close(descriptor);
    return status;
}

status_t disk_sync_directory(const char *directory, const char *path) {
    int descriptor = TEMP_FAILURE_RETRY(open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor < 0) {
        return refuse_output(path);
    }
    status_t status = STATUS_OK;
    // EINVAL is how a file system says that its folders need no fsync.
    if (TEMP_FAILURE_RETRY(fsync(descriptor)) != 0 && errno != EINVAL) {
        status = refuse_output(path);
    }
    close(descriptor);
    return status;
}

status_t disk_open(const char *path, int *descriptor, size_t *size) {
    // Without O_NONBLOCK, opening a pipe would wait for somebody to write into it.
    *descriptor = TEMP_FAILURE_RETRY(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (*descriptor < 0) {
        return refuse_input(path);
    }
    struct stat properties;
    status_t status = STATUS_OK;
    if (fstat(*descriptor, &properties) != 0) {
        status = refuse_input(path);
    } else if (!S_ISREG(properties.st_mode)) {
        status = status_fail(STATUS_NO_INPUT, "%s: cannot be read: not a regular file", path);
    }
    if (status != STATUS_OK) {
        close(*descriptor);
        *descriptor = -1;
        return status;
    }
    *size = (size_t)properties.st_size;
    return STATUS_OK;
}

status_t disk_get(int descriptor, const char *path, size_t offset, void *bytes, size_t size, size_t *length) {
    unsigned char *next = bytes;
    *length = 0;
    while (*length < size) {
        ssize_t got =
            TEMP_FAILURE_RETRY(pread(descriptor, next + *length, size - *length, (off_t)(offset + *length)));
        if (got < 0) {
            return refuse_input(path);
        }
        if (got == 0) {
            break;
        }
        *length += (size_t)got;
    }
    return STATUS_OK;
}
