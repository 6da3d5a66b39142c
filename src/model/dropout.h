/**
 * Inverted dropout between recurrent layers (Zaremba, Sutskever and Vinyals 2014; PyTorch's): what an upper
 * layer reads from the layer below is 0 where a coin says so and scaled elsewhere, so that its mean stays.
 * The recurrent states themselves are not touched. The coins are given, as all random numbers of the model.
 */
#ifndef CVAE_DROPOUT_H
#define CVAE_DROPOUT_H

#include <stdbool.h>

#include "math/real.h"
#include "sequence.h"

typedef struct {
    /**
     * [B, L - 1, T, units] which outputs of the lower layers are kept, by word in the order given, with T the
     * steps of the longest word the network was laid out for; a word's own steps only are read. NULL: all.
     */
    const bool *kept;
    real scale; /**< of what is kept: 1 / (1 - the share dropped) */
} dropout_t;

/** What coins stand for: the network's sizes. */
typedef struct {
    int layers; /**< L */
    int steps;  /**< T */
    int units;  /**< what a layer says at a step: H, or the encoder's width */
} dropout_layout_t;

/**
 * to = from with dropout: rows [sequence->rows[t], units] of step t, between layers `layer` - 1 and `layer`.
 * It is its own backward. to may be from. kept is not NULL.
 */
void dropout_step(const dropout_t *dropout, const dropout_layout_t *layout, int layer,
    const sequence_t *sequence, int t, const real *from, real *to);

/** dropout_step() of every step of the sequence, in place: x [R, units]. */
void dropout_all_steps(
    const dropout_t *dropout, const dropout_layout_t *layout, int layer, const sequence_t *sequence, real *x);

#endif
