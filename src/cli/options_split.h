/**
 * A --set that the shell took apart, at blanks or braces, because it was not in quotes. Private to src/cli.
 */
#ifndef CVAE_OPTIONS_SPLIT_H
#define CVAE_OPTIONS_SPLIT_H

#include "base/status.h"

/** The value of a --set and the word behind it, borrowed; NULL, NULL where no --set has a word behind it. */
typedef struct {
    const char *value, *next;
} options_split_t;

/**
 * Looks at the arguments in the order in which they were given. STATUS_USAGE, with one line that names the
 * remedy, where the words behind a --set plainly belong to it: `KEY = VALUE`, `KEY VALUE`, a bracket that a
 * later word closes, the same KEY= again. *split: where they may.
 */
status_t options_split_check(options_split_t *split, int argument_count, char *const *arguments);

/**
 * There are too many words, or one is an option that nobody knows. STATUS_USAGE, with one line that names the
 * remedy, where the word behind a --set, or a KEY=VALUE without --set, may be the reason; else STATUS_OK.
 */
status_t options_split_suspect(const options_split_t *split, int word_count, char *const *words);

#endif
