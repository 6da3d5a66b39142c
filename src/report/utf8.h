/**
 * Text from outside made fit for JSON and for a page, which are UTF-8.
 */
#ifndef REPORT_UTF8_H
#define REPORT_UTF8_H

#include <stddef.h>

/** How many bytes the valid character at `text` (zero-terminated) takes, 0 if there is none. */
size_t utf8_character(const char *text);

/**
 * A copy in which every byte that belongs to no valid character is replaced by U+FFFD: a file's name may hold
 * any bytes. Owned by the caller, to be freed; NULL when memory is out.
 */
char *utf8_clean(const char *text);

#endif
