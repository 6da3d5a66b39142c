/**
 * What eval says about conversions: --conversions, --rule, --compare. Private to src/cli.
 */
#ifndef CVAE_EVAL_CONVERSIONS_H
#define CVAE_EVAL_CONVERSIONS_H

#include <jansson.h>

#include "base/status.h"
#include "data/dataset.h"
#include "eval/spread.h"
#include "library/trained.h"
#include "options.h"

typedef struct eval_conversions eval_conversions_t;

/**
 * Makes ready what the options ask for; *eval stays NULL where they ask for nothing. trained and dataset must
 * outlive it. eval_conversions_destroy() it in any case. STATUS_MEMORY; of --compare also as trained_read()
 * and plan_dataset(), and STATUS_USAGE where the two models were not trained on the same split of the
 * data.
 */
status_t eval_conversions_create(
    eval_conversions_t **eval, const options_t *options, const trained_t *trained, const dataset_t *dataset);

/** Frees it. NULL is fine. */
void eval_conversions_destroy(eval_conversions_t *eval);

/**
 * Measures, prints, and adds to the record. A score's standard error is that of its mean over rows.
 * STATUS_MEMORY, STATUS_CONFIG.
 */
status_t eval_conversions_run(eval_conversions_t *eval, json_t **record);

/** Of --repeats: the scores of the conversions of rows over samples of z. */
typedef struct {
    const char *from; /**< "held-back" or "training" */
    size_t pairs;
    spread_t exact, bleu4;
} eval_repeated_t;

/** After eval_conversions_run(). */
eval_repeated_t eval_conversions_repeated(const eval_conversions_t *eval);

#endif
