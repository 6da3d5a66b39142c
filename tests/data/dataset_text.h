/**
 * Data sets out of texts in the tests' source.
 */
#ifndef DATASET_TEXT_H
#define DATASET_TEXT_H

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"

static const char *const dataset_text_conditions[] = {"present", "third", "progressive", "past"};

/** Rows of four forms, letters a-z, nothing held back. Tests change what they are about. */
static inline dataset_source_t dataset_text_rows(const char *text) {
    return (dataset_source_t){
        .file = "verbs.txt",
        .text = text,
        .length = strlen(text),
        .condition_count = 4,
        .condition_names = dataset_text_conditions,
        .pairs = DATASET_PAIRS_SAME,
        .alphabet = "a-z",
        .max_length = 20,
    };
}

/** Pairs with the same four conditions and no list for two-word lines. */
static inline dataset_source_t dataset_text_pairs(const char *text) {
    dataset_source_t source = dataset_text_rows(text);
    source.file = "pairs.txt";
    source.format = DATASET_FORMAT_PAIRS;
    return source;
}

/** A table of forms whose columns, letters and conditions are found; each lemma to its forms. */
static inline dataset_source_t dataset_text_table(const char *text) {
    return (dataset_source_t){
        .file = "table.tsv",
        .text = text,
        .length = strlen(text),
        .format = DATASET_FORMAT_TABLE,
        .pairs = DATASET_PAIRS_INFLECT,
        .alphabet = "data",
        .max_length = 30,
    };
}

/** dataset_create() with a copy of the text that ends where its block of memory ends and is gone afterwards.
 */
static inline status_t dataset_text_create(dataset_t *dataset, dataset_source_t source) {
    char *copy = malloc(source.length);
    assert_true(copy || source.length == 0);
    memcpy(copy ? copy : "", source.text, source.length);
    source.text = copy;
    status_t status = dataset_create(dataset, &source);
    free(copy);
    return status;
}

/** Asserts that the source is refused with `message`, which the recorded one must begin with, and leaves
 * nothing. */
static inline void dataset_text_assert_refused(dataset_source_t source, const char *message) {
    dataset_t dataset;
    static const dataset_t nothing;
    assert_fails(dataset_text_create(&dataset, source), STATUS_DATA, message);
    assert_ptr_equal(strstr(status_message(), message), status_message());
    assert_memory_equal(&dataset, &nothing, sizeof dataset);
}

/** Asserts that the source is refused with exactly this message. */
static inline void dataset_text_assert_said(dataset_source_t source, const char *message) {
    dataset_text_assert_refused(source, message);
    assert_string_equal(status_message(), message);
}

/** A word as UTF-8, in one of a few buffers that take turns. */
static inline const char *dataset_text_word(const dataset_t *dataset, word_t word) {
    static char buffers[8][256];
    static int turn;
    char *text = buffers[turn++ % 8];
    alphabet_decode(&dataset->alphabet, word.letters, word.length, text, sizeof buffers[0]);
    return text;
}

/** A pair as `source/condition>target/condition`. */
static inline const char *dataset_text_pair(const dataset_t *dataset, pair_t pair) {
    static char text[600];
    snprintf(text, sizeof text, "%s/%d>%s/%d", dataset_text_word(dataset, pair.source), pair.source.condition,
        dataset_text_word(dataset, pair.target), pair.target.condition);
    return text;
}

/** A table's forms as `lemma>form:tags `, in the data set's order. */
static inline const char *dataset_text_forms(const dataset_t *dataset) {
    static char text[1 << 12];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < dataset->given_count; i++) {
        const word_t lemma = dataset_word(dataset, i, 0), form = dataset_word(dataset, i, 1);
        assert_string_equal(conditions_name(&dataset->conditions, lemma.condition), DATASET_LEMMA);
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%s>%s:%s ", dataset_text_word(dataset, lemma),
                dataset_text_word(dataset, form), conditions_name(&dataset->conditions, form.condition));
    }
    return text;
}

/** Asserts that a table has these forms. */
static inline void dataset_text_assert_forms(dataset_source_t source, const char *expected) {
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, source));
    assert_string_equal(dataset_text_forms(&dataset), expected);
    dataset_destroy(&dataset);
}

/** All rows' forms of condition 0, a space behind each. */
static inline const char *dataset_text_first_forms(const dataset_t *dataset, size_t from, size_t to) {
    static char text[1 << 16];
    size_t used = 0;
    text[0] = '\0';
    for (size_t row = from; row < to; row++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s ",
            dataset_text_word(dataset, dataset_word(dataset, row, 0)));
    }
    return text;
}

#endif
