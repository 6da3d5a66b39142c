#include "records.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

status_t records_create(records_t *records, size_t count, int words, size_t letters) {
    size_t word_count = count * (size_t)words;
    *records = (records_t){
        .letters = calloc(letters, sizeof *records->letters),
        .offset = calloc(word_count + 1, sizeof *records->offset),
        .word_condition = calloc(word_count, sizeof *records->word_condition),
        .letter_count = letters,
        .count = count,
        .words = words,
    };
    if (!records->letters || !records->offset || !records->word_condition) {
        records_destroy(records);
        return status_fail(
            STATUS_MEMORY, "out of memory for %zu words with %zu letters", word_count, letters);
    }
    return STATUS_OK;
}

void records_destroy(records_t *records) {
    free(records->letters);
    free(records->offset);
    free(records->word_condition);
    *records = (records_t){0};
}

size_t records_word_count(const records_t *records) {
    return records->count * (size_t)records->words;
}

records_t records_single_words(const records_t *records, size_t first, size_t count) {
    const size_t words = (size_t)records->words;
    records_t single = *records;
    single.offset += first * words;
    single.word_condition += first * words;
    single.count = count * words;
    single.words = 1;
    return single;
}

word_t records_word(const records_t *records, size_t record, int word) {
    size_t place = record * (size_t)records->words + (size_t)word;
    const uint32_t *offset = records->offset + place;
    return (word_t){
        .letters = records->letters + offset[0],
        .length = (int)(offset[1] - offset[0]),
        .condition = records->word_condition[place],
    };
}

void records_set(records_t *records, size_t record, const word_t *words) {
    const size_t place = record * (size_t)records->words;
    uint32_t *offset = records->offset + place;
    for (int w = 0; w < records->words; w++) {
        memcpy(records->letters + offset[w], words[w].letters,
            (size_t)words[w].length * sizeof *records->letters);
        offset[w + 1] = offset[w] + (uint32_t)words[w].length;
        records->word_condition[place + (size_t)w] = (uint16_t)words[w].condition;
    }
}

void records_copy(records_t *records, size_t record, const records_t *from, size_t from_record) {
    size_t words = (size_t)records->words;
    uint32_t *offset = records->offset + record * words;
    const uint32_t *from_offset = from->offset + from_record * words;
    memcpy(records->letters + offset[0], from->letters + from_offset[0],
        (from_offset[words] - from_offset[0]) * sizeof *records->letters);
    memcpy(records->word_condition + record * words, from->word_condition + from_record * words,
        words * sizeof *records->word_condition);
    for (size_t w = 0; w < words; w++) {
        offset[w + 1] = offset[w] + (from_offset[w + 1] - from_offset[w]);
    }
}

status_t records_index_create(records_index_t *index, size_t count) {
    // At most half of the slots are taken, so that every search meets an empty one soon.
    size_t size = 2;
    while (size < 2 * count) {
        size *= 2;
    }
    *index = (records_index_t){.slot = calloc(size, sizeof *index->slot), .size = size};
    if (!index->slot) {
        *index = (records_index_t){0};
        return status_fail(STATUS_MEMORY, "out of memory for an index of %zu rows", count);
    }
    return STATUS_OK;
}

void records_index_destroy(records_index_t *index) {
    free(index->slot);
    *index = (records_index_t){0};
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

static bool are_words_of(const records_t *records, size_t record, const word_t *words) {
    for (int w = 0; w < records->words; w++) {
        word_t word = records_word(records, record, w);
        if (word.length != words[w].length || word.condition != words[w].condition ||
            memcmp(word.letters, words[w].letters, (size_t)word.length * sizeof *word.letters) != 0) {
            return false;
        }
    }
    return true;
}

/** The slot of the record with these words, or the empty slot where it belongs. */
static uint32_t *slot_of(const records_index_t *index, const records_t *records, const word_t *words) {
    size_t place = (size_t)hash_words(words, records->words) & (index->size - 1);
    while (index->slot[place] != 0 && !are_words_of(records, index->slot[place] - 1, words)) {
        place = (place + 1) & (index->size - 1);
    }
    return &index->slot[place];
}

size_t records_index_add(records_index_t *index, const records_t *records, size_t record) {
    word_t words[RECORDS_WORDS_MAX];
    for (int w = 0; w < records->words; w++) {
        words[w] = records_word(records, record, w);
    }
    uint32_t *slot = slot_of(index, records, words);
    if (*slot == 0) {
        *slot = (uint32_t)record + 1;
    }
    return *slot - 1;
}

ptrdiff_t records_index_find(const records_index_t *index, const records_t *records, const word_t *words) {
    return (ptrdiff_t)*slot_of(index, records, words) - 1;
}
