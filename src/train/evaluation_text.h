/**
 * An evaluation in words, for a person.
 */
#ifndef CVAE_EVALUATION_TEXT_H
#define CVAE_EVALUATION_TEXT_H

#include <stdio.h>

#include "config/config.h"
#include "eval/evaluator.h"

/** Prints the numbers as a few lines through log_line() where stream is NULL, else to the stream. */
void evaluation_text_print(const evaluation_t *evaluation, FILE *stream);

/** Prints the example conversions as a table, likewise; condition names from the configuration. */
void evaluation_text_examples(const evaluator_t *evaluator, const config_t *config, FILE *stream);

/** How many blanks make a UTF-8 text `width` columns of a terminal wide. */
int evaluation_text_padding(const char *text, int width);

#endif
