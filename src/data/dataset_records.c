#include "dataset_records.h"

#include <stdlib.h>
#include <string.h>

status_t dataset_records_create(dataset_records_t *records, size_t count, int words, size_t letters) {
    size_t word_count = count * (size_t)words;
    *records = (dataset_records_t){
        .letters = calloc(letters, sizeof *records->letters),
        .offset = calloc(word_count + 1, sizeof *records->offset),
        .word_condition = calloc(word_count, sizeof *records->word_condition),
        .count = count,
        .words = words,
    };
    if (!records->letters || !records->offset || !records->word_condition) {
        dataset_records_destroy(records);
        return status_fail(
            STATUS_MEMORY, "out of memory for %zu words with %zu letters", word_count, letters);
    }
    return STATUS_OK;
}

void dataset_records_destroy(dataset_records_t *records) {
    free(records->letters);
    free(records->offset);
    free(records->word_condition);
    *records = (dataset_records_t){0};
}

word_t dataset_records_word(const dataset_records_t *records, size_t record, int word) {
    size_t place = record * (size_t)records->words + (size_t)word;
    const uint32_t *offset = records->offset + place;
    return (word_t){
        .letters = records->letters + offset[0],
        .length = (int)(offset[1] - offset[0]),
        .condition = records->word_condition[place],
    };
}

size_t dataset_records_letters(const dataset_records_t *records, size_t record) {
    const uint32_t *offset = records->offset + record * (size_t)records->words;
    return offset[records->words] - offset[0];
}

void dataset_records_copy(
    dataset_records_t *records, size_t record, const dataset_records_t *from, size_t from_record) {
    size_t words = (size_t)records->words;
    uint32_t *offset = records->offset + record * words;
    const uint32_t *from_offset = from->offset + from_record * words;
    memcpy(records->letters + offset[0], from->letters + from_offset[0],
        dataset_records_letters(from, from_record) * sizeof *records->letters);
    memcpy(records->word_condition + record * words, from->word_condition + from_record * words, words);
    for (size_t w = 0; w < words; w++) {
        offset[w + 1] = offset[w] + (from_offset[w + 1] - from_offset[w]);
    }
}
