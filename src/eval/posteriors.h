/**
 * The posteriors of many words. Private to src/eval.
 */
#ifndef CVAE_POSTERIORS_H
#define CVAE_POSTERIORS_H

#include <stddef.h>

#include "model/cvae.h"

/** mean, log_variance [count, Z] of words [count], `batch` at a time, which the model has room for. */
void posteriors_encode(cvae_t *cvae, const word_t *words, size_t count, int batch, size_t latent, float *mean,
    float *log_variance);

#endif
