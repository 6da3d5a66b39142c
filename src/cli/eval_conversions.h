/**
 * The part of eval about conversions: --conversions, --rule, --compare, --output. Private to src/cli.
 */
#ifndef CVAE_EVAL_CONVERSIONS_H
#define CVAE_EVAL_CONVERSIONS_H

#include <jansson.h>

#include "base/status.h"
#include "data/dataset.h"
#include "data/dataset_test.h"
#include "library/trained.h"
#include "options.h"

typedef struct eval_conversions eval_conversions_t;

/**
 * Prepares what the options ask for; *eval stays NULL if they ask for nothing. The conversions are the
 * test's, or the data set's if the test has no pairs. trained, dataset and test must outlive it.
 * eval_conversions_destroy() it in any case. STATUS_MEMORY; STATUS_OUTPUT if options->output cannot be
 * written; with --compare also the errors of trained_read(), plan_dataset() and plan_test(), and STATUS_USAGE
 * if the two models were not trained on the same split of the data, or do not read the same test.
 */
status_t eval_conversions_create(eval_conversions_t **eval, const options_t *options,
    const trained_t *trained, const dataset_t *dataset, const dataset_test_t *test);

/** Frees it. NULL is fine. */
void eval_conversions_destroy(eval_conversions_t *eval);

/**
 * Measures, prints, adds to the record, and writes every conversion to options->output. A score's standard
 * error is that of its mean over rows. STATUS_MEMORY, STATUS_CONFIG, STATUS_OUTPUT.
 */
status_t eval_conversions_run(eval_conversions_t *eval, json_t **record);

#endif
