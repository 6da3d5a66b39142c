/**
 * The optimizer: clipping by the global norm, then SGD with momentum or Adam, with decoupled weight decay
 * (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019), over the flat blocks. It works
 * element by element, so that ranks may each update a part, and get the bits of one that updates all.
 *
 * The decay of both is that of torch.optim.AdamW: every parameter, biases and embeddings too, loses rate *
 * weight_decay of its value a step, where rate is the scheduled one. It is no part of the gradient, so
 * neither the moments nor clipping see it; SGD's differs in that from torch.optim.SGD's weight_decay with
 * momentum.
 */
#ifndef CVAE_OPTIMIZER_H
#define CVAE_OPTIMIZER_H

#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "base/memory.h"

enum { OPTIMIZER_MOMENTS_MAX = 2 };

typedef struct {
    config_optimizer_t settings;
    size_t size;                          /**< elements of a block */
    int moments;                          /**< blocks of state: Adam 2, SGD with momentum 1, plain SGD 0 */
    float *moment[OPTIMIZER_MOMENTS_MAX]; /**< [size] each; Adam: mean, uncentred variance; SGD: velocity */
} optimizer_t;

/** Names of the blocks of state, as they stand in a checkpoint: "first_moment", "second_moment". */
extern const char *const optimizer_moment_names[OPTIMIZER_MOMENTS_MAX];

/** Takes the state for blocks of `size` elements from memory, zero at first. */
void optimizer_layout(
    optimizer_t *optimizer, memory_t *memory, const config_optimizer_t *settings, size_t size);

/**
 * Step number `step` (from 1) with learning rate `rate`, for the elements from `first` up to `end` of the
 * blocks gradient and parameters [size]. norm: the whole gradient's global (Euclidean) norm; when
 * settings.clip > 0 and it is larger, the gradient is scaled by clip / norm (Pascanu et al. 2013). Local.
 */
void optimizer_step(const optimizer_t *optimizer, uint64_t step, double rate, double norm, size_t first,
    size_t end, const float *gradient, float *parameters);

#endif
