/**
 * What a training prints before it begins. Private to src/train.
 */
#ifndef CVAE_SUMMARY_H
#define CVAE_SUMMARY_H

#include "run.h"

/** Prints what is going to be trained, on what, by whom. */
void summary_print(const run_t *run);

#endif
