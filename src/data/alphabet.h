/**
 * The alphabet: which letters exist and which symbol each is (word.h). UTF-8 in the files, symbols in the
 * model.
 *
 * A letter is one Unicode code point: nothing is normalised, and upper case is simply another letter.
 */
#ifndef CVAE_ALPHABET_H
#define CVAE_ALPHABET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/word.h"

enum {
    ALPHABET_LETTERS_MAX = 1024,
    ALPHABET_TEXT_SIZE = 4 * ALPHABET_LETTERS_MAX + 1, /**< the letters as UTF-8 with a zero */
    ALPHABET_DESCRIPTION_SIZE = 24,                    /**< of alphabet_describe(), its zero included */
    ALPHABET_ASCII = 128                               /**< code points of one byte */
};

/** Plain data, owns nothing. A zeroed struct is the alphabet without letters. */
typedef struct {
    int letters;                               /**< how many */
    uint32_t code_point[ALPHABET_LETTERS_MAX]; /**< rising; letter i is symbol SYMBOL_FIRST_LETTER + i */
    symbol_t ascii[ALPHABET_ASCII];            /**< the symbols of one-byte letters, 0 for what is none */
} alphabet_t;

/** V, the number of symbols with the two markers. */
int alphabet_symbols(const alphabet_t *alphabet);

/**
 * The alphabet of the letters in `letters` (UTF-8, zero-terminated, any order, duplicates are one; "a-z" is
 * the 26 letters). STATUS_DATA for malformed UTF-8, what alphabet_is_letter() refuses, none or too many
 * letters.
 */
status_t alphabet_from_letters(alphabet_t *alphabet, const char *letters);

/** Whether a code point may be a letter: anything but white space, control characters, U+FEFF and '#'. */
bool alphabet_is_letter(uint32_t code_point);

/**
 * Puts a letter (alphabet_is_letter()) into its place unless it is there already; the symbols of the letters
 * behind it change. Returns false where the alphabet is full.
 */
bool alphabet_add(alphabet_t *alphabet, uint32_t code_point);

/** The letters as UTF-8 in symbol order, to be saved with a model; alphabet_from_letters() gives the same
 * back. */
void alphabet_text(const alphabet_t *alphabet, char text[ALPHABET_TEXT_SIZE]);

/** A code point for a message: `'é' (U+00E9)`, or `U+00A0` alone for what cannot be seen. */
void alphabet_describe(uint32_t code_point, char text[ALPHABET_DESCRIPTION_SIZE]);

/**
 * One letter's symbol at the start of `text` (at most `size` bytes): returns the bytes it takes and sets
 * *symbol; returns 0 where the UTF-8 is malformed, and sets *symbol to 0 where the letter is not in the
 * alphabet.
 */
int alphabet_encode_letter(const alphabet_t *alphabet, const char *text, size_t size, symbol_t *symbol);

/**
 * Decodes one UTF-8 letter at the start of `text` (at most `size` bytes) to its code point. Returns the bytes
 * it takes, or 0 where the UTF-8 is malformed (cut off, overlong, a surrogate, above U+10FFFF) or size is 0.
 * NUL is U+0000.
 */
int alphabet_decode_code_point(const char *text, size_t size, uint32_t *code_point);

/**
 * Symbols (letters only) to zero-terminated UTF-8 in `text`. Whatever does not fit in `size` bytes is left
 * out, whole letters only. Returns the length.
 */
size_t alphabet_decode(
    const alphabet_t *alphabet, const symbol_t *letters, int length, char *text, size_t size);

#endif
