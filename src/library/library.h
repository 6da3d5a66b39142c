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
 * The condition called `name`, which `option` asked for. STATUS_USAGE, with the conditions that there are.
 */
status_t library_condition(const cvae_model_t *model, const char *option, const char *name, int *condition);

/** A failure of the library as one of the program, its message recorded. */
status_t library_status(const cvae_error_t *error);

#endif
