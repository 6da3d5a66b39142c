/**
 * Draws from the prior, spelled greedily in every condition and kept. Private to src/eval.
 */
#ifndef CVAE_DRAWS_H
#define CVAE_DRAWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/cvae.h"
#include "base/memory.h"

enum { DRAWS_BATCH = 64 /**< words a batch: more are not faster, and take more memory */ };

typedef struct {
    size_t count; /**< draws; set by the owner, as the next four */
    int conditions, latent, max_letters;
    uint64_t seed;
    word_t *words;           /**< [count, C] the spellings */
    symbol_t *letters;       /**< [count, C, max_letters] */
    float *z;                /**< [batch, Z] */
    int *condition, *length; /**< [batch] */
    symbol_t *batch_letters; /**< [batch, max_letters] */
} draws_t;

/** Takes the arrays; see memory.h. */
void draws_layout(draws_t *draws, memory_t *memory);

/**
 * Draw i = z ~ N(0, I) from the stream (seed, RANDOM_GENERATION, repetition, i), into words. The model has
 * room for DRAWS_BATCH words. gives_up (with its context) is asked before each batch; false where it did.
 */
bool draws_spell(
    draws_t *draws, cvae_t *cvae, uint32_t repetition, bool (*gives_up)(void *context), void *context);

#endif
