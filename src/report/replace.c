#include "replace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/** In a temporary file's name, between what it is to be called and its writer's number. */
#define MARK ".tmp-"

/** Temporary files that others left behind, at most. */
enum { ATTEMPTS = 100 };

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

/** Creates a file that was not there, under a name of the form .NAME.tmp-PID. Returns it, or -1 with errno
 * set. */
static int create(const char *real, char **temporary) {
    const char *slash = strrchr(real, '/');
    const char *name = slash ? slash + 1 : real;
    int file = -1;
    for (int attempt = 0; file < 0 && attempt < ATTEMPTS; attempt++) {
        free(*temporary);
        // The longest name that a file may have leaves no room for more.
        const int length = asprintf(temporary, "%.*s.%.200s" MARK "%ld%s%.0d", (int)(name - real), real, name,
            (long)getpid(), attempt > 0 ? "-" : "", attempt);
        if (length < 0) {
            *temporary = NULL;
            errno = ENOMEM;
            return -1;
        }
        file = open(*temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file < 0 && errno != EEXIST) {
            return -1;
        }
    }
    if (file >= 0) {
        // So that replace_tidy() sees that its writer lives.
        (void)flock(file, LOCK_EX | LOCK_NB);
    }
    return file;
}

/** Writes and syncs a new file, which gets the name `real` when it is whole. Returns 0, or -1 with errno set.
 */
static int write_file(const char *real, const char *bytes, size_t size, bool is_kept) {
    char *temporary = NULL;
    const int file = create(real, &temporary);
    int failed =
        file < 0 || replace_write(file, bytes, size) || fsync(file) || (is_kept && rename(temporary, real));
    int error = errno;
    if (file >= 0) {
        if (failed || !is_kept) {
            unlink(temporary);
        }
        close(file);
    }
    free(temporary);
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

/** The file that is to be replaced, for free(); NULL without memory. */
static char *name_file(const char *path) {
    // Behind a symbolic link it is the file that is replaced, not the link; a file that is not there has no
    // other path.
    char *real = realpath(path, NULL), target[PATH_MAX];
    if (real) {
        return real;
    }
    const ssize_t length = readlink(path, target, sizeof target - 1);
    if (length <= 0 || errno == ELOOP) {
        return strdup(path);
    }
    target[length] = '\0';
    const char *slash = target[0] == '/' ? NULL : strrchr(path, '/');
    return asprintf(&real, "%.*s%s", slash ? (int)(slash + 1 - path) : 0, path, target) < 0 ? NULL : real;
}

static status_t no_memory(const char *path) {
    return status_fail(STATUS_MEMORY, "out of memory for writing %s", path);
}

status_t replace_file(const char *path, const char *bytes, size_t size) {
    if (is_special(path)) {
        return write_special(path, bytes, size) ? refuse(path) : STATUS_OK;
    }
    char *real = name_file(path);
    if (!real) {
        return no_memory(path);
    }
    status_t status = STATUS_OK;
    if (write_file(real, bytes, size, true)) {
        status = refuse(path);
    } else {
        sync_folder(real);
    }
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
    char *real = name_file(path);
    if (!real) {
        return no_memory(path);
    }
    const status_t status = write_file(real, "", 0, false) ? refuse(path) : STATUS_OK;
    free(real);
    return status;
}

status_t replace_check_kind(const char *path, const char *start, const char *kind) {
    // A pipe is not opened: its writer would wait for ever, and it has nothing that could be lost.
    FILE *file = is_special(path) ? NULL : fopen(path, "re");
    if (!file) {
        return STATUS_OK;
    }
    char found[64] = "";
    const size_t length = fread(found, 1, strlen(start), file);
    fclose(file);
    return length == 0 || (length == strlen(start) && memcmp(found, start, length) == 0)
               ? STATUS_OK
               : status_fail(STATUS_OUTPUT,
                     "%s: this file is there and is no %s: it is not replaced; name another file, or delete "
                     "this "
                     "one",
                     path, kind);
}

/** Whether it is a name that create() gives. */
static bool is_temporary(const char *entry, const char *name) {
    const size_t length = strlen(name);
    if (entry[0] != '.' || strncmp(entry + 1, name, length) != 0 ||
        strncmp(entry + 1 + length, MARK, strlen(MARK)) != 0) {
        return false;
    }
    const char *number = entry + 1 + length + strlen(MARK);
    return *number && number[strspn(number, "0123456789-")] == '\0';
}

void replace_tidy(const char *folder, const char *name) {
    DIR *entries = opendir(folder);
    const struct dirent *entry;
    while (entries && (entry = readdir(entries))) {
        if (!is_temporary(entry->d_name, name)) {
            continue;
        }
        const int file =
            openat(dirfd(entries), entry->d_name, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
        if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0) {
            unlinkat(dirfd(entries), entry->d_name, 0);
        }
        if (file >= 0) {
            close(file);
        }
    }
    if (entries) {
        closedir(entries);
    }
}
