/**
 * The subcommands that one process does alone. Private to src/cli.
 */
#ifndef CVAE_COMMANDS_H
#define CVAE_COMMANDS_H

#include "base/status.h"
#include "options.h"

/** Evaluates options->file and prints the result on standard output. */
status_t commands_eval(const options_t *options);

/** Converts words, options->words or the lines of standard input, and prints them on standard output. */
status_t commands_convert(const options_t *options);

/** Spells draws from the prior, or the way between two words, and prints them on standard output. */
status_t commands_generate(const options_t *options);

/** Prints what options->file holds on standard output. */
status_t commands_inspect(const options_t *options);

/** Prints on standard output what the schedules of the configuration options->file say, without training. */
status_t commands_schedule(const options_t *options);

/** Writes the page of the runs in options->paths to options->output, and says so. */
status_t commands_report(const options_t *options);

/** Checks the files and folders in options->paths and prints a line for each checkpoint on standard output.
 * STATUS_CHECKPOINT where one is not good, STATUS_NO_INPUT where one cannot be read, when all are done. */
status_t commands_verify(const options_t *options);

/** Prints on standard output the folder of the run of the configuration options->file, or with options->ranks
 * the most ranks that it can have, as far as the data have as many pairs as a step wants. */
status_t commands_folder(const options_t *options);

#endif
