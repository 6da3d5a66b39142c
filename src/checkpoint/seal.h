/**
 * The seal: the first 512 bytes of a file, a user block to HDF5, which any of its tools skips. Text that
 * holds the format version, the file's length and the hash of every byte behind the seal; and each byte of
 * the seal itself is decided by these three. So no bit of a file can change unnoticed.
 */
#ifndef CHECKPOINT_SEAL_H
#define CHECKPOINT_SEAL_H

#include <stddef.h>

#include "base/status.h"

enum { SEAL_SIZE = 512 };

/** Fills in the first SEAL_SIZE of the file's `size` bytes from the rest. STATUS_MEMORY. */
status_t seal_make(unsigned char *bytes, size_t size);

/**
 * Judges a file by its start, the first `length` (at most SEAL_SIZE) of its `size` bytes, before all of it is
 * read: ours, a format we know, the length right? STATUS_CHECKPOINT, the message without a path.
 */
status_t seal_check_start(const unsigned char *start, size_t length, size_t size);

/** The rest of the check: the whole file's `size` bytes against its seal. STATUS_MEMORY, STATUS_CHECKPOINT.
 */
status_t seal_check(const unsigned char *bytes, size_t size);

#endif
