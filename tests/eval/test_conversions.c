// Conversions in detail against a model that nobody trained, asked word by word. Some forms are what the
// model spells, so that some conversions are right.
#include "../data/dataset_text.h"

#include <math.h>

#include "eval/bleu.h"
#include "eval/conversions.h"
#include "model/cvae.h"
#include "base/random.h"

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
    cvae_decode(fixture->cvae, 1, mean, &target, NULL, SPELLED, letters, length);
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

enum { SAMPLES_MAX = 8, TARGETS = CONDITIONS - 1, MADE = ROWS * CONDITIONS * TARGETS };

typedef struct {
    conversions_scores_t mean;
    spread_t exact, bleu4; /**< of the samples */
    double each_exact[SAMPLES_MAX], each_bleu4[SAMPLES_MAX];
    double shares[MADE]; /**< of the first two samples */
} measured_t;

/** The conversions of the fixture's words, as conversions_create() would have them, but without stems. */
typedef struct {
    conversions_t conversions;
    pair_t pairs[MADE];
    word_t stems[MADE];
    size_t first[ROWS + 1];
} made_t;

static void make(const fixture_t *fixture, made_t *made) {
    *made = (made_t){.conversions = {.from = "held-back",
                         .purpose = RANDOM_CONVERSIONS,
                         .rows = ROWS,
                         .count = MADE,
                         .pairs = made->pairs,
                         .stems = made->stems,
                         .first = made->first}};
    for (size_t i = 0; i < MADE; i++) {
        const size_t form = i / TARGETS, source = form % CONDITIONS, other = i % TARGETS;
        made->pairs[i] = (pair_t){.source = fixture->words[form],
            .target = fixture->words[form - source + other + (other >= source)],
            .index = form};
    }
    for (size_t row = 0; row <= ROWS; row++) {
        made->first[row] = row * CONDITIONS * TARGETS;
    }
}

/** right [ROWS, C, C], source before target; true where they are the same. */
static measured_t measure(const fixture_t *fixture, int samples, uint64_t seed, bool *right) {
    static made_t made;
    static conversions_outcome_t outcomes[MADE];
    measured_t result = {0};
    make(fixture, &made);
    assert_ok(conversions_measure(&made.conversions, &fixture->shape, fixture->parameters, seed, 0, outcomes,
        &(conversions_samples_t){.count = samples,
            .exact = result.each_exact,
            .bleu4 = result.each_bleu4,
            .shared = samples < 2 ? samples : 2,
            .shares = result.shares}));
    for (size_t i = 0; i < (size_t)ROWS * CONDITIONS * CONDITIONS; i++) {
        right[i] = i / CONDITIONS % CONDITIONS == i % CONDITIONS;
    }
    for (size_t i = 0; i < MADE; i++) {
        right[made.pairs[i].index * CONDITIONS + (size_t)made.pairs[i].target.condition] =
            outcomes[i].kind == CONVERSIONS_RIGHT;
    }
    assert_ok(conversions_score(&made.conversions, outcomes, &result.mean));
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
    const conversions_scores_t result = measure(&fixture, 0, 1, right).mean;
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
    assert_near(result.exact.mean, (double)all / (ROWS * 6), 1e-12);
    assert_near(result.paradigm.mean, (double)paradigms / ROWS, 1e-12);
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
    assert_true(one.mean.exact.mean == other.mean.exact.mean);
    assert_true(one.exact.deviation > 0 && one.exact.deviation != other.exact.deviation);
    assert_true(one.bleu4.deviation > 0);
    // The shares are of the first two.
    double shares = 0;
    for (size_t i = 0; i < MADE; i++) {
        shares += one.shares[i];
    }
    assert_near(shares / MADE, (one.each_exact[0] + one.each_exact[1]) / 2, 1e-12);
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
    assert_near(narrow.exact.mean, narrow.mean.exact.mean, 1e-12);
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
    cvae_decode(fixture->cvae, 1, mean, &expected->condition, NULL, SPELLED, letters, &length);
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
    double shares = 0;
    for (size_t i = 0; i < MADE; i++) {
        assert_true(result.shares[i] == 0 || result.shares[i] == 0.5 || result.shares[i] == 1);
        shares += result.shares[i];
    }
    assert_near(shares / MADE, result.exact.mean, 1e-12);
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

/** The outcomes and spellings that conversions_measure() passes to show(). */
typedef struct {
    const conversions_t *conversions;
    size_t count;
    conversions_outcome_t outcomes[MADE];
} shown_t;

static void show(void *context, size_t index, const word_t *spelled, conversions_outcome_t outcome) {
    shown_t *shown = context;
    const conversions_outcome_t judged = conversions_judge(shown->conversions, index, spelled);
    assert_int_equal(index, shown->count++);
    assert_int_equal(judged.kind, outcome.kind);
    assert_int_equal(judged.distance, outcome.distance);
    shown->outcomes[index] = outcome;
}

/** show() gets each spelling. Samples need no outcomes, and corrections do not change them. */
static void test_shown(void **state) {
    (void)state;
    static fixture_t fixture;
    static made_t made;
    static shown_t shown[2];
    static conversions_outcome_t outcomes[MADE];
    double exact[3][SAMPLES_MAX], bleu4[3][SAMPLES_MAX];
    create(&fixture);
    make(&fixture, &made);
    for (int i = 0; i < 3; i++) {
        shown_t *to = i < 2 ? &shown[i] : NULL;
        shown[i % 2].conversions = &made.conversions;
        assert_ok(conversions_measure(&made.conversions, &fixture.shape, fixture.parameters, 1,
            i == 1 ? 0 : 20, to ? outcomes : NULL,
            &(conversions_samples_t){.count = SAMPLES_MAX,
                .exact = exact[i],
                .bleu4 = bleu4[i],
                .show = to ? show : NULL,
                .shown = to}));
        if (to) {
            assert_int_equal(to->count, MADE);
            assert_memory_equal(to->outcomes, outcomes, sizeof outcomes);
        }
        assert_memory_equal(exact[i], exact[0], sizeof exact[0]);
        assert_memory_equal(bleu4[i], bleu4[0], sizeof bleu4[0]);
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
    const conversions_t conversions = {.purpose = RANDOM_TEST_PAIRS, .pairs = pairs, .count = PAIRS};
    assert_ok(conversions_measure(&conversions, &fixture.shape, fixture.parameters, 5, 0, NULL,
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

/** Asserts kind and distance of a spelling of the only conversion, from source to expected with a stem. */
static void assert_judged(
    const char *expected, const char *stem, const char *spelled, conversions_kind_t kind, int distance) {
    symbol_t letters[3][64];
    const char *const texts[3] = {expected, stem, spelled};
    word_t words[3] = {0};
    for (int i = 0; i < 3; i++) {
        words[i].letters = letters[i];
        for (; texts[i][words[i].length]; words[i].length++) {
            letters[i][words[i].length] = (symbol_t)texts[i][words[i].length];
        }
    }
    pair_t pair = {.target = words[0]};
    const conversions_t conversions = {.rows = 1, .count = 1, .pairs = &pair, .stems = &words[1]};
    const conversions_outcome_t outcome = conversions_judge(&conversions, 0, &words[2]);
    assert_int_equal(outcome.kind, kind);
    assert_int_equal(outcome.distance, distance);
}

static void test_kinds(void **state) {
    (void)state;
    assert_judged("walked", "walk", "walked", CONVERSIONS_RIGHT, 0);
    assert_judged("parachuted", "parachut", "paracuthed", CONVERSIONS_SWAPPED, 2);
    assert_judged("walked", "walk", "walkde", CONVERSIONS_SWAPPED, 2); // its stem is right, too
    assert_judged("walked", "walk", "walks", CONVERSIONS_ENDING, 2);
    assert_judged("walked", "walk", "walk", CONVERSIONS_ENDING, 2);
    assert_judged("gekauft", "kauf", "kauft", CONVERSIONS_ENDING, 2);
    assert_judged("walked", "walk", "wolked", CONVERSIONS_STEM, 1);
    assert_judged("walked", "walk", "wal", CONVERSIONS_STEM, 3);
    assert_judged("aab", "aab", "abb", CONVERSIONS_STEM, 1); // the same letters, not as often
    assert_judged("sang", "", "singed", CONVERSIONS_STEM, 3);
    assert_judged("sang", "", "", CONVERSIONS_STEM, 4);
    assert_judged("kitten", "itt", "sitting", CONVERSIONS_ENDING, 3);
}

static size_t all_kinds(const conversions_scores_t *scores, int group) {
    size_t sum = 0;
    for (int kind = 0; kind < CONVERSIONS_KINDS; kind++) {
        sum += scores->kinds[group][kind];
    }
    return sum;
}

/** Two rows of four forms: all right but some conversions of the second row. */
static void test_scores(void **state) {
    (void)state;
    dataset_t dataset;
    conversions_t conversions;
    conversions_outcome_t outcomes[24] = {0};
    conversions_scores_t scores;
    assert_ok(
        dataset_text_create(&dataset, dataset_text_rows("walk walks walking walked\ngo goes going went\n")));
    assert_ok(conversions_create(&conversions, &dataset, NULL, 20000));
    assert_string_equal(conversions.from, "training");
    assert_int_equal(conversions.rows, 2);
    assert_int_equal(conversions.count, 24);
    assert_int_equal(conversions.first[1], 12);
    assert_string_equal(dataset_text_pair(&dataset, conversions.pairs[13]), "go/0>going/2");
    assert_int_equal(conversions.pairs[13].index, 4);
    assert_string_equal(dataset_text_word(&dataset, conversions.stems[11]), "walk");
    assert_int_equal(conversions.stems[12].length, 0);
    // From goes, going, went; none from go.
    outcomes[15] = (conversions_outcome_t){CONVERSIONS_SWAPPED, 2};
    outcomes[18] = (conversions_outcome_t){CONVERSIONS_STEM, 3};
    outcomes[23] = (conversions_outcome_t){CONVERSIONS_ENDING, 1};
    assert_ok(conversions_score(&conversions, outcomes, &scores));
    assert_near(scores.exact.mean, 21.0 / 24, 1e-12);
    // The rows' means 1 and 3/4: half of their difference.
    assert_near(scores.exact.error, 0.125, 1e-12);
    assert_near(scores.distance.mean, 6.0 / 24, 1e-12);
    assert_near(scores.distance.error, 0.25, 1e-12);
    assert_near(scores.paradigm.mean, 1, 0);
    assert_near(scores.paradigm.error, 0, 0);
    // Of up to four letters: walk, go, goes, went; longer: walks, walking, walked, going.
    assert_int_equal(all_kinds(&scores, 0), 12);
    assert_int_equal(all_kinds(&scores, 1), 12);
    assert_int_equal(scores.kinds[0][CONVERSIONS_SWAPPED], 1);
    assert_int_equal(scores.kinds[1][CONVERSIONS_STEM], 1);
    assert_int_equal(scores.kinds[0][CONVERSIONS_ENDING], 1);
    outcomes[14].kind = CONVERSIONS_STEM;
    assert_ok(conversions_score(&conversions, outcomes, &scores));
    assert_near(scores.paradigm.mean, 0.5, 0);
    assert_near(scores.paradigm.error, 0.5, 1e-12);
    conversions_destroy(&conversions);
    dataset_destroy(&dataset);
}

/** Of a pairs file the pairs of a source word are a row, wherever they stand. */
static void test_given_pairs(void **state) {
    (void)state;
    dataset_t dataset;
    conversions_t conversions;
    conversions_outcome_t outcomes[5] = {0};
    conversions_scores_t scores;
    assert_ok(dataset_text_create(&dataset, dataset_text_pairs("walk present walked past\n"
                                                               "be present was past\n"
                                                               "walk present walks third\n"
                                                               "walk past walk present\n"
                                                               "be present is third\n")));
    assert_ok(conversions_create(&conversions, &dataset, NULL, 20000));
    assert_int_equal(conversions.rows, 3);
    assert_int_equal(conversions.count, 5);
    static const char *const expected[] = {
        "be/0>was/3", "be/0>is/1", "walk/0>walked/3", "walk/0>walks/1", "walk/3>walk/0"};
    static const uint64_t keys[] = {1, 4, 0, 2, 3};
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(dataset_text_pair(&dataset, conversions.pairs[i]), expected[i]);
        assert_int_equal(conversions.pairs[i].index, keys[i]);
        assert_int_equal(conversions.stems[i].length, i < 2 ? 0 : 4);
    }
    static const size_t first[] = {0, 2, 4, 5};
    assert_memory_equal(conversions.first, first, sizeof first);
    outcomes[1].kind = CONVERSIONS_STEM;
    assert_ok(conversions_score(&conversions, outcomes, &scores));
    assert_near(scores.exact.mean, 0.8, 1e-12);
    assert_near(scores.paradigm.mean, 2.0 / 3, 1e-12);
    conversions_destroy(&conversions);
    // Fewer: at even distances.
    assert_ok(conversions_create(&conversions, &dataset, NULL, 2));
    assert_int_equal(conversions.count, 2);
    assert_string_equal(dataset_text_pair(&dataset, conversions.pairs[0]), "walk/0>walked/3");
    assert_string_equal(dataset_text_pair(&dataset, conversions.pairs[1]), "walk/0>walks/1");
    conversions_destroy(&conversions);
    dataset_destroy(&dataset);
}

/** A test's pairs take precedence over the data set's. A row is a source word; unknown letters tell words
 * apart. */
static void test_test_pairs(void **state) {
    (void)state;
    static const char lines[] = "wız\twıza\tD\nev\tevde\tL\nXız\tXızda\tL\nwız\twızda\tL\nev\teve\tD\n";
    dataset_t dataset;
    dataset_test_t test;
    conversions_t conversions;
    dataset_source_t source = dataset_text_table("kız\tkıza\tD\nkız\tkızda\tL\nev\teve\tD\nev\tevde\tL\n");
    source.has_unknown = true;
    assert_ok(dataset_text_create(&dataset, source));
    source.text = lines;
    source.length = strlen(lines);
    assert_ok(dataset_test_create(&test, &dataset, &source));
    assert_ok(conversions_create(&conversions, &dataset, &test, 20000));
    assert_string_equal(conversions.from, "test");
    assert_true(conversions.are_given);
    assert_int_equal(conversions.purpose, RANDOM_TEST_PAIRS);
    assert_int_equal(conversions.count, 5);
    assert_int_equal(conversions.rows, 3);
    static const size_t first[] = {0, 2, 3, 5};
    static const uint64_t places[] = {1, 4, 2, 0, 3};
    assert_memory_equal(conversions.first, first, sizeof first);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(conversions.pairs[i].index, places[i]);
    }
    assert_int_equal(conversions.stems[0].length, 0); // of two letters there is none
    assert_string_equal(dataset_text_word(&dataset, conversions.stems[2]), "\uFFFDız");
    conversions_destroy(&conversions);
    assert_ok(conversions_create(&conversions, &dataset, &test, 2));
    assert_int_equal(conversions.count, 2);
    conversions_destroy(&conversions);
    dataset_test_destroy(&test);
    dataset_destroy(&dataset);
}

/** Rows by their first word, and a table of the same forms: pair by pair, grouped by source. */
static void test_pairs_of_a_first_word(void **state) {
    (void)state;
    static const char table[] = "walk\twalks\tB\nwalk\twalken\tC\nsee\tsees\tB\nsee\tseen\tC\n";
    static const struct {
        dataset_pairs_t pairs;
        size_t rows;
        const char *expected[4];
    } cases[] = {
        {DATASET_PAIRS_INFLECT, 2, {"see/0>sees/1", "see/0>seen/2", "walk/0>walks/1", "walk/0>walken/2"}},
        {DATASET_PAIRS_LEMMATIZE, 4, {"sees/1>see/0", "walks/1>walk/0", "seen/2>see/0", "walken/2>walk/0"}},
    };
    for (size_t i = 0; i < 4; i++) {
        dataset_source_t source = dataset_text_rows("walk walks walken\nsee sees seen\n");
        source.condition_count = 3;
        source = i % 2 == 0 ? source : dataset_text_table(table);
        source.pairs = cases[i / 2].pairs;
        dataset_t dataset;
        conversions_t conversions;
        assert_ok(dataset_text_create(&dataset, source));
        assert_ok(conversions_create(&conversions, &dataset, NULL, 20000));
        assert_int_equal(conversions.rows, cases[i / 2].rows);
        assert_int_equal(conversions.count, 4);
        for (size_t c = 0; c < 4; c++) {
            assert_string_equal(dataset_text_pair(&dataset, conversions.pairs[c]), cases[i / 2].expected[c]);
            assert_in_range(conversions.stems[c].length, 3, 4);
        }
        conversions_destroy(&conversions);
        dataset_destroy(&dataset);
    }
}

/** Held-back rows alone, if there are any; whole rows at even distances, if there are too many. */
static void test_held_back(void **state) {
    (void)state;
    static char text[4000];
    size_t used = 0;
    for (char a = 'a'; a <= 'z'; a++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%c %cs %cing %ced\n", a, a, a, a);
    }
    dataset_t dataset;
    conversions_t conversions;
    dataset_source_t source = dataset_text_rows(text);
    source.holdout = 0.5;
    assert_ok(dataset_text_create(&dataset, source));
    const size_t rows = dataset.row_count - dataset.train_row_count;
    assert_in_range(rows, 6, 20);
    assert_ok(conversions_create(&conversions, &dataset, NULL, 20000));
    assert_string_equal(conversions.from, "held-back");
    assert_int_equal(conversions.rows, rows);
    assert_int_equal(conversions.count, dataset_held_back_count(&dataset));
    conversions_destroy(&conversions);
    assert_ok(conversions_create(&conversions, &dataset, NULL, 25));
    assert_int_equal(conversions.rows, 3);
    assert_int_equal(conversions.count, 36);
    for (size_t row = 0; row < 3; row++) {
        const word_t expected = dataset_word(&dataset, dataset.train_row_count + row * rows / 3, 0);
        assert_int_equal(word_compare(&conversions.pairs[conversions.first[row]].source, &expected), 0);
    }
    conversions_destroy(&conversions);
    dataset_destroy(&dataset);
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
        cmocka_unit_test(test_shown),
        cmocka_unit_test(test_pairs_by_hand),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_scores),
        cmocka_unit_test(test_given_pairs),
        cmocka_unit_test(test_test_pairs),
        cmocka_unit_test(test_pairs_of_a_first_word),
        cmocka_unit_test(test_held_back),
        cmocka_unit_test(test_regular_pasts),
        cmocka_unit_test(test_irregular_pasts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
