#include "words.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum {
    LETTER_BYTES_MAX = 12, /**< with the marks that NFC composes with it */
    BLANKS_MAX = 256,      /**< around a word, before it counts as too long */
};

status_t words_open(
    words_t *words, const alphabet_t *alphabet, int max_letters, char *const *arguments, int argument_count) {
    words->alphabet = alphabet;
    words->max_letters = max_letters;
    words->arguments = arguments;
    words->argument_count = argument_count;
    words->place = 0;
    words->first = words->end = 0;
    words->has_ended = false;
    // One letter more than a word may have: it is what tells that there are too many.
    words->line_size = (size_t)(max_letters + 1) * LETTER_BYTES_MAX + BLANKS_MAX;
    words->line = malloc(words->line_size);
    return words->line ? STATUS_OK : status_fail(STATUS_MEMORY, "out of memory for a line");
}

void words_close(words_t *words) {
    free(words->line);
    words->line = NULL;
}

bool words_would_wait(const words_t *words) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return words->argument_count == 0 && words->first == words->end && !words->has_ended &&
           poll(&input, 1, 0) == 0;
}

/** Fills the empty buffer. Returns whether it could; at the end of the input it stays empty. */
static bool fill(words_t *words) {
    ssize_t bytes;
    do {
        bytes = read(STDIN_FILENO, words->buffer, sizeof words->buffer);
    } while (bytes < 0 && errno == EINTR);
    words->first = 0;
    words->end = bytes > 0 ? (size_t)bytes : 0;
    words->has_ended = bytes <= 0;
    if (bytes < 0) {
        status_fail(STATUS_NO_INPUT, "standard input: %s", strerror(errno));
    }
    return bytes >= 0;
}

/** Takes a line without its newline, of which line_size bytes are kept. */
static words_read_t take_line(words_t *words, size_t *kept) {
    bool is_line = false;
    *kept = 0;
    for (;;) {
        if (words->first == words->end && !words->has_ended && !fill(words)) {
            return WORDS_FAILED;
        }
        if (words->has_ended) {
            return is_line ? WORDS_GOOD : WORDS_END;
        }
        is_line = true;
        const char *start = words->buffer + words->first;
        const size_t left = words->end - words->first;
        const char *newline = memchr(start, '\n', left);
        const size_t bytes = newline ? (size_t)(newline - start) : left;
        const size_t room = words->line_size - *kept, copied = bytes < room ? bytes : room;
        memcpy(words->line + *kept, start, copied);
        *kept += copied;
        words->first += bytes + (newline ? 1 : 0);
        if (newline) {
            return WORDS_GOOD;
        }
    }
}

static bool is_blank(char letter) {
    return letter == ' ' || letter == '\t' || letter == '\r';
}

/** Where the word went wrong: column 0 is the word as a whole. */
static words_read_t refuse(const words_t *words, int column, const char *reason) {
    const unsigned long long place = words->place;
    if (words->argument_count > 0 && column == 0) {
        status_fail(STATUS_DATA, "word %llu: %s", place, reason);
    } else if (words->argument_count > 0) {
        status_fail(STATUS_DATA, "word %llu, letter %d: %s", place, column, reason);
    } else if (column == 0) {
        status_fail(STATUS_DATA, "standard input:%llu: %s", place, reason);
    } else {
        status_fail(STATUS_DATA, "standard input:%llu:%d: %s", place, column, reason);
    }
    return WORDS_BAD;
}

static words_read_t refuse_letter(const words_t *words, int column, uint32_t code_point) {
    char letter[TEXT_DESCRIPTION_SIZE], reason[TEXT_DESCRIPTION_SIZE + 64];
    text_describe(code_point, letter);
    snprintf(reason, sizeof reason, "%s is not in the model's alphabet", letter);
    return refuse(words, column, reason);
}

/** Whether all of a word may be in a word, as far as it is known. At most so many letters are looked at. */
static words_read_t check(const words_t *words, const char *text, size_t size) {
    const int most = words->max_letters * TEXT_CHARACTER_MAX;
    for (int column = 1; size > 0 && column <= most; column++) {
        uint32_t code_point;
        const int bytes = text_decode(text, size, &code_point);
        if (bytes == 0) {
            char reason[96];
            snprintf(reason, sizeof reason, "malformed UTF-8 (byte 0x%02X)", (unsigned char)*text);
            return refuse(words, column, reason);
        }
        if (text_flaw(code_point)) {
            return refuse_letter(words, column, code_point);
        }
        text += bytes;
        size -= (size_t)bytes;
    }
    return WORDS_GOOD;
}

static int column_of(const char *text, size_t place) {
    int column = 1;
    for (size_t i = 0; i < place; i++) {
        column += ((unsigned char)text[i] & 0xC0) != 0x80;
    }
    return column;
}

/** The letters of a word in NFC; `text` is the word as it was given. */
static words_read_t encode_normal(const words_t *words, const char *text, size_t size, const char *normal,
    size_t normal_size, symbol_t *letters, int *length) {
    *length = 0;
    for (size_t place = 0; place < normal_size;) {
        symbol_t symbol;
        uint32_t code_point;
        if (*length == words->max_letters) {
            char reason[96];
            snprintf(reason, sizeof reason, "more than the %d letters that data.max_length allows",
                words->max_letters);
            return refuse(words, 0, reason);
        }
        const int bytes =
            alphabet_encode_letter(words->alphabet, normal + place, normal_size - place, &symbol);
        if (symbol == 0) {
            text_decode(normal + place, normal_size - place, &code_point);
            const size_t origin = normal == text ? place : text_nfc_origin(text, size, place);
            return refuse_letter(words, column_of(text, origin), code_point);
        }
        letters[(*length)++] = symbol;
        place += (size_t)bytes;
    }
    return WORDS_GOOD;
}

static words_read_t encode(
    const words_t *words, const char *text, size_t size, symbol_t *letters, int *length) {
    if (size == 0) {
        return refuse(words, 0, "it is empty, a word was expected");
    }
    const words_read_t checked = check(words, text, size);
    if (checked != WORDS_GOOD) {
        return checked;
    }
    char *normal;
    size_t normal_size;
    if (text_nfc(text, size, &normal, &normal_size) != STATUS_OK) {
        return WORDS_BAD;
    }
    const words_read_t read =
        encode_normal(words, text, size, normal ? normal : text, normal_size, letters, length);
    free(normal);
    return read;
}

/** Without the blanks around it, and the byte order mark of a file. */
static void trim(const char **text, size_t *size, bool is_first) {
    if (is_first && *size >= 3 && memcmp(*text, "\xEF\xBB\xBF", 3) == 0) {
        *text += 3;
        *size -= 3;
    }
    while (*size > 0 && is_blank(**text)) {
        (*text)++;
        (*size)--;
    }
    while (*size > 0 && is_blank((*text)[*size - 1])) {
        (*size)--;
    }
}

words_read_t words_next(words_t *words, symbol_t *letters, int *length) {
    const char *text = words->line;
    size_t size;
    if (words->argument_count > 0) {
        if (words->place == (uint64_t)words->argument_count) {
            return WORDS_END;
        }
        text = words->arguments[words->place];
        size = strlen(text);
    } else {
        const words_read_t taken = take_line(words, &size);
        if (taken != WORDS_GOOD) {
            return taken;
        }
    }
    const bool is_cut = words->argument_count == 0 && size == words->line_size;
    words->place++;
    trim(&text, &size, words->place == 1 && words->argument_count == 0);
    // No half of a character at the end: that the line is too long is the fault.
    while (is_cut && size > 0 && (text[size - 1] & 0xC0) == 0x80) {
        size--;
    }
    size -= is_cut && size > 0 && (text[size - 1] & 0x80);
    const words_read_t read = encode(words, text, size, letters, length);
    // A good start of a line that was too long to be kept.
    return read == WORDS_GOOD && is_cut ? refuse(words, 0, "the line is too long") : read;
}
