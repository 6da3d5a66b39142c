#include "suggest.h"

#include <stddef.h>
#include <string.h>

enum { WORD_MAX = 63, TOO_FAR = 1000 };

static int smaller(int a, int b) {
    return a < b ? a : b;
}

int suggest_distance(const char *one, const char *other) {
    size_t rows = strlen(one), columns = strlen(other);
    if (rows > WORD_MAX || columns > WORD_MAX) {
        return TOO_FAR;
    }
    // cost[i % 3][j]: from the first i letters of one word to the first j of the other.
    int cost[3][WORD_MAX + 1];
    for (size_t j = 0; j <= columns; j++) {
        cost[0][j] = (int)j;
    }
    for (size_t i = 1; i <= rows; i++) {
        int *row = cost[i % 3], *above = cost[(i + 2) % 3], *swapped = cost[(i + 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= columns; j++) {
            int replace = above[j - 1] + (one[i - 1] != other[j - 1]);
            row[j] = smaller(replace, smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) {
                row[j] = smaller(row[j], swapped[j - 2] + 1);
            }
        }
    }
    return cost[rows % 3][columns];
}

const char *suggest_nearest(const char *word, const char *const *candidates, int count) {
    const char *dot = strrchr(word, '.');
    size_t letters = strlen(dot ? dot + 1 : word);
    if (letters > WORD_MAX) {
        return NULL;
    }
    int limit = letters < 3 ? 1 : (int)(letters + 1) / 3;
    const char *nearest = NULL;
    for (int i = 0; i < count; i++) {
        // Cheap, and decides nearly always: every letter more or less is a change.
        int difference = (int)strlen(word) - (int)strlen(candidates[i]);
        if (difference > limit || -difference > limit) {
            continue;
        }
        int distance = suggest_distance(word, candidates[i]);
        // A one-letter word is one change away from any other.
        if (distance <= limit && (size_t)distance < letters) {
            nearest = candidates[i];
            limit = distance - 1;
        }
    }
    return nearest;
}
