// The longest-suffix rule on a few verbs: every expected form follows from the rows by counting.
#include "../data/dataset_text.h"

#include <malloc.h>

#include "eval/rule.h"

enum { PRESENT, THIRD, PROGRESSIVE, PAST };

/** Asserts what the rule makes of a word; `word` has letters a-z. */
static void assert_converts(
    rule_t *rule, const dataset_t *dataset, const char *word, int from, int to, const char *expected) {
    symbol_t letters[32];
    word_t source = {.letters = letters, .condition = from};
    for (; word[source.length]; source.length++) {
        alphabet_encode_letter(&dataset->alphabet, &word[source.length], 1, &letters[source.length]);
    }
    const word_t converted = rule_convert(rule, &source, to);
    assert_int_equal(converted.condition, to);
    assert_string_equal(dataset_text_word(dataset, converted), expected);
}

static void learn(dataset_t *dataset, rule_t **rule, dataset_source_t source) {
    assert_ok(dataset_text_create(dataset, source));
    assert_ok(rule_create(rule, dataset));
}

static void test_rows(void **state) {
    (void)state;
    dataset_t dataset;
    rule_t *rule;
    learn(&dataset, &rule,
        dataset_text_rows("walk walks walking walked\n"
                          "bake bakes baking baked\n"
                          "wake wakes waking woke\n"
                          "rake rakes raking raked\n"
                          "try tries trying tried\n"
                          "stop stops stopping stopped\n"
                          "sing sings singing sang\n"
                          "extraordinarily extraordinarilys extraordinarilying go\n"));
    // Of bake, wake, rake two say -ed; the longest suffix that is known is -ake.
    assert_converts(rule, &dataset, "fake", PRESENT, PAST, "faked");
    // What changes in sing is -ing, so that "g" and "ng" have no vote.
    assert_converts(rule, &dataset, "bring", PRESENT, PAST, "brang");
    assert_converts(rule, &dataset, "spry", PRESENT, THIRD, "spries");
    assert_converts(rule, &dataset, "spries", THIRD, PRESENT, "spry");
    assert_converts(rule, &dataset, "chop", PRESENT, PROGRESSIVE, "chopping");
    assert_converts(rule, &dataset, "chopped", PAST, PROGRESSIVE, "chopping");
    // No word ends in z: the suffix without letters decides, which -s is added to most often.
    assert_converts(rule, &dataset, "fizz", PRESENT, THIRD, "fizzs");
    // A whole known word is its own suffix.
    assert_converts(rule, &dataset, "wake", PRESENT, PAST, "woke");
    // The longest word, by the longest replacement.
    assert_converts(rule, &dataset, "extraordinarily", PRESENT, PROGRESSIVE, "extraordinarilying");
    rule_destroy(rule);
    dataset_destroy(&dataset);
}

static void test_votes(void **state) {
    (void)state;
    dataset_t dataset;
    rule_t *rule;
    // Equally frequent: the first by symbols, whatever the order of the lines. A longer suffix with one vote
    // goes before a shorter one with many.
    learn(&dataset, &rule,
        dataset_text_rows("ba bas baing baz\n"
                          "ca cas caing cay\n"
                          "da das daing dax\n"
                          "oa oas oaing oax\n"
                          "aoa aoas aoaing aoaw\n"
                          "e es eing ez\n"
                          "i is iing iy\n"));
    assert_converts(rule, &dataset, "ga", PRESENT, PAST, "gax");
    assert_converts(rule, &dataset, "uoa", PRESENT, PAST, "uoaw");
    // The suffix without letters: x twice, y twice, z twice.
    assert_converts(rule, &dataset, "u", PRESENT, PAST, "ux");
    rule_destroy(rule);
    dataset_destroy(&dataset);
}

static void test_copies(void **state) {
    (void)state;
    dataset_t dataset;
    rule_t *rule;
    // The words of each row share no beginning: no suffix but the whole word has a vote.
    learn(&dataset, &rule, dataset_text_rows("a b c d\nef gh ij kl\n"));
    assert_converts(rule, &dataset, "ef", PRESENT, PAST, "kl");
    assert_converts(rule, &dataset, "eff", PRESENT, PAST, "eff");
    rule_destroy(rule);
    dataset_destroy(&dataset);
    // A target that is shorter than what would stay has no vote, whatever letters stand behind it in memory.
    learn(&dataset, &rule, dataset_text_rows("ab a be bi\n"));
    assert_converts(rule, &dataset, "ac", PRESENT, THIRD, "ac");
    rule_destroy(rule);
    dataset_destroy(&dataset);
}

static void test_pairs(void **state) {
    (void)state;
    dataset_t dataset;
    rule_t *rule;
    learn(&dataset, &rule,
        dataset_text_pairs("walk present walked past\n"
                           "talk present talking progressive\n"
                           "be present been past\n"
                           "sang past sing present\n"));
    assert_converts(rule, &dataset, "balk", PRESENT, PAST, "balked");
    assert_converts(rule, &dataset, "balk", PRESENT, PROGRESSIVE, "balking");
    assert_converts(rule, &dataset, "rang", PAST, PRESENT, "ring");
    // Nothing was learned about this direction.
    assert_converts(rule, &dataset, "rings", THIRD, PAST, "rings");
    rule_destroy(rule);
    dataset_destroy(&dataset);
}

/** Held-back rows teach nothing. */
static void test_held_back(void **state) {
    (void)state;
    static char text[8000];
    size_t used = 0;
    for (char a = 'a'; a <= 'z'; a++) {
        for (char b = 'a'; b <= 'd'; b++) {
            used += (size_t)snprintf(text + used, sizeof text - used, "%c%c %c%cs %c%cing %c%c%c%c\n", a, b,
                a, b, a, b, a, b, a, b);
        }
    }
    dataset_t dataset;
    rule_t *rule;
    dataset_source_t source = dataset_text_rows(text);
    source.holdout = 0.3;
    learn(&dataset, &rule, source);
    assert_in_range(dataset.train_row_count, 50, 90);
    for (size_t row = 0; row < dataset.row_count; row++) {
        // The past repeats the word: a word that was seen is right, another one is not.
        const word_t present = dataset_word(&dataset, row, PRESENT), past = dataset_word(&dataset, row, PAST);
        const word_t converted = rule_convert(rule, &present, PAST);
        const bool is_right = converted.length == past.length &&
                              memcmp(converted.letters, past.letters, 4 * sizeof *past.letters) == 0;
        assert_int_equal(is_right, row < dataset.train_row_count);
    }
    rule_destroy(rule);
    dataset_destroy(&dataset);
}

/** Converts as the header specifies, by a rule learned pair by pair. */
static word_t count_votes(const dataset_t *dataset, const word_t *source, int target, symbol_t *letters) {
    enum { PAIRS = 400 };
    for (int suffix = source->length; suffix >= 0; suffix--) {
        word_t votes[PAIRS], *best = NULL;
        size_t count = 0, best_times = 0;
        for (size_t i = 0; i < dataset_cross_count(dataset); i++) {
            const pair_t pair = dataset_cross_pair(dataset, i);
            const int kept = pair.source.length - suffix;
            if (pair.source.condition == source->condition && pair.target.condition == target && kept >= 0 &&
                kept <= pair.target.length &&
                memcmp(pair.source.letters + kept, source->letters + source->length - suffix,
                    (size_t)suffix * sizeof(symbol_t)) == 0 &&
                memcmp(pair.source.letters, pair.target.letters, (size_t)kept * sizeof(symbol_t)) == 0) {
                assert_in_range(count, 0, PAIRS - 1);
                votes[count++] = (word_t){pair.target.letters + kept, pair.target.length - kept, 0};
            }
        }
        for (size_t i = 0; i < count; i++) {
            size_t times = 0;
            for (size_t j = 0; j < count; j++) {
                times += word_compare(&votes[i], &votes[j]) == 0;
            }
            if (times > best_times || (times == best_times && word_compare(&votes[i], best) < 0)) {
                best = &votes[i];
                best_times = times;
            }
        }
        if (best) {
            const int kept = source->length - suffix;
            memcpy(letters, source->letters, (size_t)kept * sizeof *letters);
            memcpy(letters + kept, best->letters, (size_t)best->length * sizeof *letters);
            return (word_t){letters, kept + best->length, target};
        }
    }
    return (word_t){source->letters, source->length, target};
}

/** Converts every word of the data into every condition, its own too, as a rule learned pair by pair does. */
static void assert_counts(dataset_source_t source) {
    dataset_t dataset;
    rule_t *rule;
    learn(&dataset, &rule, source);
    size_t changed = 0;
    for (size_t i = 0; i < dataset_cross_count(&dataset); i++) {
        for (int target = 0; target < dataset.conditions.count; target++) {
            const word_t word = dataset_cross_pair(&dataset, i).source;
            for (int cut = 0; cut < word.length; cut++) {
                symbol_t letters[64];
                const word_t key = {word.letters + cut, word.length - cut, word.condition};
                const word_t expected = count_votes(&dataset, &key, target, letters),
                             found = rule_convert(rule, &key, target);
                assert_int_equal(word_compare(&found, &expected), 0);
                changed += found.length != key.length;
            }
        }
    }
    assert_true(changed > 0 || dataset.conditions.count == 1);
    rule_destroy(rule);
    dataset_destroy(&dataset);
}

static void test_pair_by_pair(void **state) {
    (void)state;
    static const dataset_pairs_t pairs[] = {DATASET_PAIRS_RANDOM, DATASET_PAIRS_CROSS, DATASET_PAIRS_ALL,
        DATASET_PAIRS_SAME, DATASET_PAIRS_INFLECT, DATASET_PAIRS_LEMMATIZE};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        // Variants, a form that is the lemma, and a paradigm that lacks forms.
        dataset_source_t table = dataset_text_table("walk\twalks\tB\nwalk\twalked\tC\nwalk\twolk\tC\n"
                                                    "talk\ttalks\tB\ntalk\ttalked\tC\n"
                                                    "cut\tcut\tC\ncut\tcuts\tB\ndare\tdares\tB\n"
                                                    "dare\tdaret\tB\ndare\tdared\tC\nsee\tsaw\tC\n");
        dataset_source_t rows = dataset_text_rows("walk walks walking walked\nput puts putting put\n"
                                                  "talk talks talking talked\nsee sees seeing saw\n");
        table.pairs = rows.pairs = pairs[i];
        assert_counts(table);
        assert_counts(rows);
    }
    // One paradigm with as many votes as its variants have pairs.
    dataset_source_t variants = dataset_text_table("ika\taka\tB\nika\txaka\tB\nika\txxaka\tB\n"
                                                   "ika\txxo\tC\nika\txxe\tC\nika\txxi\tC\n");
    variants.pairs = DATASET_PAIRS_CROSS;
    assert_counts(variants);
    dataset_source_t words = dataset_text_rows("walk\ntalk\nsee\n");
    words.condition_count = 1;
    assert_counts(words);
    assert_counts(
        dataset_text_pairs("walk present walked past\nwalk present walk third\nsang past sing present\n"
                           "talk present talks third\n"));
}

static size_t allocated(void) {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/** Lemmas with many forms have many more pairs than words: the rule does not keep the pairs. */
static void test_large_paradigms(void **state) {
    (void)state;
    enum { LEMMAS = 60, FORMS = 1000, SIZE = LEMMAS * FORMS * 40 };
    char *text = malloc(SIZE);
    size_t used = 0;
    for (int form = 0; form < LEMMAS * FORMS; form++) {
        const int lemma = form / FORMS;
        const char a = (char)('a' + lemma % 26), b = (char)('a' + lemma / 26);
        used += (size_t)snprintf(text + used, SIZE - used, "%c%cx\t%c%cx%c%c\tT%d\n", a, b, a, b,
            (char)('a' + form % FORMS / 26 % 26), (char)('a' + form % 26), form % FORMS);
    }
    dataset_t dataset;
    rule_t *rule;
    dataset_source_t source = dataset_text_table(text);
    source.pairs = DATASET_PAIRS_RANDOM;
    assert_ok(dataset_text_create(&dataset, source));
    assert_true(dataset_cross_count(&dataset) > 50000000);
    // 60 million pairs would take more than 4 GB. (The sanitizers' malloc() has no count.)
    const size_t before = allocated();
    assert_ok(rule_create(&rule, &dataset));
    assert_in_range(allocated() - before, 0, 10000000);
    assert_converts(rule, &dataset, "zzxzy", dataset_word(&dataset, 0, 1).condition,
        dataset.conditions.count - 1, "zzxzy");
    rule_destroy(rule);
    dataset_destroy(&dataset);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_votes),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_held_back),
        cmocka_unit_test(test_pair_by_pair),
        cmocka_unit_test(test_large_paradigms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
