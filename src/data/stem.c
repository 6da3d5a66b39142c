#include "stem.h"

#include <stdbool.h>

#include "base/hash.h"

/** Whether all words have the run. Fills in where. */
static bool is_shared(const word_t *words, int count, const symbol_t *run, int length, int *begin) {
    for (int i = 0; i < count; i++) {
        begin[i] = word_find(&words[i], run, length);
        if (begin[i] < 0) {
            return false;
        }
    }
    return true;
}

void stem_find(const word_t *words, int count, stem_t *stem) {
    int shortest = words[0].length;
    for (int i = 1; i < count; i++) {
        shortest = words[i].length < shortest ? words[i].length : shortest;
    }
    for (int length = shortest; length >= STEM_LETTERS && 2 * length >= shortest; length--) {
        for (int begin = 0; begin + length <= words[0].length; begin++) {
            if (is_shared(words, count, words[0].letters + begin, length, stem->begin)) {
                stem->length = length;
                return;
            }
        }
    }
    stem->length = 0;
}

uint64_t stem_inflection(const word_t *words, int count, const stem_t *stem, int kept) {
    uint64_t inflection = 0;
    for (int i = 0; i < count; i++) {
        const size_t size = sizeof *words[i].letters;
        const int before = stem->begin[i], behind = before + stem->length - kept;
        const uint64_t parts[] = {inflection, (uint64_t)words[i].condition,
            hash_bytes(words[i].letters, (size_t)before * size),
            hash_bytes(words[i].letters + behind, (size_t)(words[i].length - behind) * size)};
        inflection = hash_bytes(parts, sizeof parts);
    }
    return inflection;
}
