/**
 * The conditions: which forms a word can stand in, by name (tenses, or UniMorph's tags). A condition's number
 * is its place in the list; word.h's `condition` is such a number.
 */
#ifndef CONDITIONS_H
#define CONDITIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    CONDITIONS_MAX = 4096,
    CONDITIONS_NAME_MAX = 255, /**< bytes of a name */
    CONDITIONS_SLOTS = 2 * CONDITIONS_MAX,
    CONDITIONS_PARTS_MAX = 16 /**< of a name that count */
};

/** Initialise with {0}. Owns its text. */
typedef struct {
    int count;
    size_t used, size;               /**< bytes of the text, and those that there is room for */
    char *text;                      /**< the names, each with its zero, one after another */
    uint32_t offset[CONDITIONS_MAX]; /**< [count] where a name begins in the text */
    uint16_t slot[CONDITIONS_SLOTS]; /**< open addressing by a name's hash: number + 1, 0 for an empty slot */
} conditions_t;

/** Frees the text; fine for a zeroed struct. */
void conditions_destroy(conditions_t *conditions);

/** The name of a condition, zero-terminated; it lives until the next one is added. */
const char *conditions_name(const conditions_t *conditions, int condition);

/** The number of the condition with this name [length], or else with its normal form (text_normal()), or -1.
 * In constant time. */
int conditions_find(const conditions_t *conditions, const char *name, size_t length);

/**
 * Adds a name [length, 1 to CONDITIONS_NAME_MAX, without zeros and newlines] behind the others, unless it is
 * there already. *condition = its number, or -1 where there are CONDITIONS_MAX. STATUS_MEMORY.
 */
status_t conditions_add(conditions_t *conditions, const char *name, size_t length, int *condition);

/** Sorts the names from number `first` on by their bytes. STATUS_MEMORY: nothing has changed. */
status_t conditions_sort(conditions_t *conditions, int first);

/** Makes *to, which is zeroed, a copy. STATUS_MEMORY. */
status_t conditions_copy(conditions_t *to, const conditions_t *from);

/** Bytes of conditions_text(), its zero included. */
size_t conditions_text_size(const conditions_t *conditions);

/** The names, a line each, zero-terminated: to be saved with a model. */
void conditions_text(const conditions_t *conditions, char *text);

/**
 * The conditions that conditions_text() wrote, into a zeroed struct. STATUS_DATA for a line that is empty,
 * too long or there twice, for none or too many. STATUS_MEMORY. conditions_destroy() it in any case.
 */
status_t conditions_from_text(conditions_t *conditions, const char *text);

/** What the conditions' names are made of. Condition c has part[first[c]] to part[first[c + 1] - 1]. */
typedef struct {
    int count;                                       /**< different parts of all names */
    int first[CONDITIONS_MAX + 1];                   /**< [conditions + 1] */
    int part[CONDITIONS_MAX * CONDITIONS_PARTS_MAX]; /**< which, below count */
} conditions_parts_t;

/**
 * Splits the names at ';', ',' and parentheses, as UniMorph's tags are: the parts of "N;DAT(PL;PSS)" are "N",
 * "DAT", "PL", "PSS", and what stands in parentheses once more by what it belongs to, "DAT(PL" and "DAT(PSS".
 * The first CONDITIONS_PARTS_MAX different ones of a name count. Parts are numbered by their first place.
 * STATUS_MEMORY.
 */
status_t conditions_split(const conditions_t *conditions, conditions_parts_t *parts);

#endif
