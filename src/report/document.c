#include "document.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

json_t *document_number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *document_text(const char *text) {
    char *clean = text ? text_clean(text) : NULL;
    json_t *value = text ? json_string(clean) : json_null();
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
    // Without a key jansson drops the value, and says that it failed.
    judge(object, json_object_set_new(*object, clean, value));
    free(clean);
}

void document_append(json_t **list, json_t *value) {
    judge(list, json_array_append_new(*list, value));
}

bool document_scalar(const json_t *value, FILE *stream) {
    // jansson would print all numbers of a document with as many digits.
    const int digits = json_is_real(value) ? text_digits(json_real_value(value)) : 0;
    return json_dumpf(value, stream, JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits)) == 0 || ferror(stream);
}

// False when memory is out; a stream remembers by itself that writing to it failed.
static bool print_value(json_t *value, FILE *stream) {
    const bool is_object = json_is_object(value);
    if (!is_object && !json_is_array(value)) {
        return document_scalar(value, stream);
    }
    bool is_printed = true;
    void *member = json_object_iter(value);
    fputc(is_object ? '{' : '[', stream);
    for (size_t i = 0; is_printed && i < json_object_size(value) + json_array_size(value); i++) {
        fputs(i > 0 ? ", " : "", stream);
        if (is_object) {
            json_t *key = json_string(json_object_iter_key(member));
            is_printed = key && document_scalar(key, stream);
            json_decref(key);
            fputs(": ", stream);
        }
        json_t *below = is_object ? json_object_iter_value(member) : json_array_get(value, i);
        is_printed = is_printed && print_value(below, stream);
        member = json_object_iter_next(value, member);
    }
    fputc(is_object ? '}' : ']', stream);
    return is_printed;
}

static status_t no_memory(void) {
    return status_fail(STATUS_MEMORY, "out of memory for a record");
}

status_t document_print(json_t *value, FILE *stream) {
    const bool printed = value && print_value(value, stream);
    json_decref(value);
    if (!printed) {
        return no_memory();
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
        return no_memory();
    }
    const status_t status = document_print(value, stream);
    return fclose(stream) && status == STATUS_OK ? no_memory() : status;
}
