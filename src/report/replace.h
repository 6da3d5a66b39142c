/**
 * A file's content replaced as a whole.
 */
#ifndef CVAE_REPLACE_H
#define CVAE_REPLACE_H

#include <stddef.h>

#include "base/status.h"

/**
 * Gives the file at `path` a new content, such that it has the old one or the new one whenever the program or
 * the machine stops: a temporary file (.NAME.tmp-PID, which was not there before) is written, synced and
 * renamed, and its folder synced. A
 * symbolic link stays; it is the file behind it that is replaced. A device or a pipe is written to.
 * STATUS_OUTPUT with the path, STATUS_MEMORY; then the file is as it was, and no temporary file is left.
 */
status_t replace_file(const char *path, const char *bytes, size_t size);

/**
 * Whether replace_file() could write the file, as far as can be told now; the file stays as it is.
 * STATUS_OUTPUT with the path, STATUS_MEMORY.
 */
status_t replace_check(const char *path);

/**
 * Whether the file at `path` may be replaced by one of a kind whose files begin with `start`, of at most 64
 * bytes: it is of that kind, or empty, or not there, or no regular file. STATUS_OUTPUT with the path and the
 * kind's name.
 */
status_t replace_check_kind(const char *path, const char *start, const char *kind);

/** Deletes temporary files for `name` that replace_file() was killed over; those of living writers stay. */
void replace_tidy(const char *folder, const char *name);

/** Writes all bytes to a file descriptor. Returns 0, or -1 with errno set. */
int replace_write(int file, const char *bytes, size_t size);

#endif
