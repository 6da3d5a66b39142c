#include "document.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/** Significant digits: so many any double keeps that is read from text, and so many tell any two apart. */
enum { DIGITS_KEPT = 15, DIGITS_MAX = 17 };

json_t *document_number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *document_text(const char *text) {
    if (!text) {
        return json_null();
    }
    char *clean = text_clean(text);
    json_t *value = clean ? json_string(clean) : NULL;
    free(clean);
    return value;
}

/** For adding to a value: makes NULL of it where that has failed. */
static void judge(json_t **value, int failed) {
    if (failed) {
        json_decref(*value);
        *value = NULL;
    }
}

void document_add(json_t **object, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    judge(object, json_object_update_new(*object, json_vpack_ex(NULL, 0, format, arguments)));
    va_end(arguments);
}

void document_set(json_t **object, const char *key, json_t *value) {
    char *clean = text_clean(key);
    if (clean) {
        judge(object, json_object_set_new(*object, clean, value));
    } else {
        json_decref(value);
        judge(object, -1);
    }
    free(clean);
}

void document_append(json_t **list, json_t *value) {
    judge(list, json_array_append_new(*list, value));
}

/** The fewest digits that bring a number back. jansson prints all numbers of a document with as many. */
static size_t digits_of(double value) {
    char text[40];
    int digits = DIGITS_KEPT;
    while (digits < DIGITS_MAX &&
           (snprintf(text, sizeof text, "%.*g", digits, value), strtod(text, NULL) != value)) {
        digits++;
    }
    return (size_t)digits;
}

// False when memory is out; a stream remembers by itself that writing to it failed.
static bool print_scalar(const json_t *value, FILE *stream) {
    const size_t flags =
        JSON_ENCODE_ANY | (json_is_real(value) ? JSON_REAL_PRECISION(digits_of(json_real_value(value))) : 0);
    return json_dumpf(value, stream, flags) == 0 || ferror(stream);
}

static bool print_key(const char *key, FILE *stream) {
    json_t *text = json_string(key);
    const bool is_printed = text && print_scalar(text, stream);
    json_decref(text);
    fputs(": ", stream);
    return is_printed;
}

static bool print_value(json_t *value, FILE *stream) {
    const char *key, *before = "";
    bool is_printed = true;
    json_t *below;
    size_t i;
    if (json_is_object(value)) {
        fputc('{', stream);
        json_object_foreach(value, key, below) {
            fputs(before, stream);
            is_printed = is_printed && print_key(key, stream) && print_value(below, stream);
            before = ", ";
        }
        fputc('}', stream);
    } else if (json_is_array(value)) {
        fputc('[', stream);
        json_array_foreach(value, i, below) {
            fputs(i > 0 ? ", " : "", stream);
            is_printed = is_printed && print_value(below, stream);
        }
        fputc(']', stream);
    } else {
        is_printed = print_scalar(value, stream);
    }
    return is_printed;
}

status_t document_print(json_t *value, FILE *stream) {
    const bool printed = value && print_value(value, stream);
    json_decref(value);
    if (!printed) {
        return status_fail(STATUS_MEMORY, "out of memory for a record");
    }
    fputc('\n', stream);
    // Flushed here, so that a full disk is noticed here and not when the program ends.
    if (fflush(stream) || ferror(stream)) {
        return status_fail(STATUS_OUTPUT, "a record cannot be written: %s", strerror(errno));
    }
    return STATUS_OK;
}

status_t document_line(json_t *value, char **line, size_t *length) {
    *line = NULL;
    FILE *stream = open_memstream(line, length);
    if (!stream) {
        json_decref(value);
        return status_fail(STATUS_MEMORY, "out of memory for a record");
    }
    status_t status = document_print(value, stream);
    if (fclose(stream) && status == STATUS_OK) {
        status = status_fail(STATUS_MEMORY, "out of memory for a record");
    }
    return status;
}
