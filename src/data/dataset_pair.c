#include "dataset.h"

#include "base/random.h"
#include "dataset_format.h"
#include "dataset_records.h"

/** The targets of a word: the other forms of its row; with a single condition, the word itself. */
static size_t targets_of_word(const dataset_t *dataset) {
    return dataset->condition_count > 1 ? (size_t)dataset->condition_count - 1 : 1;
}

static size_t cross_of_row(const dataset_t *dataset) {
    return (size_t)dataset->condition_count * targets_of_word(dataset);
}

static pair_t row_pair(const dataset_t *dataset, size_t row, size_t source, size_t target, size_t index) {
    return (pair_t){
        .source = dataset_word(dataset, row, (int)source),
        .target = dataset_word(dataset, row, (int)target),
        .index = index,
    };
}

/** The cross pair `place` of the rows from `first_row` on: row by row, by source, by target. */
static pair_t cross_pair(const dataset_t *dataset, size_t first_row, size_t place) {
    size_t targets = targets_of_word(dataset);
    size_t row = first_row + place / cross_of_row(dataset), in_row = place % cross_of_row(dataset);
    size_t source = in_row / targets, target = in_row % targets;
    // The targets of a source are numbered with the source itself left out.
    const bool skips_source = dataset->condition_count > 1 && target >= source;
    return row_pair(dataset, row, source, target + skips_source, place);
}

static pair_t given_pair(const dataset_t *dataset, size_t pair, size_t index) {
    dataset_records_t pairs = {
        .letters = dataset->letters,
        .offset = dataset->offset,
        .word_condition = dataset->word_condition,
        .count = dataset->given_count,
        .words = DATASET_FORMAT_PAIR_WORDS,
    };
    return (pair_t){
        .source = dataset_records_word(&pairs, pair, 0),
        .target = dataset_records_word(&pairs, pair, 1),
        .index = index,
    };
}

size_t dataset_pair_count(const dataset_t *dataset) {
    size_t rows = dataset->train_row_count, conditions = (size_t)dataset->condition_count;
    switch (dataset->pairs) {
    case DATASET_PAIRS_SAME:
    case DATASET_PAIRS_RANDOM:
        return rows * conditions;
    case DATASET_PAIRS_CROSS:
        return rows * conditions * (conditions - 1);
    case DATASET_PAIRS_ALL:
        return rows * conditions * conditions;
    case DATASET_PAIRS_GIVEN:
        break;
    }
    return dataset->train_given_count;
}

pair_t dataset_pair(const dataset_t *dataset, uint64_t seed, uint32_t epoch, size_t index) {
    size_t conditions = (size_t)dataset->condition_count, word = index / conditions,
           last = index % conditions;
    switch (dataset->pairs) {
    case DATASET_PAIRS_SAME:
        return row_pair(dataset, word, last, last, index);
    case DATASET_PAIRS_RANDOM: {
        random_stream_t stream = random_stream(seed, RANDOM_TARGET, epoch, index);
        uint32_t target = random_below(&stream, (uint32_t)conditions);
        return row_pair(dataset, word, last, target, index);
    }
    case DATASET_PAIRS_CROSS:
        return cross_pair(dataset, 0, index);
    case DATASET_PAIRS_ALL:
        return row_pair(dataset, word / conditions, word % conditions, last, index);
    case DATASET_PAIRS_GIVEN:
        break;
    }
    return given_pair(dataset, index, index);
}

size_t dataset_held_back_count(const dataset_t *dataset) {
    if (dataset->pairs == DATASET_PAIRS_GIVEN) {
        return dataset->given_count - dataset->train_given_count;
    }
    return (dataset->row_count - dataset->train_row_count) * cross_of_row(dataset);
}

pair_t dataset_held_back_pair(const dataset_t *dataset, size_t index) {
    if (dataset->pairs == DATASET_PAIRS_GIVEN) {
        return given_pair(dataset, dataset->train_given_count + index, index);
    }
    return cross_pair(dataset, dataset->train_row_count, index);
}

size_t dataset_cross_count(const dataset_t *dataset) {
    if (dataset->pairs == DATASET_PAIRS_GIVEN) {
        return dataset->train_given_count;
    }
    return dataset->train_row_count * cross_of_row(dataset);
}

pair_t dataset_cross_pair(const dataset_t *dataset, size_t index) {
    if (dataset->pairs == DATASET_PAIRS_GIVEN) {
        return given_pair(dataset, index, index);
    }
    return cross_pair(dataset, 0, index);
}
