/**
 * An evaluation's words as JSON: for metrics.jsonl, where report.html finds them, and for `eval --json`. NULL
 * without memory, as report/document.h has it.
 */
#ifndef CVAE_EVALUATION_RECORD_H
#define CVAE_EVALUATION_RECORD_H

#include "config/config.h"
#include "eval/evaluator.h"
#include "report/document.h"

/**
 * An object with where the pairs come from, "conversions" (the examples) and "samples" (the first draws, with
 * "row": "training", "held-back" or "none"). Lists that would be empty are left out.
 */
json_t *evaluation_record(
    const evaluator_t *evaluator, const evaluation_t *evaluation, const config_t *config);

/** One of "conversions": source, conditions, expected, produced. */
json_t *evaluation_record_example(const evaluator_example_t *example, const config_t *config);

/** One of "samples", the draw `index`: "forms" and "row". */
json_t *evaluation_record_sample(const evaluator_t *evaluator, int index, const config_t *config);

#endif
