/**
 * Files read as a whole, and replaced as a whole: whenever the program or the machine stops, a name has the
 * old content or the new one. All that the program knows of the file system's ways to write safely. Every
 * failure is one line with the path and the system's reason.
 */
#ifndef CVAE_FILE_H
#define CVAE_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "status.h"

/** A file's bytes, with a zero behind them; owned, freed with file_release(). */
typedef struct {
    char *text;
    size_t length;
} file_content_t;

/** Reads a whole file or pipe. STATUS_NO_INPUT, STATUS_MEMORY; *content is empty then. */
status_t file_read(const char *path, file_content_t *content);

/** Whether there is a file at `relative` from the folder of the running program, and its path. */
bool file_of_program(const char *relative, char path[PATH_MAX]);

/** Frees it; fine for a zeroed struct. */
void file_release(file_content_t *content);

/**
 * Gives the file at `path` a new content: a temporary file, .NAME.tmp-PID, that was not there before is
 * written, synced and renamed, and its folder synced. A symbolic link stays; it is the file behind it that is
 * replaced. A device or a pipe is written to. STATUS_OUTPUT, STATUS_MEMORY; then the file is as it was, and
 * no temporary file is left. With `bytes` NULL it is file_check().
 */
status_t file_replace(const char *path, const char *bytes, size_t size);

/**
 * The same for a file that must be right: what was written is read back and compared before it gets its name.
 * A leftover under the temporary name is taken over, unless its writer lives; a symbolic link is replaced.
 * STATUS_OUTPUT, STATUS_MEMORY; then the file is as it was, unless only the folder could not be synced.
 */
status_t file_replace_compared(const char *path, const void *bytes, size_t size);

/**
 * Whether file_replace() could write the file, as far as can be told now; the file stays as it is.
 * STATUS_OUTPUT, STATUS_MEMORY.
 */
status_t file_check(const char *path);

/**
 * Whether the file at `path` may be replaced by one of a kind whose files begin with `start`, of at most 64
 * bytes: it is of that kind, or empty, or not there, or no regular file. STATUS_OUTPUT with the kind's name.
 */
status_t file_check_kind(const char *path, const char *start, const char *kind);

/** The length of NAME where `entry` is a temporary file's name, .NAME.tmp-PID; 0 where it is none. */
size_t file_temporary_name(const char *entry);

/**
 * Deletes those temporary files in a folder, for the names that are wanted, whose writer is gone. One stays
 * where somebody holds its lock, or where the file system knows no locks. A folder that does not exist has
 * none. STATUS_NO_INPUT; STATUS_OUTPUT, after all others were deleted.
 */
status_t file_tidy(const char *folder, bool (*is_wanted)(const char *name));

/** Waits until the disk has the entries of the folder that `path` is in. STATUS_OUTPUT, STATUS_MEMORY. */
status_t file_sync_folder(const char *path);

/** Writes all bytes to a file descriptor. Returns 0, or -1 with errno set. */
int file_write(int descriptor, const void *bytes, size_t size);

/** Reads `size` bytes from `offset`, fewer only at the end. Returns how many, or -1 with errno set. */
ssize_t file_read_at(int descriptor, size_t offset, void *bytes, size_t size);

/** Whether the path leads to a folder. */
bool file_is_folder(const char *path);

/** The first of a folder's folders, by its name, that holds a file `name`, in found [PATH_MAX]. */
bool file_find_below(const char *folder, const char *name, char *found);

#endif
