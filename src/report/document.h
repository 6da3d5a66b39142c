/**
 * A jansson value as text. jansson's own printer gives all doubles of a document the same number of digits.
 */
#ifndef REPORT_DOCUMENT_H
#define REPORT_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/status.h"

/**
 * Prints objects and lists of texts, numbers, booleans and nulls, and a newline: on one line, or with two
 * spaces a level. Keys in the order in which they were added; texts need not be valid UTF-8. STATUS_OUTPUT,
 * STATUS_MEMORY.
 */
status_t document_print(json_t *value, FILE *stream, bool indented);

#endif
