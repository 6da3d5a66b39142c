/**
 * A file's content replaced as a whole.
 */
#ifndef CVAE_REPLACE_H
#define CVAE_REPLACE_H

#include <stddef.h>

#include "base/status.h"

/**
 * Gives the file at `path` a new content, such that it has the old one or the new one whenever the program or
 * the machine stops: a temporary file (`path`.tmp) is written, synced and renamed, and its folder synced. A
 * symbolic link stays; it is the file behind it that is replaced. A device or a pipe is written to.
 * STATUS_OUTPUT with the path, STATUS_MEMORY; then the file is as it was, and no temporary file is left.
 */
status_t replace_file(const char *path, const char *bytes, size_t size);

/**
 * Whether replace_file() could write the file, as far as can be told now; the file stays as it is.
 * STATUS_OUTPUT with the path, STATUS_MEMORY.
 */
status_t replace_check(const char *path);

/** Writes all bytes to a file descriptor. Returns 0, or -1 with errno set. */
int replace_write(int file, const char *bytes, size_t size);

#endif
