/**
 * Records: the rows or pairs of a data set as words of equal number, one after another, and an index that
 * finds them by their words in constant time.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/word.h"

enum {
    RECORDS_WORDS_MAX = 256 /**< words of a record */
};

typedef struct {
    symbol_t *letters;        /**< all words' letters, one after another */
    uint32_t *offset;         /**< [count * words + 1] where a word starts in letters */
    uint16_t *word_condition; /**< [count * words] */
    size_t letter_count;      /**< that there is room for */
    size_t count;             /**< records */
    int words;                /**< of a record: one a condition in a row, two in a pair */
} records_t;

/** Space for `count` records with so many letters in all; holds none yet, but its sizes are set.
 * STATUS_MEMORY. */
status_t records_create(records_t *records, size_t count, int words, size_t letters);

/** Frees the arrays; fine for a zeroed struct. */
void records_destroy(records_t *records);

/** How many words all records have together. */
size_t records_word_count(const records_t *records);

/** Word `word` of record `record`: word record * words + word of the arrays. */
word_t records_word(const records_t *records, size_t record, int word);

/** The words of `count` records from `first` on, each as a record of its own. Borrows the arrays. */
records_t records_single_words(const records_t *records, size_t first, size_t count);

/** Writes words [records->words] as record `record`, whose predecessors must be there already; their letters
 * must fit. */
void records_set(records_t *records, size_t record, const word_t *words);

/** Copies record `from_record` of `from` to place `record`, whose predecessors must be there already. */
void records_copy(records_t *records, size_t record, const records_t *from, size_t from_record);

/**
 * Open addressing. A hash decides where a search starts, the comparison of all words what it finds: the
 * answers do not depend on the table's order or size.
 */
typedef struct {
    uint32_t *slot; /**< [size] a record's number + 1, or 0 where the slot is empty */
    size_t size;    /**< a power of two */
} records_index_t;

/** An empty index with room for `count` records. STATUS_MEMORY. */
status_t records_index_create(records_index_t *index, size_t count);

/** Frees the slots; fine for a zeroed struct. */
void records_index_destroy(records_index_t *index);

/** Puts `record` into the index unless an equal one (words and conditions) is there. Returns the one that is
 * there. */
size_t records_index_add(records_index_t *index, const records_t *records, size_t record);

/** The record with exactly these words and conditions [records->words], or -1. */
ptrdiff_t records_index_find(const records_index_t *index, const records_t *records, const word_t *words);

#endif
