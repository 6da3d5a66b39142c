#include "text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

int text_decode(const char *text, size_t size, uint32_t *code_point) {
    utf8proc_int32_t decoded;
    const size_t most = size < TEXT_CHARACTER_MAX ? size : TEXT_CHARACTER_MAX;
    const utf8proc_ssize_t bytes =
        utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)most, &decoded);
    if (bytes <= 0) {
        return 0;
    }
    *code_point = (uint32_t)decoded;
    return (int)bytes;
}

int text_encode(uint32_t code_point, char text[TEXT_CHARACTER_MAX]) {
    return (int)utf8proc_encode_char((utf8proc_int32_t)code_point, (utf8proc_uint8_t *)text);
}

/** Like text_decode(), of a zero-terminated text. */
static int decode_next(const char *text, uint32_t *code_point) {
    return text_decode(text, strnlen(text, TEXT_CHARACTER_MAX), code_point);
}

bool text_is_utf8(const char *text) {
    return utf8proc_decompose((const utf8proc_uint8_t *)text, 0, NULL, 0, UTF8PROC_NULLTERM) >= 0;
}

char *text_clean(const char *text) {
    static const char replacement[] = "\xEF\xBF\xBD";
    const size_t replacement_length = sizeof replacement - 1;
    char *clean = malloc(strlen(text) * replacement_length + 1);
    if (!clean) {
        return NULL;
    }
    size_t used = 0;
    while (*text) {
        uint32_t code_point;
        const size_t length = (size_t)decode_next(text, &code_point);
        memcpy(clean + used, length > 0 ? text : replacement, length > 0 ? length : replacement_length);
        used += length > 0 ? length : replacement_length;
        text += length > 0 ? length : 1;
    }
    clean[used] = '\0';
    return clean;
}

static const utf8proc_property_t *property_of(uint32_t code_point) {
    return utf8proc_get_property((utf8proc_int32_t)code_point);
}

static bool is_noncharacter(uint32_t code_point) {
    return (code_point & 0xFFFE) == 0xFFFE || (code_point >= 0xFDD0 && code_point <= 0xFDEF);
}

static bool is_variation_selector(uint32_t code_point) {
    return (code_point >= 0xFE00 && code_point <= 0xFE0F) ||
           (code_point >= 0xE0100 && code_point <= 0xE01EF) ||
           (code_point >= 0x180B && code_point <= 0x180F && code_point != 0x180E);
}

const char *text_flaw(uint32_t code_point) {
    if (code_point >= ' ' && code_point < 0x7F) {
        return NULL;
    }
    const utf8proc_property_t *property = property_of(code_point);
    switch (property->category) {
    case UTF8PROC_CATEGORY_CC:
        return "a control character";
    case UTF8PROC_CATEGORY_CF:
        return "an invisible format character";
    case UTF8PROC_CATEGORY_CS:
        return "a surrogate";
    case UTF8PROC_CATEGORY_CO:
        return "a private-use character";
    case UTF8PROC_CATEGORY_CN:
        return is_noncharacter(code_point) ? "a noncharacter" : "an unassigned code point";
    case UTF8PROC_CATEGORY_ZS:
        return "a space other than U+0020";
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return "a line separator";
    }
    if (is_variation_selector(code_point)) {
        return "a variation selector";
    }
    // Braille's cell without dots is a symbol to Unicode, and as empty as a space.
    if (property->ignorable || code_point == 0x2800) {
        return "an invisible character";
    }
    return code_point == 0xFFFC || code_point == 0xFFFD ? "a replacement character" : NULL;
}

bool text_is_joiner(uint32_t code_point) {
    return code_point == 0x200C || code_point == 0x200D;
}

static bool is_letter_or_mark(uint32_t code_point) {
    const int category = property_of(code_point)->category;
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME;
}

bool text_joins(const char *text, size_t size, size_t place) {
    uint32_t before, joiner, behind;
    size_t last = place;
    while (last > 0 && ((unsigned char)text[--last] & 0xC0) == 0x80) {
    }
    const int bytes = text_decode(text + place, size - place, &joiner);
    return bytes > 0 && text_is_joiner(joiner) && text_decode(text + last, place - last, &before) > 1 &&
           is_letter_or_mark(before) &&
           text_decode(text + place + bytes, size - place - (size_t)bytes, &behind) > 0 &&
           is_letter_or_mark(behind);
}

bool text_is_dash(uint32_t code_point) {
    enum { MINUS_SIGN = 0x2212 };
    return code_point == MINUS_SIGN || property_of(code_point)->category == UTF8PROC_CATEGORY_PD;
}

bool text_is_mark(uint32_t code_point) {
    const int category = property_of(code_point)->category;
    return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

void text_describe(uint32_t code_point, char text[TEXT_DESCRIPTION_SIZE]) {
    const char *flaw = text_flaw(code_point);
    if (flaw) {
        snprintf(text, TEXT_DESCRIPTION_SIZE, "U+%04X (%s)", (unsigned)code_point, flaw);
        return;
    }
    char character[TEXT_CHARACTER_MAX];
    const int bytes = text_encode(code_point, character);
    // A mark alone would be drawn on the quote in front of it.
    snprintf(text, TEXT_DESCRIPTION_SIZE, "'%s%.*s' (U+%04X)", text_is_mark(code_point) ? "◌" : "", bytes,
        character, (unsigned)code_point);
}

void text_describe_malformed(char byte, const char *file, char text[TEXT_MALFORMED_SIZE]) {
    const bool is_utf16 = (byte & 0xFE) == 0xFE;
    snprintf(text, TEXT_MALFORMED_SIZE,
        "malformed UTF-8 (byte 0x%02X), UTF-8 was expected: iconv -f %s -t utf8 %smakes it of %s",
        (unsigned char)byte, is_utf16 ? "utf16" : "latin1", file, is_utf16 ? "UTF-16" : "Latin-1");
}

uint32_t text_other_case(uint32_t code_point) {
    const uint32_t lower = (uint32_t)utf8proc_tolower((utf8proc_int32_t)code_point);
    return lower != code_point ? lower : (uint32_t)utf8proc_toupper((utf8proc_int32_t)code_point);
}

/** Columns that the first character of a text takes, and its bytes. */
static int first_width(const char *text, int *bytes) {
    uint32_t code_point;
    *bytes = decode_next(text, &code_point);
    const int width = *bytes > 0 ? utf8proc_charwidth((utf8proc_int32_t)code_point) : 1;
    *bytes = *bytes > 0 ? *bytes : 1;
    return width;
}

int text_width(const char *text) {
    int width = 0;
    for (int bytes; *text; text += bytes) {
        width += first_width(text, &bytes);
    }
    return width;
}

size_t text_fitting(const char *text, int columns) {
    size_t length = 0;
    for (int bytes; text[length] && (columns -= first_width(text + length, &bytes)) >= 0;) {
        length += (size_t)bytes;
    }
    return length;
}

/** Columns in front of the text that a label or blanks stand before, of a line. */
static int find_hang(const char *line) {
    enum { LABEL = 9, FARTHEST = 12, DEEPER = 2 };
    if (strnlen(line, LABEL + 1) > LABEL && line[0] != ' ' && line[LABEL - 1] == ' ' && line[LABEL] != ' ') {
        return LABEL;
    }
    const int indent = (int)strspn(line, " ");
    const char *gap = strstr(line + indent, "  ");
    const int label = gap ? (int)(gap - line) : FARTHEST;
    const int hang = label < FARTHEST ? label + (int)strspn(gap, " ") : FARTHEST + 1;
    return indent == 0 && hang <= FARTHEST ? hang : (indent < FARTHEST ? indent : 0) + DEEPER;
}

char *text_wrap(const char *line, int columns, char *wrapped, size_t size) {
    const int hang = find_hang(line);
    size_t used = 0;
    wrapped[0] = '\0';
    for (int column = 0; *line && used < size;) {
        // Blanks and the word behind them.
        const size_t blanks = strspn(line, " "), length = strcspn(line + blanks, " ");
        int width = 0;
        for (int bytes, at = 0; at < (int)length; at += bytes) {
            width += first_width(line + blanks + at, &bytes);
        }
        const bool breaks = column > hang && column + (int)blanks + width > columns;
        used += (size_t)snprintf(wrapped + used, size - used, "%s%*s%.*s", breaks ? "\n" : "",
            breaks ? hang : (int)blanks, "", (int)length, line + blanks);
        column = breaks ? hang + width : column + (int)blanks + width;
        line += blanks + length;
    }
    return wrapped;
}

enum { NEAREST_MAX = 255 };

static int smaller(int a, int b) {
    return a < b ? a : b;
}

static int fold(char byte) {
    return byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte;
}

/** text_distance() of words of at most NEAREST_MAX bytes. */
static int distance_of(const char *one, const char *other) {
    // cost[i][j]: from the first i bytes of one word to the first j of the other; only the last rows are
    // kept.
    int cost[3][NEAREST_MAX + 1];
    const int rows = (int)strlen(one), columns = (int)strlen(other);
    for (int i = 0; i <= rows; i++) {
        int *row = cost[i % 3], *above = cost[(i + 2) % 3], *above_that = cost[(i + 1) % 3];
        for (int j = 0; j <= columns; j++) {
            if (i == 0 || j == 0) {
                row[j] = i + j;
                continue;
            }
            const int replace = above[j - 1] + (fold(one[i - 1]) != fold(other[j - 1]));
            row[j] = smaller(replace, smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && fold(one[i - 1]) == fold(other[j - 2]) &&
                fold(one[i - 2]) == fold(other[j - 1])) {
                row[j] = smaller(row[j], above_that[j - 2] + 1);
            }
        }
    }
    return cost[rows % 3][columns];
}

int text_distance(const char *one, const char *other) {
    const size_t most = NEAREST_MAX;
    return strlen(one) > most || strlen(other) > most ? INT_MAX : distance_of(one, other);
}

const char *text_nearest(const char *word, const char *const *candidates, int count) {
    const char *dot = strrchr(word, '.'), *nearest = NULL;
    const int letters = (int)strlen(dot ? dot + 1 : word), length = (int)strlen(word);
    int limit = letters < 3 ? 1 : (letters + 1) / 3;
    for (int i = 0; i < count && length <= NEAREST_MAX; i++) {
        // Cheap, and decides nearly always: every letter more or less is a change.
        const int candidate = (int)strlen(candidates[i]);
        if (candidate > NEAREST_MAX || abs(length - candidate) > limit) {
            continue;
        }
        const int distance = distance_of(word, candidates[i]);
        // A one-letter word is one change away from any other.
        if (distance <= limit && distance < letters) {
            nearest = candidates[i];
            limit = distance - 1;
        }
    }
    return nearest;
}

bool text_is_right_to_left(const char *text) {
    while (*text) {
        uint32_t code_point;
        const int bytes = decode_next(text, &code_point);
        if (bytes > 0) {
            const int direction = property_of(code_point)->bidi_class;
            if (direction == UTF8PROC_BIDI_CLASS_R || direction == UTF8PROC_BIDI_CLASS_AL) {
                return true;
            }
        }
        text += bytes > 0 ? bytes : 1;
    }
    return false;
}

const char *text_cell(const char *text, int width, char *cell, size_t size) {
    const int blanks = width - text_width(text);
    const bool is_isolated = text_is_right_to_left(text);
    snprintf(cell, size, "%s%s%s%*s", is_isolated ? "\xE2\x81\xA8" : "", text,
        is_isolated ? "\xE2\x81\xA9" : "", blanks > 0 ? blanks : 0, "");
    return cell;
}

/**
 * Whether a text is its own normal form, as its bytes tell: they are of code points that always stay as they
 * are and join none in front of them. So text in Latin or Cyrillic letters, and most of Chinese, costs no
 * normalization. (U+0000 to U+02FF; U+03C0 to U+047F; U+4000 to U+9FFF; and bytes that follow others.)
 */
static bool is_stable(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        const unsigned char byte = (unsigned char)text[i];
        if (byte >= 0xCC && !(byte >= 0xCF && byte <= 0xD1) && !(byte >= 0xE4 && byte <= 0xE9)) {
            return false;
        }
    }
    return true;
}

bool text_is_direction_mark(uint32_t code_point) {
    return code_point == 0x200E || code_point == 0x200F || code_point == 0x061C ||
           (code_point >= 0x202A && code_point <= 0x202E) || (code_point >= 0x2066 && code_point <= 0x2069);
}

/** Bytes of the direction mark that a text begins with, or 0. */
static size_t direction_mark_at(const char *text, size_t size) {
    uint32_t code_point;
    // U+061C has two bytes, the others three that begin alike.
    const bool may_be = size > 0 && (*text == '\xE2' || *text == '\xD8');
    const int bytes = may_be ? text_decode(text, size, &code_point) : 0;
    return bytes > 0 && text_is_direction_mark(code_point) ? (size_t)bytes : 0;
}

void text_trim(const char **text, size_t *size, const char *front, const char *back) {
    for (size_t cut = 1; cut > 0 && *size > 0; *text += cut, *size -= cut) {
        cut = **text && strchr(front, **text) ? 1 : direction_mark_at(*text, *size);
    }
    for (size_t cut = 1; cut > 0 && *size > 0; *size -= cut) {
        const char *end = *text + *size;
        cut = end[-1] && strchr(back, end[-1]) ? 1 : 0;
        for (size_t bytes = 2; cut == 0 && bytes <= 3 && bytes <= *size; bytes++) {
            cut = direction_mark_at(end - bytes, bytes) == bytes ? bytes : 0;
        }
    }
}

/** The text without its direction marks, NULL without memory. */
static char *without_direction_marks(const char *text, size_t size, size_t *length) {
    char *kept = malloc(size + 1);
    *length = 0;
    for (size_t place = 0; kept && place < size;) {
        const size_t mark = direction_mark_at(text + place, size - place);
        if (mark == 0) {
            kept[(*length)++] = text[place];
        }
        place += mark + (mark == 0);
    }
    return kept;
}

status_t text_normal(const char *text, size_t size, char **normal, size_t *length) {
    *normal = NULL;
    *length = size;
    if (is_stable(text, size)) {
        return STATUS_OK;
    }
    size_t kept_length;
    char *kept = without_direction_marks(text, size, &kept_length);
    utf8proc_uint8_t *mapped = NULL;
    const utf8proc_ssize_t bytes =
        kept ? utf8proc_map((const utf8proc_uint8_t *)kept, (utf8proc_ssize_t)kept_length, &mapped,
                   UTF8PROC_STABLE | UTF8PROC_COMPOSE)
             : UTF8PROC_ERROR_NOMEM;
    free(kept);
    if (bytes == UTF8PROC_ERROR_NOMEM) {
        return status_fail(STATUS_MEMORY, "out of memory for a word of %zu bytes", size);
    }
    if (bytes < 0 || ((size_t)bytes == size && memcmp(mapped, text, size) == 0)) {
        free(mapped);
        return STATUS_OK;
    }
    *normal = (char *)mapped;
    *length = (size_t)bytes;
    return STATUS_OK;
}

size_t text_normal_origin(const char *text, size_t size, size_t offset) {
    // The first beginning of the text whose normal form reaches the character, without its last one.
    for (size_t place = 0; place < size;) {
        uint32_t code_point;
        char *normal;
        size_t length;
        const size_t end = place + (size_t)text_decode(text + place, size - place, &code_point);
        if (end == place || text_normal(text, end, &normal, &length) != STATUS_OK) {
            return place;
        }
        free(normal);
        if (length > offset) {
            return place;
        }
        place = end;
    }
    return size;
}

const char *text_plural(size_t count) {
    return count == 1 ? "" : "s";
}

int text_digits(double value) {
    char text[32];
    int digits = 15;
    while (digits < 17 && (snprintf(text, sizeof text, "%.*g", digits, value), strtod(text, NULL) != value)) {
        digits++;
    }
    return digits;
}
