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

/** Of --repeats: the scores of the conversions of rows over samples of z. */
typedef struct {
    const char *from; /**< "held-back" or "training" */
    size_t pairs;     /**< 0: not measured */
    spread_t exact, bleu4;
} eval_repeated_t;

/**
 * Measures what the options ask for, prints it, and adds it to the record. A score's standard error is that
 * of its mean over rows. STATUS_MEMORY, STATUS_CONFIG; of --compare also as trained_read() and
 * plan_trained_dataset(), and STATUS_USAGE where the two models were not trained on the same split.
 */
status_t eval_conversions(const options_t *options, const trained_t *trained, const dataset_t *dataset,
    eval_repeated_t *repeated, json_t **record);

#endif
