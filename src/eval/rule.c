#include "rule.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct rule {
    pair_t *pairs; /**< [count] by conditions, then by the source's letters from the last one on */
    size_t count;
    word_t *votes;     /**< [count] replacements */
    symbol_t *letters; /**< [2 * dataset->longest] of what was converted last */
};

/** The order of words that are read from their last letter on, as far as their last `most` letters tell. */
static int compare_ends(const word_t *a, const word_t *b, int most) {
    for (int i = 1; i <= most && (i <= a->length || i <= b->length); i++) {
        if (i > a->length || i > b->length) {
            return a->length - b->length;
        }
        const int difference = a->letters[a->length - i] - b->letters[b->length - i];
        if (difference != 0) {
            return difference;
        }
    }
    return 0;
}

static int compare_pairs(const pair_t *a, const pair_t *b, int most) {
    if (a->source.condition != b->source.condition) {
        return a->source.condition - b->source.condition;
    }
    if (a->target.condition != b->target.condition) {
        return a->target.condition - b->target.condition;
    }
    return compare_ends(&a->source, &b->source, most);
}

static int by_ends(const void *a, const void *b) {
    return compare_pairs(a, b, INT_MAX);
}

static int by_symbols(const void *a, const void *b) {
    return word_compare(a, b);
}

status_t rule_create(rule_t **rule, const dataset_t *dataset) {
    const size_t count = dataset_cross_count(dataset);
    rule_t *created = calloc(1, sizeof *created);
    if (created) {
        created->count = count;
        created->pairs = calloc(count, sizeof *created->pairs);
        created->votes = calloc(count, sizeof *created->votes);
        created->letters = calloc(2 * (size_t)dataset->longest, sizeof *created->letters);
    }
    if (!created || !created->pairs || !created->votes || !created->letters) {
        rule_destroy(created);
        return status_fail(STATUS_MEMORY, "out of memory for the suffixes of %zu pairs", count);
    }
    for (size_t i = 0; i < count; i++) {
        created->pairs[i] = dataset_cross_pair(dataset, i);
    }
    qsort(created->pairs, count, sizeof *created->pairs, by_ends);
    *rule = created;
    return STATUS_OK;
}

void rule_destroy(rule_t *rule) {
    if (rule) {
        free(rule->pairs);
        free(rule->votes);
        free(rule->letters);
        free(rule);
    }
}

/** How many pairs stand before those that are like `key` in the last `suffix` letters; or before their end.
 */
static size_t bound(const rule_t *rule, const pair_t *key, int suffix, bool is_end) {
    size_t low = 0, high = rule->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = compare_pairs(&rule->pairs[middle], key, suffix);
        if (order < 0 || (is_end && order == 0)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/** What the suffix of the key's source is replaced by in the training pairs: rule->votes. Returns how many.
 */
static size_t take_votes(rule_t *rule, const pair_t *key, int suffix) {
    const size_t end = bound(rule, key, suffix, true);
    size_t count = 0;
    for (size_t i = bound(rule, key, suffix, false); i < end; i++) {
        const word_t *source = &rule->pairs[i].source, *target = &rule->pairs[i].target;
        const int kept = source->length - suffix;
        if (kept <= target->length &&
            memcmp(source->letters, target->letters, (size_t)kept * sizeof *source->letters) == 0) {
            rule->votes[count++] =
                (word_t){.letters = target->letters + kept, .length = target->length - kept};
        }
    }
    return count;
}

static word_t most_frequent(word_t *votes, size_t count) {
    size_t best = 0, best_times = 0, first = 0;
    qsort(votes, count, sizeof *votes, by_symbols);
    for (size_t i = 1; i <= count; i++) {
        if (i == count || word_compare(&votes[first], &votes[i]) != 0) {
            if (i - first > best_times) {
                best = first;
                best_times = i - first;
            }
            first = i;
        }
    }
    return votes[best];
}

word_t rule_convert(rule_t *rule, const word_t *source, int target) {
    const pair_t key = {.source = *source, .target.condition = target};
    word_t replacement = {0};
    size_t votes = 0;
    int suffix = source->length + 1;
    while (votes == 0 && suffix > 0) {
        votes = take_votes(rule, &key, --suffix);
    }
    if (votes > 0) {
        replacement = most_frequent(rule->votes, votes);
    }
    const int kept = source->length - suffix;
    memcpy(rule->letters, source->letters, (size_t)kept * sizeof *rule->letters);
    if (replacement.length > 0) {
        memcpy(rule->letters + kept, replacement.letters, (size_t)replacement.length * sizeof *rule->letters);
    }
    return (word_t){.letters = rule->letters, .length = kept + replacement.length, .condition = target};
}
