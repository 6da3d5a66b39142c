/**
 * Bytes to a file and back: all of the file system that a checkpoint needs. Every failure is one line with
 * the path and the system's reason.
 */
#ifndef CHECKPOINT_DISK_H
#define CHECKPOINT_DISK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/** A file on its way to a name. Initialise with DISK_FILE_NONE. */
typedef struct {
    const char *path; /**< the final name, not owned */
    char *temporary;  /**< owned; in the same folder */
    int descriptor;   /**< holds the lock that tells others that its writer lives */
    bool exists;      /**< under its temporary name */
} disk_file_t;

#define DISK_FILE_NONE ((disk_file_t){.descriptor = -1})

/** Creates the temporary file, empty and locked; `path` must outlive *file. STATUS_OUTPUT, STATUS_MEMORY. */
status_t disk_create(disk_file_t *file, const char *path);

/** Writes `size` bytes and waits until the disk has them. STATUS_OUTPUT. */
status_t disk_put(disk_file_t *file, const void *bytes, size_t size);

/** Gives the file its name, for good. STATUS_OUTPUT. */
status_t disk_commit(disk_file_t *file);

/** Frees *file and deletes what was not committed. Fine for DISK_FILE_NONE. */
void disk_close(disk_file_t *file);

/**
 * Deletes a temporary file whose writer is gone; leaves it alone when somebody holds its lock, or when the
 * file system cannot tell. STATUS_OUTPUT.
 */
status_t disk_remove_abandoned(const char *temporary);

/** Waits until the disk has the folder's entries. STATUS_OUTPUT, the message naming `path`. */
status_t disk_sync_directory(const char *directory, const char *path);

/** Opens a regular file for reading, *descriptor to be closed by the caller, and gives its size.
 * STATUS_NO_INPUT. */
status_t disk_open(const char *path, int *descriptor, size_t *size);

/** Reads `size` bytes from `offset`, fewer only at the end of the file: *length. STATUS_NO_INPUT. */
status_t disk_get(int descriptor, const char *path, size_t offset, void *bytes, size_t size, size_t *length);

#endif
