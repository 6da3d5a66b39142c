/**
 * The subcommands that one process does alone, which print on standard output, and what they share. Private
 * to src/cli.
 */
#ifndef CVAE_COMMANDS_H
#define CVAE_COMMANDS_H

#include <jansson.h>

#include "base/status.h"
#include "config/config.h"
#include "options.h"
#include "report/print.h"

/** Prints the version; with options->verbose also what the program was built with and works with. */
void commands_version(const options_t *options);

/** Prints the configuration options->file, overrides included, as config_write() does. */
status_t commands_dump_config(const options_t *options);

/** Evaluates options->file and prints the result. */
status_t commands_eval(const options_t *options);

/** Converts words, options->words or the lines of standard input. */
status_t commands_convert(const options_t *options);

/** Spells draws from the prior, or the way between two words. */
status_t commands_generate(const options_t *options);

/** Prints what options->file holds. */
status_t commands_inspect(const options_t *options);

/** Writes the model of options->file to options->words[0], for other programs, and says so. */
status_t commands_export(const options_t *options);

/** Makes a checkpoint, options->words[0], of the model in options->file, and says so. */
status_t commands_import(const options_t *options);

/** Prints what the schedules of the configuration options->file say, without training. */
status_t commands_schedule(const options_t *options);

/** Prints rows that a training by the configuration options->file would invent. */
status_t commands_invent(const options_t *options);

/** Writes the page of the runs in options->words, or with options->csv their table, to options->output, and
 * says so; a table without options->output to standard output. */
status_t commands_report(const options_t *options);

/** Checks the files and folders in options->words and prints a line for each checkpoint. STATUS_CHECKPOINT
 * where one is not good, STATUS_NO_INPUT where one cannot be read, when all are done. */
status_t commands_verify(const options_t *options);

/** Prints the folder of the run of the configuration options->file, or with options->ranks the most ranks
 * that it can have, as far as the data have as many pairs as a step wants. */
status_t commands_folder(const options_t *options);

/**
 * A command makes text and JSON in one go. Without --json, commands_text() prints, commands_line() prints
 * with print_line(), and commands_table() with print_table(); with --json they print nothing.
 * commands_table() frees the table. commands_record() takes over the record, and with --json prints it as one
 * line. STATUS_MEMORY, STATUS_OUTPUT, as document_print().
 */
void commands_text(const options_t *options, const char *format, ...) __attribute__((format(printf, 2, 3)));
void commands_line(const options_t *options, const char *format, ...) __attribute__((format(printf, 2, 3)));
status_t commands_table(const options_t *options, print_table_t *table);
status_t commands_record(const options_t *options, json_t *record);

/** Writes out what is still held back. STATUS_OUTPUT, also where an earlier print has failed. */
status_t commands_flush(void);

#endif
