/**
 * Words for a model, one after another: from the command line, or lines of standard input. Private to
 * src/cli.
 *
 * Memory does not grow with the input, nor with the length of a line.
 */
#ifndef CVAE_WORDS_H
#define CVAE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "cvae/cvae.h"

typedef struct {
    const cvae_model_t *model;
    char *const *arguments; /**< [argument_count], or standard input is read where there are none */
    int argument_count;
    int columns; /**< the most a line has: 1: the word; 2: and its condition; 3: and the one to put it into */
    int from, to;   /**< conditions of the word that was read last; to is -1 where the line names none */
    uint64_t place; /**< of the word that was read last, from 1: its line or its place among the arguments */
    char *line;     /**< [line_size + 1] the start of a line */
    size_t line_size;
    size_t first, end; /**< what of the buffer has not been taken yet */
    bool has_ended;    /**< standard input has */
    char buffer[65536];
} words_t;

/**
 * Words that the model is to read; words_close() it in any case. columns: of the lines of standard input,
 * whose columns tabs separate; an argument is a word. STATUS_MEMORY.
 */
status_t words_open(
    words_t *words, const cvae_model_t *model, char *const *arguments, int argument_count, int columns);

/**
 * The next word that the model can read; *text lives until the next call, and is NULL when there are no more.
 * Skips blanks, direction marks (text.h) and a carriage return around a word, blanks around a column, tabs at
 * the end, and a byte order mark before the first line; the last line needs no newline. STATUS_DATA:
 * the model cannot read this word, and the message says where it is and why; the next call goes on behind it.
 * STATUS_NO_INPUT: standard input cannot be read.
 */
status_t words_next(words_t *words, const char **text);

/** Whether words_next() would have to wait for somebody to write: time to answer what has been read. */
bool words_would_wait(const words_t *words);

/** Frees what it owns. */
void words_close(words_t *words);

#endif
