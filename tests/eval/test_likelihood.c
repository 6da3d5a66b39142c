// The likelihood against what it estimates: with one latent dimension ln p(word) is an integral that a sum
// over a fine grid gives.
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/cvae.h"
#include "eval/likelihood.h"

enum { LETTERS = 6, WORDS = 9, GRID = 4000 };

typedef struct {
    shape_t shape;
    cvae_t *cvae;
    float *parameters;
    symbol_t letters[WORDS][LETTERS];
    word_t words[WORDS];
} fixture_t;

static void create(fixture_t *fixture, int latent, float strength) {
    *fixture = (fixture_t){.shape = {.symbols = 6,
                               .embedding = 3,
                               .hidden = 7,
                               .latent = latent,
                               .conditions = 2,
                               .condition_embedding = 2,
                               .layers = 1,
                               .encoder_condition = SHAPE_ENTERS_HIDDEN,
                               .decoder_latent = SHAPE_ENTERS_HIDDEN | SHAPE_ENTERS_STEPS,
                               .decoder_condition = SHAPE_ENTERS_HIDDEN}};
    assert_ok(cvae_create(&fixture->cvae, &fixture->shape, (cvae_capacity_t){WORDS, LETTERS, LETTERS}));
    const parameters_t *table = cvae_parameters(fixture->cvae);
    fixture->parameters = calloc(table->size, sizeof(float));
    assert_non_null(fixture->parameters);
    parameters_initialise(table, 5, fixture->parameters);
    for (size_t i = 0; i < table->size; i++) {
        fixture->parameters[i] *= strength;
    }
    for (int i = 0; i < WORDS; i++) {
        for (int j = 0; j < LETTERS; j++) {
            fixture->letters[i][j] = (symbol_t)(SYMBOL_FIRST_LETTER + (i * 7 + j * (i + 1)) % 4);
        }
        fixture->words[i] =
            (word_t){.letters = fixture->letters[i], .length = 1 + i % LETTERS, .condition = i % 2};
    }
    cvae_bind(fixture->cvae, fixture->parameters);
}

static void destroy(fixture_t *fixture) {
    cvae_destroy(fixture->cvae);
    free(fixture->parameters);
}

/** A tensor of the fixture's parameters becomes one number everywhere. */
static void set(fixture_t *fixture, const char *name, float value) {
    const parameters_t *table = cvae_parameters(fixture->cvae);
    for (int i = 0; i < table->count; i++) {
        if (strcmp(table->entry[i].name, name) == 0) {
            for (size_t j = 0; j < table->entry[i].count; j++) {
                fixture->parameters[table->entry[i].offset + j] = value;
            }
            cvae_bind(fixture->cvae, fixture->parameters);
            return;
        }
    }
    fail_msg("no tensor %s", name);
}

static likelihood_t measure(const fixture_t *fixture, int samples) {
    likelihood_t result;
    assert_ok(likelihood_measure(&(likelihood_source_t){.shape = &fixture->shape,
                                     .parameters = fixture->parameters,
                                     .words = fixture->words,
                                     .count = WORDS,
                                     .samples = samples,
                                     .seed = 3},
        &result));
    return result;
}

/** ln of the integral of p(word | z) N(z; 0, 1), by the midpoint rule. */
static double log_probability(const fixture_t *fixture, int word) {
    const double low = -9, step = 18.0 / GRID;
    double sum = 0;
    for (int i = 0; i < GRID; i++) {
        const float z = (float)(low + (i + 0.5) * step);
        double loss;
        cvae_spell_losses(fixture->cvae, &fixture->words[word], 1, &z, &loss);
        sum += exp(-loss - 0.5 * z * z) * step;
    }
    return log(sum / sqrt(2 * 3.14159265358979323846));
}

static void bound_nears_the_true_probability(void **state) {
    (void)state;
    fixture_t fixture;
    create(&fixture, 1, 3);
    // Posteriors as wide as the prior: a narrow one would need far more samples to see all of p(z | word).
    set(&fixture, "encoder.log_variance.weight", 0);
    set(&fixture, "encoder.log_variance.bias", 0);
    double truth = 0;
    int letters = WORDS;
    for (int i = 0; i < WORDS; i++) {
        truth += log_probability(&fixture, i) / WORDS;
        letters += fixture.words[i].length;
    }
    const likelihood_t one = measure(&fixture, 1), many = measure(&fixture, 12000);
    assert_near(many.bound, truth, 0.02);
    assert_true(many.elbo < truth - 0.02 && one.bound < truth);
    assert_near(many.bits_per_letter, -many.bound * WORDS / log(2) / letters, 1e-9);
    destroy(&fixture);
}

/** The ELBO is what training's loss says, with KL weight 1 and the words' own conditions. */
static void elbo_is_the_loss(void **state) {
    (void)state;
    fixture_t fixture;
    create(&fixture, 3, 2);
    pair_t pairs[WORDS];
    float *noise = calloc(WORDS * 3, sizeof *noise);
    for (int i = 0; i < WORDS; i++) {
        pairs[i] = (pair_t){.source = fixture.words[i], .target = fixture.words[i], .index = (uint64_t)i};
    }
    // Posteriors of no width: every sample is the mean, and so is noise of 0.
    set(&fixture, "encoder.log_variance.weight", 0);
    set(&fixture, "encoder.log_variance.bias", -40);
    const cvae_loss_t loss = cvae_loss(fixture.cvae, pairs, WORDS, noise, NULL);
    const likelihood_t result = measure(&fixture, 70);
    assert_near(result.kl, loss.divergence / WORDS, 1e-4);
    assert_near(result.elbo, -(loss.cross_entropy + loss.divergence) / WORDS, 1e-4);
    free(noise);
    destroy(&fixture);
}

static void units_and_information_of_what_the_encoder_uses(void **state) {
    (void)state;
    fixture_t fixture;
    create(&fixture, 2, 6);
    // A posterior that ignores the word: nothing is active, nothing is known of the word.
    set(&fixture, "encoder.mean.weight", 0);
    likelihood_t result = measure(&fixture, 1);
    assert_int_equal(result.active_units, 0);
    destroy(&fixture);
    create(&fixture, 2, 6);
    set(&fixture, "encoder.mean.weight", 0);
    set(&fixture, "encoder.log_variance.weight", 0);
    result = measure(&fixture, 1);
    assert_near(result.mutual_information, 0, 1e-9);
    destroy(&fixture);
    // Posteriors that do not touch: z tells which of the words it was.
    create(&fixture, 2, 6);
    set(&fixture, "encoder.log_variance.weight", 0);
    set(&fixture, "encoder.log_variance.bias", -30);
    result = measure(&fixture, 1);
    assert_near(result.mutual_information, log(WORDS), 1e-9);
    assert_int_equal(result.active_units, 2);
    destroy(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bound_nears_the_true_probability),
        cmocka_unit_test(elbo_is_the_loss),
        cmocka_unit_test(units_and_information_of_what_the_encoder_uses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
