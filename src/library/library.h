/**
 * What libcvae is made of, for the program's own commands: the public functions are in include/cvae/cvae.h.
 */
#ifndef CVAE_LIBRARY_H
#define CVAE_LIBRARY_H

#include "cvae/cvae.h"
#include "trained.h"

/** The trained model behind a public one; lives as long. */
const trained_t *library_trained(const cvae_model_t *model);

/**
 * The condition called `name`, which stands at `place`: an option, or a place in the input. STATUS_USAGE,
 * with the conditions that there are and the one that was likely meant.
 */
status_t library_condition(const cvae_model_t *model, const char *place, const char *name, int *condition);

/**
 * cvae_model_encode(), and cvae_model_search() or with a beam of 0 cvae_model_decode(), with a condition of
 * its own for each word: from, to [count], which exist. words [count]: those that z is of, which can be read,
 * and whose unknown letters the spellings have; NULL: z is of none. corrections: speller_encode()'s; of a
 * sample, which takes log_variance, none.
 */
cvae_status_t library_encode(cvae_model_t *model, size_t count, const char *const *words, const int *from,
    int corrections, float *mean, float *log_variance, cvae_error_t *error);
cvae_status_t library_spell(cvae_model_t *model, size_t count, const float *z, const char *const *words,
    const int *to, int beam, char *texts, double *probabilities, int *found, cvae_error_t *error);

/** A failure of the library as one of the program, its message recorded. */
status_t library_status(const cvae_error_t *error);

#endif
