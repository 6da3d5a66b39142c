/**
 * The model's tensors by role: pointers into one flat block (of parameters, or of gradients). One walk over
 * the roles fills the table and binds the pointers, so the two cannot disagree.
 */
#ifndef CVAE_WEIGHTS_H
#define CVAE_WEIGHTS_H

#include "parameters.h"
#include "math/real.h"
#include "shape.h"

typedef struct {
    real *weight; /**< [out, in] */
    real *bias;   /**< [out] */
} linear_weights_t;

/** One recurrent layer, as in PyTorch: gates in the order i, f, g, o (LSTM) or r, z, n (GRU). */
typedef struct {
    real *weight_ih; /**< [G H, in] */
    real *weight_hh; /**< [G H, H] */
    real *bias_ih;   /**< [G H] */
    real *bias_hh;   /**< [G H] */
} rnn_weights_t;

typedef struct {
    real *condition;         /**< [C, K], NULL for one-hot */
    real *condition_part;    /**< [P, K], NULL where conditions have no parts */
    real *encoder_embedding; /**< [V, E] */
    /** by direction and layer: in = E (+ K) in layer 0, H directions in others */
    rnn_weights_t encoder[SHAPE_DIRECTIONS_MAX][SHAPE_LAYERS_MAX];
    linear_weights_t mean;                           /**< [Z, H directions] */
    linear_weights_t log_variance;                   /**< [Z, H directions] */
    real *decoder_embedding;                         /**< [V, E] */
    linear_weights_t first_hidden[SHAPE_LAYERS_MAX]; /**< [H, what enters]; NULL where nothing enters */
    linear_weights_t first_cell[SHAPE_LAYERS_MAX];   /**< likewise */
    rnn_weights_t decoder[SHAPE_LAYERS_MAX];         /**< in = E (+ Z) (+ K) in layer 0, H in others */
    linear_weights_t output;                         /**< [V, H] */
} weights_t;

/** Fills an empty table for a shape. Initial values are PyTorch's defaults for the same layers. */
void weights_describe(const shape_t *shape, parameters_t *table);

/** Points *weights into `block`, which is laid out by the table that weights_describe() filled. */
void weights_bind(const shape_t *shape, const parameters_t *table, real *block, weights_t *weights);

#endif
