#include "rule.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/** The source word of training pairs. */
typedef struct {
    word_t word;
    uint32_t unit;  /**< its row, paradigm or given pair */
    uint32_t place; /**< in the row or paradigm */
    int target;     /**< of a given pair: the target's condition; else 0 */
} source_t;

struct rule {
    const dataset_t *dataset;
    bool are_given;    /**< each source has one target */
    source_t *sources; /**< [count] by conditions, then by the word's letters from the last one on */
    size_t count;
    word_t *votes;     /**< replacements; room for all pairs from one condition to another */
    symbol_t *letters; /**< [RULE_LETTERS + dataset->longest] of what was converted last */
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

static int compare_sources(const source_t *a, const source_t *b, int most) {
    if (a->word.condition != b->word.condition) {
        return a->word.condition - b->word.condition;
    }
    return a->target != b->target ? a->target - b->target : compare_ends(&a->word, &b->word, most);
}

static int by_ends(const void *a, const void *b) {
    return compare_sources(a, b, INT_MAX);
}

static int by_symbols(const void *a, const void *b) {
    return word_compare(a, b);
}

/** The words of a row or paradigm. */
static size_t word_count_of(const dataset_t *dataset, size_t unit) {
    return dataset_is_table(dataset) ? 1 + dataset->paradigm_first[unit + 1] - dataset->paradigm_first[unit]
                                     : (size_t)dataset->conditions.count;
}

/** Word `place` of a row or paradigm; a paradigm begins with its lemma. */
static word_t word_of(const dataset_t *dataset, size_t unit, size_t place) {
    if (!dataset_is_table(dataset)) {
        return dataset_word(dataset, unit, (int)place);
    }
    const size_t first = dataset->paradigm_first[unit];
    return place == 0 ? dataset_word(dataset, first, 0) : dataset_word(dataset, first + place - 1, 1);
}

/** Writes the sources, or only counts them if `sources` is NULL. Returns how many there are. */
static size_t take_sources(const rule_t *rule, source_t *sources) {
    const dataset_t *dataset = rule->dataset;
    const size_t units = rule->are_given             ? dataset_cross_count(dataset)
                         : dataset_is_table(dataset) ? dataset->train_paradigm_count
                                                     : dataset->train_row_count;
    size_t count = 0;
    for (size_t unit = 0; unit < units; unit++) {
        const size_t words = rule->are_given ? 1 : word_count_of(dataset, unit);
        for (size_t place = 0; sources && place < words; place++) {
            source_t *source = &sources[count + place];
            *source = (source_t){.unit = (uint32_t)unit, .place = (uint32_t)place};
            if (rule->are_given) {
                const pair_t pair = dataset_cross_pair(dataset, unit);
                source->word = pair.source;
                source->target = pair.target.condition;
            } else {
                source->word = word_of(dataset, unit, place);
            }
        }
        count += words;
    }
    return count;
}

/** An upper bound on the pairs from one condition to another: m * m for a paradigm with at most m words in a
 * condition. times [conditions]: scratch, zeros before and after. */
static size_t count_votes(const rule_t *rule, size_t *times) {
    const dataset_t *dataset = rule->dataset;
    if (rule->are_given || !dataset_is_table(dataset)) {
        return rule->are_given ? rule->count : dataset->train_row_count;
    }
    size_t votes = 0;
    for (size_t unit = 0; unit < dataset->train_paradigm_count; unit++) {
        const size_t words = word_count_of(dataset, unit);
        size_t most = 0;
        for (size_t place = 0; place < words; place++) {
            const size_t now = ++times[word_of(dataset, unit, place).condition];
            most = now > most ? now : most;
        }
        for (size_t place = 0; place < words; place++) {
            times[word_of(dataset, unit, place).condition] = 0;
        }
        votes += most * most;
    }
    return votes;
}

status_t rule_create(rule_t **rule, const dataset_t *dataset) {
    size_t *times = calloc((size_t)dataset->conditions.count, sizeof *times);
    rule_t *created = calloc(1, sizeof *created);
    size_t votes = 0;
    if (created && times) {
        created->dataset = dataset;
        created->are_given = dataset->pairs == DATASET_PAIRS_GIVEN ||
                             dataset->pairs == DATASET_PAIRS_INFLECT ||
                             dataset->pairs == DATASET_PAIRS_LEMMATIZE;
        created->count = take_sources(created, NULL);
        votes = count_votes(created, times);
        created->sources = calloc(created->count, sizeof *created->sources);
        created->votes = calloc(votes, sizeof *created->votes);
        created->letters = calloc(RULE_LETTERS + (size_t)dataset->longest, sizeof *created->letters);
    }
    free(times);
    if (!created || !created->sources || !created->votes || !created->letters) {
        const size_t bytes = created ? created->count * sizeof *created->sources + votes * sizeof(word_t) : 0;
        rule_destroy(created);
        return status_fail(
            STATUS_MEMORY, "out of memory for the longest-suffix rule: it needs %zu MB", bytes / 1000000 + 1);
    }
    take_sources(created, created->sources);
    qsort(created->sources, created->count, sizeof *created->sources, by_ends);
    *rule = created;
    return STATUS_OK;
}

void rule_destroy(rule_t *rule) {
    if (rule) {
        free(rule->sources);
        free(rule->votes);
        free(rule->letters);
        free(rule);
    }
}

/** The index of the first source like `key` in its last `suffix` letters; is_end: of the next other one. */
static size_t bound(const rule_t *rule, const source_t *key, int suffix, bool is_end) {
    size_t low = 0, high = rule->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = compare_sources(&rule->sources[middle], key, suffix);
        if (order < 0 || (is_end && order == 0)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/** Adds the replacement of the source's suffix to the votes, if the target keeps all letters before it.
 * Returns the number of votes. */
static size_t add_vote(rule_t *rule, size_t votes, const word_t *source, const word_t *target, int suffix) {
    const int kept = source->length - suffix;
    if (kept > target->length ||
        memcmp(source->letters, target->letters, (size_t)kept * sizeof *source->letters) != 0) {
        return votes;
    }
    rule->votes[votes] = (word_t){.letters = target->letters + kept, .length = target->length - kept};
    return votes + 1;
}

/** Adds the votes of all pairs from a source to targets in a condition. Returns the number of votes. */
static size_t add_votes(rule_t *rule, size_t votes, const source_t *source, int condition, int suffix) {
    const dataset_t *dataset = rule->dataset;
    if (rule->are_given) {
        const word_t target = dataset_cross_pair(dataset, source->unit).target;
        return add_vote(rule, votes, &source->word, &target, suffix);
    }
    // The condition is the place of a row's word; a paradigm may have no word or several in a condition.
    const bool is_table = dataset_is_table(dataset);
    const size_t first = is_table ? 0 : (size_t)condition;
    const size_t end = is_table ? word_count_of(dataset, source->unit) : first + 1;
    for (size_t place = first; place < end; place++) {
        const word_t target = word_of(dataset, source->unit, place);
        // With a single condition each word is its own target.
        const bool is_pair = place != source->place || (!is_table && dataset->conditions.count == 1);
        if (is_pair && target.condition == condition) {
            votes = add_vote(rule, votes, &source->word, &target, suffix);
        }
    }
    return votes;
}

/** Fills in rule->votes: the replacements of the word's suffix in the training pairs. Returns the number.
 */
static size_t take_votes(rule_t *rule, const source_t *key, int condition, int suffix) {
    const size_t end = bound(rule, key, suffix, true);
    size_t count = 0;
    for (size_t i = bound(rule, key, suffix, false); i < end; i++) {
        count = add_votes(rule, count, &rule->sources[i], condition, suffix);
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
    const source_t key = {.word = *source, .target = rule->are_given ? target : 0};
    word_t replacement = {0};
    size_t votes = 0;
    int suffix = source->length + 1;
    while (votes == 0 && suffix > 0) {
        votes = take_votes(rule, &key, target, --suffix);
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
