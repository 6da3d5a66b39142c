/**
 * A warm start (--init): the first parameters of a training are another model's. Private to src/train.
 */
#ifndef CVAE_INIT_H
#define CVAE_INIT_H

#include "plan.h"
#include "state.h"

/**
 * Gives the state, which stands at its beginning, the parameters of the model in the file `path`, a
 * checkpoint or a file of tensors_write(), and notes in state->init where they are from. Rank 0 reads.
 * Nothing else of the file is used. Its alphabet, conditions and tensors have to be the run's: STATUS_CONFIG,
 * with a line that names the first difference and what helps, also where the parameters are not finite.
 * Errors as tensors_read(). Collective.
 */
status_t init_read(const plan_t *plan, state_t *state, const char *path);

#endif
