// Conversions in detail against a model that nobody trained, asked word by word. Some forms are what the
// model spells, so that some conversions are right.
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eval/bleu.h"
#include "eval/conversions.h"
#include "model/cvae.h"
#include "base/random.h"
#include "eval/spread.h"

enum { CONDITIONS = 3, ROWS = 41, LATENT = 4, LETTERS = 7, SPELLED = LETTERS + 4 };

typedef struct {
    shape_t shape;
    cvae_t *cvae;
    float *parameters;
    symbol_t letters[ROWS * CONDITIONS][SPELLED];
    word_t words[ROWS * CONDITIONS];
} fixture_t;

static void spell(const fixture_t *fixture, const word_t *word, int target, symbol_t *letters, int *length) {
    float mean[LATENT];
    cvae_encode(fixture->cvae, word, 1, mean, NULL);
    cvae_decode(fixture->cvae, 1, mean, &target, SPELLED, letters, length);
}

/** The form `condition` of every `every`th row becomes what the model spells for the row's first form. */
static void make_right(fixture_t *fixture, int condition, int every) {
    for (int row = 0; row < ROWS; row += every) {
        const int at = row * CONDITIONS + condition;
        int length;
        spell(fixture, &fixture->words[row * CONDITIONS], condition, fixture->letters[at], &length);
        // An empty word cannot be encoded, nor a longer one than the others.
        if (length > 0 && length <= LETTERS) {
            fixture->words[at].length = length;
        }
    }
}

static void create(fixture_t *fixture) {
    *fixture = (fixture_t){.shape = {.symbols = 9,
                               .embedding = 4,
                               .hidden = 11,
                               .latent = LATENT,
                               .conditions = CONDITIONS,
                               .condition_embedding = 2,
                               .layers = 1,
                               .encoder_condition = SHAPE_ENTERS_HIDDEN,
                               .decoder_latent = SHAPE_ENTERS_HIDDEN | SHAPE_ENTERS_STEPS,
                               .decoder_condition = SHAPE_ENTERS_HIDDEN}};
    assert_ok(cvae_create(&fixture->cvae, &fixture->shape, (cvae_capacity_t){1, SPELLED, SPELLED}));
    const parameters_t *table = cvae_parameters(fixture->cvae);
    fixture->parameters = calloc(table->size, sizeof(float));
    assert_non_null(fixture->parameters);
    parameters_initialise(table, 21, fixture->parameters);
    for (size_t i = 0; i < table->size; i++) {
        fixture->parameters[i] *= 5;
    }
    for (int i = 0; i < table->count; i++) {
        if (strcmp(table->entry[i].name, "decoder.output.bias") == 0) {
            fixture->parameters[table->entry[i].offset + SYMBOL_END] += 1.5f;
        }
    }
    cvae_bind(fixture->cvae, fixture->parameters);
    for (int i = 0; i < ROWS * CONDITIONS; i++) {
        for (int j = 0; j < LETTERS; j++) {
            fixture->letters[i][j] = (symbol_t)(SYMBOL_FIRST_LETTER + (i * i + j * (i + 3)) % 7);
        }
        fixture->words[i] = (word_t){
            .letters = fixture->letters[i], .length = 2 + i % (LETTERS - 1), .condition = i % CONDITIONS};
    }
    make_right(fixture, 1, 2);
    make_right(fixture, 2, 3);
}

static void destroy(fixture_t *fixture) {
    cvae_destroy(fixture->cvae);
    free(fixture->parameters);
}

enum { SAMPLES_MAX = 8 };

typedef struct {
    conversions_t mean;
    spread_t exact, bleu4; /**< of the samples */
    double each_exact[SAMPLES_MAX], each_bleu4[SAMPLES_MAX];
} measured_t;

static measured_t measure(const fixture_t *fixture, int samples, uint64_t seed, bool *right) {
    measured_t result;
    assert_ok(conversions_measure(&(conversions_source_t){.shape = &fixture->shape,
                                      .parameters = fixture->parameters,
                                      .words = fixture->words,
                                      .rows = ROWS,
                                      .seed = seed},
        right, &result.mean,
        &(conversions_samples_t){.count = samples, .exact = result.each_exact, .bleu4 = result.each_bleu4}));
    result.exact = spread_of(result.each_exact, (size_t)samples);
    result.bleu4 = spread_of(result.each_bleu4, (size_t)samples);
    return result;
}

static bool is_right(const fixture_t *fixture, int row, int source, int target) {
    symbol_t letters[SPELLED];
    int length;
    const word_t *expected = &fixture->words[row * CONDITIONS + target];
    spell(fixture, &fixture->words[row * CONDITIONS + source], target, letters, &length);
    return length == expected->length &&
           memcmp(letters, expected->letters, (size_t)length * sizeof *letters) == 0;
}

static void test_each_conversion(void **state) {
    (void)state;
    static fixture_t fixture;
    create(&fixture);
    bool right[ROWS * CONDITIONS * CONDITIONS];
    const conversions_t result = measure(&fixture, 0, 1, right).mean;
    int all = 0, paradigms = 0;
    for (int row = 0; row < ROWS; row++) {
        int from_first = 0;
        for (int source = 0; source < CONDITIONS; source++) {
            for (int target = 0; target < CONDITIONS; target++) {
                const bool expected = source == target || is_right(&fixture, row, source, target);
                assert_int_equal(right[(row * CONDITIONS + source) * CONDITIONS + target], expected);
                all += source != target && expected;
                from_first += source == 0 && expected;
            }
        }
        paradigms += from_first == CONDITIONS;
    }
    assert_in_range(all, 5, ROWS * 6 - 5);
    assert_in_range(paradigms, 2, ROWS - 2);
    assert_near(result.exact, (double)all / (ROWS * 6), 1e-12);
    assert_near(result.paradigm, (double)paradigms / ROWS, 1e-12);
    destroy(&fixture);
}

static void test_samples(void **state) {
    (void)state;
    static fixture_t fixture;
    create(&fixture);
    bool right[ROWS * CONDITIONS * CONDITIONS], again[ROWS * CONDITIONS * CONDITIONS];
    const measured_t one = measure(&fixture, 8, 1, right), same = measure(&fixture, 8, 1, again);
    const measured_t other = measure(&fixture, 8, 2, again);
    assert_memory_equal(right, again, sizeof right);
    assert_memory_equal(&one, &same, sizeof one);
    assert_true(one.mean.exact == other.mean.exact);
    assert_true(one.exact.deviation > 0 && one.exact.deviation != other.exact.deviation);
    assert_true(one.bleu4.deviation > 0);
    // The samples are numbered: fewer are the first ones.
    const measured_t fewer = measure(&fixture, 3, 1, again);
    assert_memory_equal(fewer.each_exact, one.each_exact, 3 * sizeof(double));
    assert_memory_equal(fewer.each_bleu4, one.each_bleu4, 3 * sizeof(double));
    // Without width a sample is the mean.
    const parameters_t *table = cvae_parameters(fixture.cvae);
    for (int i = 0; i < table->count; i++) {
        const parameters_entry_t *entry = &table->entry[i];
        if (strncmp(entry->name, "encoder.log_variance", 20) == 0) {
            for (size_t j = 0; j < entry->count; j++) {
                fixture.parameters[entry->offset + j] = entry->dimensions == 1 ? -60 : 0;
            }
        }
    }
    const measured_t narrow = measure(&fixture, 3, 1, again);
    assert_near(narrow.exact.mean, narrow.mean.exact, 1e-12);
    assert_near(narrow.exact.deviation, 0, 1e-12);
    destroy(&fixture);
}

/** Adds what sample `sample` of word `index` comes to, spelled by itself. */
static void add_sample(const fixture_t *fixture, random_purpose_t purpose, int sample, size_t index,
    const word_t *source, const word_t *expected, double *right, double *bleu4) {
    random_stream_t stream = random_stream(5, purpose, (uint32_t)sample, index);
    float mean[LATENT], log_variance[LATENT];
    symbol_t letters[2 * SPELLED];
    int length;
    cvae_encode(fixture->cvae, source, 1, mean, log_variance);
    for (int j = 0; j < LATENT; j++) {
        mean[j] += (float)(exp(0.5 * log_variance[j]) * random_normal(&stream));
    }
    cvae_decode(fixture->cvae, 1, mean, &expected->condition, SPELLED, letters, &length);
    *right += length == expected->length &&
              memcmp(letters, expected->letters, (size_t)length * sizeof *letters) == 0;
    *bleu4 += bleu_sentence(letters, length, expected->letters, expected->length);
}

static void test_samples_by_hand(void **state) {
    (void)state;
    static fixture_t fixture;
    create(&fixture);
    bool unused[ROWS * CONDITIONS * CONDITIONS];
    const measured_t result = measure(&fixture, 2, 5, unused);
    for (int sample = 0; sample < 2; sample++) {
        double right = 0, bleu4 = 0;
        for (size_t form = 0; form < ROWS * CONDITIONS; form++) {
            for (size_t target = 0; target < CONDITIONS; target++) {
                if (target != form % CONDITIONS) {
                    add_sample(&fixture, RANDOM_CONVERSIONS, sample, form, &fixture.words[form],
                        &fixture.words[form / CONDITIONS * CONDITIONS + target], &right, &bleu4);
                }
            }
        }
        assert_in_range(right, 3, ROWS * 6 - 3);
        assert_near(result.each_exact[sample], right / (ROWS * 6), 1e-12);
        assert_near(result.each_bleu4[sample], bleu4 / (ROWS * 6), 1e-12);
    }
    destroy(&fixture);
}

static void test_pairs_by_hand(void **state) {
    (void)state;
    enum { PAIRS = 100, SAMPLES = 3 };
    static fixture_t fixture;
    create(&fixture);
    pair_t pairs[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
        const int form = i * 7 % (ROWS * CONDITIONS);
        pairs[i] = (pair_t){.source = fixture.words[form],
            .target = fixture.words[form / CONDITIONS * CONDITIONS + i % CONDITIONS],
            .index = (uint64_t)i};
    }
    double exact[SAMPLES], bleu4[SAMPLES];
    assert_ok(conversions_sample_pairs(&fixture.shape, fixture.parameters, pairs, PAIRS, 5,
        &(conversions_samples_t){.count = SAMPLES, .exact = exact, .bleu4 = bleu4}));
    for (int sample = 0; sample < SAMPLES; sample++) {
        double right = 0, sum = 0;
        for (size_t i = 0; i < PAIRS; i++) {
            add_sample(
                &fixture, RANDOM_TEST_PAIRS, sample, i, &pairs[i].source, &pairs[i].target, &right, &sum);
        }
        assert_in_range(right, 3, PAIRS - 3);
        assert_near(exact[sample], right / PAIRS, 1e-12);
        assert_near(bleu4[sample], sum / PAIRS, 1e-12);
    }
    destroy(&fixture);
}

static void test_regular_pasts(void **state) {
    (void)state;
    static const char *const regular[][2] = {{"walk", "walked"}, {"bake", "baked"}, {"try", "tried"},
        {"play", "played"}, {"stop", "stopped"}, {"panic", "panicked"}, {"arc", "arced"}, {"go", "goed"}};
    for (int i = 0; i < 8; i++) {
        assert_true(conversions_is_regular_past(regular[i][0], regular[i][1]));
    }
}

static void test_irregular_pasts(void **state) {
    (void)state;
    static const char *const irregular[][2] = {{"bring", "brought"}, {"go", "went"}, {"bake", "bakeed"},
        {"cut", "cut"}, {"try", "tryd"}, {"see", "saw"}, {"say", "said"}, {"walk", "walkedd"}, {"", "ed"},
        {"stop", "stoptped"}, {"walk", ""}};
    for (int i = 0; i < 11; i++) {
        assert_false(conversions_is_regular_past(irregular[i][0], irregular[i][1]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_conversion),
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_samples_by_hand),
        cmocka_unit_test(test_pairs_by_hand),
        cmocka_unit_test(test_regular_pasts),
        cmocka_unit_test(test_irregular_pasts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
