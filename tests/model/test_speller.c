// A batch of pairs is encoded as each pair by itself, to the bit, wherever equal sources stand.
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "model/speller.h"

enum { LATENT = 5, LETTERS = 6, PAIRS = 40 };

static void test_encode(void **state) {
    (void)state;
    const shape_t shape = {.symbols = 9,
        .embedding = 4,
        .hidden = 11,
        .latent = LATENT,
        .conditions = 3,
        .condition_embedding = 2,
        .layers = 1,
        .encoder_condition = SHAPE_ENTERS_HIDDEN,
        .decoder_latent = SHAPE_ENTERS_HIDDEN,
        .decoder_condition = SHAPE_ENTERS_HIDDEN};
    speller_t speller = {0};
    assert_ok(speller_create(&speller, &shape, LETTERS, 0, LETTERS, 0));
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
    pair_t pairs[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
        pairs[i] = (pair_t){.source = words[(i + i / 7) / 3 % 6], .target.condition = i % 3};
    }
    float log_variance[PAIRS * LATENT], z[PAIRS * LATENT], one[LATENT];
    speller_encode(&speller, pairs, PAIRS, log_variance);
    memcpy(z, speller.z, sizeof z);
    for (int i = 0; i < PAIRS; i++) {
        assert_int_equal(speller.conditions[i], i % 3);
    }
    for (int i = 0; i < PAIRS; i++) {
        speller_encode(&speller, &pairs[i], 1, one);
        assert_memory_equal(speller.z, z + i * LATENT, sizeof one);
        assert_memory_equal(one, log_variance + i * LATENT, sizeof one);
    }
    speller_encode(&speller, pairs, PAIRS, NULL);
    assert_memory_equal(speller.z, z, sizeof z);
    speller_destroy(&speller);
    free(parameters);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_encode)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
