// Conversions in detail against a model that nobody trained, asked word by word. Some forms are what the
// model spells, so that some conversions are right.
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "cvae/conversions.h"
#include "cvae/cvae.h"

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

static conversions_t measure(const fixture_t *fixture, int samples, uint64_t seed, bool *right) {
    conversions_t result;
    assert_ok(conversions_measure(&(conversions_source_t){.shape = &fixture->shape,
                                      .parameters = fixture->parameters,
                                      .words = fixture->words,
                                      .rows = ROWS,
                                      .samples = samples,
                                      .seed = seed},
        right, &result));
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
    const conversions_t result = measure(&fixture, 0, 1, right);
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
    assert_true(result.sampled == 0 && result.sampled_deviation == 0);
    destroy(&fixture);
}

static void test_samples(void **state) {
    (void)state;
    static fixture_t fixture;
    create(&fixture);
    bool right[ROWS * CONDITIONS * CONDITIONS], again[ROWS * CONDITIONS * CONDITIONS];
    const conversions_t one = measure(&fixture, 8, 1, right), same = measure(&fixture, 8, 1, again);
    const conversions_t other = measure(&fixture, 8, 2, again);
    assert_memory_equal(right, again, sizeof right);
    assert_true(one.sampled == same.sampled && one.sampled_deviation == same.sampled_deviation);
    assert_true(one.exact == other.exact);
    assert_true(one.sampled_deviation > 0 && one.sampled_deviation != other.sampled_deviation);
    assert_true(measure(&fixture, 1, 1, again).sampled_deviation == 0);
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
    const conversions_t narrow = measure(&fixture, 3, 1, again);
    assert_near(narrow.sampled, narrow.exact, 1e-12);
    assert_near(narrow.sampled_deviation, 0, 1e-7);
    destroy(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_conversion), cmocka_unit_test(test_samples)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
