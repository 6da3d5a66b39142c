/**
 * A text's lines, and a line's fields. Internal to src/data.
 */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/** A column of a line without the spaces around it; points into the text. Empty only between tabs. */
typedef struct {
    const char *text;
    size_t length;
} field_t;

/** The place in a text: line_begin(), then line_next() for each line. */
typedef struct {
    const char *file;  /**< the text's name, for messages */
    size_t number;     /**< the line's, from 1; 0 before the first */
    const char *start; /**< its first byte */
    const char *stop;  /**< behind its last byte, LF or CRLF left out */
    const char *words; /**< behind its last byte in front of the comment; this and the next two are known
                          after line_check() */
    bool has_tab;      /**< in front of the comment: tabs, and only they, separate its columns */
    bool is_ascii;     /**< in front of the comment */
    const char *next;  /**< where the next line starts */
    const char *end;   /**< of the text */
} line_t;

/** In front of the first line; a UTF-8 byte order mark is skipped. The text is not owned; may be NULL with
 * length 0. */
void line_begin(line_t *line, const char *file, const char *text, size_t length);

/** Goes to the next line; false where there is none. */
bool line_next(line_t *line);

/**
 * STATUS_DATA where the line is not UTF-8 or has a NUL byte, in its comment or not, or where something else
 * than spaces, tabs and what may be a letter (alphabet_is_letter()) stands in front of the comment.
 */
status_t line_check(line_t *line);

/** Whether a checked line has no words. */
bool line_is_blank(const line_t *line);

/**
 * Stores the first `limit` columns of a checked line and returns how many it has. A line with a tab has them
 * between its tabs; they may hold spaces and be empty. Other lines have them between spaces. *filled = how
 * many there are up to the last one that is not empty: 0 for a line without words.
 */
size_t line_fields(const line_t *line, field_t *fields, size_t limit, size_t *filled);

/** Records `file:line: message`, or `file:line:column: message` where `place` in the line is not NULL.
 * STATUS_DATA. */
status_t line_fail(const line_t *line, const char *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
