/**
 * An evaluation's words for metrics.jsonl: what report.html shows beside the curves. Private to src/train.
 */
#ifndef CVAE_EVALUATION_RECORD_H
#define CVAE_EVALUATION_RECORD_H

#include "cvae/config.h"
#include "cvae/evaluator.h"
#include "cvae/record.h"

/**
 * Adds an object "evaluation" with where the pairs come from, "conversions" (the examples) and "samples" (the
 * first draws, with "row": "training", "held-back" or "none"). Lists that would be empty are left out.
 */
void evaluation_record(
    record_t *record, const evaluator_t *evaluator, const evaluation_t *evaluation, const config_t *config);

#endif
