/**
 * Unicode text in UTF-8: code points, what they are, and normal forms. The one place that knows libutf8proc.
 * Local.
 */
#ifndef CVAE_TEXT_H
#define CVAE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

enum {
    TEXT_CHARACTER_MAX = 4,     /**< bytes of a code point */
    TEXT_DESCRIPTION_SIZE = 64, /**< of text_describe(), its zero included */
    TEXT_MALFORMED_SIZE = 128   /**< of text_describe_malformed() */
};

/**
 * Decodes the code point at the start of `text` (at most `size` bytes). Returns the bytes it takes, or 0
 * where the UTF-8 is malformed (cut off, overlong, a surrogate, above U+10FFFF) or size is 0. NUL is U+0000.
 */
int text_decode(const char *text, size_t size, uint32_t *code_point);

/** Encodes a code point (no surrogate, at most U+10FFFF) and returns the bytes it takes; no zero is added. */
int text_encode(uint32_t code_point, char text[TEXT_CHARACTER_MAX]);

/** Whether a zero-terminated text is valid UTF-8. */
bool text_is_utf8(const char *text);

/** A copy in which each byte that belongs to no valid character is U+FFFD: a file's name may hold any bytes.
 * Owned by the caller; NULL when memory is out. */
char *text_clean(const char *text);

/**
 * Why a reader could not see a code point, or not tell it from others: "an invisible format character", a
 * control character, a space other than U+0020, a variation selector, an unassigned one and the like. NULL
 * for what can be seen, for marks on letters, and for U+0020.
 */
const char *text_flaw(uint32_t code_point);

/** Whether a code point is U+200C or U+200D, the zero-width non-joiner and joiner. */
bool text_is_joiner(uint32_t code_point);

/**
 * Whether the character at byte `place` of a text of `size` bytes is a joiner between two letters or marks,
 * the first of them not ASCII. Persian and Indian words have such joiners: there they are letters, although
 * text_flaw() says that they are invisible.
 */
bool text_joins(const char *text, size_t size, size_t place);

/** Whether a code point is a dash or hyphen of any kind. */
bool text_is_dash(uint32_t code_point);

/** Whether it is a mark, which is written on the character in front of it. */
bool text_is_mark(uint32_t code_point);

/** A code point for a message: `'é' (U+00E9)`, or `U+200B (an invisible format character)`. */
void text_describe(uint32_t code_point, char text[TEXT_DESCRIPTION_SIZE]);

/** A byte that begins no character of UTF-8, for a message, with the remedy for a file ("FILE ", or "" of
 * other input). */
void text_describe_malformed(char byte, const char *file, char text[TEXT_MALFORMED_SIZE]);

/** The letter's other case: of 'W' 'w', of 'w' 'W'; the code point itself where it has none. */
uint32_t text_other_case(uint32_t code_point);

/** Columns that a zero-terminated text takes on a terminal. */
int text_width(const char *text);

/** How many bytes of a zero-terminated text, whole characters, take no more than so many columns. */
size_t text_fitting(const char *text, int columns);

/**
 * A line of words for a terminal with so many columns, in wrapped [size]: broken at blanks, and what goes on
 * stands below the text behind the line's label ("data     "), or two columns deeper than the line. A word
 * that does not fit in a line has one of its own. What does not fit in `size` is left out. Returns wrapped.
 */
char *text_wrap(const char *line, int columns, char *wrapped, size_t size);

/**
 * The candidate [count] nearest to a word, the first of several; NULL when none is so near that it was likely
 * meant: one change (a byte inserted, removed or replaced, two neighbours swapped) for every three bytes of
 * the word, or of its part behind the last dot. The case of ASCII letters is none. Texts are zero-terminated;
 * one of more than 255 bytes is near to none.
 */
const char *text_nearest(const char *word, const char *const *candidates, int count);

/** How many such changes lead from one zero-terminated text to the other, whatever the case of their ASCII
 * letters; INT_MAX where one has more than 255 bytes. */
int text_distance(const char *one, const char *other);

/** Whether some letter of a zero-terminated text is written from right to left. */
bool text_is_right_to_left(const char *text);

/**
 * The text as a cell of a table for a terminal, in `cell` [size]: with blanks behind it where it takes less
 * than `width` columns. One with letters from right to left stands between U+2068 and U+2069 (Unicode's
 * bidirectional algorithm, UAX 9: an isolate), so that terminals do not let it change places with its
 * neighbours. What does not fit in `size` is left out. Returns cell.
 */
const char *text_cell(const char *text, int width, char *cell, size_t size);

/**
 * Whether a code point is a direction mark: U+200E, U+200F, U+061C, and what embeds or isolates text of the
 * other direction, U+202A to U+202E and U+2066 to U+2069 (Unicode's Bidi_Control). They stay in words that
 * are copied out of tables and terminals, and are no part of them.
 */
bool text_is_direction_mark(uint32_t code_point);

/**
 * Moves the ends of a text of `*size` bytes inwards over direction marks, at its front over the ASCII
 * characters `front`, too, and at its back over `back`.
 */
void text_trim(const char **text, size_t *size, const char *front, const char *back);

/**
 * The normal form of `size` bytes of UTF-8, by which texts are compared: NFC, without direction marks.
 * *normal (zero-terminated, owned by the caller) and *length, or NULL where the text is its own. Malformed
 * text stays as it is. STATUS_MEMORY.
 */
status_t text_normal(const char *text, size_t size, char **normal, size_t *length);

/** Where the character at byte `offset` of a text's normal form begins in the text itself, which is valid
 * UTF-8. */
size_t text_normal_origin(const char *text, size_t size, size_t offset);

/** "s", or nothing behind the noun of one thing. */
const char *text_plural(size_t count);

/** Digits from 15 to 17, the fewest with which %.*g gives a text that is read back to the same double. */
int text_digits(double value);

#endif
