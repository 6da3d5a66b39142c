/**
 * The subcommands that work on one checkpoint, on one process. Private to src/cli.
 */
#ifndef CVAE_COMMANDS_H
#define CVAE_COMMANDS_H

#include "cvae/status.h"
#include "options.h"

/** Evaluates options->file and prints the result on standard output. */
status_t commands_eval(const options_t *options);

/** Prints what options->file holds on standard output. */
status_t commands_inspect(const options_t *options);

#endif
