/**
 * Lines of a text file of words: where they end, their comments and columns, and messages that name a place
 * in them.
 */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum {
    LINE_SHOWN = 24 /**< characters of a column in a message */
};

/** A column of a line without the spaces and direction marks (text.h) around it; points into the text. Empty
 * only between tabs. */
typedef struct {
    const char *text;
    size_t length;
} field_t;

/** A line, and where in its text it stands. */
typedef struct {
    const char *file;       /**< the text's name, for messages */
    size_t number;          /**< from 1, which it also is before the first one */
    const char *start;      /**< its first byte */
    const char *stop;       /**< behind its last byte, LF or CRLF left out */
    const char *next, *end; /**< of the text: the line behind it, and where all of them end */
    // What line_check() finds:
    const char *words; /**< behind its last byte in front of the comment; so are what follows */
    bool has_tab;      /**< tabs, and only they, separate its columns */
    bool is_ascii;
    bool is_blank; /**< it has no words */
} line_t;

/** Before the first line of a text. A byte order mark is left out. */
void line_begin(line_t *line, const char *file, const char *text, size_t length);

/** Goes to the next line. Returns whether there is one. */
bool line_next(line_t *line);

/**
 * Finds a line's comment and tabs. STATUS_DATA where it is not UTF-8, or has what nobody can see, but for
 * direction marks. has_unknown: U+FFFD is a letter (alphabet.h).
 */
status_t line_check(line_t *line, bool has_unknown);

/**
 * Stores the first `limit` columns of a checked line and returns how many it has. A line with a tab has them
 * between its tabs; they may hold spaces and be empty. Other lines have them between spaces. *filled = how
 * many there are up to the last one that is not empty.
 */
size_t line_split(const line_t *line, field_t *fields, size_t limit, size_t *filled);

/** STATUS_DATA for a field in quotation marks, in which a spreadsheet may write texts: they would be letters.
 */
status_t line_check_quotes(const line_t *line, field_t field);

/** How many bytes the first `characters` characters of a field take. */
int line_shown(field_t field, size_t characters);

/**
 * Records `file:line: message`, or `file:line:column: message` where `place` in the line is not NULL. Returns
 * STATUS_DATA.
 */
status_t line_fail(const line_t *line, const char *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
