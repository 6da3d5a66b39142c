/**
 * Beam search: the likeliest spellings of z in a condition, with their probabilities.
 *
 *   p(spelling | z, condition) = product over its letters and the end symbol of p(symbol | what stands
 * before)
 *
 * The softmax is over all symbols, as in training, but without the unknown letter where a word may not have
 * it; the start symbol is never said, so the probabilities of all spellings sum to less than 1 by what it
 * takes. The beam keeps the `width` likeliest hypotheses, ended or not, and extends those that have not ended
 * until all have: an ended one stays only as long as it is among the likeliest. Width 1 is greedy decoding; a
 * width of no less than the number of all hypotheses is exhaustive.
 */
#ifndef CVAE_BEAM_H
#define CVAE_BEAM_H

#include "decoder.h"
#include "base/status.h"

typedef struct beam beam_t;

/** What a search found: for each word `counts` spellings, the likeliest first. The caller's arrays. */
typedef struct {
    symbol_t *letters;         /**< [count, width, max_letters] */
    int *lengths;              /**< [count, width] */
    double *log_probabilities; /**< [count, width] in nats, the end symbol included */
    int *counts;               /**< [count] from 1 to width */
} beam_result_t;

/** A search for up to `words` words of up to max_letters letters at once, owned by the caller. STATUS_MEMORY.
 */
status_t beam_create(beam_t **beam, const shape_t *shape, int words, int width, int max_letters);

/** Frees it. NULL is fine. */
void beam_destroy(beam_t *beam);

/**
 * Searches for spellings of z [count, Z] in conditions [count] of up to max_letters letters; one of so many
 * letters can only end. Of equally likely ones that comes first which has the smaller symbol where they first
 * differ, the end being smaller than any letter. The decoder's layout is for at least count * width words. A
 * word's result does not depend on the others. may_say_unknown [count]: as of decoder_start().
 */
void beam_search(beam_t *beam, decoder_t *decoder, const weights_t *weights, int count, const real *z,
    const int *conditions, const bool *may_say_unknown, int max_letters, beam_result_t *result);

#endif
