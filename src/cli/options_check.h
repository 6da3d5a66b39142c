/**
 * What goes with what on the command line. Private to src/cli.
 */
#ifndef CVAE_OPTIONS_CHECK_H
#define CVAE_OPTIONS_CHECK_H

#include "options.h"

/** What the command needs, and which options exclude each other. STATUS_USAGE with one line. */
status_t options_check(const options_t *options);

#endif
