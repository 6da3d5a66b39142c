/**
 * Text from outside made fit for JSON, which is UTF-8.
 */
#ifndef REPORT_UTF8_H
#define REPORT_UTF8_H

/**
 * A copy in which every byte that belongs to no valid character is replaced by U+FFFD: a file's name may hold
 * any bytes. Owned by the caller, to be freed; NULL when memory is out.
 */
char *utf8_clean(const char *text);

#endif
