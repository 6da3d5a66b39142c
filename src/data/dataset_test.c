#include "dataset_test.h"

#include <stdlib.h>

#include "parse.h"

status_t dataset_test_create(dataset_test_t *test, const dataset_t *dataset, const dataset_source_t *source) {
    *test = (dataset_test_t){0};
    dataset_source_t pairs_source = *source;
    const bool is_table = source->format == DATASET_FORMAT_TABLE;
    pairs_source.format = is_table ? DATASET_FORMAT_TABLE : DATASET_FORMAT_PAIRS;
    pairs_source.is_test = true;
    pairs_source.holdout = 0;
    pairs_source.model_alphabet = &dataset->alphabet;
    pairs_source.model_conditions = &dataset->conditions;
    const bool is_lemmatize = is_table && dataset->pairs == DATASET_PAIRS_LEMMATIZE;
    parse_t parse;
    status_t status = parse_text(&parse, &pairs_source);
    if (status != STATUS_OK) {
        return status;
    }
    size_t count = parse.records.count;
    pair_t *pairs = calloc(count, sizeof *pairs);
    if (!pairs) {
        status = status_fail(STATUS_MEMORY, "out of memory for %zu test pairs", count);
        goto cleanup;
    }
    unknown_t unknown = {.letters = parse.unknown};
    for (size_t p = 0; p < count; p++) {
        pairs[p] = (pair_t){
            .source = records_word(&parse.records, p, is_lemmatize),
            .target = records_word(&parse.records, p, !is_lemmatize),
            .index = p,
        };
        if (parse.unknown) {
            unknown.count = (size_t)word_count(&pairs[p].source, alphabet_unknown(&dataset->alphabet));
            pairs[p].unknown = unknown;
            unknown.letters += unknown.count;
        }
    }
    *test = (dataset_test_t){.count = count,
        .missing_count = parse.missing_count,
        .normal_count = parse.normal_count,
        .unknown_count = parse.unknown_count,
        .pairs = pairs,
        .records = parse.records,
        .unknown = parse.unknown};
    parse.records = (records_t){0};
    parse.unknown = NULL;
cleanup:
    parse_destroy(&parse);
    return status;
}

void dataset_test_destroy(dataset_test_t *test) {
    free(test->pairs);
    free(test->unknown);
    records_destroy(&test->records);
    *test = (dataset_test_t){0};
}

static status_t find_leaks(const dataset_t *dataset, const records_t *words, dataset_leaks_t *leaks) {
    const records_t training = records_single_words(&dataset->records, 0, dataset_trained_count(dataset));
    // How often the evaluation has each word, at the word's first place; 0 once training is found to have it.
    uint32_t *times = calloc(words->count + 1, sizeof *times);
    records_index_t index = {0};
    status_t status = times ? records_index_create(&index, words->count)
                            : status_fail(STATUS_MEMORY, "out of memory for %zu words", words->count);
    *leaks = (dataset_leaks_t){.words = words->count};
    for (size_t word = 0; status == STATUS_OK && word < words->count; word++) {
        times[records_index_add(&index, words, word)]++;
    }
    for (size_t word = 0; status == STATUS_OK && word < training.count; word++) {
        const word_t training_word = records_word(&training, word, 0);
        const ptrdiff_t first = records_index_find(&index, words, &training_word);
        if (first >= 0 && times[first] > 0) {
            leaks->example = leaks->known == 0 ? training_word : leaks->example;
            leaks->known += times[first];
            times[first] = 0;
        }
    }
    records_index_destroy(&index);
    free(times);
    return status;
}

status_t dataset_test_leaks(const dataset_t *dataset, const dataset_test_t *test, dataset_leaks_t *leaks) {
    const records_t words = records_single_words(&test->records, 0, test->count);
    return find_leaks(dataset, &words, leaks);
}

status_t dataset_test_held_back_leaks(const dataset_t *dataset, dataset_leaks_t *leaks) {
    const size_t first = dataset_trained_count(dataset);
    const records_t words = records_single_words(&dataset->records, first, dataset->records.count - first);
    return find_leaks(dataset, &words, leaks);
}
