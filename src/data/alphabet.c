#include "alphabet.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int alphabet_symbols(const alphabet_t *alphabet) {
    return SYMBOL_FIRST_LETTER + alphabet->letters;
}

/** Whether a code point is one of the alphabet's. *place = how many are below it. */
static bool find(const alphabet_t *alphabet, uint32_t code_point, int *place) {
    // This runs for every letter of a data file that is not ASCII. Nothing in the loop is guessed by a branch
    // predictor.
    const uint32_t *first = alphabet->code_point;
    int left = alphabet->letters;
    while (left > 0) {
        int half = (left + 1) / 2;
        first += first[half - 1] < code_point ? half : 0;
        left -= half;
    }
    *place = (int)(first - alphabet->code_point);
    return *place < alphabet->letters && *first == code_point;
}

symbol_t alphabet_unknown(const alphabet_t *alphabet) {
    int place;
    return find(alphabet, ALPHABET_UNKNOWN, &place) ? (symbol_t)(SYMBOL_FIRST_LETTER + place) : 0;
}

/** What can be seen, marks, spaces, and joiners. */
static bool is_letter(uint32_t code_point) {
    return code_point != '#' && (!text_flaw(code_point) || text_is_joiner(code_point));
}

bool alphabet_add(alphabet_t *alphabet, uint32_t code_point) {
    int place;
    if (find(alphabet, code_point, &place)) {
        return true;
    }
    if (alphabet->letters == ALPHABET_LETTERS_MAX) {
        return false;
    }
    memmove(alphabet->code_point + place + 1, alphabet->code_point + place,
        (size_t)(alphabet->letters - place) * sizeof *alphabet->code_point);
    alphabet->code_point[place] = code_point;
    alphabet->letters++;
    // The letters behind the new one have other symbols than before.
    for (int i = place; i < alphabet->letters && alphabet->code_point[i] < ALPHABET_ASCII; i++) {
        alphabet->ascii[alphabet->code_point[i]] = (symbol_t)(SYMBOL_FIRST_LETTER + i);
    }
    return true;
}

/** The alphabet of a text's letters; `is_checked`: what could not be a letter of a data file is refused. */
static status_t collect(alphabet_t *alphabet, const char *letters, size_t size, bool is_checked) {
    alphabet_t made = {0};
    int column = 1;
    for (const char *letter = letters, *end = letters + size; letter < end; column++) {
        uint32_t code_point;
        int bytes = text_decode(letter, (size_t)(end - letter), &code_point);
        if (bytes == 0) {
            return status_fail(STATUS_DATA, "data.alphabet: letter %d is malformed UTF-8 (byte 0x%02X)",
                column, (unsigned char)*letter);
        }
        if (is_checked && text_is_direction_mark(code_point)) {
            letter += bytes;
            continue;
        }
        if (is_checked && !is_letter(code_point)) {
            char text[TEXT_DESCRIPTION_SIZE];
            text_describe(code_point, text);
            return status_fail(STATUS_DATA,
                "data.alphabet: %s at place %d, only what can be seen, the space U+0020 and marks can be "
                "letters, and '#' cannot",
                text, column);
        }
        if (!alphabet_add(&made, code_point)) {
            return status_fail(STATUS_DATA, "data.alphabet: too many letters, at most %d are possible",
                ALPHABET_LETTERS_MAX);
        }
        letter += bytes;
    }
    if (made.letters == 0) {
        return status_fail(STATUS_DATA, "data.alphabet: no letters, at least one was expected");
    }
    *alphabet = made;
    return STATUS_OK;
}

status_t alphabet_from_letters(alphabet_t *alphabet, const char *letters) {
    if (strcmp(letters, "a-z") == 0) {
        letters = "abcdefghijklmnopqrstuvwxyz";
    }
    char *normal;
    size_t length;
    status_t status = text_normal(letters, strlen(letters), &normal, &length);
    if (status == STATUS_OK) {
        // As given first: so a fault's place is that in the configuration.
        status = collect(alphabet, letters, strlen(letters), true);
    }
    if (status == STATUS_OK && normal) {
        status = collect(alphabet, normal, length, true);
    }
    free(normal);
    return status;
}

status_t alphabet_from_text(alphabet_t *alphabet, const char *text) {
    return collect(alphabet, text, strlen(text), false);
}

void alphabet_text(const alphabet_t *alphabet, char text[ALPHABET_TEXT_SIZE]) {
    for (int i = 0; i < alphabet->letters; i++) {
        text += text_encode(alphabet->code_point[i], text);
    }
    *text = '\0';
}

int alphabet_encode_letter(const alphabet_t *alphabet, const char *text, size_t size, symbol_t *symbol) {
    // This runs for every letter of a data file, and nearly all of them are ASCII.
    if (size > 0 && (unsigned char)text[0] < ALPHABET_ASCII) {
        *symbol = alphabet->ascii[(unsigned char)text[0]];
        return 1;
    }
    uint32_t code_point;
    int place;
    const int bytes = text_decode(text, size, &code_point);
    const bool is_known = bytes > 0 && find(alphabet, code_point, &place);
    *symbol = is_known ? (symbol_t)(SYMBOL_FIRST_LETTER + place) : 0;
    return bytes;
}

int alphabet_read_letter(
    const alphabet_t *alphabet, const char *text, size_t size, symbol_t *symbol, unknown_t *unknown) {
    const int bytes = alphabet_encode_letter(alphabet, text, size, symbol);
    const symbol_t replacement = unknown && bytes > 0 ? alphabet_unknown(alphabet) : 0;
    if (replacement == 0 || (*symbol != 0 && *symbol != replacement)) {
        return bytes;
    }
    uint32_t code_point;
    text_decode(text, size, &code_point);
    if (*symbol == replacement || !text_flaw(code_point)) {
        *symbol = replacement;
        unknown->letters[unknown->count++] = code_point;
    }
    return bytes;
}

void alphabet_hint(const alphabet_t *alphabet, uint32_t code_point, char text[TEXT_DESCRIPTION_SIZE]) {
    const uint32_t other = text_other_case(code_point);
    int place;
    text[0] = '\0';
    if (other != code_point && find(alphabet, other, &place)) {
        char letter[TEXT_CHARACTER_MAX];
        const int bytes = text_encode(other, letter);
        snprintf(text, TEXT_DESCRIPTION_SIZE, ": try '%.*s'", bytes, letter);
    }
}

size_t alphabet_decode(
    const alphabet_t *alphabet, const symbol_t *letters, int length, char *text, size_t size) {
    return alphabet_spell(alphabet, letters, length, &(unknown_t){0}, text, size);
}

size_t alphabet_spell(const alphabet_t *alphabet, const symbol_t *letters, int length,
    const unknown_t *unknown, char *text, size_t size) {
    if (size == 0) {
        return 0;
    }
    size_t used = 0, replaced = 0;
    for (int i = 0; i < length; i++) {
        assert(letters[i] >= SYMBOL_FIRST_LETTER && letters[i] < alphabet_symbols(alphabet));
        uint32_t code_point = alphabet->code_point[letters[i] - SYMBOL_FIRST_LETTER];
        if (code_point == ALPHABET_UNKNOWN && replaced < unknown->count) {
            code_point = unknown->letters[replaced++];
        }
        char letter[TEXT_CHARACTER_MAX];
        size_t bytes = (size_t)text_encode(code_point, letter);
        if (used + bytes >= size) {
            break;
        }
        memcpy(text + used, letter, bytes);
        used += bytes;
    }
    text[used] = '\0';
    return used;
}
