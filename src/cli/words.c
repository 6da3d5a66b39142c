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

status_t words_open(words_t *words, const cvae_model_t *model, char *const *arguments, int argument_count) {
    *words = (words_t){.model = model, .arguments = arguments, .argument_count = argument_count};
    // One letter more than a word may have: it is what tells that there are too many.
    words->line_size = (size_t)(cvae_model_max_letters(model) + 1) * LETTER_BYTES_MAX + BLANKS_MAX;
    words->line = malloc(words->line_size + 1);
    return words->line ? STATUS_OK : status_fail(STATUS_MEMORY, "out of memory for a line");
}

void words_close(words_t *words) {
    free(words->line);
}

bool words_would_wait(const words_t *words) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return words->argument_count == 0 && words->first == words->end && !words->has_ended &&
           poll(&input, 1, 0) == 0;
}

/** Makes sure that the buffer has a byte, unless standard input has ended. */
static status_t fill(words_t *words) {
    if (words->first < words->end || words->has_ended) {
        return STATUS_OK;
    }
    const ssize_t bytes = TEMP_FAILURE_RETRY(read(STDIN_FILENO, words->buffer, sizeof words->buffer));
    words->first = 0;
    words->end = bytes > 0 ? (size_t)bytes : 0;
    words->has_ended = bytes <= 0;
    return bytes < 0 ? status_fail(STATUS_NO_INPUT, "standard input: %s", strerror(errno)) : STATUS_OK;
}

/** Takes a line without its newline, of which line_size bytes are kept. */
static status_t take_line(words_t *words, size_t *kept, bool *is_end) {
    status_t status = fill(words);
    *kept = 0;
    *is_end = words->has_ended;
    while (status == STATUS_OK && !words->has_ended) {
        const char byte = words->buffer[words->first++];
        if (byte == '\n') {
            break;
        }
        if (*kept < words->line_size) {
            words->line[(*kept)++] = byte;
        }
        status = fill(words);
    }
    return status;
}

/** letter: from 1, or 0 for the whole word. */
static status_t refuse(const words_t *words, int letter, const char *reason) {
    const bool is_argument = words->argument_count > 0;
    char place[32] = "";
    if (letter > 0) {
        snprintf(place, sizeof place, is_argument ? ", letter %d" : ":%d", letter);
    }
    return status_fail(STATUS_DATA, "%s%llu%s: %s",
        is_argument ? "word " : "standard input:", (unsigned long long)words->place, place, reason);
}

/** Without the blanks around it, and the byte order mark of a file. */
static void trim(const char **text, size_t *size, bool is_first) {
    static const char blanks[] = " \t\r";
    if (is_first && *size >= 3 && memcmp(*text, "\xEF\xBB\xBF", 3) == 0) {
        *text += 3;
        *size -= 3;
    }
    for (; *size > 0 && memchr(blanks, **text, 3); (*text)++) {
        (*size)--;
    }
    while (*size > 0 && memchr(blanks, (*text)[*size - 1], 3)) {
        (*size)--;
    }
}

status_t words_next(words_t *words, const char **text) {
    const bool is_argument = words->argument_count > 0;
    size_t size = 0;
    bool is_end = is_argument && words->place == (uint64_t)words->argument_count;
    status_t status = STATUS_OK;
    if (!is_argument) {
        status = take_line(words, &size, &is_end);
    } else if (!is_end) {
        size = strnlen(words->arguments[words->place], words->line_size);
        memcpy(words->line, words->arguments[words->place], size);
    }
    *text = is_end ? NULL : words->line;
    if (status != STATUS_OK || is_end) {
        return status;
    }
    words->place++;
    const bool is_cut = size == words->line_size;
    trim(text, &size, words->place == 1 && !is_argument);
    // No half of a character at the end: that the line is too long is the fault.
    while (is_cut && size > 0 && ((*text)[size - 1] & 0xC0) == 0x80) {
        size--;
    }
    size -= is_cut && size > 0 && ((*text)[size - 1] & 0x80);
    words->line[(size_t)(*text - words->line) + size] = '\0';
    const size_t length = strlen(*text);
    if (length < size) {
        return refuse(words, (int)length + 1, "U+0000 (a control character) is not in the model's alphabet");
    }
    cvae_error_t error;
    if (cvae_model_check(words->model, *text, &error) != CVAE_OK) {
        return refuse(words, error.letter, error.message);
    }
    return is_cut ? refuse(words, 0, "the line is too long") : STATUS_OK;
}
