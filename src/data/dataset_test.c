#include <stdlib.h>
#include <string.h>

#include "dataset.h"
#include "dataset_format.h"
#include "dataset_parse.h"

status_t dataset_test_create(dataset_test_t *test, const dataset_t *dataset, const dataset_source_t *source) {
    *test = (dataset_test_t){0};
    dataset_source_t pairs_source = *source;
    pairs_source.is_pairs = true;
    pairs_source.is_test = true;
    pairs_source.holdout = 0;
    pairs_source.model_alphabet = &dataset->alphabet;
    dataset_parse_t parse;
    status_t status = dataset_parse(&parse, &pairs_source);
    if (status != STATUS_OK) {
        return status;
    }
    size_t count = parse.records.count;
    pair_t *pairs = calloc(count, sizeof *pairs);
    if (!pairs) {
        status = status_fail(STATUS_MEMORY, "out of memory for %zu test pairs", count);
        goto cleanup;
    }
    for (size_t p = 0; p < count; p++) {
        pairs[p] = (pair_t){
            .source = dataset_records_word(&parse.records, p, 0),
            .target = dataset_records_word(&parse.records, p, 1),
            .index = p,
        };
    }
    *test = (dataset_test_t){.count = count,
        .missing_count = parse.missing_count,
        .normal_count = parse.normal_count,
        .pairs = pairs,
        .letters = parse.records.letters};
    parse.records.letters = NULL;
cleanup:
    dataset_parse_destroy(&parse);
    return status;
}

/** Any order of words will do that tells different ones apart. */
static int compare_words(const void *left, const void *right) {
    const word_t *a = left, *b = right;
    if (a->condition != b->condition) {
        return a->condition < b->condition ? -1 : 1;
    }
    if (a->length != b->length) {
        return a->length < b->length ? -1 : 1;
    }
    return memcmp(a->letters, b->letters, (size_t)a->length * sizeof *a->letters);
}

/** The sorted words [count] that are equal to `word` count, once: they are marked in `found`. */
static size_t mark_words(const word_t *words, bool *found, size_t count, const word_t *word) {
    const word_t *place = bsearch(word, words, count, sizeof *words, compare_words);
    size_t marked = 0;
    if (!place || found[place - words]) {
        return 0;
    }
    size_t first = (size_t)(place - words);
    while (first > 0 && compare_words(&words[first - 1], word) == 0) {
        first--;
    }
    for (; first < count && compare_words(&words[first], word) == 0; first++) {
        found[first] = true;
        marked++;
    }
    return marked;
}

/** Word `word` of the training rows or pairs, which stand before those held back. */
static word_t training_word(const dataset_t *dataset, size_t word) {
    return (word_t){
        .letters = dataset->letters + dataset->offset[word],
        .length = (int)(dataset->offset[word + 1] - dataset->offset[word]),
        .condition = dataset->word_condition[word],
    };
}

status_t dataset_test_known(const dataset_t *dataset, const dataset_test_t *test, size_t *known) {
    const size_t count = 2 * test->count;
    const size_t trained = dataset->train_row_count * (size_t)dataset->condition_count +
                           dataset->train_given_count * DATASET_FORMAT_PAIR_WORDS;
    word_t *words = calloc(count, sizeof *words);
    bool *found = calloc(count, sizeof *found);
    status_t status = STATUS_OK;
    if (!words || !found) {
        status = status_fail(STATUS_MEMORY, "out of memory for %zu words of the test", count);
        goto cleanup;
    }
    for (size_t p = 0; p < test->count; p++) {
        words[2 * p] = test->pairs[p].source;
        words[2 * p + 1] = test->pairs[p].target;
    }
    qsort(words, count, sizeof *words, compare_words);
    *known = 0;
    for (size_t word = 0; word < trained; word++) {
        const word_t trained_word = training_word(dataset, word);
        *known += mark_words(words, found, count, &trained_word);
    }
cleanup:
    free(words);
    free(found);
    return status;
}

void dataset_test_destroy(dataset_test_t *test) {
    free(test->pairs);
    free(test->letters);
    *test = (dataset_test_t){0};
}
