// Batches against a model that is asked word by word, encoding and the encode-decode chain: the same bits.
#include "model/speller.h"
#include "fixture.h"

enum { ENCODED_LATENT = 5, ENCODED_LETTERS = 6, ENCODED_PAIRS = 40 };
enum { COUNT = 50, MAX_LETTERS = 7, ROUNDS = 3 };

/** A model that nobody trained. ending: added to the end symbol's bias, which decides how long words are. */
static real *create(const shape_t *shape, double ending, cvae_t **cvae) {
    assert_ok(cvae_create(cvae, shape, (cvae_capacity_t){1, MAX_LETTERS, 0}));
    const parameters_t *table = cvae_parameters(*cvae);
    real *parameters = fixture_parameters(table, 3, 4);
    for (int i = 0; i < table->count; i++) {
        if (strcmp(table->entry[i].name, "decoder.output.bias") == 0) {
            parameters[table->entry[i].offset + SYMBOL_END] += (real)ending;
        }
    }
    cvae_bind(*cvae, parameters);
    return parameters;
}

typedef struct {
    int empty, longest; // words without a letter; words of MAX_LETTERS
} counts_t;

/** One round for one z, by the model's own functions. */
static void refine_one(cvae_t *cvae, real *z, counts_t *counts) {
    const int condition = 0;
    symbol_t letters[MAX_LETTERS];
    word_t word = {letters, 0, condition};
    cvae_decode(cvae, 1, z, &condition, NULL, MAX_LETTERS, letters, &word.length);
    counts->empty += word.length == 0;
    counts->longest += word.length == MAX_LETTERS;
    if (word.length > 0) {
        cvae_encode(cvae, &word, 1, z, NULL);
    }
}

static counts_t assert_chain(const shape_t *shape, double ending) {
    cvae_t *cvae;
    speller_t speller = {0};
    counts_t counts = {0};
    const size_t latent = (size_t)shape->latent, size = COUNT * latent * sizeof(real);
    real *expected = fixture_normal(5, 2, COUNT * latent), *drawn = fixture_copy(expected, COUNT * latent);
    const real *parameters = create(shape, ending, &cvae);
    // The words that are spelled are longer than those that it is made to read.
    assert_ok(speller_create(&speller, shape, 1, 0, MAX_LETTERS, 0));
    cvae_bind(speller.cvae, parameters);
    for (int rounds = 0; rounds <= ROUNDS; rounds++) {
        memcpy(speller.z, drawn, size);
        for (int i = 0; i < COUNT; i++) {
            speller.conditions[i] = 1; // of what was spelled before
        }
        speller_refine(&speller, COUNT, rounds);
        assert_memory_equal(speller.z, expected, size);
        // In another batch, too.
        memcpy(speller.z, drawn + 3 * latent, size / 2);
        speller_refine(&speller, COUNT / 2, rounds);
        assert_memory_equal(speller.z, expected + 3 * latent, size / 2);
        for (size_t i = 0; i < COUNT; i++) {
            refine_one(cvae, expected + i * latent, &counts);
        }
    }
    speller_destroy(&speller);
    cvae_destroy(cvae);
    return counts;
}

static void rounds_are_those_of_the_model(void **state) {
    (void)state;
    counts_t all = {0};
    for (int i = 0; i < 8; i++) {
        shape_t shape = fixture_shape();
        shape.encoder_markers = i & 1;
        shape.bidirectional = i & 2;
        const counts_t counts = assert_chain(&shape, i & 4 ? 1 : 0);
        all.empty += counts.empty;
        all.longest += counts.longest;
    }
    assert_in_range(all.empty, 100, 8 * COUNT * (ROUNDS + 1) - 100);
    assert_in_range(all.longest, 100, 8 * COUNT * (ROUNDS + 1) - 100);
}

/** All words are empty: every z stays. */
static void empty_words_keep_their_z(void **state) {
    (void)state;
    const shape_t shape = fixture_shape();
    cvae_t *cvae;
    speller_t speller = {0};
    const real *parameters = create(&shape, 1000, &cvae);
    const real *drawn = fixture_normal(6, 2, (size_t)(COUNT * shape.latent));
    assert_ok(speller_create(&speller, &shape, 1, 0, MAX_LETTERS, 0));
    cvae_bind(speller.cvae, parameters);
    memcpy(speller.z, drawn, (size_t)(COUNT * shape.latent) * sizeof *drawn);
    speller_refine(&speller, COUNT, 2);
    assert_memory_equal(speller.z, drawn, (size_t)(COUNT * shape.latent) * sizeof *drawn);
    speller_destroy(&speller);
    cvae_destroy(cvae);
}

/** Wherever equal sources stand. */
static void a_batch_of_pairs_is_encoded_as_each_by_itself(void **state) {
    (void)state;
    const shape_t shape = {.symbols = 9,
        .embedding = 4,
        .hidden = 11,
        .latent = ENCODED_LATENT,
        .conditions = 3,
        .condition_embedding = 2,
        .layers = 1,
        .encoder_condition = SHAPE_ENTERS_HIDDEN,
        .decoder_latent = SHAPE_ENTERS_HIDDEN,
        .decoder_condition = SHAPE_ENTERS_HIDDEN};
    speller_t speller = {0};
    assert_ok(speller_create(&speller, &shape, ENCODED_LETTERS, 0, ENCODED_LETTERS, 0));
    const parameters_t *table = cvae_parameters(speller.cvae);
    float *parameters = calloc(table->size, sizeof *parameters);
    assert_non_null(parameters);
    parameters_initialise(table, 21, parameters);
    cvae_bind(speller.cvae, parameters);
    // Runs of equal sources of one to four pairs; words that differ in length, condition or a letter alone.
    static const symbol_t letters[] = {2, 3, 4, 5, 2, 3, 4, 6};
    static const symbol_t copy[] = {2, 3, 4, 5};
    const word_t words[] = {{letters, 4, 0}, {letters, 3, 0}, {letters, 3, 1}, {letters + 4, 4, 1},
        {copy, 4, 0}, {letters, 4, 0}};
    pair_t pairs[ENCODED_PAIRS];
    for (int i = 0; i < ENCODED_PAIRS; i++) {
        pairs[i] = (pair_t){.source = words[(i + i / 7) / 3 % 6], .target.condition = i % 3};
    }
    float log_variance[ENCODED_PAIRS * ENCODED_LATENT], z[ENCODED_PAIRS * ENCODED_LATENT],
        one[ENCODED_LATENT];
    speller_encode(&speller, pairs, ENCODED_PAIRS, 0, log_variance);
    memcpy(z, speller.z, sizeof z);
    for (int i = 0; i < ENCODED_PAIRS; i++) {
        assert_int_equal(speller.conditions[i], i % 3);
    }
    for (int i = 0; i < ENCODED_PAIRS; i++) {
        speller_encode(&speller, &pairs[i], 1, 0, one);
        assert_memory_equal(speller.z, z + i * ENCODED_LATENT, sizeof one);
        assert_memory_equal(one, log_variance + i * ENCODED_LATENT, sizeof one);
    }
    speller_encode(&speller, pairs, ENCODED_PAIRS, 0, NULL);
    assert_memory_equal(speller.z, z, sizeof z);
    speller_destroy(&speller);
    free(parameters);
}

/** The unknown letter is spelled for pairs whose source has it, and for no draw. */
static void unknown_is_spelled_where_the_source_has_it(void **state) {
    (void)state;
    enum { UNKNOWN = 4 };
    shape_t shape = fixture_shape();
    shape.unknown = UNKNOWN;
    for (int width = 0; width <= 2; width += 2) {
        speller_t speller = {0};
        assert_ok(speller_create(&speller, &shape, MAX_LETTERS, 0, MAX_LETTERS, width));
        const parameters_t *table = cvae_parameters(speller.cvae);
        real *parameters = fixture_parameters(table, 3, 4);
        for (int i = 0; i < table->count; i++) {
            if (strcmp(table->entry[i].name, "decoder.output.bias") == 0) {
                parameters[table->entry[i].offset + UNKNOWN] += 100;
            }
        }
        cvae_bind(speller.cvae, parameters);
        static const symbol_t letters[] = {2, 3, UNKNOWN, 3};
        pair_t pairs[2 * ROUNDS];
        for (int i = 0; i < 2 * ROUNDS; i++) {
            pairs[i] = (pair_t){.source = {letters, i % 2 ? 4 : 2, 0}, .target.condition = 1};
        }
        speller_encode(&speller, pairs, 2 * ROUNDS, 0, NULL);
        for (int pass = 0; pass < 2; pass++) {
            speller_spell(&speller, 2 * ROUNDS, pass == 0 ? pairs : NULL);
            for (int i = 0; i < 2 * ROUNDS; i++) {
                const word_t word = speller_word(&speller, i, 0);
                assert_int_equal(word_count(&word, UNKNOWN), pass == 0 && i % 2 ? MAX_LETTERS : 0);
            }
        }
        speller_destroy(&speller);
    }
}

/** What became of a word's z. */
typedef enum { RIGHT_AT_ONCE, CORRECTED, THE_MEAN_AGAIN, OUTCOMES } outcome_t;

/** speller_encode()'s corrections of one word, by the model's own functions. */
static outcome_t correct_one(cvae_t *cvae, const word_t *source, int latent, int rounds, real *z) {
    real mean[ENCODED_LATENT], spelled_mean[ENCODED_LATENT];
    symbol_t letters[MAX_LETTERS];
    word_t spelled = {letters, 0, source->condition};
    cvae_encode(cvae, source, 1, mean, NULL);
    memcpy(z, mean, sizeof mean);
    for (int round = 0; round <= rounds; round++) {
        cvae_decode(cvae, 1, z, &source->condition, NULL, MAX_LETTERS, letters, &spelled.length);
        if (word_compare(&spelled, source) == 0) {
            return round == 0 ? RIGHT_AT_ONCE : CORRECTED;
        }
        if (spelled.length == 0) {
            break;
        }
        cvae_encode(cvae, &spelled, 1, spelled_mean, NULL);
        for (int i = 0; i < latent; i++) {
            z[i] += (mean[i] - spelled_mean[i]) / 2;
        }
    }
    memcpy(z, mean, sizeof mean);
    return THE_MEAN_AGAIN;
}

/** Models that nobody trained, whose z have to be moved far; of some words the first spelling is right by
 * chance. */
static void corrections_are_those_of_the_model(void **state) {
    (void)state;
    enum { LETTERS = 2, WORDS = 24 };
    int outcomes[OUTCOMES] = {0};
    for (uint64_t seed = 1; seed <= 100; seed++) {
        shape_t shape = fixture_shape();
        cvae_t *cvae;
        speller_t speller = {0};
        shape.symbols = 2 + LETTERS;
        shape.latent = ENCODED_LATENT;
        assert_ok(cvae_create(&cvae, &shape, (cvae_capacity_t){1, MAX_LETTERS, 0}));
        const real *parameters = fixture_parameters(cvae_parameters(cvae), seed, 4);
        cvae_bind(cvae, parameters);
        assert_ok(speller_create(&speller, &shape, 2, 0, MAX_LETTERS, 0));
        cvae_bind(speller.cvae, parameters);
        symbol_t letters[WORDS][2];
        pair_t pairs[WORDS];
        for (int i = 0; i < WORDS; i++) {
            letters[i][0] = (symbol_t)(2 + i % LETTERS);
            letters[i][1] = (symbol_t)(2 + i / LETTERS % LETTERS);
            pairs[i] = (pair_t){.source = {letters[i], 1 + i / 12, i % 2}, .target.condition = i % 2 + 1};
        }
        for (int rounds = 1; rounds <= 5; rounds += 4) {
            real expected[WORDS * ENCODED_LATENT];
            for (int i = 0; i < WORDS; i++) {
                outcomes[correct_one(
                    cvae, &pairs[i].source, shape.latent, rounds, expected + i * ENCODED_LATENT)]++;
            }
            speller_encode(&speller, pairs, WORDS, rounds, NULL);
            assert_memory_equal(speller.z, expected, sizeof expected);
            for (int i = 0; i < WORDS; i++) {
                assert_int_equal(speller.conditions[i], i % 2 + 1);
            }
            // In another batch, too.
            speller_encode(&speller, pairs + 3, WORDS / 2, rounds, NULL);
            assert_memory_equal(speller.z, expected + 3 * ENCODED_LATENT, sizeof expected / 2);
        }
        speller_destroy(&speller);
        cvae_destroy(cvae);
    }
    for (int outcome = 0; outcome < OUTCOMES; outcome++) {
        assert_in_range(outcomes[outcome], 20, 100 * 2 * WORDS);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(corrections_are_those_of_the_model, fixture_release),
        cmocka_unit_test(a_batch_of_pairs_is_encoded_as_each_by_itself),
        cmocka_unit_test_teardown(rounds_are_those_of_the_model, fixture_release),
        cmocka_unit_test_teardown(empty_words_keep_their_z, fixture_release),
        cmocka_unit_test_teardown(unknown_is_spelled_where_the_source_has_it, fixture_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
