/**
 * The encoder: a recurrent network reads a word in its condition; two linear layers on its last state give
 * q(z | word, condition) = N(mean, exp(log_variance)).
 *
 * A bidirectional one is two networks, of which the second reads from the word's end: the last states stand
 * side by side, and so does what an upper layer reads (Schuster and Paliwal 1997; PyTorch's layout).
 */
#ifndef CVAE_ENCODER_H
#define CVAE_ENCODER_H

#include "layer.h"
#include "rnn.h"
#include "base/memory.h"
#include "sequence.h"
#include "shape.h"
#include "symbol_input.h"
#include "weights.h"

/** One direction of reading: from a word's beginning, or from its end. */
typedef struct {
    sequence_t sequence; /**< the words' packing; the second direction has symbols of its own alone */
    symbol_input_t input;
    rnn_trace_t trace[SHAPE_LAYERS_MAX];
    real *d_output; /**< [R, H] the loss's gradient by what a layer says */
} encoder_direction_t;

/** Rows are in the sequence's order, except for last, mean and log_variance: those are in the order of the
 * words given. W: shape_encoder_width(). */
typedef struct {
    shape_t shape;
    encoder_direction_t direction[SHAPE_DIRECTIONS_MAX];
    dropout_layout_t dropout_layout;
    dropout_t dropout;                /**< of the shard that goes on */
    real *input_of[SHAPE_LAYERS_MAX]; /**< of upper layers: [R, W] what they read, from a word's beginning */
    real *turned;                     /**< [R, W] the same from its end; of two directions only */
    real *condition;                  /**< [B, K] */
    real *last;                       /**< [B, W] the top layer's last hidden states */
    real *mean;                       /**< [B, Z] */
    real *log_variance;               /**< [B, Z] */
    real *d_last;                     /**< [B, W] */
    real *d_hidden;                   /**< [B, H] */
    real *d_cell;                     /**< [B, H] */
    real *d_condition;                /**< [B, K] */
    real *d_extra;                    /**< [B, K] */
    real *d_input;                    /**< [R, W] gradient by what an upper layer reads */
} encoder_t;

/** Takes the arrays for up to `words` words of up to `letters` letters. */
void encoder_layout(encoder_t *encoder, memory_t *memory, const shape_t *shape, int words, int letters);

/** Makes what depends on the weights alone, as rnn_prepare(). */
void encoder_prepare(encoder_t *encoder, const weights_t *weights);

/** Reads words [count]: fills mean and log_variance. dropout: between the layers; NULL for none. */
void encoder_forward(
    encoder_t *encoder, const weights_t *weights, const word_t *words, int count, const dropout_t *dropout);

/** After encoder_forward(): adds to d_weights from d_mean, d_log_variance [B, Z], in the order of the words.
 */
void encoder_backward(encoder_t *encoder, const weights_t *weights, const real *d_mean,
    const real *d_log_variance, const weights_t *d_weights);

#endif
