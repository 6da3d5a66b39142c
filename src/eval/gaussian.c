#include "gaussian.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "data/stem.h"

/**
 * How forms [C] are inflected, as words [C] whose letters [C, most] are given room: what stands before the
 * stem, the start symbol, which is no letter, the stem's last letter, what stands behind. Returns false where
 * the forms have no stem, or a word would have more than `most` letters.
 */
static bool inflect(const word_t *forms, int count, int most, symbol_t *letters, word_t *inflection) {
    stem_t stem;
    stem_find(forms, count, &stem);
    for (int c = 0; c < count && stem.length > 0; c++, letters += most) {
        const int before = stem.begin[c], last = before + stem.length - 1, rest = forms[c].length - last;
        if (before + 1 + rest > most) {
            return false;
        }
        memcpy(letters, forms[c].letters, (size_t)before * sizeof *letters);
        letters[before] = SYMBOL_START;
        memcpy(letters + before + 1, forms[c].letters + last, (size_t)rest * sizeof *letters);
        inflection[c] = (word_t){letters, before + 1 + rest, c};
    }
    return stem.length > 0;
}

/** Adds words to the records unless they are there. Returns which record they are. */
static size_t add(records_t *records, records_index_t *index, size_t *count, const word_t *words) {
    records_set(records, *count, words);
    const size_t record = records_index_add(index, records, *count);
    *count += record == *count;
    return record;
}

/** An inflection of a training row has fewer letters than its longest form: a stem has two or more. */
static size_t inflection_letters(const dataset_t *dataset) {
    return (size_t)dataset->condition_count * (size_t)dataset->longest;
}

status_t gaussian_create(gaussian_t *gaussian, const dataset_t *dataset) {
    const size_t rows = dataset->train_row_count;
    const int conditions = dataset->condition_count;
    *gaussian = (gaussian_t){.dataset = dataset};
    if (dataset->row_count == 0) {
        return STATUS_OK;
    }
    symbol_t *letters = calloc(inflection_letters(dataset), sizeof *letters);
    status_t status = letters ? records_create(&gaussian->inflections, rows, conditions,
                                    dataset->records.offset[rows * (size_t)conditions])
                              : status_fail(STATUS_MEMORY, "out of memory for the Gaussian score");
    if (status == STATUS_OK) {
        status = records_index_create(&gaussian->index, rows);
    }
    size_t count = 0;
    for (size_t row = 0; status == STATUS_OK && row < rows; row++) {
        word_t forms[RECORDS_WORDS_MAX], inflection[RECORDS_WORDS_MAX];
        for (int c = 0; c < conditions; c++) {
            forms[c] = dataset_word(dataset, row, c);
        }
        if (inflect(forms, conditions, dataset->longest, letters, inflection)) {
            add(&gaussian->inflections, &gaussian->index, &count, inflection);
        }
    }
    free(letters);
    return status;
}

void gaussian_destroy(gaussian_t *gaussian) {
    records_destroy(&gaussian->inflections);
    records_index_destroy(&gaussian->index);
    *gaussian = (gaussian_t){0};
}

/** What is counted draw by draw. */
typedef struct {
    const gaussian_t *gaussian;
    symbol_t *letters; /**< of an inflection */
    records_t draws;   /**< each different one once */
    records_index_t index;
    size_t *times, *first; /**< [draws] how often each of them came, and when first */
} count_t;

static status_t begin(count_t *count, const gaussian_t *gaussian, const word_t *words, size_t draws) {
    const int conditions = gaussian->dataset->condition_count;
    size_t letters = 1; // a calloc() of nothing may return NULL
    for (size_t i = 0; i < draws * (size_t)conditions; i++) {
        letters += (size_t)words[i].length;
    }
    *count = (count_t){
        .gaussian = gaussian,
        .letters = calloc(inflection_letters(gaussian->dataset), sizeof *count->letters),
        .times = calloc(2 * draws, sizeof *count->times),
    };
    count->first = count->times + draws;
    const status_t status = count->letters && count->times
                                ? records_create(&count->draws, draws, conditions, letters)
                                : status_fail(STATUS_MEMORY, "out of memory for the Gaussian score");
    return status == STATUS_OK ? records_index_create(&count->index, draws) : status;
}

static void end(count_t *count) {
    records_destroy(&count->draws);
    records_index_destroy(&count->index);
    free(count->letters);
    free(count->times);
}

/** Whether forms that are no row are inflected as a training row is. */
static bool is_inflected_alike(const count_t *count, const word_t *forms) {
    const gaussian_t *gaussian = count->gaussian;
    const dataset_t *dataset = gaussian->dataset;
    word_t inflection[RECORDS_WORDS_MAX];
    return inflect(forms, dataset->condition_count, dataset->longest, count->letters, inflection) &&
           records_index_find(&gaussian->index, &gaussian->inflections, inflection) >= 0;
}

static void count_draw(count_t *count, const word_t *forms, size_t draw, gaussian_score_t *result) {
    const dataset_t *dataset = count->gaussian->dataset;
    const ptrdiff_t row = dataset_find_row(dataset, forms);
    const bool is_training = row >= 0 && (size_t)row < dataset->train_row_count;
    const bool is_new = row < 0 && is_inflected_alike(count, forms);
    word_t words[RECORDS_WORDS_MAX];
    for (int c = 0; c < dataset->condition_count; c++) {
        words[c] = (word_t){forms[c].letters, forms[c].length, c};
    }
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
        count_draw(&count, words + draw * (size_t)dataset->condition_count, draw, &score);
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
