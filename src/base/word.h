/**
 * A word as the model sees it, and a pair of them as training sees it. Plain data that data/ fills in and
 * model/ reads, so that neither needs to know the other.
 */
#ifndef CVAE_WORD_H
#define CVAE_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** One of the two markers or a letter, numbered from SYMBOL_FIRST_LETTER in the alphabet's order. */
typedef uint16_t symbol_t;

enum {
    SYMBOL_START = 0,       /**< start of sequence */
    SYMBOL_END = 1,         /**< end of sequence */
    SYMBOL_FIRST_LETTER = 2 /**< the alphabet's first letter */
};

typedef struct {
    const symbol_t *letters; /**< [length], not owned, without markers */
    int length;
    int condition; /**< index into the config's conditions: which tense the word stands in */
} word_t;

/** The letters that a word was read with and the alphabet lacks, in the word's order. */
typedef struct {
    uint32_t *letters; /**< [count] code points, not owned */
    size_t count;
} unknown_t;

typedef struct {
    word_t source;     /**< what the encoder reads */
    word_t target;     /**< what the decoder is to spell */
    uint64_t index;    /**< the pair's own index in its data: the key of its random numbers */
    unknown_t unknown; /**< the unknown letters of the source; the target's are the same */
} pair_t;

/** The order of words: by condition, then by symbols, a beginning of a word before the word; 0 for equal
 * ones. */
static inline int word_compare(const word_t *a, const word_t *b) {
    if (a->condition != b->condition) {
        return a->condition - b->condition;
    }
    for (int i = 0; i < a->length && i < b->length; i++) {
        if (a->letters[i] != b->letters[i]) {
            return a->letters[i] - b->letters[i];
        }
    }
    return a->length - b->length;
}

/** How often a letter stands in a word. */
static inline int word_count(const word_t *word, symbol_t letter) {
    int count = 0;
    for (int i = 0; i < word->length; i++) {
        count += word->letters[i] == letter;
    }
    return count;
}

/** Whether two words have the same unknown letters in the same order. */
static inline bool word_same_unknown(const unknown_t *a, const unknown_t *b) {
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->letters, b->letters, a->count * sizeof *a->letters) == 0);
}

/** How many letters stand before the first place of a run of letters in a word; -1: it has no such run. */
static inline int word_find(const word_t *word, const symbol_t *run, int length) {
    for (int begin = 0; begin + length <= word->length; begin++) {
        if (memcmp(word->letters + begin, run, (size_t)length * sizeof *run) == 0) {
            return begin;
        }
    }
    return -1;
}

#endif
