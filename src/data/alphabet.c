#include "alphabet.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { UTF8_LETTER_MAX = 4 };

int alphabet_symbols(const alphabet_t *alphabet) {
    return SYMBOL_FIRST_LETTER + alphabet->letters;
}

/** How many of the alphabet's code points are below `code_point`: its place, whether it is there or not. */
static int place_of(const alphabet_t *alphabet, uint32_t code_point) {
    // This runs for every letter of a data file that is not ASCII. Nothing in the loop is guessed by a branch
    // predictor.
    const uint32_t *first = alphabet->code_point;
    int left = alphabet->letters;
    while (left > 0) {
        int half = (left + 1) / 2;
        first += first[half - 1] < code_point ? half : 0;
        left -= half;
    }
    return (int)(first - alphabet->code_point);
}

static bool has_letter_at(const alphabet_t *alphabet, int place, uint32_t code_point) {
    return place < alphabet->letters && alphabet->code_point[place] == code_point;
}

/** The code points with the Unicode property White_Space, and U+FEFF, which is as invisible. */
static bool is_white_space(uint32_t code_point) {
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0x09, 0x0D}, {0x20, 0x20}, {0x85, 0x85}, {0xA0, 0xA0}, {0x1680, 0x1680}, {0x2000, 0x200A},
        {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (code_point >= ranges[i].first && code_point <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

static bool is_control(uint32_t code_point) {
    return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
}

bool alphabet_is_letter(uint32_t code_point) {
    return code_point != '#' && !is_control(code_point) && !is_white_space(code_point);
}

/** The symbols of the letters from place `first` on, behind a new one, are others than before. */
static void number_ascii(alphabet_t *alphabet, int first) {
    for (int i = first; i < alphabet->letters && alphabet->code_point[i] < ALPHABET_ASCII; i++) {
        alphabet->ascii[alphabet->code_point[i]] = (symbol_t)(SYMBOL_FIRST_LETTER + i);
    }
}

bool alphabet_add(alphabet_t *alphabet, uint32_t code_point) {
    int place = place_of(alphabet, code_point);
    if (has_letter_at(alphabet, place, code_point)) {
        return true;
    }
    if (alphabet->letters == ALPHABET_LETTERS_MAX) {
        return false;
    }
    memmove(alphabet->code_point + place + 1, alphabet->code_point + place,
        (size_t)(alphabet->letters - place) * sizeof *alphabet->code_point);
    alphabet->code_point[place] = code_point;
    alphabet->letters++;
    number_ascii(alphabet, place);
    return true;
}

status_t alphabet_from_letters(alphabet_t *alphabet, const char *letters) {
    if (strcmp(letters, "a-z") == 0) {
        letters = "abcdefghijklmnopqrstuvwxyz";
    }
    alphabet_t made = {0};
    const char *end = letters + strlen(letters);
    int column = 1;
    for (const char *letter = letters; letter < end; column++) {
        uint32_t code_point;
        int bytes = alphabet_decode_code_point(letter, (size_t)(end - letter), &code_point);
        if (bytes == 0) {
            return status_fail(STATUS_DATA, "alphabet: letter %d is malformed UTF-8 (byte 0x%02X)", column,
                (unsigned char)*letter);
        }
        if (!alphabet_is_letter(code_point)) {
            char text[ALPHABET_DESCRIPTION_SIZE];
            alphabet_describe(code_point, text);
            return status_fail(STATUS_DATA,
                "alphabet: %s at place %d, only what is no white space, control character or '#' can be a "
                "letter",
                text, column);
        }
        if (!alphabet_add(&made, code_point)) {
            return status_fail(
                STATUS_DATA, "alphabet: too many letters, at most %d are possible", ALPHABET_LETTERS_MAX);
        }
        letter += bytes;
    }
    if (made.letters == 0) {
        return status_fail(STATUS_DATA, "alphabet: no letters, at least one was expected");
    }
    *alphabet = made;
    return STATUS_OK;
}

static int encode_code_point(uint32_t code_point, char text[UTF8_LETTER_MAX]) {
    if (code_point < 0x80) {
        text[0] = (char)code_point;
        return 1;
    }
    int bytes = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (int i = bytes - 1; i > 0; i--) {
        text[i] = (char)(0x80 | (code_point & 0x3F));
        code_point >>= 6;
    }
    static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    text[0] = (char)(marks[bytes] | code_point);
    return bytes;
}

void alphabet_text(const alphabet_t *alphabet, char text[ALPHABET_TEXT_SIZE]) {
    for (int i = 0; i < alphabet->letters; i++) {
        text += encode_code_point(alphabet->code_point[i], text);
    }
    *text = '\0';
}

void alphabet_describe(uint32_t code_point, char text[ALPHABET_DESCRIPTION_SIZE]) {
    char letter[UTF8_LETTER_MAX];
    if (alphabet_is_letter(code_point) || code_point == '#') {
        int bytes = encode_code_point(code_point, letter);
        snprintf(text, ALPHABET_DESCRIPTION_SIZE, "'%.*s' (U+%04X)", bytes, letter, (unsigned)code_point);
    } else {
        snprintf(text, ALPHABET_DESCRIPTION_SIZE, "U+%04X", (unsigned)code_point);
    }
}

int alphabet_decode_code_point(const char *text, size_t size, uint32_t *code_point) {
    if (size == 0) {
        return 0;
    }
    unsigned char first = (unsigned char)text[0];
    if (first < 0x80) {
        *code_point = first;
        return 1;
    }
    int bytes = first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF8 ? 4 : 0;
    if (bytes == 0 || (size_t)bytes > size) {
        return 0;
    }
    uint32_t value = first & (0x7Fu >> bytes);
    for (int i = 1; i < bytes; i++) {
        unsigned char next = (unsigned char)text[i];
        if ((next & 0xC0) != 0x80) {
            return 0;
        }
        value = value << 6 | (next & 0x3F);
    }
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < smallest[bytes] || (value >= 0xD800 && value <= 0xDFFF) || value > 0x10FFFF) {
        return 0;
    }
    *code_point = value;
    return bytes;
}

int alphabet_encode_letter(const alphabet_t *alphabet, const char *text, size_t size, symbol_t *symbol) {
    // This runs for every letter of a data file, and nearly all of them are ASCII.
    if (size > 0 && (unsigned char)text[0] < ALPHABET_ASCII) {
        *symbol = alphabet->ascii[(unsigned char)text[0]];
        return 1;
    }
    uint32_t code_point;
    int bytes = alphabet_decode_code_point(text, size, &code_point);
    *symbol = 0;
    if (bytes > 0) {
        int place = place_of(alphabet, code_point);
        if (has_letter_at(alphabet, place, code_point)) {
            *symbol = (symbol_t)(SYMBOL_FIRST_LETTER + place);
        }
    }
    return bytes;
}

size_t alphabet_decode(
    const alphabet_t *alphabet, const symbol_t *letters, int length, char *text, size_t size) {
    if (size == 0) {
        return 0;
    }
    size_t used = 0;
    for (int i = 0; i < length; i++) {
        assert(letters[i] >= SYMBOL_FIRST_LETTER && letters[i] < alphabet_symbols(alphabet));
        char letter[UTF8_LETTER_MAX];
        size_t bytes =
            (size_t)encode_code_point(alphabet->code_point[letters[i] - SYMBOL_FIRST_LETTER], letter);
        if (used + bytes >= size) {
            break;
        }
        memcpy(text + used, letter, bytes);
        used += bytes;
    }
    text[used] = '\0';
    return used;
}
