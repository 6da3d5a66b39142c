/**
 * The alphabet: which letters exist and which symbol each is (word.h). UTF-8 in the files, symbols in the
 * model.
 *
 * A letter is one Unicode code point of a text in NFC, and upper case is simply another letter. A mark that
 * NFC composes with no letter in front of it is a letter of its own.
 *
 * An alphabet may have U+FFFD, the unknown letter: a word is read with it in the place of each letter that
 * the alphabet lacks, and spelled with those letters in the places of U+FFFD (unknown-word replacement, Luong
 * et al., "Addressing the rare word problem in neural machine translation", 2015, for letters).
 */
#ifndef CVAE_ALPHABET_H
#define CVAE_ALPHABET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"
#include "base/word.h"

enum {
    ALPHABET_LETTERS_MAX = 4096,
    ALPHABET_TEXT_SIZE = 4 * ALPHABET_LETTERS_MAX + 1, /**< the letters as UTF-8 with a zero */
    ALPHABET_ASCII = 128,                              /**< code points of one byte */
    ALPHABET_UNKNOWN = 0xFFFD                          /**< the unknown letter */
};

/** Plain data, owns nothing. A zeroed struct is the alphabet without letters. */
typedef struct {
    int letters;                               /**< how many */
    uint32_t code_point[ALPHABET_LETTERS_MAX]; /**< rising; letter i is symbol SYMBOL_FIRST_LETTER + i */
    symbol_t ascii[ALPHABET_ASCII];            /**< the symbols of one-byte letters, 0 for what is none */
} alphabet_t;

/** V, the number of symbols with the two markers. */
int alphabet_symbols(const alphabet_t *alphabet);

/** The symbol of the unknown letter; 0 where the alphabet does not have it. */
symbol_t alphabet_unknown(const alphabet_t *alphabet);

/**
 * The alphabet of the letters in `letters` (UTF-8, zero-terminated, any order, duplicates are one; "a-z" is
 * the 26 letters), as NFC has them: `e` with U+0301 behind it is the letter é. STATUS_DATA for malformed
 * UTF-8, '#', what nobody can see (text_flaw()) but joiners, none or too many letters. Direction marks are
 * left out. STATUS_MEMORY.
 */
status_t alphabet_from_letters(alphabet_t *alphabet, const char *letters);

/**
 * The alphabet that alphabet_text() wrote, code point by code point: nothing is composed, and no letter that
 * a model has is refused. STATUS_DATA for malformed UTF-8, none or too many letters.
 */
status_t alphabet_from_text(alphabet_t *alphabet, const char *text);

/**
 * Puts a letter into its place unless it is there already; the symbols of the letters
 * behind it change. Returns false where the alphabet is full.
 */
bool alphabet_add(alphabet_t *alphabet, uint32_t code_point);

/** The letters as UTF-8 in symbol order, to be saved with a model; alphabet_from_text() gives the same back.
 */
void alphabet_text(const alphabet_t *alphabet, char text[ALPHABET_TEXT_SIZE]);

/**
 * One letter's symbol at the start of `text` (at most `size` bytes): returns the bytes it takes and sets
 * *symbol; returns 0 where the UTF-8 is malformed, and sets *symbol to 0 where the letter is not in the
 * alphabet.
 */
int alphabet_encode_letter(const alphabet_t *alphabet, const char *text, size_t size, symbol_t *symbol);

/**
 * As alphabet_encode_letter(), but where the alphabet has the unknown letter, this is the symbol of each
 * letter that the alphabet lacks and that can be seen (text_flaw()), and of U+FFFD. The letter is added to
 * *unknown, whose array has room for it. unknown: NULL for alphabet_encode_letter() itself.
 */
int alphabet_read_letter(
    const alphabet_t *alphabet, const char *text, size_t size, symbol_t *symbol, unknown_t *unknown);

/** What may help where the alphabet lacks a letter: ": try 'w'" where it has the letter's other case, or "".
 */
void alphabet_hint(const alphabet_t *alphabet, uint32_t code_point, char text[TEXT_DESCRIPTION_SIZE]);

/**
 * Symbols (letters only) to zero-terminated UTF-8 in `text`. Whatever does not fit in `size` bytes is left
 * out, whole letters only. Returns the length.
 */
size_t alphabet_decode(
    const alphabet_t *alphabet, const symbol_t *letters, int length, char *text, size_t size);

/** As alphabet_decode(), with the k-th of the unknown letters in the place of the k-th U+FFFD, as far as they
 * reach. */
size_t alphabet_spell(const alphabet_t *alphabet, const symbol_t *letters, int length,
    const unknown_t *unknown, char *text, size_t size);

#endif
