#include "selection.h"

#include <math.h>
#include <stdint.h>

typedef struct {
    const char *name;
    history_column_t column;
    bool is_lower_better;
} metric_t;

static const metric_t *metric_of(const config_t *config) {
    static const metric_t metrics[] = {
        [CONFIG_BEST_NONE] = {"cross-entropy", HISTORY_EVALUATION_CROSS_ENTROPY, true},
        [CONFIG_BEST_CROSS_ENTROPY] = {"cross-entropy", HISTORY_EVALUATION_CROSS_ENTROPY, true},
        [CONFIG_BEST_EXACT_MATCH] = {"exact match", HISTORY_EXACT_MATCH, false},
        [CONFIG_BEST_BLEU4] = {"BLEU-4", HISTORY_BLEU4, false},
        [CONFIG_BEST_GAUSSIAN] = {"Gaussian score", HISTORY_GAUSSIAN, false},
    };
    return &metrics[config->checkpoint.best];
}

static size_t held_back(const dataset_t *dataset) {
    return dataset->row_count > 0 ? dataset->row_count - dataset->train_row_count
                                  : dataset->given_count - dataset->train_given_count;
}

status_t selection_check(const config_t *config, const dataset_t *dataset) {
    const config_best_t best = config->checkpoint.best;
    if (best == CONFIG_BEST_NONE && config->train.patience == 0) {
        return STATUS_OK;
    }
    const char *key = best == CONFIG_BEST_NONE ? "train.patience" : "checkpoint.best";
    if (held_back(dataset) == 0) {
        return status_fail(STATUS_CONFIG,
            "%s: no row of %s is held back from training to select by (data.holdout is %g)", key,
            config->data.train, config->data.holdout);
    }
    if (best == CONFIG_BEST_BLEU4 && config->evaluate.test[0] != '\0') {
        return status_fail(STATUS_CONFIG,
            "checkpoint.best: with evaluate.test, bleu4 is that of the test pairs, which must not select");
    }
    if (best == CONFIG_BEST_GAUSSIAN && (config->evaluate.draws == 0 || dataset->row_count == 0)) {
        return status_fail(
            STATUS_CONFIG, "checkpoint.best: there is no Gaussian score without evaluate.draws and rows");
    }
    return STATUS_OK;
}

double selection_value(const config_t *config, const double *row) {
    return row[metric_of(config)->column];
}

const char *selection_metric(const config_t *config) {
    return metric_of(config)->name;
}

size_t selection_best(const config_t *config, const history_t *history) {
    const double sign = metric_of(config)->is_lower_better ? -1 : 1;
    size_t best = SIZE_MAX;
    double highest = -INFINITY;
    for (size_t i = 0; i < history->count; i++) {
        // False for what was not evaluated, which is NaN.
        if (sign * selection_value(config, history->rows[i]) > highest) {
            best = i;
            highest = sign * selection_value(config, history->rows[i]);
        }
    }
    return best;
}

bool selection_is_over(const config_t *config, const history_t *history) {
    const size_t best = selection_best(config, history);
    int waited = 0;
    for (size_t i = best == SIZE_MAX ? history->count : best + 1; i < history->count; i++) {
        waited += !isnan(selection_value(config, history->rows[i]));
    }
    return config->train.patience > 0 && waited >= config->train.patience;
}
