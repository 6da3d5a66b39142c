/**
 * The decoder: a recurrent network spells z in a condition, symbol by symbol.
 *
 * What enters a state (z, the condition, or both side by side) goes through a linear layer; what enters the
 * steps is joined to the symbol's embedding. Where nothing enters a state, it starts at zero.
 */
#ifndef CVAE_DECODER_H
#define CVAE_DECODER_H

#include <stdbool.h>

#include "layer.h"
#include "rnn.h"
#include "base/memory.h"
#include "sequence.h"
#include "shape.h"
#include "symbol_input.h"
#include "weights.h"

/** One way for z and the condition to enter: their numbers side by side, and the gradient by them. */
typedef struct {
    unsigned way;    /**< SHAPE_ENTERS_... */
    int width;       /**< 0: nothing enters */
    real *vectors;   /**< [B, width] */
    real *d_vectors; /**< [B, width] */
} decoder_entry_t;

/** Rows are in the sequence's order. */
typedef struct {
    shape_t shape;
    int letters; /**< of the longest word it was laid out for */
    sequence_t sequence;
    symbol_input_t input;
    rnn_trace_t trace[SHAPE_LAYERS_MAX];
    dropout_layout_t dropout_layout;
    dropout_t dropout;                /**< of the shard that goes on */
    real *input_of[SHAPE_LAYERS_MAX]; /**< of upper layers: [R, H] what they read where there is dropout */
    decoder_entry_t hidden, cell, steps;
    real *condition;       /**< [B, K] */
    real *z;               /**< [B, Z] */
    real *logits;          /**< [R, V], after a loss their gradient */
    real *weight;          /**< [R] of each row's cross-entropy in the loss */
    int *counted;          /**< [B] steps that count: all, or until a free-running word said the end symbol */
    bool *forced;          /**< [B] teacher forcing, in row order */
    bool *may_say_unknown; /**< [B] likewise: the unknown letter, of decoder_start() */
    real *d_output;        /**< [R, H] */
    real *d_hidden;        /**< [B, H] */
    real *d_cell;          /**< [B, H] */
    real *d_condition;     /**< [B, K] */
    real *d_z;             /**< [B, Z] */
} decoder_t;

/** Takes the arrays for up to `words` words of up to `letters` letters. */
void decoder_layout(decoder_t *decoder, memory_t *memory, const shape_t *shape, int words, int letters);

/** Makes what depends on the weights alone, as rnn_prepare(). */
void decoder_prepare(decoder_t *decoder, const weights_t *weights);

/**
 * Spells words [count] from z [count, Z]: fills logits. A word with teacher forcing (forced[i], all of them
 * when forced is NULL) reads its right letters; one without reads its own best symbol of the step before,
 * without gradient, and no step counts after the one in which it said the end symbol.
 *
 * dropped [count, the layout's letters], or NULL for none: a word with teacher forcing reads nothing (symbol
 * V) in place of its letter j where dropped[i][j] (word dropout, Bowman et al. 2016). The start symbol is
 * always read. dropout: between the layers, NULL for none.
 */
void decoder_forward(decoder_t *decoder, const weights_t *weights, const word_t *words, int count,
    const real *z, const bool *forced, const bool *dropped, const dropout_t *dropout);

/**
 * After decoder_forward(): the words' cross-entropy, summed over the words, each the sum or, as
 * shape.loss says, the mean over its counted steps. Turns logits into their gradient.
 */
double decoder_loss(decoder_t *decoder);

/**
 * After decoder_forward(), with teacher forcing, of the pairs' targets in their sources' conditions: writes
 * the distributions [R, V] that decoder_match_loss() holds the same words to in their own conditions. With
 * s the number of first letters that source and target share, a word's step t has
 *   t < s: what the decoder says in the source's condition,
 *   t = s: the same, with the probabilities of the source's symbol and of the target's symbol exchanged,
 *   t > s: the target's symbol with probability 1.
 * A word's last symbol is the end symbol. Rows are in the sequence's order, which only the words decide.
 */
void decoder_match_targets(const decoder_t *decoder, const pair_t *pairs, real *targets);

/** As decoder_loss(), with the cross-entropy of the distributions `targets` [R, V] in place of the words'. */
double decoder_match_loss(decoder_t *decoder, const real *targets);

/** After decoder_forward(): shares [count] = 1 / each word's counted steps, in the order of the words given.
 */
void decoder_word_shares(const decoder_t *decoder, real *shares);

/** Instead of decoder_loss(): each word's sum of cross-entropies over its steps, in the order of the words
 * given. */
void decoder_word_losses(decoder_t *decoder, double *losses);

/** After decoder_loss() or decoder_match_loss(): adds to d_weights, and writes d_z [count, Z], in the order
 * of the words given. */
void decoder_backward(decoder_t *decoder, const weights_t *weights, const weights_t *d_weights, real *d_z);

/**
 * Spells z [count, Z] greedily in conditions [count], up to max_letters letters a word, for however many
 * the layout was made: letters [count, max_letters], lengths [count]. The start symbol is never chosen; of
 * equal logits the first wins. may_say_unknown: as of decoder_start().
 */
void decoder_generate(decoder_t *decoder, const weights_t *weights, int count, const real *z,
    const int *conditions, const bool *may_say_unknown, int max_letters, symbol_t *letters, int *lengths);

/**
 * Spelling step by step, for whoever chooses the symbols: rows [count] are about to spell z [count, Z] in
 * conditions [count]; the first they read is the start symbol. may_say_unknown [count]: which rows may spell
 * the unknown letter (shape.unknown); NULL: none.
 */
void decoder_start(decoder_t *decoder, const weights_t *weights, int count, const real *z,
    const int *conditions, const bool *may_say_unknown);

/**
 * A step of the first `rows` rows: returns the logits [rows, V] of what each may say next. The unknown
 * letter's is -INFINITY in the rows that may not say it: a softmax over the row is over the other symbols
 * alone.
 */
const real *decoder_say(decoder_t *decoder, const weights_t *weights, int rows);

/**
 * After decoder_say(): what row `from` spelled goes on in row `to`, which will read `said`. One row may go on
 * in several. Between two steps `to` must not overwrite what is still to go on elsewhere: it was not behind
 * `from`, or it spelled the same z in the same condition.
 */
void decoder_go_on(decoder_t *decoder, int from, int to, symbol_t said);

#endif
