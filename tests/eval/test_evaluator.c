// The evaluator on a model that nobody trained: what it spells is asked from the model word by word, and data
// are then made of which the right numbers are known.
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/bleu.h"
#include "model/cvae.h"
#include "eval/evaluator.h"
#include "base/random.h"

static const float END_BIAS = 2.0f;

enum { LATENT = 5, CONDITIONS = 2, WORDS = 300, DRAWS = 150, LONGEST = 9, GENERATED = LONGEST + 4 };

static const char *const names[] = {"one", "two"};

typedef struct {
    shape_t shape;
    cvae_t *cvae;
    float *parameters;
    char text[200000];
} fixture_t;

static int set_up(void **state) {
    fixture_t *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    fixture->shape = (shape_t){.symbols = 28,
        .embedding = 6,
        .hidden = 12,
        .latent = LATENT,
        .conditions = CONDITIONS,
        .condition_embedding = 3,
        .layers = 1,
        .encoder_condition = SHAPE_ENTERS_HIDDEN,
        .decoder_latent = SHAPE_ENTERS_HIDDEN | SHAPE_ENTERS_STEPS,
        .decoder_condition = SHAPE_ENTERS_HIDDEN};
    assert_ok(cvae_create(&fixture->cvae, &fixture->shape,
        (cvae_capacity_t){.words = 1, .source_letters = GENERATED, .target_letters = GENERATED}));
    const parameters_t *table = cvae_parameters(fixture->cvae);
    fixture->parameters = calloc(table->size, sizeof(float));
    assert_non_null(fixture->parameters);
    parameters_initialise(table, 11, fixture->parameters);
    // Strong weights make the words that it spells differ; the bias of the end symbol keeps them short.
    for (size_t i = 0; i < table->size; i++) {
        fixture->parameters[i] *= 12;
    }
    for (int i = 0; i < table->count; i++) {
        if (strcmp(table->entry[i].name, "decoder.output.bias") == 0) {
            fixture->parameters[table->entry[i].offset + SYMBOL_END] += END_BIAS;
        }
    }
    cvae_bind(fixture->cvae, fixture->parameters);
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    fixture_t *fixture = *state;
    cvae_destroy(fixture->cvae);
    free(fixture->parameters);
    free(fixture);
    return 0;
}

/** A made-up word of 3 to LONGEST letters. */
static int make_word(int number, symbol_t *letters) {
    random_stream_t stream = random_stream(2, RANDOM_ORDER, 0, (uint64_t)number);
    const int length = 3 + (int)random_below(&stream, LONGEST - 2);
    for (int i = 0; i < length; i++) {
        letters[i] = (symbol_t)(SYMBOL_FIRST_LETTER + random_below(&stream, 26));
    }
    return length;
}

static void add_word(char *text, const symbol_t *letters, int length) {
    char *end = text + strlen(text);
    for (int i = 0; i < length; i++) {
        *end++ = (char)('a' + letters[i] - SYMBOL_FIRST_LETTER);
    }
    *end = '\0';
}

/** What the model makes of a word, by itself. Returns the length. */
static int convert(const fixture_t *fixture, word_t source, int condition, symbol_t *letters) {
    float mean[LATENT];
    int length;
    cvae_encode(fixture->cvae, &source, 1, mean, NULL);
    cvae_decode(fixture->cvae, 1, mean, &condition, NULL, GENERATED, letters, &length);
    return length;
}

static void create_rows(fixture_t *fixture, dataset_t *dataset, double holdout) {
    assert_ok(dataset_create(dataset, &(dataset_source_t){.file = "rows",
                                          .text = fixture->text,
                                          .length = strlen(fixture->text),
                                          .condition_count = CONDITIONS,
                                          .condition_names = names,
                                          .pairs = DATASET_PAIRS_RANDOM,
                                          .holdout = holdout,
                                          .alphabet = "a-z",
                                          .max_length = 32}));
}

static void make_rows(fixture_t *fixture, dataset_t *dataset, double holdout) {
    fixture->text[0] = '\0';
    for (int i = 0; i < 40; i++) {
        symbol_t letters[LONGEST];
        for (int condition = 0; condition < CONDITIONS; condition++) {
            add_word(fixture->text, letters, make_word(1000 + 2 * i + condition, letters));
            strcat(fixture->text, condition == 0 ? " " : "\n");
        }
    }
    create_rows(fixture, dataset, holdout);
}

/**
 * Test pairs of which every third has the model's own conversion as its target. Returns how many pairs;
 * *right how many the model gets right, *bleu the sum of their scores.
 */
static int make_test(
    fixture_t *fixture, const dataset_t *dataset, dataset_test_t *test, int *right, double *bleu) {
    int count = 0;
    fixture->text[0] = '\0';
    *right = 0;
    *bleu = 0;
    for (int i = 0; i < WORDS; i++) {
        symbol_t letters[LONGEST], said[GENERATED], other[LONGEST];
        word_t source = {.letters = letters, .length = make_word(i, letters), .condition = i % 2};
        const int length = convert(fixture, source, 1 - i % 2, said),
                  other_length = make_word(i + 5000, other);
        if (length == 0 || length > LONGEST) {
            continue;
        }
        const bool own = i % 3 == 0;
        add_word(fixture->text, letters, source.length);
        strcat(fixture->text, i % 2 == 0 ? " one " : " two ");
        add_word(fixture->text, own ? said : other, own ? length : other_length);
        strcat(fixture->text, i % 2 == 0 ? " two\n" : " one\n");
        *bleu += own ? bleu_sentence(said, length, said, length)
                     : bleu_sentence(said, length, other, other_length);
        *right += own;
        count++;
    }
    assert_ok(dataset_test_create(test, dataset,
        &(dataset_source_t){.file = "test",
            .text = fixture->text,
            .length = strlen(fixture->text),
            .format = DATASET_FORMAT_PAIRS,
            .condition_count = CONDITIONS,
            .condition_names = names,
            .max_length = 32}));
    return count;
}

static evaluation_t run(
    const fixture_t *fixture, const evaluator_settings_t *settings, evaluator_t **evaluator) {
    evaluation_t evaluation;
    assert_ok(evaluator_create(evaluator, settings));
    assert_ok(evaluator_run(*evaluator, fixture->parameters, &evaluation));
    return evaluation;
}

static void conversions_are_counted(void **state) {
    fixture_t *fixture = *state;
    dataset_t dataset;
    dataset_test_t test;
    evaluator_t *evaluator;
    int right;
    double bleu;
    make_rows(fixture, &dataset, 0.2);
    const int count = make_test(fixture, &dataset, &test, &right, &bleu);
    // More than one batch, and enough of both kinds.
    assert_true(count > 150 && right > 40 && right < count - 40);
    const evaluation_t evaluation = run(fixture,
        &(evaluator_settings_t){.shape = &fixture->shape,
            .dataset = &dataset,
            .test = &test,
            .seed = 1,
            .draws = 10,
            .examples = 7},
        &evaluator);
    assert_true(evaluation.has_test);
    assert_string_equal(evaluation.bleu4_from, "test");
    assert_near(evaluation.test_exact_match, (double)right / count, 1e-12);
    assert_near(evaluation.bleu4, bleu / count, 1e-12);
    size_t few = 0;
    for (size_t i = 0; i < test.count; i++) {
        few += test.pairs[i].target.length < 4;
    }
    assert_int_equal(evaluation.bleu4_pairs, test.count);
    assert_int_equal(evaluation.bleu4_short, few);
    assert_string_equal(evaluation.pairs_from, "held-back");
    assert_int_equal(evaluation.pairs, dataset_held_back_count(&dataset));
    assert_int_equal(evaluation.test_unknown, 0);
    evaluator_destroy(evaluator);
    // Lines that could not be asked are wrong; what is said of the others stays.
    test.unknown_count = (size_t)count;
    const evaluation_t half = run(fixture,
        &(evaluator_settings_t){.shape = &fixture->shape, .dataset = &dataset, .test = &test, .seed = 1},
        &evaluator);
    assert_near(half.test_exact_match, 0.5 * evaluation.test_exact_match, 1e-12);
    assert_near(half.bleu4, 0.5 * evaluation.bleu4, 1e-12);
    assert_near(half.exact_match, evaluation.exact_match, 1e-12);
    // The standard errors of shares of zeros and ones, with the unreadable lines as zeros.
    const double share = (double)right / count;
    assert_near(evaluation.test_exact_match_error, sqrt(share * (1 - share) / (count - 1)), 1e-12);
    assert_near(half.test_exact_match_error, sqrt(share / 2 * (1 - share / 2) / (2 * count - 1)), 1e-12);
    assert_true(half.bleu4_error > 0.5 * evaluation.bleu4_error);
    assert_int_equal(half.test_unknown, count);
    evaluator_destroy(evaluator);
    dataset_test_destroy(&test);
    dataset_destroy(&dataset);
}

/** Gives up when it is asked for the n-th time; 0 = never. */
typedef struct {
    int asked, at;
} patience_t;

static bool is_asked_enough(void *context) {
    patience_t *patience = context;
    return ++patience->asked == patience->at;
}

static void it_gives_up_when_asked_to(fixture_t *fixture, int draws, int least_asked) {
    dataset_t dataset;
    evaluator_t *evaluator;
    evaluation_t again;
    patience_t never = {0};
    make_rows(fixture, &dataset, 0.2);
    const evaluation_t evaluation = run(fixture,
        &(evaluator_settings_t){.shape = &fixture->shape,
            .dataset = &dataset,
            .seed = 1,
            .draws = draws,
            .refine = 1,
            .refined_draws = draws},
        &evaluator);
    evaluator_ask(evaluator, is_asked_enough, &never);
    assert_ok(evaluator_run(evaluator, fixture->parameters, &again));
    assert_true(never.asked > least_asked);
    for (int at = 1; at <= never.asked; at++) {
        patience_t patience = {.at = at};
        evaluator_ask(evaluator, is_asked_enough, &patience);
        assert_int_equal(evaluator_run(evaluator, fixture->parameters, &again), STATUS_STOPPED);
        // Once is enough.
        assert_int_equal(patience.asked, at);
    }
    evaluator_ask(evaluator, NULL, NULL);
    assert_ok(evaluator_run(evaluator, fixture->parameters, &again));
    assert_true(again.cross_entropy == evaluation.cross_entropy && again.bleu4 == evaluation.bleu4 &&
                again.gaussian.score == evaluation.gaussian.score);
    evaluator_destroy(evaluator);
    dataset_destroy(&dataset);
}

static void it_gives_up_among_the_draws(void **state) {
    it_gives_up_when_asked_to(*state, 200, 10);
}

static void it_gives_up_without_draws(void **state) {
    it_gives_up_when_asked_to(*state, 0, 2);
}

static void examples_are_what_the_model_says(void **state) {
    fixture_t *fixture = *state;
    dataset_t dataset;
    evaluator_t *evaluator;
    make_rows(fixture, &dataset, 0);
    run(fixture, &(evaluator_settings_t){.shape = &fixture->shape, .dataset = &dataset, .examples = 9},
        &evaluator);
    assert_int_equal(evaluator_example_count(evaluator), 9);
    for (int i = 0; i < 9; i++) {
        const pair_t pair = dataset_cross_pair(&dataset, (size_t)i * dataset_cross_count(&dataset) / 9);
        char expected[64] = "", source[64] = "";
        symbol_t said[GENERATED];
        evaluator_example_t example;
        evaluator_example(evaluator, i, &example);
        add_word(expected, said, convert(fixture, pair.source, pair.target.condition, said));
        add_word(source, pair.source.letters, pair.source.length);
        assert_string_equal(example.produced, expected);
        assert_near(example.bleu4,
            bleu_sentence(said, (int)strlen(expected), pair.target.letters, pair.target.length), 0);
        assert_string_equal(example.source, source);
        assert_int_equal(example.source_condition, pair.source.condition);
        assert_int_equal(example.target_condition, pair.target.condition);
    }
    evaluator_destroy(evaluator);
    dataset_destroy(&dataset);
}

/** The samples shown are the first draws, each with whether it is one of the rows. */
static void assert_samples(const evaluator_t *evaluator, int count, const char known[][64], int rows) {
    int training = 0;
    assert_int_equal(evaluator_sample_count(evaluator), count);
    for (int i = 0; i < count; i++) {
        char row[3 * EVALUATOR_TEXT_SIZE], first[EVALUATOR_TEXT_SIZE], second[EVALUATOR_TEXT_SIZE];
        evaluator_row_t expected = EVALUATOR_ROW_NONE;
        evaluator_sample(evaluator, i, 0, first);
        evaluator_sample(evaluator, i, 1, second);
        snprintf(row, sizeof row, "%s %s\n", first, second);
        for (int j = 0; j < rows; j++) {
            expected = strcmp(row, known[j]) == 0 ? EVALUATOR_ROW_TRAINING : expected;
        }
        assert_int_equal(evaluator_sample_row(evaluator, i), expected);
        training += expected == EVALUATOR_ROW_TRAINING;
    }
    assert_true(training > 0);
}

/** The forms of a draw as a line of a table. Returns whether they may stand in one. */
static bool spell_draw(const fixture_t *fixture, uint32_t repetition, int draw, char row[64]) {
    random_stream_t stream = random_stream(4, RANDOM_GENERATION, repetition, (uint64_t)draw);
    float z[LATENT];
    bool usable = true;
    row[0] = '\0';
    for (int j = 0; j < LATENT; j++) {
        z[j] = (float)random_normal(&stream);
    }
    for (int condition = 0; condition < CONDITIONS; condition++) {
        symbol_t letters[GENERATED];
        int length;
        cvae_decode(fixture->cvae, 1, z, &condition, NULL, GENERATED, letters, &length);
        usable = usable && length > 0 && length <= LONGEST;
        add_word(row, letters, length);
        strcat(row, condition == 0 ? " " : "\n");
    }
    return usable;
}

/** Puts the forms of a few draws into the table, once found as training rows. */
static void draws_are_compared_with_rows(void **state) {
    fixture_t *fixture = *state;
    dataset_t dataset;
    evaluator_t *evaluator;
    char known[8][64];
    int rows = 0;
    fixture->text[0] = '\0';
    for (int draw = 0; draw < DRAWS && rows < 8; draw++) {
        char row[64];
        bool usable = spell_draw(fixture, 0, draw, row);
        for (int i = 0; i < rows; i++) {
            usable = usable && strcmp(known[i], row) != 0;
        }
        if (usable) {
            strcpy(known[rows++], row);
            strcat(fixture->text, row);
        }
    }
    assert_true(rows >= 4);
    strcat(fixture->text, "longestxx words\n");
    create_rows(fixture, &dataset, 0);
    const evaluation_t evaluation = run(fixture,
        &(evaluator_settings_t){
            .shape = &fixture->shape, .dataset = &dataset, .seed = 4, .draws = DRAWS, .examples = 12},
        &evaluator);
    assert_samples(evaluator, 12, known, rows);
    assert_int_equal(evaluation.gaussian.draws, DRAWS);
    assert_int_equal(evaluation.gaussian.distinct, rows);
    assert_true(evaluation.gaussian.training >= (size_t)rows);
    assert_near(evaluation.gaussian.score, (double)evaluation.gaussian.training / DRAWS, 1e-12);
    evaluator_destroy(evaluator);
    dataset_destroy(&dataset);
}

/** A score of the draws of a repetition, line by line of the file and draw by draw, as the course's script.
 */
static size_t count_lines(const fixture_t *fixture, uint32_t repetition) {
    size_t lines = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
        char row[64], line[64];
        spell_draw(fixture, repetition, draw, row);
        for (const char *place = fixture->text; *place; place = strchr(place, '\n') + 1) {
            snprintf(line, sizeof line, "%.*s\n", (int)strcspn(place, "\n"), place);
            lines += strcmp(line, row) == 0;
        }
    }
    return lines;
}

/** Draw i of both repetitions is in the table i % 4 times. */
static void draws_are_drawn_anew(void **state) {
    fixture_t *fixture = *state;
    dataset_t dataset;
    evaluator_t *evaluator;
    gaussian_score_t score;
    fixture->text[0] = '\0';
    for (int draw = 0; draw < DRAWS; draw++) {
        for (uint32_t repetition = 0; repetition < 2; repetition++) {
            char row[64];
            const bool usable = spell_draw(fixture, repetition, draw, row);
            for (int copies = usable ? draw % 4 : 0; copies > 0; copies--) {
                strcat(fixture->text, row);
            }
        }
    }
    create_rows(fixture, &dataset, 0);
    const gaussian_score_t first = run(fixture,
        &(evaluator_settings_t){.shape = &fixture->shape, .dataset = &dataset, .seed = 4, .draws = DRAWS},
        &evaluator)
                                       .gaussian;
    const size_t lines[] = {count_lines(fixture, 0), count_lines(fixture, 1)};
    assert_true(lines[0] > first.training && lines[0] != lines[1]);
    assert_int_equal(first.lines, lines[0]);
    assert_near(first.course, (double)lines[0] / DRAWS, 1e-12);
    assert_ok(evaluator_draw(evaluator, 1, &score));
    assert_int_equal(score.draws, DRAWS);
    assert_int_equal(score.lines, lines[1]);
    // The words are those of the last draws.
    assert_ok(evaluator_score(evaluator, DRAWS, &score));
    assert_int_equal(score.lines, lines[1]);
    assert_ok(evaluator_draw(evaluator, 0, &score));
    assert_memory_equal(&score, &first, sizeof score);
    evaluator_destroy(evaluator);
    dataset_destroy(&dataset);
}

/** Two rounds for the first draws, by the model's own functions; the strict ones stay what they are. */
static void draws_are_refined(void **state) {
    enum { ROUNDS = 2, FIRST = 70 };
    fixture_t *fixture = *state;
    static symbol_t letters[FIRST * CONDITIONS][GENERATED];
    word_t words[FIRST * CONDITIONS];
    dataset_t dataset;
    evaluator_t *evaluator;
    gaussian_t gaussian = {0};
    gaussian_score_t expected;
    make_rows(fixture, &dataset, 0);
    evaluator_settings_t settings = {
        .shape = &fixture->shape, .dataset = &dataset, .seed = 4, .draws = DRAWS};
    const evaluation_t strict = run(fixture, &settings, &evaluator);
    assert_int_equal(strict.refined.draws, 0);
    evaluator_destroy(evaluator);
    for (int i = 0; i < FIRST * CONDITIONS; i++) {
        random_stream_t stream = random_stream(4, RANDOM_GENERATION, 0, (uint64_t)(i / CONDITIONS));
        float z[LATENT];
        for (int j = 0; j < LATENT; j++) {
            z[j] = (float)random_normal(&stream);
        }
        for (int round = 0; round <= ROUNDS; round++) {
            word_t *word = &words[i];
            *word = (word_t){letters[i], 0, round < ROUNDS ? 0 : i % CONDITIONS};
            cvae_decode(fixture->cvae, 1, z, &word->condition, NULL, GENERATED, letters[i], &word->length);
            if (round < ROUNDS && word->length > 0) {
                cvae_encode(fixture->cvae, word, 1, z, NULL);
            }
        }
    }
    assert_ok(gaussian_create(&gaussian, &dataset));
    assert_ok(gaussian_score(&gaussian, words, FIRST, &expected));
    gaussian_destroy(&gaussian);
    settings.refine = ROUNDS;
    settings.refined_draws = FIRST;
    const evaluation_t evaluation = run(fixture, &settings, &evaluator);
    assert_memory_equal(&evaluation.refined, &expected, sizeof expected);
    assert_int_equal(evaluation.refine, ROUNDS);
    assert_memory_equal(&evaluation.gaussian, &strict.gaussian, sizeof expected);
    // What is left to be seen are the strict ones.
    assert_ok(evaluator_score(evaluator, DRAWS, &expected));
    assert_memory_equal(&expected, &strict.gaussian, sizeof expected);
    assert_ok(evaluator_score(evaluator, FIRST, &expected));
    assert_int_equal(expected.draws, FIRST);
    assert_memory_not_equal(&expected, &evaluation.refined, sizeof expected);
    evaluator_destroy(evaluator);
    // No more than all.
    settings.refined_draws = 2 * DRAWS;
    assert_int_equal(run(fixture, &settings, &evaluator).refined.draws, DRAWS);
    evaluator_destroy(evaluator);
    dataset_destroy(&dataset);
}

/** Dimensions of z whose mean is the same for each word are not active; nor are those that hardly vary. */
static void active_units_are_counted(void **state) {
    fixture_t *fixture = *state;
    dataset_t dataset;
    evaluator_t *evaluator;
    make_rows(fixture, &dataset, 0.3);
    const evaluator_settings_t settings = {.shape = &fixture->shape, .dataset = &dataset};
    assert_int_equal(run(fixture, &settings, &evaluator).active_units, LATENT);
    evaluator_destroy(evaluator);
    const parameters_t *table = cvae_parameters(fixture->cvae);
    for (int i = 0; i < table->count; i++) {
        const bool is_bias = strcmp(table->entry[i].name, "encoder.mean.bias") == 0;
        const bool is_weight = strcmp(table->entry[i].name, "encoder.mean.weight") == 0;
        for (int j = 0; j < fixture->shape.hidden && is_weight; j++) {
            float *weight = fixture->parameters + table->entry[i].offset + j; // [Z, H]
            weight[0] = 0;
            weight[3 * fixture->shape.hidden] *= 0.001f;
        }
        if (is_bias) {
            fixture->parameters[table->entry[i].offset] = 2;
        }
    }
    assert_int_equal(run(fixture, &settings, &evaluator).active_units, LATENT - 2);
    evaluator_destroy(evaluator);
    dataset_destroy(&dataset);
}

/** The loss over all pairs is that of the pairs one by one, with the same noise; another seed gives another.
 */
static void loss_is_the_mean(void **state) {
    fixture_t *fixture = *state;
    dataset_t dataset;
    evaluator_t *evaluator;
    double cross_entropy = 0, divergence = 0;
    make_rows(fixture, &dataset, 0);
    size_t few = 0;
    const size_t count = dataset_cross_count(&dataset);
    for (size_t i = 0; i < count; i++) {
        random_stream_t stream = random_stream(6, RANDOM_EVALUATION_LATENT, 0, i);
        float noise[LATENT];
        for (int j = 0; j < LATENT; j++) {
            noise[j] = (float)random_normal(&stream);
        }
        const pair_t pair = dataset_cross_pair(&dataset, i);
        const cvae_loss_t loss = cvae_loss(fixture->cvae, &pair, 1, noise, NULL);
        cross_entropy += loss.cross_entropy;
        divergence += loss.divergence;
        few += pair.target.length < 4;
    }
    evaluator_settings_t settings = {.shape = &fixture->shape, .dataset = &dataset, .seed = 6};
    evaluation_t evaluation = run(fixture, &settings, &evaluator);
    assert_string_equal(evaluation.pairs_from, "training");
    assert_string_equal(evaluation.bleu4_from, "training");
    assert_false(evaluation.has_test);
    assert_true(few > 0);
    assert_int_equal(evaluation.bleu4_pairs, count);
    assert_int_equal(evaluation.bleu4_short, few);
    assert_near(evaluation.cross_entropy, cross_entropy / (double)count, 1e-4);
    assert_near(evaluation.kl, divergence / (double)count, 1e-4);
    assert_int_equal(evaluation.gaussian.draws, 0);
    evaluator_destroy(evaluator);
    settings.seed = 7;
    const evaluation_t other = run(fixture, &settings, &evaluator);
    assert_true(other.cross_entropy != evaluation.cross_entropy);
    assert_true(other.kl == evaluation.kl);
    evaluator_destroy(evaluator);
    dataset_destroy(&dataset);
}

/** Not training pairs in their place. The KL of a pair depends on no noise. */
static void held_back_pairs_are_evaluated(void **state) {
    fixture_t *fixture = *state;
    const float noise[LATENT] = {0};
    dataset_t dataset;
    evaluator_t *evaluator;
    double divergence = 0;
    make_rows(fixture, &dataset, 0.2);
    const size_t count = dataset_held_back_count(&dataset);
    for (size_t i = 0; i < count; i++) {
        const pair_t pair = dataset_held_back_pair(&dataset, i);
        divergence += cvae_loss(fixture->cvae, &pair, 1, noise, NULL).divergence;
    }
    const evaluation_t evaluation =
        run(fixture, &(evaluator_settings_t){.shape = &fixture->shape, .dataset = &dataset}, &evaluator);
    assert_near(evaluation.kl, divergence / (double)count, 1e-4);
    evaluator_destroy(evaluator);
    dataset_destroy(&dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(conversions_are_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_gives_up_among_the_draws, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_gives_up_without_draws, set_up, tear_down),
        cmocka_unit_test_setup_teardown(examples_are_what_the_model_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(draws_are_compared_with_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(draws_are_drawn_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(draws_are_refined, set_up, tear_down),
        cmocka_unit_test_setup_teardown(active_units_are_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(loss_is_the_mean, set_up, tear_down),
        cmocka_unit_test_setup_teardown(held_back_pairs_are_evaluated, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
