/**
 * The options that there are: their names, the commands they belong to, and what each of them sets. Private
 * to src/cli.
 */
#ifndef CVAE_OPTIONS_TABLE_H
#define CVAE_OPTIONS_TABLE_H

#include "options.h"

enum { OPTIONS_TABLE_MAX = 64 /**< options, at most */ };

/** How many options there are, the rows 0, 1, ... of the table. */
int options_table_size(void);

/** As it is written: two dashes and its name, or a dash and a letter. */
const char *options_table_name(int row);

bool options_table_has_value(int row);

bool options_table_belongs(int row, options_command_t command);

/** Sets what the option sets; text is its value, where it has one. STATUS_USAGE. */
status_t options_table_take(options_t *options, int row, const char *text);

#endif
