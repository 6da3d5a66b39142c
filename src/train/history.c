#include "history.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "report/print.h"

static const struct {
    const char *name;
    bool is_count;
} table[] = {
#define HISTORY_ROW(code, name, is_count) [code] = {name, is_count},
    HISTORY_COLUMN_LIST(HISTORY_ROW)
#undef HISTORY_ROW
};

const char history_columns[] =
#define HISTORY_LINE(code, name, is_count) name "\n"
    HISTORY_COLUMN_LIST(HISTORY_LINE)
#undef HISTORY_LINE
    ;

double *history_add(history_t *history) {
    double *row = history->rows[history->count++];
    for (int column = 0; column < HISTORY_COLUMNS; column++) {
        row[column] = NAN;
    }
    return row;
}

/** The column of that name, HISTORY_COLUMNS where there is none. */
static history_column_t find_column(const char *name, size_t length) {
    history_column_t column = 0;
    while (column < HISTORY_COLUMNS &&
           (strlen(table[column].name) != length || memcmp(table[column].name, name, length) != 0)) {
        column++;
    }
    return column;
}

/** Finds where a checkpoint's names have each column: its place, SIZE_MAX for one that it lacks. */
static status_t find_places(const char *columns, size_t width, bool warns, size_t places[HISTORY_COLUMNS]) {
    size_t count = 0, length;
    memset(places, 0xFF, HISTORY_COLUMNS * sizeof *places);
    for (const char *name = columns; *name; name += length + (name[length] == '\n'), count++) {
        length = strcspn(name, "\n");
        const history_column_t column = find_column(name, length);
        if (column == HISTORY_COLUMNS && warns) {
            log_warning("the history's column \"%.*s\" is not known here and is left out",
                (int)(length < 64 ? length : 64), name);
        } else if (column < HISTORY_COLUMNS && places[column] != SIZE_MAX) {
            return status_fail(
                STATUS_CHECKPOINT, "its history has two columns \"%s\", expected one", table[column].name);
        } else if (column < HISTORY_COLUMNS) {
            places[column] = count;
        }
    }
    if (count != width) {
        return status_fail(STATUS_CHECKPOINT, "its history has %zu column%s, but names for %zu", width,
            text_plural(width), count);
    }
    // Without them nobody can say which file the best epoch's checkpoint is.
    if (places[HISTORY_EPOCH] == SIZE_MAX || places[HISTORY_STEP] == SIZE_MAX) {
        return status_fail(STATUS_CHECKPOINT, "its history has no column \"%s\"",
            places[HISTORY_EPOCH] == SIZE_MAX ? "epoch" : "step");
    }
    return STATUS_OK;
}

status_t history_read(
    history_t *history, const char *columns, const double *values, size_t count, size_t width) {
    size_t places[HISTORY_COLUMNS];
    const status_t status = find_places(columns, width, history, places);
    if (status != STATUS_OK || !history) {
        return status;
    }
    history->count = 0;
    for (size_t i = 0; i < count; i++) {
        double *row = history_add(history);
        for (int column = 0; column < HISTORY_COLUMNS; column++) {
            row[column] = places[column] == SIZE_MAX ? NAN : values[i * width + places[column]];
        }
    }
    return STATUS_OK;
}

void history_evaluated(double *row, const evaluation_t *evaluation) {
    row[HISTORY_BLEU4] = evaluation->bleu4;
    row[HISTORY_EXACT_MATCH] = evaluation->exact_match;
    row[HISTORY_EVALUATION_CROSS_ENTROPY] = evaluation->cross_entropy;
    row[HISTORY_EVALUATION_KL] = evaluation->kl;
    if (evaluation->gaussian.draws > 0) {
        row[HISTORY_GAUSSIAN] = evaluation->gaussian.score;
        row[HISTORY_GAUSSIAN_DISTINCT] = (double)evaluation->gaussian.distinct;
        row[HISTORY_DRAWS] = (double)evaluation->gaussian.draws;
        row[HISTORY_AGREEMENT] = evaluation->gaussian.agreement;
    }
    if (evaluation->refined.draws > 0) {
        row[HISTORY_REFINED_AGREEMENT] = evaluation->refined.agreement;
    }
}

void history_record(const double *row, json_t **record) {
    for (int column = 0; column < HISTORY_COLUMNS; column++) {
        if (!isnan(row[column])) {
            document_set(record, table[column].name,
                table[column].is_count ? json_integer((json_int_t)row[column])
                                       : document_number(row[column]));
        }
    }
}

const history_metric_t *history_metric(const config_t *config) {
    static const history_metric_t metrics[] = {
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

status_t history_check_selection(const config_t *config, const dataset_t *dataset) {
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

size_t history_best(const config_t *config, const history_t *history) {
    const history_metric_t *metric = history_metric(config);
    size_t best = SIZE_MAX;
    double highest = -INFINITY;
    for (size_t i = 0; i < history->count; i++) {
        const double value = history->rows[i][metric->column] * (metric->is_lower_better ? -1 : 1);
        // False for what was not evaluated, which is NaN.
        if (value > highest) {
            best = i;
            highest = value;
        }
    }
    return best;
}

bool history_is_over(const config_t *config, const history_t *history) {
    const size_t best = history_best(config, history);
    int waited = 0;
    for (size_t i = best == SIZE_MAX ? history->count : best + 1; i < history->count; i++) {
        waited += !isnan(history->rows[i][history_metric(config)->column]);
    }
    return config->train.patience > 0 && waited >= config->train.patience;
}
