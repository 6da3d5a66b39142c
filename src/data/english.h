/**
 * What is regular about English verbs: to make the forms of a regular one, and to tell how a model does on
 * regular and on irregular ones. Words are lower-case ASCII. Pure functions.
 */
#ifndef CVAE_ENGLISH_H
#define CVAE_ENGLISH_H

#include <stdbool.h>

enum { ENGLISH_LONGER_BY = 4 /**< letters that a form has more than its base, at most: quiz, quizzing */ };

/**
 * The forms of a verb by the rules alone: -s, -es behind a hiss or a consonant and o (catches, goes), -ies
 * for a consonant and y (carries); an e that is not spoken goes before -ing (making, but agreeing), -ie
 * becomes -y (tying); -d behind e, -ied for a consonant and y (baked, carried); c gets its k (panicking), and
 * a last consonant doubles behind the one vowel of a syllable, l behind one in any (stopped, travelled).
 * What only a list could know is missing: irregular verbs, and where the stress is (admit, visit).
 *
 * base: from 2 letters. form: room for strlen(base) + ENGLISH_LONGER_BY + 1 bytes.
 */
void english_third_person(const char *base, char *form);
void english_progressive(const char *base, char *form);
void english_past(const char *base, char *form);

/**
 * Whether a past form follows from the verb's base by rule: -ed (walk, walked); -d after e (bake, baked);
 * -ied for y (try, tried); a doubled last letter (stop, stopped); -ked after c (panic, panicked). Here a
 * letter may be doubled or not: both are regular.
 */
bool english_is_regular_past(const char *base, const char *past);

#endif
