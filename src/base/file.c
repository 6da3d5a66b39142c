#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/** In a temporary file's name, between what it is to be called and its writer's number. */
#define MARK ".tmp-"

/** Temporary files of one name and process number that others left behind, at most. */
enum { ATTEMPTS = 100 };

/** A file on its way to a name. */
typedef struct {
    const char *path, *shown; /**< the final name, and what messages call it; not owned */
    char *temporary; /**< owned; .NAME.tmp-PID in the same folder, of a long NAME the first 200 bytes */
    int descriptor;  /**< holds the lock that tells others that its writer lives */
    bool exists;     /**< under its temporary name */
} draft_t;

static status_t refuse(const char *path) {
    return status_fail(
        errno == ENOMEM ? STATUS_MEMORY : STATUS_OUTPUT, "%s: cannot be written: %s", path, strerror(errno));
}

status_t file_read(const char *path, file_content_t *content) {
    *content = (file_content_t){0};
    FILE *file = fopen(path, "rbe");
    status_t status = file ? STATUS_OK : status_fail(STATUS_NO_INPUT, "%s: %s", path, strerror(errno));
    for (size_t capacity = 1 << 16; status == STATUS_OK && !feof(file); capacity *= 2) {
        char *grown = realloc(content->text, capacity + 1);
        if (!grown) {
            status = status_fail(STATUS_MEMORY, "%s: out of memory after %zu bytes", path, content->length);
            break;
        }
        content->text = grown;
        content->length += fread(grown + content->length, 1, capacity - content->length, file);
        grown[content->length] = '\0';
        if (ferror(file)) {
            status = status_fail(STATUS_NO_INPUT, "%s: %s", path, strerror(errno));
        }
    }
    if (file) {
        fclose(file);
    }
    if (status != STATUS_OK) {
        file_release(content);
    }
    return status;
}

void file_release(file_content_t *content) {
    free(content->text);
    *content = (file_content_t){0};
}

int file_write(int descriptor, const void *bytes, size_t size) {
    const unsigned char *next = bytes;
    while (size > 0) {
        ssize_t written = TEMP_FAILURE_RETRY(write(descriptor, next, size));
        if (written <= 0) {
            // A device that takes nothing and gives no reason is full.
            errno = written == 0 ? ENOSPC : errno;
            return -1;
        }
        next += written;
        size -= (size_t)written;
    }
    return 0;
}

ssize_t file_read_at(int descriptor, size_t offset, void *bytes, size_t size) {
    size_t length = 0;
    while (length < size) {
        ssize_t got = TEMP_FAILURE_RETRY(
            pread(descriptor, (char *)bytes + length, size - length, (off_t)(offset + length)));
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        length += (size_t)got;
    }
    return (ssize_t)length;
}

/** Length of the part of a path up to its last slash, that included. */
static int folder_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (int)(slash + 1 - path) : 0;
}

bool file_of_program(const char *relative, char path[PATH_MAX]) {
    char program[PATH_MAX], joined[2 * PATH_MAX];
    if (!realpath("/proc/self/exe", program)) {
        return false;
    }
    snprintf(joined, sizeof joined, "%.*s%s", folder_length(program), program, relative);
    return realpath(joined, path) != NULL;
}

static bool is_still_named(int descriptor, const char *path) {
    struct stat opened, named;
    return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

/**
 * Opens and locks a temporary file. With O_EXCL it must not be there; without, a leftover is taken over,
 * unless its writer lives (on another machine, or in another container). Where the file system knows no
 * locks, there is none. Returns -1 with errno set.
 */
static int open_locked(const char *temporary, int exclusive) {
    for (;;) {
        int descriptor = TEMP_FAILURE_RETRY(
            open(temporary, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | exclusive, 0666));
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

/**
 * Creates the temporary file of a draft for `path`, under the name of that attempt; messages will call it
 * `shown`. Returns 0, or -1 with errno set.
 */
static int begin(draft_t *draft, const char *path, const char *shown, int attempt, int exclusive) {
    *draft = (draft_t){.path = path, .shown = shown, .descriptor = -1};
    const int length = folder_length(path);
    // The longest name that a file may have leaves no room for more.
    if (asprintf(&draft->temporary, "%.*s.%.200s" MARK "%ld%s%.0d", length, path, path + length,
            (long)getpid(), attempt > 0 ? "-" : "", attempt) < 0) {
        draft->temporary = NULL;
        errno = ENOMEM;
        return -1;
    }
    draft->descriptor = open_locked(draft->temporary, exclusive);
    draft->exists = draft->descriptor >= 0;
    return draft->exists ? ftruncate(draft->descriptor, 0) : -1;
}

/** Writes the bytes and waits until the disk has them. */
static status_t put(draft_t *draft, const void *bytes, size_t size) {
    return file_write(draft->descriptor, bytes, size) == 0 &&
                   TEMP_FAILURE_RETRY(fsync(draft->descriptor)) == 0
               ? STATUS_OK
               : refuse(draft->shown);
}

/** Reads the temporary file back and compares it with `bytes`, all that was put into it. */
static status_t compare(const draft_t *draft, const void *bytes, size_t size) {
    static const char message[] = "cannot be written: read back, it is not what was written";
    const unsigned char *expected = bytes;
    unsigned char found[1 << 16];
    // So that the disk is read, where the system grants it.
    (void)posix_fadvise(draft->descriptor, 0, 0, POSIX_FADV_DONTNEED);
    for (size_t offset = 0;; offset += sizeof found) {
        const size_t left = size - offset < sizeof found ? size - offset : sizeof found;
        const ssize_t length = file_read_at(draft->descriptor, offset, found, sizeof found);
        if (length < 0) {
            return status_fail(STATUS_OUTPUT, "%s: %s: %s: cannot be read: %s", draft->shown, message,
                draft->temporary, strerror(errno));
        }
        if ((size_t)length != left || memcmp(found, expected + offset, left) != 0) {
            return status_fail(STATUS_OUTPUT, "%s: %s: %s: other bytes from byte %zu on", draft->shown,
                message, draft->temporary, offset);
        }
        if (left < sizeof found) {
            return STATUS_OK;
        }
    }
}

status_t file_sync_folder(const char *path) {
    const int length = folder_length(path);
    char *folder = length > 0 ? strndup(path, (size_t)length) : strdup(".");
    int descriptor = folder ? TEMP_FAILURE_RETRY(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) : -1;
    // EINVAL is how a file system says that its folders need no fsync.
    const bool is_synced = descriptor >= 0 && (TEMP_FAILURE_RETRY(fsync(descriptor)) == 0 || errno == EINVAL);
    status_t status = is_synced ? STATUS_OK : refuse(path);
    if (descriptor >= 0) {
        close(descriptor);
    }
    free(folder);
    return status;
}

/** Gives the file its name, for good, and syncs the folder. */
static status_t commit(draft_t *draft) {
    if (rename(draft->temporary, draft->path) != 0) {
        return refuse(draft->shown);
    }
    draft->exists = false;
    return file_sync_folder(draft->path);
}

/** Frees *draft and deletes what was not committed. */
static void end(draft_t *draft) {
    if (draft->exists) {
        unlink(draft->temporary);
    }
    if (draft->descriptor >= 0) {
        close(draft->descriptor);
    }
    free(draft->temporary);
}

/** Whether a rename would put a file in the place of a device, a pipe or a folder. */
static bool is_special(const char *path) {
    struct stat there;
    return stat(path, &there) == 0 && !S_ISREG(there.st_mode);
}

/** Writes to what is no regular file and has no sync; with `bytes` NULL, sees whether it could. */
static status_t write_special(const char *path, const char *bytes, size_t size) {
    struct stat there;
    if (stat(path, &there) == 0 && S_ISDIR(there.st_mode)) {
        errno = EISDIR;
        return refuse(path);
    }
    // A pipe is not opened for nothing: one that was opened and closed ends for its reader.
    const int descriptor = bytes ? open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC) : -1;
    const bool is_written =
        bytes ? descriptor >= 0 && file_write(descriptor, bytes, size) == 0 : access(path, W_OK) == 0;
    status_t status = is_written ? STATUS_OK : refuse(path);
    if (descriptor >= 0) {
        close(descriptor);
    }
    return status;
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
    const int folder = target[0] == '/' ? 0 : folder_length(path);
    return asprintf(&real, "%.*s%s", folder, path, target) < 0 ? NULL : real;
}

status_t file_replace(const char *path, const char *bytes, size_t size) {
    if (is_special(path)) {
        return write_special(path, bytes, size);
    }
    char *real = name_file(path);
    draft_t draft = {.descriptor = -1};
    int failed = real ? -1 : 0;
    for (int attempt = 0; failed && attempt < ATTEMPTS && (attempt == 0 || errno == EEXIST); attempt++) {
        free(draft.temporary);
        failed = begin(&draft, real, path, attempt, O_EXCL);
    }
    status_t status = real && !failed ? put(&draft, bytes, bytes ? size : 0) : refuse(path);
    if (bytes && status == STATUS_OK) {
        status = commit(&draft);
        // The new content is whole with or without a synced folder.
        status = draft.exists ? status : STATUS_OK;
    }
    end(&draft);
    free(real);
    return status;
}

status_t file_replace_compared(const char *path, const void *bytes, size_t size) {
    draft_t draft;
    status_t status = begin(&draft, path, path, 0, 0) == 0 ? STATUS_OK : refuse(path);
    if (status == STATUS_OK && (status = put(&draft, bytes, size)) == STATUS_OK &&
        (status = compare(&draft, bytes, size)) == STATUS_OK) {
        status = commit(&draft);
    }
    end(&draft);
    return status;
}

status_t file_check(const char *path) {
    return file_replace(path, NULL, 0);
}

status_t file_check_kind(const char *path, const char *start, const char *kind) {
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
                     "this one",
                     path, kind);
}

size_t file_temporary_name(const char *entry) {
    const char *mark = NULL;
    // The last mark counts: NAME may hold another.
    for (const char *next = entry; (next = strstr(next, MARK)); next++) {
        mark = next;
    }
    const char *number = mark ? mark + strlen(MARK) : "";
    return entry[0] == '.' && mark > entry + 1 && *number && number[strspn(number, "0123456789-")] == '\0'
               ? (size_t)(mark - entry - 1)
               : 0;
}

/** Deletes a temporary file whose writer is gone; what is no regular file, or cannot be opened, stays. */
static status_t remove_abandoned(const char *temporary) {
    struct stat file;
    status_t status = STATUS_OK;
    int descriptor = TEMP_FAILURE_RETRY(open(temporary, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (descriptor >= 0 && fstat(descriptor, &file) == 0 && S_ISREG(file.st_mode) &&
        flock(descriptor, LOCK_EX | LOCK_NB) == 0 && is_still_named(descriptor, temporary) &&
        unlink(temporary) != 0) {
        status = status_fail(STATUS_OUTPUT, "%s: cannot be deleted: %s", temporary, strerror(errno));
    }
    if (descriptor >= 0) {
        close(descriptor);
    }
    return status;
}

status_t file_tidy(const char *folder, bool (*is_wanted)(const char *name)) {
    struct dirent **entries;
    status_t status = STATUS_OK;
    const int count = scandir(folder, &entries, NULL, NULL);
    if (count < 0) {
        return errno == ENOENT
                   ? STATUS_OK
                   : status_fail(STATUS_NO_INPUT, "%s: cannot be read: %s", folder, strerror(errno));
    }
    for (int i = 0; i < count; i++) {
        char *name = entries[i]->d_name, path[2 * PATH_MAX];
        const size_t length = file_temporary_name(name);
        snprintf(path, sizeof path, "%s/%s", folder, name);
        name[length + 1] = '\0';
        if (length > 0 && is_wanted(name + 1)) {
            const status_t removed = remove_abandoned(path);
            status = removed == STATUS_OK ? status : removed;
        }
        free(entries[i]);
    }
    free(entries);
    return status;
}

bool file_is_folder(const char *path) {
    struct stat properties;
    return stat(path, &properties) == 0 && S_ISDIR(properties.st_mode);
}

bool file_find_below(const char *folder, const char *name, char *found) {
    char pattern[PATH_MAX];
    glob_t files = {0};
    const bool fits = snprintf(pattern, sizeof pattern, "%s/*/%s", folder, name) < PATH_MAX;
    // A folder with one of *?[ in its name is not found: this is for a hint.
    const bool is_found = fits && glob(pattern, 0, NULL, &files) == 0;
    if (is_found) {
        snprintf(
            found, PATH_MAX, "%.*s", (int)(strlen(files.gl_pathv[0]) - strlen(name) - 1), files.gl_pathv[0]);
    }
    globfree(&files);
    return is_found;
}
