/** Paths as text; no file has to exist. */
#ifndef CONFIG_PATH_H
#define CONFIG_PATH_H

#include <stdbool.h>
#include <stddef.h>

/**
 * path as seen from the absolute folder, without ".", "..", and doubled or closing slashes, zero-padded to
 * `size`. "A/.." is the folder above that which A leads to, where A is a symbolic link; other links stay in
 * the path. False when it is longer than that.
 */
bool path_absolute(char *absolute, size_t size, const char *folder, const char *path);

#endif
