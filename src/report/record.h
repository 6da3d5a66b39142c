/**
 * JSON records: an ordered list of keys with values, printed as one line or indented. The program's only
 * JSON.
 */
#ifndef CVAE_RECORD_H
#define CVAE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"

typedef struct record record_t;

/**
 * A new, empty record, owned by the caller. NULL when memory is out: every function here takes that for a
 * record to which adding does nothing and whose printing fails, so that callers need not check.
 */
record_t *record_create(void);

/** Frees a record that record_create() made, with everything in it. NULL is fine. */
void record_destroy(record_t *record);

/**
 * Adds a key, or replaces its value, which keeps its place. A number that is not finite becomes null (JSON
 * has no NaN), and so does a text that is NULL; bytes that are not UTF-8 are printed as U+FFFD. When memory
 * is out the record remembers it, and record_print() reports it: callers need not check each call.
 */
void record_number(record_t *record, const char *key, double value);
void record_integer(record_t *record, const char *key, int64_t value);
void record_text(record_t *record, const char *key, const char *value);
void record_boolean(record_t *record, const char *key, bool value);
void record_null(record_t *record, const char *key);

/** Adds an empty record under the key, or replaces its value, and returns it; owned by its parent. */
record_t *record_child(record_t *record, const char *key);

/** Adds an empty record to the list under the key (made if need be) and returns it; owned by its parent. */
record_t *record_element(record_t *record, const char *key);

/** Adds a value to the list under the key, which is made if need be. */
void record_add_number(record_t *record, const char *key, double value);
void record_add_text(record_t *record, const char *key, const char *value);

/**
 * Prints the record and a newline, on one line or indented, and flushes the stream. Keys stand in the order
 * in which they were added. Doubles have as many digits as bring them back exactly, without needless ones,
 * and always a point or an exponent: 3.0, 0.1, 1e-5. STATUS_OUTPUT (the message does not know the file's
 * name), STATUS_MEMORY.
 */
status_t record_print(const record_t *record, FILE *stream, int indented);

/**
 * What record_print() prints on one line, its newline included. *line is for free(), also on error.
 * STATUS_MEMORY.
 */
status_t record_line(const record_t *record, char **line, size_t *length);

#endif
