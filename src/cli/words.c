#include "words.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LETTER_BYTES_MAX = 12, /**< with the marks that NFC composes with it */
    BLANKS_MAX = 256,      /**< around a word, before it counts as too long */
};

status_t words_open(words_t *words, int max_letters, char *const *arguments, int argument_count) {
    words->arguments = arguments;
    words->argument_count = argument_count;
    words->place = 0;
    words->first = words->end = 0;
    words->has_ended = false;
    // One letter more than a word may have: it is what tells that there are too many.
    words->line_size = (size_t)(max_letters + 1) * LETTER_BYTES_MAX + BLANKS_MAX;
    words->line = malloc(words->line_size + 1);
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

void words_refuse(const words_t *words, int letter, const char *reason) {
    const unsigned long long place = words->place;
    if (words->argument_count > 0 && letter == 0) {
        status_fail(STATUS_DATA, "word %llu: %s", place, reason);
    } else if (words->argument_count > 0) {
        status_fail(STATUS_DATA, "word %llu, letter %d: %s", place, letter, reason);
    } else if (letter == 0) {
        status_fail(STATUS_DATA, "standard input:%llu: %s", place, reason);
    } else {
        status_fail(STATUS_DATA, "standard input:%llu:%d: %s", place, letter, reason);
    }
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

/** Takes the start of an argument, as take_line() does of a line. */
static words_read_t take_argument(words_t *words, size_t *kept) {
    if (words->place == (uint64_t)words->argument_count) {
        return WORDS_END;
    }
    const char *argument = words->arguments[words->place];
    *kept = strnlen(argument, words->line_size);
    memcpy(words->line, argument, *kept);
    return WORDS_GOOD;
}

words_read_t words_next(words_t *words, const char **text) {
    size_t size;
    const words_read_t taken =
        words->argument_count > 0 ? take_argument(words, &size) : take_line(words, &size);
    if (taken != WORDS_GOOD) {
        return taken;
    }
    words->place++;
    words->is_cut = size == words->line_size;
    *text = words->line;
    trim(text, &size, words->place == 1 && words->argument_count == 0);
    // No half of a character at the end: that the line is too long is the fault.
    while (words->is_cut && size > 0 && ((*text)[size - 1] & 0xC0) == 0x80) {
        size--;
    }
    size -= words->is_cut && size > 0 && ((*text)[size - 1] & 0x80);
    words->line[(size_t)(*text - words->line) + size] = '\0';
    if (memchr(*text, '\0', size)) {
        words_refuse(
            words, (int)strlen(*text) + 1, "U+0000 (a control character) is not in the model's alphabet");
        return WORDS_BAD;
    }
    return WORDS_GOOD;
}
