/**
 * What `eval --course` adds: the course's scores beside the strict ones. The test's pairs one by one, the
 * first draws of the Gaussian score word by word, and that score as the course's script counts it. Private to
 * src/cli.
 */
#ifndef CVAE_COURSE_H
#define CVAE_COURSE_H

#include <stdio.h>

#include "config/config.h"
#include "data/dataset.h"
#include "eval/evaluator.h"
#include "report/document.h"

/** Plain data, but for what it looks at. */
typedef struct {
    const config_t *config;
    const dataset_t *dataset;
    const evaluator_t *evaluator;
    const evaluation_t *evaluation;
    size_t words, known_words;    /**< of the test: all, and those that stand in the training rows */
    gaussian_score_t first_draws; /**< of the first OPTIONS_COURSE_DRAWS */
} course_t;

/**
 * After evaluator_run(), of an evaluator whose examples are all the test's pairs that it looks at, and which
 * draws at least OPTIONS_COURSE_DRAWS; `evaluation` is what it gave. Data of rows. STATUS_MEMORY.
 */
status_t course_measure(course_t *course, const config_t *config, const dataset_t *dataset,
    const dataset_test_t *test, const evaluator_t *evaluator, const evaluation_t *evaluation);

/** The score of the first OPTIONS_COURSE_DRAWS of the last draws. STATUS_MEMORY. */
status_t course_score(const dataset_t *dataset, const evaluator_t *evaluator, gaussian_score_t *score);

/** What was measured, for JSON (NULL without memory) or printed, before the evaluator draws again. */
json_t *course_record(const course_t *course);
void course_print(const course_t *course, FILE *stream);

#endif
