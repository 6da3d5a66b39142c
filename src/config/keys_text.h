/** What the table says about a key, in words: for messages and for the help. */
#ifndef CONFIG_KEYS_TEXT_H
#define CONFIG_KEYS_TEXT_H

#include "keys.h"

enum { KEYS_TEXT_SIZE = 160 /**< space for what these functions write, the zero included */ };

/** The words of the kinds in a bit mask, as "linear, cosine and sigmoid". */
void keys_text_kinds(unsigned kinds, char text[KEYS_TEXT_SIZE]);

/** The range alone, "1 to 4096". */
void keys_text_range(const config_key_t *key, char text[KEYS_TEXT_SIZE]);

/** What a key's value has to be, as a noun with its range: "a whole number (1 to 4096)". */
void keys_text_expected(const config_key_t *key, char text[KEYS_TEXT_SIZE]);

#endif
