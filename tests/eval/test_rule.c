// The longest-suffix rule on a few verbs: every expected form follows from the rows by counting.
#include "../data/dataset_text.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_votes),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_held_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
