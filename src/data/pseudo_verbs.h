/**
 * Invented verbs in any number, for tables larger than a language has verbs: spelled like English ones, as
 * long as those of data/verbs.txt, and inflected by english.h's rules.
 *
 * The rows are a pure function of the seed, on every machine; those of a smaller count are the first of a
 * larger one's. No two have the same base. Of short words there are only so many, so the more rows, the
 * longer the later ones are on average. A word may happen to be a real one.
 */
#ifndef CVAE_PSEUDO_VERBS_H
#define CVAE_PSEUDO_VERBS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    PSEUDO_VERBS_LETTERS_MAX = 20, /**< of a form; a-z */
    /** Four forms, what is behind each, and a zero. */
    PSEUDO_VERBS_ROW_SIZE = 4 * (PSEUDO_VERBS_LETTERS_MAX + 1) + 1
};

typedef struct pseudo_verbs pseudo_verbs_t;

/** The rows of a seed, before the first, of which at most `count` will be asked for. Memory: 11 to 22 bytes
 * for each. STATUS_MEMORY. */
status_t pseudo_verbs_create(pseudo_verbs_t **verbs, uint64_t seed, uint64_t count);

/** NULL is fine. */
void pseudo_verbs_destroy(pseudo_verbs_t *verbs);

/** The next row as a line of a file of rows, `base third-person progressive past` and a newline. Returns its
 * length. */
size_t pseudo_verbs_next(pseudo_verbs_t *verbs, char row[PSEUDO_VERBS_ROW_SIZE]);

#endif
