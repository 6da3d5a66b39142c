/**
 * What a page shows of one run, read from its folder. Private to the page.
 */
#ifndef REPORT_PAGE_RUN_H
#define REPORT_PAGE_RUN_H

#include <jansson.h>
#include <stddef.h>

#include "base/status.h"

/** code, the key in metrics.jsonl, title */
#define PAGE_QUANTITY_LIST(X)                                                                                \
    X(PAGE_CROSS_ENTROPY, "cross_entropy", "Cross-entropy, training")                                        \
    X(PAGE_EVALUATION_CROSS_ENTROPY, "evaluation_cross_entropy", "Cross-entropy, evaluation")                \
    X(PAGE_KL, "kl", "KL divergence, training")                                                              \
    X(PAGE_EVALUATION_KL, "evaluation_kl", "KL divergence, evaluation")                                      \
    X(PAGE_BLEU4, "bleu4", "BLEU-4")                                                                         \
    X(PAGE_EXACT_MATCH, "exact_match", "Exact match")                                                        \
    X(PAGE_GAUSSIAN, "gaussian", "Gaussian score")                                                           \
    X(PAGE_KL_WEIGHT, "kl_weight", "KL weight")                                                              \
    X(PAGE_KL_TARGET, "kl_target", "KL target")                                                              \
    X(PAGE_TEACHER_FORCING, "teacher_forcing", "Teacher forcing")                                            \
    X(PAGE_WORD_DROPOUT, "word_dropout", "Word dropout")                                                     \
    X(PAGE_LEARNING_RATE, "learning_rate", "Learning rate")

typedef enum {
#define PAGE_ENUM(code, key, title) code,
    PAGE_QUANTITY_LIST(PAGE_ENUM)
#undef PAGE_ENUM
        PAGE_QUANTITIES
} page_quantity_t;

/** A quantity over the epochs in which it was recorded. Recorded but not a number (null): NaN. */
typedef struct {
    size_t count, space;
    double *epoch, *value; /**< [count] */
} page_curve_t;

/** A line of the configuration, "train.epochs" and "30"; a list as "a, b". */
typedef struct {
    char *key, *value;
} page_setting_t;

typedef struct {
    const char *folder; /**< as given; not owned */
    char *name;         /**< the configuration's, else the folder's own */
    page_curve_t curves[PAGE_QUANTITIES];
    json_t *last;       /**< the last line; NULL: there is none */
    json_t *evaluation; /**< the last line that has an object "evaluation"; NULL: there is none */
    size_t setting_count;
    page_setting_t *settings; /**< in the order of config.yaml; none where there is no such file */
} page_run_t;

/**
 * Reads FOLDER/metrics.jsonl and, if it is there, FOLDER/config.yaml. Lines that are no JSON object with an
 * epoch are left out, with one warning for all but a last line cut off by a crash. STATUS_NO_INPUT with the
 * path, STATUS_DATA where all lines are such, STATUS_MEMORY; page_run_release() then too.
 */
status_t page_run_read(page_run_t *run, const char *folder);

void page_run_release(page_run_t *run);

/** A setting's value, NULL when the configuration has no such key. */
const char *page_run_setting(const page_run_t *run, const char *key);

#endif
