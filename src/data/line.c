#include "line.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "alphabet.h"
#include "base/text.h"

static bool is_inside_letter(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

void line_begin(line_t *line, const char *file, const char *text, size_t length) {
    static const char byte_order_mark[] = {'\xEF', '\xBB', '\xBF'};
    const size_t mark = sizeof byte_order_mark;
    const bool has_mark = length >= mark && memcmp(text, byte_order_mark, mark) == 0;
    *line = (line_t){.file = file, .number = 1, .next = text + (has_mark ? mark : 0), .end = text + length};
}

bool line_next(line_t *line) {
    if (line->next == line->end) {
        return false;
    }
    const char *start = line->next, *newline = memchr(start, '\n', (size_t)(line->end - start));
    const char *stop = newline ? newline : line->end;
    line->next = newline ? newline + 1 : line->end;
    line->number += line->start != NULL;
    line->start = start;
    line->stop = stop - (stop > start && stop[-1] == '\r');
    line->has_tab = false;
    return true;
}

status_t line_check(line_t *line, bool has_unknown) {
    line->words = line->stop;
    line->is_ascii = true;
    for (const char *place = line->start; place < line->stop;) {
        // Nearly all that stands in a file is a printing ASCII character or a space.
        if (*place >= ' ' && *place < '\x7F' && *place != '#') {
            place++;
            continue;
        }
        uint32_t code_point;
        const int bytes = text_decode(place, (size_t)(line->stop - place), &code_point);
        if (bytes == 0) {
            char text[TEXT_MALFORMED_SIZE];
            text_describe_malformed(*place, "FILE ", text);
            return line_fail(line, place, "%s", text);
        }
        if (code_point == '#' && line->words == line->stop) {
            line->words = place;
        }
        const bool is_comment = line->words < line->stop;
        const bool is_read =
            text_is_direction_mark(code_point) || (has_unknown && code_point == ALPHABET_UNKNOWN);
        if (code_point == 0) {
            return line_fail(line, place, "a NUL byte, text was expected");
        }
        if (code_point != '\t' && !is_comment && !is_read && text_flaw(code_point) &&
            !text_joins(line->start, (size_t)(line->stop - line->start), (size_t)(place - line->start))) {
            char text[TEXT_DESCRIPTION_SIZE];
            text_describe(code_point, text);
            return line_fail(line, place,
                "%s, only spaces and tabs were expected between the words and letters in them", text);
        }
        line->has_tab = line->has_tab || (code_point == '\t' && !is_comment);
        line->is_ascii = line->is_ascii && (bytes == 1 || is_comment);
        place += bytes;
    }
    const char *words = line->start;
    size_t size = (size_t)(line->words - words);
    text_trim(&words, &size, " \t", " \t");
    line->is_blank = size == 0;
    return STATUS_OK;
}

size_t line_split(const line_t *line, field_t *fields, size_t limit, size_t *filled) {
    size_t count = 0;
    *filled = 0;
    for (const char *start = line->start, *stop; start <= line->words; start = stop + 1) {
        stop = memchr(start, line->has_tab ? '\t' : ' ', (size_t)(line->words - start));
        stop = stop ? stop : line->words;
        field_t field = {start, (size_t)(stop - start)};
        text_trim(&field.text, &field.length, " ", " ");
        if (field.length == 0 && !line->has_tab) {
            continue;
        }
        if (count < limit) {
            fields[count] = field;
        }
        count++;
        *filled = field.length > 0 ? count : *filled;
    }
    return count;
}

status_t line_check_quotes(const line_t *line, field_t field) {
    return field.length > 1 && field.text[0] == '"' && field.text[field.length - 1] == '"'
               ? line_fail(line, field.text, "%.*s is in quotation marks, the text without them was expected",
                     line_shown(field, LINE_SHOWN), field.text)
               : STATUS_OK;
}

int line_shown(field_t field, size_t characters) {
    size_t bytes = 0;
    for (size_t seen = 0; bytes < field.length; bytes++) {
        seen += !is_inside_letter(field.text[bytes]);
        if (seen > characters) {
            break;
        }
    }
    return (int)bytes;
}

status_t line_fail(const line_t *line, const char *place, const char *format, ...) {
    char text[STATUS_MESSAGE_SIZE], column_text[32] = "";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (place) {
        size_t column = 1;
        for (const char *byte = line->start; byte < place; byte++) {
            column += !is_inside_letter(*byte);
        }
        snprintf(column_text, sizeof column_text, "%zu:", column);
    }
    return status_fail(STATUS_DATA, "%s:%zu:%s %s", line->file, line->number, column_text, text);
}
