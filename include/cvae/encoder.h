/**
 * The encoder: an LSTM reads a word in its condition; two linear layers on its last state give q(z | word,
 * condition) = N(mean, exp(log_variance)).
 */
#ifndef CVAE_ENCODER_H
#define CVAE_ENCODER_H

#include "cvae/dropout.h"
#include "cvae/lstm.h"
#include "cvae/memory.h"
#include "cvae/sequence.h"
#include "cvae/shape.h"
#include "cvae/symbol_input.h"
#include "cvae/weights.h"

/** Rows are in the sequence's order, except for last, mean and log_variance: those are in the order of the
 * words given. */
typedef struct {
    shape_t shape;
    sequence_t sequence;
    symbol_input_t input;
    lstm_trace_t trace[SHAPE_LAYERS_MAX];
    dropout_layout_t dropout_layout;
    dropout_t dropout;                /**< of the shard that goes on */
    real *input_of[SHAPE_LAYERS_MAX]; /**< of upper layers: [R, H] what they read where there is dropout */
    real *condition;                  /**< [B, K] */
    real *last;                       /**< [B, H] the top layer's last hidden state */
    real *mean;                       /**< [B, Z] */
    real *log_variance;               /**< [B, Z] */
    real *d_last;                     /**< [B, H] */
    real *d_hidden;                   /**< [B, H] */
    real *d_cell;                     /**< [B, H] */
    real *d_condition;                /**< [B, K] */
    real *d_extra;                    /**< [B, K] */
    real *d_lower;                    /**< [R, H] gradient by the outputs of the layer below */
} encoder_t;

/** Takes the arrays for up to `words` words of up to `letters` letters. */
void encoder_layout(encoder_t *encoder, memory_t *memory, const shape_t *shape, int words, int letters);

/** Makes what depends on the weights alone, as lstm_prepare(). */
void encoder_prepare(encoder_t *encoder, const weights_t *weights, const recurrent_update_t *update);

/** Reads words [count]: fills mean and log_variance. dropout: between the layers; NULL for none. */
void encoder_forward(
    encoder_t *encoder, const weights_t *weights, const word_t *words, int count, const dropout_t *dropout);

/** After encoder_forward(): adds to d_weights from d_mean, d_log_variance [B, Z], in the order of the words.
 */
void encoder_backward(encoder_t *encoder, const weights_t *weights, const real *d_mean,
    const real *d_log_variance, const weights_t *d_weights);

#endif
