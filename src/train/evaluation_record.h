/**
 * An evaluation's words as records: for metrics.jsonl, where report.html finds them, and for `eval --json`.
 */
#ifndef CVAE_EVALUATION_RECORD_H
#define CVAE_EVALUATION_RECORD_H

#include "config/config.h"
#include "eval/evaluator.h"
#include "report/record.h"

/**
 * Adds an object "evaluation" with where the pairs come from, "conversions" (the examples) and "samples" (the
 * first draws, with "row": "training", "held-back" or "none"). Lists that would be empty are left out.
 */
void evaluation_record(
    record_t *record, const evaluator_t *evaluator, const evaluation_t *evaluation, const config_t *config);

/** Adds one of "conversions": source, conditions, expected, produced. */
void evaluation_record_example(record_t *record, const evaluator_example_t *example, const config_t *config);

/** Adds one of "samples", the draw `index`: "forms" and "row". */
void evaluation_record_sample(
    record_t *record, const evaluator_t *evaluator, int index, const config_t *config);

#endif
