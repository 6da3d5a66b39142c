/**
 * The words of a shard as a network reads them: sorted by falling length and packed by time step, so that
 * step t works on the first rows[t] words and on no padding.
 *
 * Row r of step t stands at offset[t] + r in every packed array [R, ...]; rows of step t are the first rows
 * of step t - 1.
 */
#ifndef CVAE_SEQUENCE_H
#define CVAE_SEQUENCE_H

#include <stdbool.h>

#include "base/memory.h"
#include "math/real.h"
#include "base/word.h"

typedef struct {
    int words;       /**< B */
    int steps;       /**< T */
    int total;       /**< R */
    int *rows;       /**< [T] never rising */
    int *offset;     /**< [T] */
    symbol_t *read;  /**< [R] what the network reads; a free-running decoder writes its own here */
    symbol_t *spell; /**< [R] what a decoder is to say */
    int *condition;  /**< [B] in row order */
    int *length;     /**< [B] steps of the word in row r */
    int *word;       /**< [B] which of the words given stands in row r */
} sequence_t;

/** Takes the arrays for up to `words` words of up to `steps` steps from memory. */
void sequence_layout(sequence_t *sequence, memory_t *memory, int words, int steps);

/**
 * Packs words: reads their letters, and the start symbol before and the end symbol behind them where asked
 * for; is to spell what is read a step later, which is the end symbol at last. Words of equal length keep
 * their order. A word needs at least one letter, a shard at least one word.
 */
void sequence_pack(sequence_t *sequence, const word_t *words, int count, bool has_start, bool has_end);

/** reversed: as the sequence, but its words are read from their end; its array `read` is its own. */
void sequence_reverse(const sequence_t *sequence, sequence_t *reversed);

/**
 * Copies the rows [R, width] of all steps, which stand from_step and to_step apart. is_reversed: each word's
 * steps in reverse, its last one first.
 */
void sequence_copy_rows(const sequence_t *sequence, bool is_reversed, int width, const real *from,
    int from_step, real *to, int to_step);

#endif
