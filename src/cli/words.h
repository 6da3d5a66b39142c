/**
 * Words to work on, one after another: from the command line, or lines of standard input. Private to src/cli.
 *
 * Memory does not grow with the input, nor with the length of a line.
 */
#ifndef CVAE_WORDS_H
#define CVAE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { WORDS_BUFFER_SIZE = 65536 };

typedef struct {
    char *const *arguments; /**< [argument_count], or standard input is read where there are none */
    int argument_count;
    uint64_t place; /**< of the word that was read last, from 1: its line or its place among the arguments */
    char *line;     /**< [line_size + 1] the start of a line */
    size_t line_size;
    bool is_cut;       /**< the word that was read last goes on beyond what was kept: it is too long */
    size_t first, end; /**< what of the buffer has not been taken yet */
    bool has_ended;    /**< standard input has */
    char buffer[WORDS_BUFFER_SIZE];
} words_t;

typedef enum {
    WORDS_END,   /**< there are no more */
    WORDS_GOOD,  /**< a text that may be a word */
    WORDS_BAD,   /**< none: the recorded message says where and why; the next may be one */
    WORDS_FAILED /**< standard input cannot be read: the recorded message says why */
} words_read_t;

/** Words of up to max_letters letters; words_close() it in any case. STATUS_MEMORY. */
status_t words_open(words_t *words, int max_letters, char *const *arguments, int argument_count);

/**
 * The next word, which may be empty; *text lives until the next. Blanks and a carriage return around it and a
 * byte order mark before the first line do not count; the last line needs no newline.
 */
words_read_t words_next(words_t *words, const char **text);

/** Records what is wrong with the word that was read last, with its place; letter: from 1, or 0 for all of
 * it. */
void words_refuse(const words_t *words, int letter, const char *reason);

/** Whether words_next() would have to wait for somebody to write: time to answer what has been read. */
bool words_would_wait(const words_t *words);

/** Frees what it owns. */
void words_close(words_t *words);

#endif
