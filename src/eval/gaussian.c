#include "gaussian.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "data/stem.h"

/** How forms [C] are inflected: alike if they have the stem's last letter, too. False where there is no stem.
 */
static bool inflection_of(const word_t *forms, int count, uint64_t *inflection) {
    stem_t stem;
    stem_find(forms, count, &stem);
    if (stem.length > 0) {
        *inflection = stem_inflection(forms, count, &stem, 1);
    }
    return stem.length > 0;
}

static int compare(const void *first, const void *second) {
    const uint64_t a = *(const uint64_t *)first, b = *(const uint64_t *)second;
    return (a > b) - (a < b);
}

/** Adds words to the records unless they are there. Returns which record they are. */
static size_t add(records_t *records, records_index_t *index, size_t *count, const word_t *words) {
    records_set(records, *count, words);
    const size_t record = records_index_add(index, records, *count);
    *count += record == *count;
    return record;
}

status_t gaussian_create(gaussian_t *gaussian, const dataset_t *dataset) {
    const size_t rows = dataset->row_count > 0 ? dataset->train_row_count : 0;
    const int conditions = dataset->conditions.count;
    *gaussian = (gaussian_t){.dataset = dataset};
    gaussian->inflections = calloc(rows + 1, sizeof *gaussian->inflections);
    if (!gaussian->inflections) {
        return status_fail(STATUS_MEMORY, "out of memory for the Gaussian score");
    }
    for (size_t row = 0; row < rows; row++) {
        word_t forms[RECORDS_WORDS_MAX];
        for (int c = 0; c < conditions; c++) {
            forms[c] = dataset_word(dataset, row, c);
        }
        gaussian->count += inflection_of(forms, conditions, &gaussian->inflections[gaussian->count]);
    }
    qsort(gaussian->inflections, gaussian->count, sizeof *gaussian->inflections, compare);
    return STATUS_OK;
}

void gaussian_destroy(gaussian_t *gaussian) {
    free(gaussian->inflections);
    *gaussian = (gaussian_t){0};
}

/** What is counted draw by draw. */
typedef struct {
    const gaussian_t *gaussian;
    records_t draws; /**< each different one once */
    records_index_t index;
    size_t *times, *first; /**< [draws] how often each of them came, and when first */
} count_t;

static status_t begin(count_t *count, const gaussian_t *gaussian, const word_t *words, size_t draws) {
    const int conditions = gaussian->dataset->conditions.count;
    size_t letters = 1; // a calloc() of nothing may return NULL
    for (size_t i = 0; i < draws * (size_t)conditions; i++) {
        letters += (size_t)words[i].length;
    }
    *count = (count_t){
        .gaussian = gaussian,
        .times = calloc(2 * draws, sizeof *count->times),
    };
    count->first = count->times + draws;
    const status_t status = count->times ? records_create(&count->draws, draws, conditions, letters)
                                         : status_fail(STATUS_MEMORY, "out of memory for the Gaussian score");
    return status == STATUS_OK ? records_index_create(&count->index, draws) : status;
}

static void end(count_t *count) {
    records_destroy(&count->draws);
    records_index_destroy(&count->index);
    free(count->times);
}

/** Whether forms that are no row are inflected as a training row is. */
static bool is_inflected_alike(const gaussian_t *gaussian, const word_t *forms) {
    uint64_t inflection = 0;
    return inflection_of(forms, gaussian->dataset->conditions.count, &inflection) &&
           bsearch(&inflection, gaussian->inflections, gaussian->count, sizeof inflection, compare);
}

static void count_draw(count_t *count, const word_t *forms, size_t draw, gaussian_score_t *result) {
    const dataset_t *dataset = count->gaussian->dataset;
    const ptrdiff_t row = dataset_find_row(dataset, forms);
    const bool is_training = row >= 0 && (size_t)row < dataset->train_row_count;
    word_t words[RECORDS_WORDS_MAX];
    for (int c = 0; c < dataset->conditions.count; c++) {
        words[c] = (word_t){forms[c].letters, forms[c].length, c};
    }
    const bool is_new = row < 0 && is_inflected_alike(count->gaussian, words);
    const size_t number = add(&count->draws, &count->index, &result->distinct_draws, words);
    if (count->times[number]++ == 0) {
        count->first[number] = draw;
        result->distinct += is_training;
    }
    if (count->times[number] > result->commonest) {
        result->commonest = count->times[number];
        result->commonest_draw = count->first[number];
    }
    result->training += is_training;
    result->held_back += row >= 0 && !is_training;
    result->lines += is_training ? dataset->lines[row] : 0;
    result->new_draws += is_new;
    result->agreeing += row >= 0 || is_new;
}

status_t gaussian_score(
    const gaussian_t *gaussian, const word_t *words, size_t draws, gaussian_score_t *result) {
    const dataset_t *dataset = gaussian->dataset;
    gaussian_score_t score = {.draws = draws};
    if (dataset->row_count == 0 || draws == 0) {
        *result = score;
        return STATUS_OK;
    }
    count_t count;
    const status_t status = begin(&count, gaussian, words, draws);
    for (size_t draw = 0; status == STATUS_OK && draw < draws; draw++) {
        count_draw(&count, words + draw * (size_t)dataset->conditions.count, draw, &score);
    }
    end(&count);
    if (status == STATUS_OK) {
        score.score = (double)score.training / (double)draws;
        score.course = (double)score.lines / (double)draws;
        score.agreement = (double)score.agreeing / (double)draws;
        *result = score;
    }
    return status;
}
