/**
 * Records: the rows or pairs of a data set as words of equal number, one after another. Internal to src/data.
 */
#ifndef DATASET_RECORDS_H
#define DATASET_RECORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/word.h"

/** Word w of record r is word r * words + w of the arrays, which mean what they mean in dataset_t. */
typedef struct {
    symbol_t *letters;
    uint32_t *offset;
    uint8_t *word_condition;
    size_t count; /**< records */
    int words;    /**< of a record: one a condition in a row, two in a pair */
} dataset_records_t;

/** Space for `count` records with so many letters in all; holds none yet but count and words are set.
 * STATUS_MEMORY. */
status_t dataset_records_create(dataset_records_t *records, size_t count, int words, size_t letters);

/** Frees the arrays; fine for a zeroed struct. */
void dataset_records_destroy(dataset_records_t *records);

/** Word `word` of record `record`. */
word_t dataset_records_word(const dataset_records_t *records, size_t record, int word);

/** How many letters a record's words have together. */
size_t dataset_records_letters(const dataset_records_t *records, size_t record);

/** Copies record `from_record` of `from` to place `record`, whose predecessors must be there already. */
void dataset_records_copy(
    dataset_records_t *records, size_t record, const dataset_records_t *from, size_t from_record);

#endif
