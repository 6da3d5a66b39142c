/**
 * The layers without a memory: the fully connected one, with PyTorch's layout of the weight, the condition's
 * vector, dropout, softmax and cross-entropy. sequence.h has B and T, shape.h all letters.
 */
#ifndef CVAE_LAYER_H
#define CVAE_LAYER_H

#include <stdbool.h>

#include "math/product.h"
#include "math/real.h"
#include "sequence.h"
#include "shape.h"
#include "weights.h"
#include "base/word.h"

/** y [rows, out] = x [rows, in] weight^T + bias. */
void layer_linear_forward(product_precision_t precision, int rows, int in, int out,
    const linear_weights_t *weights, const real *x, real *y);

/**
 * d_weight += d_y^T x,  d_bias += sum over rows of d_y,  d_x = d_y weight + beta d_x  (d_x may be NULL).
 */
void layer_linear_backward(product_precision_t precision, int rows, int in, int out,
    const linear_weights_t *weights, const real *x, const real *d_y, const linear_weights_t *d_weights,
    real beta, real *d_x);

/** sum [columns] += the sum over rows of x [rows, columns]. */
void layer_add_columns(int rows, int columns, const real *x, real *sum);

/**
 * vectors [words, K] of the given conditions: one-hot where weights->condition is NULL, else
 *   vector(c) = condition[c] + sum over the parts p of c of condition_part[p].
 */
void layer_condition_forward(
    const shape_t *shape, const weights_t *weights, int words, const int *conditions, real *vectors);

/** Adds d_vectors [words, K] to the rows that they were made of; nothing for one-hot. */
void layer_condition_backward(const shape_t *shape, int words, const int *conditions, const real *d_vectors,
    const weights_t *d_weights);

/**
 * Inverted dropout between recurrent layers (Zaremba, Sutskever and Vinyals 2014; PyTorch's): what an upper
 * layer reads from the layer below is 0 where a coin says so and scaled elsewhere, so that its mean stays.
 * The recurrent states themselves are not touched. The coins are given, as all random numbers of the model.
 */
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
void layer_dropout_step(const dropout_t *dropout, const dropout_layout_t *layout, int layer,
    const sequence_t *sequence, int t, const real *from, real *to);

/** layer_dropout_step() of every step of the sequence, in place: x [R, units]. */
void layer_dropout(
    const dropout_t *dropout, const dropout_layout_t *layout, int layer, const sequence_t *sequence, real *x);

/** y [count] = exp(x - largest), which no x overflows; *largest: of x. Returns the sum of y. y may be x. */
double layer_exponentials(int count, const real *x, real *y, real *largest);

/**
 * For each of `rows` rows r with logits x [rows, V] and the right symbol target[r]:
 *   loss_r = ln(sum over v of exp(x_v)) - x_target,   d_logits = weight[r] (softmax(x) - onehot(target))   in
 * place. Returns the sum of weight[r] loss_r, in nats.
 */
double layer_cross_entropy(int rows, int symbols, real *logits, const symbol_t *target, const real *weight);

/**
 * The same with soft targets: targets [rows, V], whose rows are probabilities and add up to 1:
 *   loss_r = ln(sum over v of exp(x_v)) - sum over v of target_v x_v,   d_logits = weight[r] (softmax(x) -
 * target)
 */
double layer_soft_cross_entropy(int rows, int symbols, real *logits, const real *targets, const real *weight);

#endif
