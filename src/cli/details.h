/**
 * What `eval` measures only when asked: the likelihood of words, and conversions in detail. Of the held-back
 * rows if there are any, else of the training rows, at even distances where there are many. Private to
 * src/cli.
 */
#ifndef CVAE_DETAILS_H
#define CVAE_DETAILS_H

#include <stdio.h>

#include "config/config.h"
#include "eval/conversions.h"
#include "data/dataset.h"
#include "eval/likelihood.h"
#include "report/document.h"
#include "eval/spread.h"
#include "options.h"

typedef struct {
    size_t right, all;
} details_share_t;

/** Plain data. */
typedef struct {
    size_t likelihood_words; /**< 0: not measured */
    int likelihood_samples, latent;
    likelihood_t likelihood;
    size_t rows;           /**< whose forms were converted; 0: none, and none of the following */
    const char *rows_from; /**< "held-back" or "training" */
    size_t pairs;          /**< conversions of the rows */
    int repeats;           /**< as --repeats asks */
    spread_t repeated_exact, repeated_bleu4; /**< over so many samples of z, the first ones */
    bool has_conversions;                    /**< as --conversions asks; else none of the following */
    int samples;
    conversions_t conversions;
    spread_t sampled; /**< share of right conversions, over so many samples of z, the first ones */
    details_share_t direction[CONFIG_CONDITIONS_MAX][CONFIG_CONDITIONS_MAX]; /**< source, target */
    details_share_t regular, irregular; /**< simple present to past, where there are such conditions */
} details_t;

/** Measures what the options ask for. STATUS_USAGE where the data are no rows, STATUS_MEMORY. */
status_t details_measure(details_t *details, const options_t *options, const config_t *config,
    const dataset_t *dataset, const shape_t *shape, const float *parameters);

/** Adds what was measured, or prints it. */
void details_record(const details_t *details, json_t **record);
void details_print(const details_t *details, const config_t *config, FILE *stream);

#endif
