/**
 * The shape of the model, and the dimension letters used in every comment of model/:
 *
 * - B: words in a shard
 * - T: time steps of its longest word
 * - R: rows, the words' steps all in all
 * - V: symbols (letters, markers)
 * - E: symbol embedding
 * - H: hidden units
 * - Z: latent
 * - C: conditions
 * - P: parts of conditions
 * - K: width of a condition's vector
 * - L: layers
 * - G: gates of a cell
 */
#ifndef CVAE_SHAPE_H
#define CVAE_SHAPE_H

#include <stdbool.h>

#include "math/product.h"
#include "base/status.h"

enum { SHAPE_LAYERS_MAX = 8, SHAPE_DIRECTIONS_MAX = 2 };

/** Where a vector enters a network; any of these, or'ed. */
enum {
    SHAPE_ENTERS_HIDDEN = 1, /**< the first hidden state */
    SHAPE_ENTERS_CELL = 2,   /**< the first cell state; a GRU has none, and nothing enters there */
    SHAPE_ENTERS_STEPS = 4   /**< the input of every step */
};

/** The recurrent networks' cell, rnn.h. */
typedef enum { SHAPE_CELL_LSTM, SHAPE_CELL_GRU } shape_cell_t;

/** What a word's loss is. */
typedef enum {
    SHAPE_LOSS_SUM,    /**< cross-entropy summed over its steps + kl_weight KL */
    SHAPE_LOSS_MEAN,   /**< its mean over the steps + kl_weight KL */
    SHAPE_LOSS_MEAN_KL /**< the first divided by the steps: mean + kl_weight KL / steps */
} shape_loss_t;

/** Which parts each condition is made of: condition c has part[first[c]] to part[first[c + 1] - 1], below P.
 */
typedef struct {
    const int *first; /**< [C + 1] */
    const int *part;
} shape_parts_t;

typedef struct {
    int symbols;             /**< V */
    int unknown;             /**< the symbol of the unknown letter; 0: there is none */
    int embedding;           /**< E */
    int hidden;              /**< H */
    int latent;              /**< Z */
    int conditions;          /**< C */
    int condition_embedding; /**< the learned vector's size, or 0 for a one-hot vector of C */
    int condition_parts; /**< P: the condition's vector is the sum of its own and its parts'; 0: its own */
    shape_parts_t parts; /**< not owned; of P > 0 */
    int layers;          /**< L */
    shape_cell_t cell;
    bool bidirectional;   /**< the encoder also reads words from their end */
    bool encoder_markers; /**< the encoder also reads the start and end symbols */
    unsigned
        encoder_condition; /**< where the condition enters the encoder: into a state as its last K numbers */
    unsigned decoder_latent;    /**< where z enters the decoder: into a state through a linear layer */
    unsigned decoder_condition; /**< where the condition enters the decoder, likewise */
    bool decoder_relu;          /**< the decoder reads relu(embedding) */
    shape_loss_t loss;
    product_precision_t precision; /**< of all products */
} shape_t;

/** Checks that the parts fit together. STATUS_CONFIG with one line that says which do not. */
status_t shape_check(const shape_t *shape);

/** G: a cell's gates, in the rows of its weights. */
int shape_gates(const shape_t *shape);

/** The directions in which the encoder reads: 1 or 2. */
int shape_directions(const shape_t *shape);

/** What a layer of the encoder says at a step, in all directions: H times as many numbers. */
int shape_encoder_width(const shape_t *shape);

/** K */
int shape_condition_width(const shape_t *shape);

/** Steps of the encoder and of the decoder over a word of `letters` letters, with their markers. */
int shape_encoder_steps(const shape_t *shape, int letters);
int shape_decoder_steps(int letters);

/** Width of what enters the encoder at every step besides the symbol: 0 or K. */
int shape_encoder_extra(const shape_t *shape);

/** Width of what enters the decoder by `way` (one of SHAPE_ENTERS_...): z and condition side by side, 0 for
 * nothing. */
int shape_decoder_width(const shape_t *shape, unsigned way);

#endif
