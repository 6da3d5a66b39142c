#include "dataset_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

status_t dataset_index_create(dataset_index_t *index, size_t count) {
    // At most half of the slots are taken, so that every search meets an empty one soon.
    size_t size = 2;
    while (size < 2 * count) {
        size *= 2;
    }
    *index = (dataset_index_t){.slot = calloc(size, sizeof *index->slot), .size = size};
    if (!index->slot) {
        *index = (dataset_index_t){0};
        return status_fail(STATUS_MEMORY, "out of memory for an index of %zu rows", count);
    }
    return STATUS_OK;
}

void dataset_index_destroy(dataset_index_t *index) {
    free(index->slot);
    *index = (dataset_index_t){0};
}

/** Word for word, because the words that are looked for need not lie one behind another. */
static uint64_t hash_words(const word_t *words, int count) {
    uint64_t hash = 0;
    for (int w = 0; w < count; w++) {
        uint64_t parts[] = {hash, (uint64_t)words[w].condition,
            hash_bytes(words[w].letters, (size_t)words[w].length * sizeof *words[w].letters)};
        hash = hash_bytes(parts, sizeof parts);
    }
    return hash;
}

static bool are_words_of(const dataset_records_t *records, size_t record, const word_t *words) {
    for (int w = 0; w < records->words; w++) {
        word_t word = dataset_records_word(records, record, w);
        if (word.length != words[w].length || word.condition != words[w].condition ||
            memcmp(word.letters, words[w].letters, (size_t)word.length * sizeof *word.letters) != 0) {
            return false;
        }
    }
    return true;
}

/** The slot of the record with these words, or the empty slot where it belongs. */
static uint32_t *slot_of(
    const dataset_index_t *index, const dataset_records_t *records, const word_t *words) {
    size_t place = (size_t)hash_words(words, records->words) & (index->size - 1);
    while (index->slot[place] != 0 && !are_words_of(records, index->slot[place] - 1, words)) {
        place = (place + 1) & (index->size - 1);
    }
    return &index->slot[place];
}

size_t dataset_index_add(dataset_index_t *index, const dataset_records_t *records, size_t record) {
    word_t words[DATASET_CONDITIONS_MAX];
    for (int w = 0; w < records->words; w++) {
        words[w] = dataset_records_word(records, record, w);
    }
    uint32_t *slot = slot_of(index, records, words);
    if (*slot == 0) {
        *slot = (uint32_t)record + 1;
    }
    return *slot - 1;
}

ptrdiff_t dataset_index_find(
    const dataset_index_t *index, const dataset_records_t *records, const word_t *words) {
    return (ptrdiff_t)*slot_of(index, records, words) - 1;
}
