/**
 * Softmax and cross-entropy.
 */
#ifndef CVAE_LOSS_H
#define CVAE_LOSS_H

#include "math/real.h"
#include "base/word.h"

/**
 * For each of `rows` rows r with logits x [rows, V] and the right symbol target[r]:
 *   loss_r = ln(sum over v of exp(x_v)) - x_target,   d_logits = weight[r] (softmax(x) - onehot(target))   in
 * place. Returns the sum of weight[r] loss_r, in nats.
 */
double loss_cross_entropy(int rows, int symbols, real *logits, const symbol_t *target, const real *weight);

#endif
