#include "line.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "alphabet.h"
#include "base/text.h"

void line_begin(line_t *line, const char *file, const char *text, size_t length) {
    static const char byte_order_mark[] = {'\xEF', '\xBB', '\xBF'};
    *line = (line_t){.file = file};
    if (length > 0) {
        line->start = line->stop = line->next = text;
        line->end = text + length;
    }
    if (length >= sizeof byte_order_mark && memcmp(text, byte_order_mark, sizeof byte_order_mark) == 0) {
        line->next += sizeof byte_order_mark;
    }
}

bool line_next(line_t *line) {
    if (line->next == line->end) {
        return false;
    }
    line->number++;
    line->start = line->next;
    const char *newline = memchr(line->start, '\n', (size_t)(line->end - line->start));
    line->stop = newline ? newline : line->end;
    line->next = newline ? newline + 1 : line->end;
    if (line->stop > line->start && line->stop[-1] == '\r') {
        line->stop--;
    }
    return true;
}

/** What may stand anywhere in front of a comment, and nearly always does: a printing ASCII character or a
 * space.
 */
static bool is_plain(char byte) {
    return byte >= ' ' && byte < '\x7F' && byte != '#';
}

static status_t check_character(const line_t *line, const char *place, uint32_t code_point, bool is_comment) {
    if (code_point == 0) {
        return line_fail(line, place, "a NUL byte, text was expected");
    }
    if (is_comment || alphabet_is_letter(code_point)) {
        return STATUS_OK;
    }
    char text[TEXT_DESCRIPTION_SIZE];
    text_describe(code_point, text);
    return line_fail(
        line, place, "%s, only spaces and tabs were expected between the words and letters in them", text);
}

status_t line_check(line_t *line) {
    bool is_comment = false;
    line->words = line->stop;
    line->has_tab = false;
    line->is_ascii = true;
    const char *place = line->start;
    while (place < line->stop) {
        if (is_plain(*place)) {
            place++;
            continue;
        }
        if (*place == '\t') {
            line->has_tab = line->has_tab || !is_comment;
            place++;
            continue;
        }
        uint32_t code_point;
        int bytes = text_decode(place, (size_t)(line->stop - place), &code_point);
        if (bytes == 0) {
            return line_fail(
                line, place, "malformed UTF-8 (byte 0x%02X), UTF-8 was expected", (unsigned char)*place);
        }
        if (code_point == '#' && !is_comment) {
            is_comment = true;
            line->words = place;
        }
        line->is_ascii = line->is_ascii && (is_comment || bytes == 1);
        status_t status = check_character(line, place, code_point, is_comment);
        if (status != STATUS_OK) {
            return status;
        }
        place += bytes;
    }
    return STATUS_OK;
}

bool line_is_blank(const line_t *line) {
    const char *place = line->start;
    while (place < line->words && (*place == ' ' || *place == '\t')) {
        place++;
    }
    return place == line->words;
}

/** The columns of a line without a tab: none is empty. */
static size_t fields_between_spaces(const line_t *line, field_t *fields, size_t limit) {
    size_t count = 0;
    const char *place = line->start;
    for (;;) {
        while (place < line->words && *place == ' ') {
            place++;
        }
        const char *start = place;
        while (place < line->words && *place != ' ') {
            place++;
        }
        if (place == start) {
            return count;
        }
        if (count < limit) {
            fields[count] = (field_t){start, (size_t)(place - start)};
        }
        count++;
    }
}

size_t line_fields(const line_t *line, field_t *fields, size_t limit, size_t *filled) {
    if (!line->has_tab) {
        return *filled = fields_between_spaces(line, fields, limit);
    }
    size_t count = 0;
    *filled = 0;
    for (const char *start = line->start, *stop; start <= line->words; start = stop + 1) {
        stop = memchr(start, '\t', (size_t)(line->words - start));
        stop = stop ? stop : line->words;
        const char *first = start, *last = stop;
        while (first < last && *first == ' ') {
            first++;
        }
        while (first < last && last[-1] == ' ') {
            last--;
        }
        if (count < limit) {
            fields[count] = (field_t){first, (size_t)(last - first)};
        }
        count++;
        *filled = first < last ? count : *filled;
    }
    return count;
}

/** Characters from the line's start to `place`, counted from 1. What lies between is UTF-8. */
static size_t column_of(const line_t *line, const char *place) {
    size_t column = 1;
    for (const char *byte = line->start; byte < place; byte++) {
        column += ((unsigned char)*byte & 0xC0) != 0x80;
    }
    return column;
}

status_t line_fail(const line_t *line, const char *place, const char *format, ...) {
    char text[STATUS_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    // A fault of the file as a whole is a fault of its last line; an empty file has an empty line 1.
    size_t number = line->number > 0 ? line->number : 1;
    if (!place) {
        return status_fail(STATUS_DATA, "%s:%zu: %s", line->file, number, text);
    }
    return status_fail(STATUS_DATA, "%s:%zu:%zu: %s", line->file, number, column_of(line, place), text);
}
