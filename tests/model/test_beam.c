// Beam search against the enumeration of every spelling, against a plain search over texts, and against
// greedy decoding. Probabilities come from the decoder's own loss.
#include "model/beam.h"
#include "fixture.h"
#include "isa.h"
#include "speller.h"

enum {
    LETTERS = 3,
    ALPHABET = 3,
    SPELLINGS = 1 + 3 + 9 + 27,
    WORDS = 5,
    WIDTH_MAX = SPELLINGS + 5,
    ROWS = WORDS * WIDTH_MAX,
    LONG = 10
};

typedef struct {
    symbol_t letters[LONG];
    int length;
    double log_probability;
    bool has_ended;
} spelling_t;

static const int conditions[WORDS] = {2, 0, 1, 1, 2};

static shape_t shape_of(int number, int symbols) {
    shape_t shape = fixture_shape();
    shape.symbols = symbols;
    shape.layers = 1 + number % 3;
    if (number % 2 == 1) {
        shape.decoder_latent = SHAPE_ENTERS_HIDDEN;
        shape.decoder_condition = SHAPE_ENTERS_HIDDEN;
    }
    return shape;
}

static void create(speller_t *speller, const shape_t *shape, uint64_t seed, double factor) {
    speller_create(speller, shape, seed, factor, WORDS, ROWS, LONG);
}

/** Searches for `count` words from `first` on, into spellings [count, width]; counts [count]. */
static void search(speller_t *speller, int first, int count, int width, int max_letters,
    spelling_t *spellings, int *counts) {
    const size_t all = (size_t)(count * width);
    beam_result_t result = {
        .letters = fixture_take(all * (size_t)max_letters, sizeof(symbol_t)),
        .lengths = fixture_take(all, sizeof(int)),
        .log_probabilities = fixture_take(all, sizeof(double)),
        .counts = counts,
    };
    beam_t *beam;
    assert_ok(beam_create(&beam, &speller->shape, count, width, max_letters));
    beam_search(beam, &speller->decoder, &speller->weights, count, speller->z + first * speller->shape.latent,
        conditions + first, speller->may_say_unknown ? speller->may_say_unknown + first : NULL, max_letters,
        &result);
    beam_destroy(beam);
    for (int i = 0; i < count; i++) {
        assert_in_range(counts[i], 1, width);
        for (int j = i * width; j < i * width + counts[i]; j++) {
            assert_in_range(result.lengths[j], 0, max_letters);
            spellings[j] =
                (spelling_t){.length = result.lengths[j], .log_probability = result.log_probabilities[j]};
            memcpy(spellings[j].letters, result.letters + j * max_letters,
                (size_t)result.lengths[j] * sizeof(symbol_t));
        }
    }
}

/** ln p(spelling and its end | z), by the loss. */
static double log_probability(speller_t *speller, int word, const spelling_t *spelling) {
    const word_t whole = {spelling->letters, spelling->length, conditions[word]};
    decoder_forward(&speller->decoder, &speller->weights, &whole, 1,
        speller->z + word * speller->shape.latent, NULL, NULL, NULL);
    return -decoder_loss(&speller->decoder);
}

static int by_probability(const void *left, const void *right) {
    const spelling_t *a = left, *b = right;
    return (a->log_probability < b->log_probability) - (a->log_probability > b->log_probability);
}

/** Every spelling of up to LETTERS letters, the likeliest first. */
static void enumerate(speller_t *speller, int word, spelling_t spellings[SPELLINGS]) {
    int count = 1;
    spellings[0] = (spelling_t){0};
    for (int i = 0; i < count; i++) {
        for (int letter = 0; letter < ALPHABET && spellings[i].length < LETTERS; letter++) {
            spellings[count] = spellings[i];
            spellings[count].letters[spellings[count].length++] = (symbol_t)(SYMBOL_FIRST_LETTER + letter);
            count++;
        }
    }
    assert_int_equal(count, SPELLINGS);
    for (int i = 0; i < count; i++) {
        spellings[i].log_probability = log_probability(speller, word, &spellings[i]);
    }
    qsort(spellings, (size_t)count, sizeof *spellings, by_probability);
}

static void assert_same(const spelling_t *actual, const spelling_t *expected) {
    assert_int_equal(actual->length, expected->length);
    assert_memory_equal(actual->letters, expected->letters, (size_t)actual->length * sizeof(symbol_t));
    assert_near(actual->log_probability, expected->log_probability, 1e-4);
}

static void test_wide_is_exhaustive(void **state) {
    (void)state;
    for (int number = 0; number < 6; number++) {
        const shape_t shape = shape_of(number, SYMBOL_FIRST_LETTER + ALPHABET);
        speller_t speller;
        create(&speller, &shape, (uint64_t)number, 2);
        spelling_t *found = fixture_take(ROWS, sizeof *found), all[SPELLINGS];
        int counts[WORDS];
        search(&speller, 0, WORDS, WIDTH_MAX, LETTERS, found, counts);
        for (int word = 0; word < WORDS; word++) {
            enumerate(&speller, word, all);
            assert_int_equal(counts[word], SPELLINGS);
            double sum = 0;
            for (int i = 0; i < SPELLINGS; i++) {
                assert_same(&found[word * WIDTH_MAX + i], &all[i]);
                sum += exp(found[word * WIDTH_MAX + i].log_probability);
            }
            assert_true(sum > 0.01 && sum <= 1 + 1e-5);
        }
        memory_release(&speller.memory);
    }
}

/** The same search over texts, with nothing shared between steps or words. */
static int plain_search(speller_t *speller, int word, int width, int max_letters, spelling_t *kept) {
    spelling_t next[WIDTH_MAX * 8];
    int count = 1;
    bool goes_on = true;
    kept[0] = (spelling_t){0};
    while (goes_on) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            if (kept[i].has_ended) {
                next[found++] = kept[i];
                continue;
            }
            const word_t begun = {kept[i].letters, kept[i].length, conditions[word]};
            decoder_forward(&speller->decoder, &speller->weights, &begun, 1,
                speller->z + word * speller->shape.latent, NULL, NULL, NULL);
            const real *logits = speller->decoder.logits + kept[i].length * speller->shape.symbols;
            double sum = 0;
            for (int v = 0; v < speller->shape.symbols; v++) {
                sum += exp((double)logits[v]);
            }
            const int symbols = kept[i].length < max_letters ? speller->shape.symbols : SYMBOL_END + 1;
            for (int v = SYMBOL_END; v < symbols; v++) {
                next[found] = kept[i];
                next[found].log_probability += (double)logits[v] - log(sum);
                next[found].has_ended = v == SYMBOL_END;
                if (v != SYMBOL_END) {
                    next[found].letters[next[found].length++] = (symbol_t)v;
                }
                found++;
            }
        }
        qsort(next, (size_t)found, sizeof *next, by_probability);
        count = found < width ? found : width;
        goes_on = false;
        for (int i = 0; i < count; i++) {
            kept[i] = next[i];
            goes_on = goes_on || !kept[i].has_ended;
        }
    }
    return count;
}

static void test_narrow_is_the_plain_search(void **state) {
    (void)state;
    for (int number = 0; number < 6; number++) {
        const shape_t shape = shape_of(number, 9);
        speller_t speller;
        create(&speller, &shape, (uint64_t)number, 3);
        for (int width = 1; width <= 7; width += 2) {
            spelling_t found[WORDS * 7], expected[WIDTH_MAX];
            int counts[WORDS];
            search(&speller, 0, WORDS, width, LONG, found, counts);
            for (int word = 0; word < WORDS; word++) {
                assert_int_equal(plain_search(&speller, word, width, LONG, expected), counts[word]);
                for (int i = 0; i < counts[word]; i++) {
                    assert_same(&found[word * width + i], &expected[i]);
                    assert_near(log_probability(&speller, word, &found[word * width + i]),
                        found[word * width + i].log_probability, 1e-4);
                }
            }
        }
        memory_release(&speller.memory);
    }
}

static void test_width_one_is_greedy(void **state) {
    (void)state;
    bool ended = false, did_not_end = false;
    for (int number = 0; number < 12; number++) {
        const shape_t shape = shape_of(number, 9);
        speller_t speller;
        create(&speller, &shape, (uint64_t)number, 3);
        for (int most = 0; most <= LONG; most += 5) {
            symbol_t letters[WORDS * LONG];
            int lengths[WORDS], counts[WORDS];
            spelling_t found[WORDS];
            decoder_generate(&speller.decoder, &speller.weights, WORDS, speller.z, conditions, NULL, most,
                letters, lengths);
            search(&speller, 0, WORDS, 1, most, found, counts);
            for (int word = 0; word < WORDS; word++) {
                assert_int_equal(found[word].length, lengths[word]);
                assert_memory_equal(
                    found[word].letters, letters + word * most, (size_t)lengths[word] * sizeof *letters);
                ended = ended || (lengths[word] > 0 && lengths[word] < most);
                did_not_end = did_not_end || (most > 0 && lengths[word] == most);
            }
        }
        memory_release(&speller.memory);
    }
    assert_true(ended && did_not_end);
}

/**
 * Words that may not say the unknown letter are searched for as by a model whose softmax gives it nothing,
 * the others as by a model for which it is a letter like others; each for itself or among the others.
 */
static void test_unknown_is_said_where_it_may_be(void **state) {
    (void)state;
    enum { UNKNOWN = SYMBOL_FIRST_LETTER + 1, WITHOUT_IT = 1 + 2 + 4 + 8, NARROW = 3 };
    static const bool may_say[WORDS] = {true, false, true, false, false};
    for (int number = 0; number < 6; number++) {
        const shape_t plain = shape_of(number, SYMBOL_FIRST_LETTER + ALPHABET);
        shape_t shape = plain;
        shape.unknown = UNKNOWN;
        speller_t speller, like_others, without;
        create(&speller, &shape, (uint64_t)number, 2);
        create(&like_others, &plain, (uint64_t)number, 2);
        create(&without, &plain, (uint64_t)number, 2);
        without.weights.output.bias[UNKNOWN] = (real)-1e9;
        speller.may_say_unknown = may_say;
        for (int width = NARROW; width <= WIDTH_MAX; width += WIDTH_MAX - NARROW) {
            spelling_t *found = fixture_take(ROWS, sizeof *found),
                       *expected = fixture_take(ROWS, sizeof *found);
            int counts[WORDS], count;
            search(&speller, 0, WORDS, width, LETTERS, found, counts);
            for (int word = 0; word < WORDS; word++) {
                const bool is_wide = width == WIDTH_MAX;
                search(may_say[word] ? &like_others : &without, word, 1, width, LETTERS, expected, &count);
                count = is_wide && !may_say[word] ? WITHOUT_IT : count;
                assert_int_equal(counts[word], count);
                for (int i = 0; i < count; i++) {
                    assert_same(&found[word * width + i], &expected[i]);
                    assert_true(found[word * width + i].log_probability == expected[i].log_probability);
                }
                search(&speller, word, 1, width, LETTERS, expected, &count);
                assert_int_equal(counts[word], count);
                assert_same(&found[word * width], &expected[0]);
            }
        }
        memory_release(&speller.memory);
        memory_release(&like_others.memory);
        memory_release(&without.memory);
    }
}

/** A word alone gives the same bits as among others, which end sooner or later. */
static void test_batch_does_not_matter(void **state) {
    (void)state;
    enum { WIDTH = 4 };
    for (int number = 0; number < 6; number++) {
        const shape_t shape = shape_of(number, 9);
        speller_t speller;
        create(&speller, &shape, (uint64_t)number, 3);
        spelling_t together[WORDS * WIDTH], alone[WIDTH];
        int counts[WORDS], count;
        search(&speller, 0, WORDS, WIDTH, LONG, together, counts);
        for (int word = 0; word < WORDS; word++) {
            search(&speller, word, 1, WIDTH, LONG, alone, &count);
            assert_int_equal(count, counts[word]);
            for (int i = 0; i < count; i++) {
                assert_same(&alone[i], &together[word * WIDTH + i]);
                assert_true(alone[i].log_probability == together[word * WIDTH + i].log_probability);
            }
        }
        memory_release(&speller.memory);
    }
}

/** A model that says every symbol but the start, which has `bias`, with the same logit. */
static void search_equals(real bias, int width, spelling_t *found, int *counts) {
    const shape_t shape = shape_of(0, SYMBOL_FIRST_LETTER + ALPHABET);
    speller_t speller;
    create(&speller, &shape, 4, 1);
    memset(speller.weights.output.weight, 0, (size_t)(shape.symbols * shape.hidden) * sizeof(real));
    for (int v = 0; v < shape.symbols; v++) {
        speller.weights.output.bias[v] = v == SYMBOL_START ? bias : (real)0.5;
    }
    search(&speller, 0, WORDS, width, LETTERS, found, counts);
    memory_release(&speller.memory);
}

static void test_equals_break_by_symbol(void **state) {
    (void)state;
    enum { WIDTH = 3 };
    spelling_t found[WORDS * WIDTH];
    int counts[WORDS];
    search_equals(-1000, WIDTH, found, counts);
    for (int word = 0; word < WORDS; word++) {
        assert_int_equal(counts[word], WIDTH);
        for (int i = 0; i < WIDTH; i++) {
            // "", "a", "aa"
            const spelling_t expected = {{SYMBOL_FIRST_LETTER, SYMBOL_FIRST_LETTER, SYMBOL_FIRST_LETTER}, i,
                -(i + 1) * log(4.0), true};
            assert_same(&found[word * WIDTH + i], &expected);
        }
    }
}

/** The start symbol is never said, but what it would take is missing from the others' probability. */
static void test_start_is_never_said(void **state) {
    (void)state;
    spelling_t *found = fixture_take(ROWS, sizeof *found);
    int counts[WORDS];
    search_equals(20, WIDTH_MAX, found, counts);
    for (int word = 0; word < WORDS; word++) {
        assert_int_equal(counts[word], SPELLINGS);
        double sum = 0;
        for (int i = 0; i < SPELLINGS; i++) {
            const spelling_t *spelling = &found[word * WIDTH_MAX + i];
            sum += exp(spelling->log_probability);
            for (int j = 0; j < spelling->length; j++) {
                assert_in_range(
                    spelling->letters[j], SYMBOL_FIRST_LETTER, SYMBOL_FIRST_LETTER + ALPHABET - 1);
            }
        }
        assert_true(sum < 1e-7);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_wide_is_exhaustive, fixture_release),
        cmocka_unit_test_teardown(test_narrow_is_the_plain_search, fixture_release),
        cmocka_unit_test_teardown(test_width_one_is_greedy, fixture_release),
        cmocka_unit_test_teardown(test_batch_does_not_matter, fixture_release),
        cmocka_unit_test_teardown(test_unknown_is_said_where_it_may_be, fixture_release),
        cmocka_unit_test_teardown(test_equals_break_by_symbol, fixture_release),
        cmocka_unit_test_teardown(test_start_is_never_said, fixture_release),
    };
    isa_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
