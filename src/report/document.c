#include "document.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "decimal.h"

/** The depth of everything when all is to stand on one line. */
enum { ONE_LINE = -1 };

// The functions here return false when memory is out; a stream remembers by itself that writing to it failed.
static bool print_value(json_t *value, FILE *stream, int depth);

static int depth_below(int depth) {
    return depth == ONE_LINE ? ONE_LINE : depth + 1;
}

/** Goes to a new line at a depth, or prints `space` when all stands on one line. */
static void print_break(FILE *stream, int depth, const char *space) {
    if (depth == ONE_LINE) {
        fputs(space, stream);
    } else {
        fprintf(stream, "\n%*s", 2 * depth, "");
    }
}

static bool print_text(const char *text, FILE *stream) {
    char *clean = text_clean(text);
    json_t *string = clean ? json_string_nocheck(clean) : NULL;
    bool printed = string && (json_dumpf(string, stream, JSON_ENCODE_ANY) == 0 || ferror(stream));
    json_decref(string);
    free(clean);
    return printed;
}

static bool print_object(json_t *object, FILE *stream, int depth) {
    const char *key;
    json_t *value;
    const char *before = "";
    fputc('{', stream);
    json_object_foreach(object, key, value) {
        fputs(before, stream);
        print_break(stream, depth_below(depth), before[0] ? " " : "");
        before = ",";
        bool printed = print_text(key, stream);
        fputs(": ", stream);
        if (!printed || !print_value(value, stream, depth_below(depth))) {
            return false;
        }
    }
    if (before[0]) {
        print_break(stream, depth, "");
    }
    fputc('}', stream);
    return true;
}

static bool print_list(json_t *list, FILE *stream, int depth) {
    size_t index;
    json_t *value;
    fputc('[', stream);
    json_array_foreach(list, index, value) {
        fputs(index > 0 ? "," : "", stream);
        print_break(stream, depth_below(depth), index > 0 ? " " : "");
        if (!print_value(value, stream, depth_below(depth))) {
            return false;
        }
    }
    print_break(stream, depth, "");
    fputc(']', stream);
    return true;
}

static bool print_value(json_t *value, FILE *stream, int depth) {
    char number[DECIMAL_TEXT_SIZE];
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return print_object(value, stream, depth);
    case JSON_ARRAY:
        return print_list(value, stream, depth);
    case JSON_STRING:
        return print_text(json_string_value(value), stream);
    case JSON_INTEGER:
        fprintf(stream, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return true;
    case JSON_REAL:
        decimal_text(json_real_value(value), number);
        fputs(number, stream);
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        fputs(json_is_true(value) ? "true" : "false", stream);
        return true;
    default:
        fputs("null", stream);
        return true;
    }
}

status_t document_print(json_t *value, FILE *stream, bool indented) {
    if (!print_value(value, stream, indented ? 0 : ONE_LINE)) {
        return status_fail(STATUS_MEMORY, "out of memory for printing a record");
    }
    fputc('\n', stream);
    // Flushed here, so that a full disk is noticed here and not when the program ends.
    if (fflush(stream) || ferror(stream)) {
        return status_fail(STATUS_OUTPUT, "a record cannot be written: %s", strerror(errno));
    }
    return STATUS_OK;
}
