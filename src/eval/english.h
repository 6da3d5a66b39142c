/**
 * Which English pasts are regular: to tell how a model does on regular and on irregular verbs. Words are
 * lower-case ASCII.
 */
#ifndef CVAE_ENGLISH_H
#define CVAE_ENGLISH_H

#include <stdbool.h>

/**
 * Whether a past form follows from the verb's base by rule: -ed (walk, walked); -d after e (bake, baked);
 * -ied for y (try, tried); a doubled last letter (stop, stopped); -ked after c (panic, panicked). Here a
 * letter may be doubled or not: both are regular.
 */
bool english_is_regular_past(const char *base, const char *past);

#endif
