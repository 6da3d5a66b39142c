#include "gaussian.h"

#include <stdbool.h>
#include <stdlib.h>

status_t gaussian_score(
    const dataset_t *dataset, const word_t *words, size_t draws, gaussian_score_t *result) {
    // One more than needed: a calloc() of nothing may return NULL.
    bool *seen = calloc(dataset->train_row_count + 1, sizeof *seen);
    if (!seen) {
        return status_fail(STATUS_MEMORY, "out of memory for the Gaussian score");
    }
    gaussian_score_t counts = {.draws = draws};
    for (size_t draw = 0; draw < draws; draw++) {
        ptrdiff_t row = dataset_find_row(dataset, words + draw * (size_t)dataset->condition_count);
        if (row < 0) {
            continue;
        }
        if ((size_t)row >= dataset->train_row_count) {
            counts.held_back++;
            continue;
        }
        counts.training++;
        counts.lines += dataset->lines[row];
        counts.distinct += !seen[row];
        seen[row] = true;
    }
    if (draws > 0) {
        counts.score = (double)counts.training / (double)draws;
        counts.course = (double)counts.lines / (double)draws;
    }
    *result = counts;
    free(seen);
    return STATUS_OK;
}
