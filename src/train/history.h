/**
 * The metrics of every epoch so far: they go into checkpoints, so that a resumed run has the whole curve. No
 * times: equal training, equal history. Which epoch is the best one by its evaluations on held-back pairs,
 * and whether the training goes on after it, follows from the history alone. Private to src/train.
 */
#ifndef CVAE_HISTORY_H
#define CVAE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "data/dataset.h"
#include "eval/evaluator.h"
#include "report/document.h"
#include "base/status.h"

/** code, name, whether it is a whole number */
#define HISTORY_COLUMN_LIST(X)                                                                               \
    X(HISTORY_EPOCH, "epoch", true)                                                                          \
    X(HISTORY_STEP, "step", true)                                                                            \
    X(HISTORY_LOSS, "loss", false)                                                                           \
    X(HISTORY_CROSS_ENTROPY, "cross_entropy", false)                                                         \
    X(HISTORY_KL, "kl", false)                                                                               \
    X(HISTORY_CONSISTENCY, "consistency", false)                                                             \
    X(HISTORY_CONSISTENCY_WORDS, "consistency_words", true)                                                  \
    X(HISTORY_KL_WEIGHT, "kl_weight", false)                                                                 \
    X(HISTORY_KL_TARGET, "kl_target", false)                                                                 \
    X(HISTORY_TEACHER_FORCING, "teacher_forcing", false)                                                     \
    X(HISTORY_WORD_DROPOUT, "word_dropout", false)                                                           \
    X(HISTORY_LEARNING_RATE, "learning_rate", false)                                                         \
    X(HISTORY_GRADIENT_NORM, "gradient_norm", false)                                                         \
    X(HISTORY_SKIPPED_STEPS, "skipped_steps", true)                                                          \
    X(HISTORY_BLEU4, "bleu4", false)                                                                         \
    X(HISTORY_EXACT_MATCH, "exact_match", false)                                                             \
    X(HISTORY_GAUSSIAN, "gaussian", false)                                                                   \
    X(HISTORY_GAUSSIAN_DISTINCT, "gaussian_distinct", true)                                                  \
    X(HISTORY_DRAWS, "draws", true)                                                                          \
    X(HISTORY_AGREEMENT, "agreement", false)                                                                 \
    X(HISTORY_REFINED_AGREEMENT, "refined_agreement", false)                                                 \
    X(HISTORY_EVALUATION_CROSS_ENTROPY, "evaluation_cross_entropy", false)                                   \
    X(HISTORY_EVALUATION_KL, "evaluation_kl", false)

typedef enum {
#define HISTORY_ENUM(code, name, is_count) code,
    HISTORY_COLUMN_LIST(HISTORY_ENUM)
#undef HISTORY_ENUM
        HISTORY_COLUMNS
} history_column_t;

/** The columns' names, one a line, as a checkpoint stores them. */
extern const char history_columns[];

/** A value that is not there (no evaluation in that epoch, or none in an older checkpoint) is NaN. */
typedef struct {
    size_t count;                    /**< epochs */
    double (*rows)[HISTORY_COLUMNS]; /**< [epochs of the run] */
} history_t;

/** Adds an epoch whose values are all missing, and returns it to be filled in. */
double *history_add(history_t *history);

/**
 * Takes over the history of a checkpoint, in place of what *history holds: values [count, width], and the
 * names of the columns as history_columns has them. What counts is a column's name, not its place: those that
 * the checkpoint lacks, which an older program wrote, are missing values; those that this program does not
 * know, which a newer one wrote, are left out, with a warning for each. There must be room for `count`
 * epochs. history NULL: only says, by the status, whether it could be taken over. Local. STATUS_CHECKPOINT:
 * not `width` names, a name twice, no epoch or no step.
 */
status_t history_read(
    history_t *history, const char *columns, const double *values, size_t count, size_t width);

/** Fills in an evaluation. */
void history_evaluated(double *row, const evaluation_t *evaluation);

/** Adds the values that are there to a record, under the columns' names. */
void history_record(const double *row, json_t **record);

/**
 * Whether the best epoch can be told with this data: selecting takes held-back rows (never the test pairs),
 * and the metric has to be there. STATUS_CONFIG.
 */
status_t history_check_selection(const config_t *config, const dataset_t *dataset);

/**
 * The best evaluated epoch, as an index into the rows, the first of equals; SIZE_MAX where none was
 * evaluated. By checkpoint.best, or by the cross-entropy where that is none.
 */
size_t history_best(const config_t *config, const history_t *history);

/** Whether train.patience evaluations came after the best one, so that the training ends early. */
bool history_is_over(const config_t *config, const history_t *history);

/** The metric that selects. */
typedef struct {
    const char *name;
    history_column_t column;
    bool is_lower_better;
} history_metric_t;

const history_metric_t *history_metric(const config_t *config);

#endif
