/** Paths as text; no file has to exist, no symbolic link is followed. */
#ifndef CONFIG_PATH_H
#define CONFIG_PATH_H

#include <stdbool.h>
#include <stddef.h>

/**
 * path as seen from the absolute folder, without ".", "..", and doubled or closing slashes, zero-padded to
 * `size`. False when it is longer than that.
 */
bool path_absolute(char *absolute, size_t size, const char *folder, const char *path);

/** Is it valid UTF-8? Only then can YAML hold it. */
bool path_is_text(const char *path);

#endif
