/**
 * What a training prints besides its progress: the summary at the start and an evaluation's result. Private
 * to src/train but for the evaluation, which the eval subcommand shows too (evaluation_text.h).
 */
#ifndef CVAE_SUMMARY_H
#define CVAE_SUMMARY_H

#include "run.h"

/** Prints what is going to be trained, on what, by whom. */
void summary_print(const run_t *run);

#endif
