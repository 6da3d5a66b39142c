/**
 * What was asked for on the command line. Private to src/cli.
 */
#ifndef CVAE_OPTIONS_H
#define CVAE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"
#include "train/trainer.h"

typedef enum {
    OPTIONS_HELP,
    OPTIONS_HELP_CONFIG,
    OPTIONS_VERSION,
    OPTIONS_DUMP_CONFIG,
    OPTIONS_TRAIN,
    OPTIONS_EVAL, // from here to OPTIONS_EXPORT the file is a checkpoint
    OPTIONS_CONVERT,
    OPTIONS_GENERATE,
    OPTIONS_INSPECT,
    OPTIONS_EXPORT,
    OPTIONS_IMPORT,
    OPTIONS_SCHEDULE,
    OPTIONS_INVENT,
    OPTIONS_REPORT,
    OPTIONS_VERIFY,
    OPTIONS_FOLDER
} options_command_t;

enum {
    OPTIONS_OVERRIDES_MAX = 256,
    OPTIONS_TRACE_MAX = 1000,      /**< steps of --trace-steps */
    OPTIONS_COURSE_DRAWS = 100,    /**< of --course, no fewer */
    OPTIONS_BEAM_MAX = 100,        /**< of --beam and --top */
    OPTIONS_COUNT_MAX = 1000000000 /**< of -n, --steps and --warmup */
};

typedef struct {
    options_command_t command;
    options_command_t about; /**< of OPTIONS_HELP: a command, or OPTIONS_HELP for all of them */
    const char *file;        /**< the configuration or the checkpoint; NULL of report and verify */
    char *const *words; /**< [word_count] those behind the file; of report, folders; of verify, files too; of
                           export and import, the file to write */
    int word_count;
    const char *overrides[OPTIONS_OVERRIDES_MAX + 1]; /**< one more for main.c to put first */
    int override_count;
    trainer_options_t train; /**< of a training; but for file and overrides */
    bool verbose, dump_config, course, rule, sample, between, plain, ranks, json, csv, has_seed;
    const char *output, *from, *to, *data, *compare; /**< NULL: not given */
    uint64_t seed;
    int count, steps;                           /**< draws, steps from one word to the other */
    int draws;                                  /**< -1: not given */
    int refine;                                 /**< rounds */
    int conversion_samples, corrections;        /**< -1: not given */
    int likelihood_samples, repeats, beam, top; /**< 0: not given */
} options_t;

/** Parses the arguments, and moves the words among them to the front. STATUS_USAGE with one line. */
status_t options_parse(options_t *options, int argument_count, char **arguments);

/** Prints the options of a command, or with OPTIONS_HELP an overview of the commands. */
void options_print_help(options_command_t about, FILE *stream);

#endif
