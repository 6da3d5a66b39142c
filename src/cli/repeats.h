/**
 * What `eval --repeats` adds: how far scores vary from one drawing of z to the next. Private to src/cli.
 */
#ifndef CVAE_REPEATS_H
#define CVAE_REPEATS_H

#include <stdio.h>

#include "data/dataset.h"
#include "eval/evaluator.h"
#include "report/record.h"
#include "eval/spread.h"
#include "details.h"
#include "library/trained.h"
#include "options.h"

/** Plain data. */
typedef struct {
    int count;
    size_t draws; /**< of each repetition; 0: no Gaussian score */
    spread_t gaussian, distinct;
    bool has_course;
    spread_t course;   /**< of the first draws of each repetition, as the course's script counts */
    size_t test_pairs; /**< 0: none */
    spread_t test_bleu4, test_exact;
    size_t pairs; /**< of rows; 0: none */
    const char *pairs_from;
    spread_t bleu4, exact;
} repeats_t;

/** What is looked at. */
typedef struct {
    const options_t *options;
    const trained_t *trained;
    const dataset_t *dataset;
    const dataset_test_t *test;
    evaluator_t *evaluator;
    const gaussian_score_t *gaussian; /**< of the evaluator's own draws */
    const details_t *details;
} repeats_source_t;

/** STATUS_USAGE where there would be nothing to repeat. */
status_t repeats_check(const dataset_t *dataset, const dataset_test_t *test);

/**
 * Repeats options->repeats times; repetition 0 of the draws is what the evaluator has drawn last. Afterwards
 * it holds those of the last repetition. STATUS_MEMORY.
 */
status_t repeats_measure(repeats_t *repeats, const repeats_source_t *source);

/** Adds what was measured, or prints it. */
void repeats_record(const repeats_t *repeats, record_t *record);
void repeats_print(const repeats_t *repeats, FILE *stream);

#endif
