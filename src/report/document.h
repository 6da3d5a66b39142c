/**
 * JSON documents: made with jansson's json_pack() and the functions here, printed on one line.
 *
 * When memory is out, a function that makes a value returns NULL, and so does whatever is made of it:
 * json_pack() refuses NULL, and document_add() and document_append() make NULL of what they add to. One check
 * at the end is enough; document_print() and document_line() make it.
 */
#ifndef CVAE_DOCUMENT_H
#define CVAE_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/status.h"

/** A number; null where it is not finite, for JSON has no NaN. */
json_t *document_number(double value);

/** A text; null for NULL. Bytes that are not UTF-8 become U+FFFD: json_pack() would refuse them. */
json_t *document_text(const char *text);

/** Adds to an object, behind its keys, those of the object that json_pack() makes of the arguments. */
void document_add(json_t **object, const char *format, ...);

/** Adds a value, which is taken over, to an object under a key, which may hold any bytes, or to a list. */
void document_set(json_t **object, const char *key, json_t *value);
void document_append(json_t **list, json_t *value);

/** Prints a number as document_print() does, a text in quotes, true, false or null. False when memory is out;
 * a failed write is the stream's to tell. */
bool document_scalar(const json_t *value, FILE *stream);

/**
 * Prints a value, which is taken over, on one line, with a newline, and flushes the stream. Keys keep their
 * order. Numbers have text_digits(), and a point or an exponent always: 3.0, 0.1, 1e-5. STATUS_OUTPUT (the
 * message does not know the file's name), STATUS_MEMORY.
 */
status_t document_print(json_t *value, FILE *stream);

/** The same as text: *line is for free(), also on error. STATUS_MEMORY. */
status_t document_line(json_t *value, char **line, size_t *length);

#endif
