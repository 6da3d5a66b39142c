/**
 * What is regular about English verbs: to tell how a model does on regular and on irregular ones.
 */
#ifndef CVAE_ENGLISH_H
#define CVAE_ENGLISH_H

#include <stdbool.h>

/**
 * Whether a past form follows from the verb's base by rule: -ed (walk, walked); -d after e (bake, baked);
 * -ied for y (try, tried); a doubled last letter (stop, stopped); -ked after c (panic, panicked). Lower-case
 * ASCII.
 */
bool english_is_regular_past(const char *base, const char *past);

#endif
