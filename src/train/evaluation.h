/**
 * An evaluation told: as lines for a person, and as JSON for metrics.jsonl, where report.html finds it, and
 * for `eval --json`; a function that makes JSON returns NULL without memory, as report/document.h has it.
 */
#ifndef CVAE_TRAIN_EVALUATION_H
#define CVAE_TRAIN_EVALUATION_H

#include <stdio.h>

#include "data/conditions.h"
#include "eval/evaluator.h"
#include "report/document.h"

/** Prints the numbers as a few lines through log_line() where stream is NULL, else to the stream. */
void evaluation_print(const evaluation_t *evaluation, FILE *stream);

/**
 * Warns, through log_warning(), of a model that has collapsed: of at least 100 words no latent number has a
 * posterior mean that varies, or one and the same draw is over 2% of at least 100.
 */
void evaluation_warn(
    const evaluator_t *evaluator, const evaluation_t *evaluation, const conditions_t *conditions);

/** Prints the example conversions as a table, likewise; with the names of the conditions. STATUS_MEMORY. */
status_t evaluation_print_examples(
    const evaluator_t *evaluator, const conditions_t *conditions, FILE *stream);

/**
 * An object with where the pairs come from, "conversions" (the examples) and "samples" (the first draws, with
 * "row": "training", "held-back" or "none"). Lists that would be empty are left out.
 */
json_t *evaluation_record(
    const evaluator_t *evaluator, const evaluation_t *evaluation, const conditions_t *conditions);

/** One of "conversions": source, conditions, expected, produced. */
json_t *evaluation_record_example(const evaluator_example_t *example, const conditions_t *conditions);

/** One of "samples", the draw `index`: "forms" and "row". */
json_t *evaluation_record_sample(const evaluator_t *evaluator, int index, const conditions_t *conditions);

#endif
