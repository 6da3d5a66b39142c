#include "utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t utf8_character(const char *start) {
    const unsigned char *text = (const unsigned char *)start;
    // The first code point of each length: what needs fewer bytes may not be written with more.
    static const uint32_t first[] = {0, 0, 0x80, 0x800, 0x10000};
    if (text[0] < 0x80) {
        return 1;
    }
    size_t length = text[0] >= 0xF0 ? 4 : text[0] >= 0xE0 ? 3 : 2;
    if (text[0] < 0xC0 || text[0] >= 0xF8) {
        return 0;
    }
    uint32_t code_point = text[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80) {
            return 0;
        }
        code_point = code_point << 6 | (text[i] & 0x3F);
    }
    int is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    return code_point < first[length] || code_point > 0x10FFFF || is_surrogate ? 0 : length;
}

char *utf8_clean(const char *text) {
    static const char replacement[] = "\xEF\xBF\xBD";
    const size_t replacement_length = sizeof replacement - 1;
    char *clean = malloc(strlen(text) * replacement_length + 1);
    if (!clean) {
        return NULL;
    }
    size_t used = 0;
    while (*text) {
        size_t length = utf8_character(text);
        memcpy(clean + used, length > 0 ? text : replacement, length > 0 ? length : replacement_length);
        used += length > 0 ? length : replacement_length;
        text += length > 0 ? length : 1;
    }
    clean[used] = '\0';
    return clean;
}
