/**
 * Finds records by their words in constant time. Internal to src/data.
 *
 * A hash decides where a search starts, the comparison of all words what it finds: the answers do not depend
 * on the table's order or size.
 */
#ifndef DATASET_INDEX_H
#define DATASET_INDEX_H

#include <stddef.h>

#include "dataset.h"
#include "dataset_records.h"

/** An empty index with room for `count` records. STATUS_MEMORY. */
status_t dataset_index_create(dataset_index_t *index, size_t count);

/** Frees the slots; fine for a zeroed struct. */
void dataset_index_destroy(dataset_index_t *index);

/** Puts `record` into the index unless an equal one (words and conditions) is there. Returns the one that is
 * there. */
size_t dataset_index_add(dataset_index_t *index, const dataset_records_t *records, size_t record);

/** The record with exactly these words and conditions [records->words], or -1. */
ptrdiff_t dataset_index_find(
    const dataset_index_t *index, const dataset_records_t *records, const word_t *words);

#endif
