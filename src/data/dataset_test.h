/**
 * The pairs of a test file, and the words of an evaluation that training has seen.
 */
#ifndef DATASET_TEST_H
#define DATASET_TEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/word.h"
#include "dataset.h"
#include "dataset_source.h"
#include "records.h"

/** Pairs of a test file, read with an alphabet that is given. Owns its arrays. */
typedef struct {
    size_t count;
    size_t missing_count, normal_count; /**< as a data set's */
    size_t unknown_count; /**< of a table: lines whose tags the data set lacks, or whose letters cannot be
                             read */
    pair_t *pairs;        /**< [count], owned */
    records_t records;    /**< the pairs' words, owned */
    uint32_t *unknown;    /**< the pairs' unknown letters, owned */
} dataset_test_t;

/**
 * Parses a pairs file, or a table where the data set is one, against a data set's alphabet and conditions
 * (source's own, pairs and holdout are ignored; duplicates are kept: a test set is taken as it is).
 * The pairs of a table are of lemma and form, or of form and lemma where the data set trains on these. Where
 * the alphabet has the unknown letter, a line may have letters that the alphabet lacks: the same in lemma and
 * form, in the same order. A pair's index is its place. Same errors as dataset_create().
 */
status_t dataset_test_create(dataset_test_t *test, const dataset_t *dataset, const dataset_source_t *source);

/** Frees what it owns; fine for a zeroed struct. */
void dataset_test_destroy(dataset_test_t *test);

/** Words of an evaluation that training has seen: they stand in its rows or pairs, in their condition. */
typedef struct {
    size_t words;   /**< of the evaluation, each place counting */
    size_t known;   /**< how many of them are such */
    word_t example; /**< one of these, where there are any; its letters are the data set's */
} dataset_leaks_t;

/**
 * Of a test's words, and of the held-back rows' or pairs'. Time is linear in all words, memory in those of
 * the evaluation. STATUS_MEMORY.
 */
status_t dataset_test_leaks(const dataset_t *dataset, const dataset_test_t *test, dataset_leaks_t *leaks);
status_t dataset_test_held_back_leaks(const dataset_t *dataset, dataset_leaks_t *leaks);

#endif
