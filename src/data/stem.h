/**
 * The stem of a record: the run of letters that all its forms share, found by alignment and not by a rule of
 * any language. What stands before and behind it in a form is how that form is inflected.
 */
#ifndef CVAE_STEM_H
#define CVAE_STEM_H

#include <stdint.h>

#include "base/word.h"
#include "records.h"

enum {
    STEM_LETTERS = 3 /**< of the shortest stem: fewer letters may be shared by chance */
};

typedef struct {
    int length;                   /**< letters; 0 where the forms have no stem */
    int begin[RECORDS_WORDS_MAX]; /**< [count] letters before the stem, in each form */
} stem_t;

/**
 * The longest run of letters that all words [count] have, of equally long ones the first in words[0], at its
 * first place in each. It is a stem if it has STEM_LETTERS letters or more and is at least half of the
 * shortest word: forms with other vowels (sing, sang) or infixed letters have none. Time grows with the
 * square of a word's length times all letters. Local.
 */
void stem_find(const word_t *words, int count, stem_t *stem);

/**
 * Hashes how words [count] with this stem are inflected: each one's condition, the letters before the stem,
 * and the letters from the stem's last `kept` ones on, 0 <= kept <= stem->length. Words that are inflected
 * alike have the same hash; others, but for a chance of 2^-64 a pair, have another. Local.
 */
uint64_t stem_inflection(const word_t *words, int count, const stem_t *stem, int kept);

#endif
