/** The word somebody meant: the nearest of a list. */
#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

/** Changes of a letter (insert, remove, replace, swap two neighbours) that lead from one word to the other.
 */
int suggest_distance(const char *one, const char *other);

/**
 * The candidate nearest to `word`, the first of several; NULL when none is so near that it was likely meant:
 * one change for every three letters of the word, or of its part behind the last dot.
 */
const char *suggest_nearest(const char *word, const char *const *candidates, int count);

#endif
