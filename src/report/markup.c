#include "markup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/** What stands for a letter that cannot stand for itself; NULL for the others. */
static const char *escape(const char *text) {
    const unsigned char first = (unsigned char)text[0];
    switch (first) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
    case '\n':
    case '\r':
        return " ";
    default:
        return first < 0x20 || first == 0x7F ? "\xEF\xBF\xBD" : NULL;
    }
}

void markup_text(FILE *stream, const char *text) {
    while (*text) {
        uint32_t code_point = 0;
        const int length = text_decode(text, strnlen(text, TEXT_CHARACTER_MAX), &code_point);
        const char *escaped = escape(text);
        // U+FFFE and U+FFFF are valid UTF-8, but no characters of XML.
        if (length == 0 || (code_point & ~1u) == 0xFFFE) {
            fputs("\xEF\xBF\xBD", stream);
        } else if (escaped) {
            fputs(escaped, stream);
        } else {
            fwrite(text, 1, (size_t)length, stream);
        }
        text += length > 0 ? length : 1;
    }
}

void markup_coordinate(FILE *stream, double value) {
    // As an integer of tenths: a double would be printed with the locale's point.
    const long tenths = lround(value * 10);
    const long size = labs(tenths);
    fprintf(stream, "%s%ld", tenths < 0 ? "-" : "", size / 10);
    if (size % 10 != 0) {
        fprintf(stream, ".%ld", size % 10);
    }
}
