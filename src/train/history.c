#include "history.h"

#include <math.h>
#include <stdbool.h>

static const char *const names[] = {
#define HISTORY_NAME(code, name) [code] = name,
    HISTORY_COLUMN_LIST(HISTORY_NAME)
#undef HISTORY_NAME
};

const char history_columns[] =
#define HISTORY_LINE(code, name) name "\n"
    HISTORY_COLUMN_LIST(HISTORY_LINE)
#undef HISTORY_LINE
    ;

void history_layout(history_t *history, memory_t *memory, int epochs) {
    history->rows = memory_take(memory, (size_t)epochs, sizeof *history->rows);
}

double *history_add(history_t *history) {
    double *row = history->rows[history->count++];
    for (int column = 0; column < HISTORY_COLUMNS; column++) {
        row[column] = NAN;
    }
    return row;
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
    }
}

static bool is_count(history_column_t column) {
    return column == HISTORY_EPOCH || column == HISTORY_STEP || column == HISTORY_GAUSSIAN_DISTINCT ||
           column == HISTORY_DRAWS;
}

void history_record(const double *row, record_t *record) {
    for (history_column_t column = 0; column < HISTORY_COLUMNS; column++) {
        if (isnan(row[column])) {
            continue;
        }
        if (is_count(column)) {
            record_integer(record, names[column], (int64_t)row[column]);
        } else {
            record_number(record, names[column], row[column]);
        }
    }
}
