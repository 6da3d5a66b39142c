#include "words.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "library/library.h"

enum {
    LETTER_BYTES_MAX = 12, /**< with the marks that NFC composes with it */
    BLANKS_MAX = 256,      /**< around a word, before it counts as too long */
};

status_t words_open(
    words_t *words, const cvae_model_t *model, char *const *arguments, int argument_count, int columns) {
    *words = (words_t){.model = model, .arguments = arguments, .argument_count = argument_count};
    words->columns = argument_count > 0 ? 1 : columns;
    size_t longest = 0;
    for (int i = 0; i < cvae_model_conditions(model); i++) {
        const size_t length = strlen(cvae_model_condition(model, i));
        longest = length > longest ? length : longest;
    }
    // One letter more than a word may have: it is what tells that there are too many.
    words->line_size = (size_t)(cvae_model_max_letters(model) + 1) * LETTER_BYTES_MAX +
                       (size_t)words->columns * (longest + BLANKS_MAX);
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

/** Trims blanks and direction marks, and the byte order mark of a file. With columns, tabs at the front stay:
 * the first column may be empty. */
static void trim(const char **text, size_t *size, bool is_first, bool has_columns) {
    static const char blanks[] = " \r\t";
    if (is_first && *size >= 3 && memcmp(*text, "\xEF\xBB\xBF", 3) == 0) {
        *text += 3;
        *size -= 3;
    }
    text_trim(text, size, has_columns ? " \r" : blanks, blanks);
}

/** The condition that column `number` names, from 1. */
static status_t take_condition(const words_t *words, int number, const char *name, int *condition) {
    char place[64];
    snprintf(place, sizeof place, "standard input:%llu, column %d", (unsigned long long)words->place, number);
    return library_condition(words->model, place, name, condition) == STATUS_OK ? STATUS_OK : STATUS_DATA;
}

/** Cuts a line at its tabs: leaves the word in it and sets names [2] to its conditions, if there are any. */
static status_t split(const words_t *words, char *line, const char *names[2]) {
    static const char *const expected[] = {[2] = "a word and its condition were expected, a tab between them",
        [3] = "a word, its condition and the condition to put it into were expected, tabs between them"};
    int count = 0;
    for (char *next = line, *tab; next; next = tab, count++) {
        const char *column = next;
        size_t size = strcspn(next, "\t");
        tab = next[size] ? next + size + 1 : NULL;
        text_trim(&column, &size, " ", " ");
        next[(size_t)(column - next) + size] = '\0';
        if (count == 1 || count == 2) {
            names[count - 1] = column;
        }
    }
    if (count > 1 && count <= words->columns) {
        return STATUS_OK;
    }
    char reason[256];
    snprintf(reason, sizeof reason, "%d column%s: %s%s", count, text_plural((size_t)count),
        expected[words->columns],
        count == 1            ? " (--from CONDITION takes lines that are words)"
        : words->columns == 2 ? " (--to stands for the third column)"
                              : "");
    return refuse(words, 0, reason);
}

/** Refuses a tab in a line that has no columns. */
static status_t refuse_tab(const words_t *words, const char *line) {
    int letter = 1;
    for (const char *byte = line; *byte != '\t'; byte++) {
        letter += (*byte & 0xC0) != 0x80;
    }
    return refuse(words, letter,
        words->argument_count > 0 ? "a tab: a word of the command line has no columns, lines of standard "
                                    "input have them, without --from"
                                  : "a tab: with --from a line is a word; without --from it is a word, its "
                                    "condition and the condition to put it into, tabs between them");
}

/** Whether the model can read the line's word, which stays of it; takes its conditions. */
static status_t read_line(words_t *words, char *line, bool is_cut) {
    static const char too_long[] = "the line is too long";
    const bool has_columns = words->columns > 1 && line[0];
    const char *names[2] = {NULL, NULL};
    status_t status = STATUS_OK;
    words->to = -1;
    if (has_columns && !is_cut) {
        status = split(words, line, names);
    } else if (has_columns && strchr(line, '\t')) {
        status = refuse(words, 0, too_long);
    }
    if (words->columns == 1 && strchr(line, '\t')) {
        status = refuse_tab(words, line);
    }
    cvae_error_t error;
    if (status == STATUS_OK && cvae_model_check(words->model, line, &error) != CVAE_OK) {
        status = refuse(words, error.letter, error.message);
    }
    if (status == STATUS_OK && is_cut) {
        status = refuse(words, 0, too_long);
    }
    if (status == STATUS_OK && names[0]) {
        status = take_condition(words, 2, names[0], &words->from);
    }
    if (status == STATUS_OK && names[1]) {
        status = take_condition(words, 3, names[1], &words->to);
    }
    return status;
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
    trim(text, &size, words->place == 1 && !is_argument, words->columns > 1);
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
    return read_line(words, words->line + (*text - words->line), is_cut);
}
