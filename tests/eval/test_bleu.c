#include "eval/bleu.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

enum { LONGEST = 256, GOLDEN_PAIRS = 1000 };

/** Letters a-z as symbols. The array ends where the word does, so that a read beyond it is noticed. */
static symbol_t *encode(const char *word, int *length) {
    *length = (int)strlen(word);
    symbol_t *letters = malloc((size_t)*length * sizeof *letters);
    assert_true(letters || *length == 0);
    for (int i = 0; i < *length; i++) {
        letters[i] = (symbol_t)(SYMBOL_FIRST_LETTER + word[i] - 'a');
    }
    return letters;
}

static double bleu(const char *candidate, const char *reference) {
    int candidate_length, reference_length;
    symbol_t *candidate_letters = encode(candidate, &candidate_length);
    symbol_t *reference_letters = encode(reference, &reference_length);
    double value = bleu_sentence(candidate_letters, candidate_length, reference_letters, reference_length);
    free(candidate_letters);
    free(reference_letters);
    return value;
}

static void assert_bleu(const char *candidate, const char *reference, double expected) {
    double value = bleu(candidate, reference);
    // Relative: the score of a much too short word is small. A score of 0 must be exactly that.
    if (!(fabs(value - expected) <= 1e-12 * expected)) {
        fail_msg("'%s' against '%s': %.17g, not %.17g", candidate, reference, value, expected);
    }
}

static void test_golden_values_of_nltk(void **state) {
    (void)state;
    FILE *file = fopen(TEST_SOURCE_DIR "/eval/bleu_golden.txt", "r");
    assert_non_null(file);
    char line[LONGEST];
    int pairs = 0;
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#') {
            continue;
        }
        char *reference = strchr(line, '\t');
        assert_non_null(reference);
        *reference++ = '\0';
        char *value = strchr(reference, '\t');
        assert_non_null(value);
        *value++ = '\0';
        assert_bleu(line, reference, strtod(value, NULL));
        pairs++;
    }
    fclose(file);
    assert_int_equal(pairs, GOLDEN_PAIRS);
}

static void test_values_from_the_definition(void **state) {
    (void)state;
    const struct {
        const char *candidate, *reference;
        double expected;
    } cases[] = {
        {"walked", "walked", 1},
        {"walk", "walk", 1},
        // Three letters: three orders. Fewer: the orders without an n-gram count 0.1.
        {"put", "put", 1},
        {"go", "go", sqrt(0.1)},
        {"a", "a", pow(0.1, 0.75)},
        // 4 of 4 letters, but 0 of 3, 0 of 2 and 0 of 1 n-grams.
        {"dcba", "abcd", pow(0.1 / 3 * 0.1 / 2 * 0.1, 0.25)},
        // Longer: no penalty. Shorter: exp(1 - r / c).
        {"walks", "walk", pow(4.0 / 5 * 3 / 4 * 2 / 3 * 1 / 2, 0.25)},
        {"walk", "walks", exp(1 - 5.0 / 4)},
        {"pu", "put", exp(1 - 3.0 / 2) * pow(0.1, 0.33)},
        // Clipping: one a of the reference matches one of four, even where the candidate repeats it.
        {"aaaa", "abcd", pow(1.0 / 4 * 0.1 / 3 * 0.1 / 2 * 0.1, 0.25)},
        {"aaaa", "aabc", pow(2.0 / 4 * 1.0 / 3 * 0.1 / 2 * 0.1, 0.25)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_bleu(cases[i].candidate, cases[i].reference, cases[i].expected);
    }
}

static void test_nothing_in_common_is_zero(void **state) {
    (void)state;
    assert_true(bleu("", "walk") == 0);
    assert_true(bleu("", "") == 0);
    assert_true(bleu("walk", "") == 0);
    assert_true(bleu("bcd", "walks") == 0);
    assert_true(bleu_sentence(NULL, 0, NULL, 0) == 0);
}

static void test_symbols_are_compared_whole(void **state) {
    (void)state;
    const symbol_t low[] = {2, 3, 4, 5}, high[] = {2 + 256, 3 + 256, 4 + 256, 5 + 256};
    assert_true(bleu_sentence(low, 4, high, 4) == 0);
    assert_true(bleu_sentence(high, 4, high, 4) == 1);
}

static void test_long_words(void **state) {
    (void)state;
    symbol_t candidate[1000], reference[999];
    for (int i = 0; i < 1000; i++) {
        candidate[i] = (symbol_t)(SYMBOL_FIRST_LETTER + i);
    }
    memcpy(reference, candidate, sizeof reference);
    double expected = pow(999.0 / 1000 * 998 / 999 * 997 / 998 * 996 / 997, 0.25);
    assert_true(fabs(bleu_sentence(candidate, 1000, reference, 999) - expected) < 1e-12);
}

static void test_never_above_one(void **state) {
    (void)state;
    const char *const words[] = {"a", "ab", "aba", "abab", "ababa", "aaaaaaa", "bbbbbbab", "abcabcabcabc"};
    const size_t count = sizeof words / sizeof *words;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            double value = bleu(words[i], words[j]);
            assert_true(value >= 0 && value <= 1);
            assert_true(i == j || value < 1);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_values_of_nltk),
        cmocka_unit_test(test_values_from_the_definition),
        cmocka_unit_test(test_nothing_in_common_is_zero),
        cmocka_unit_test(test_symbols_are_compared_whole),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_never_above_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
