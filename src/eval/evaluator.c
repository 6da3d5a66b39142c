#include "evaluator.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "bleu.h"
#include "likelihood.h"
#include "model/speller.h"
#include "spread.h"

enum { BATCH = SPELLER_BATCH };

/** Pairs from somewhere: the held-back, the training or the test pairs. */
typedef struct {
    const char *from;
    size_t count;
    pair_t (*get)(const evaluator_t *evaluator, size_t index);
    size_t of_row;  /**< pairs of a row; 0: they are given, and those with one source belong together */
    size_t unknown; /**< further pairs, which the model cannot read: they score 0 */
} pair_source_t;

/** What the greedy conversion of a set of pairs came to. */
typedef struct {
    spread_t right, bleu;
    size_t short_references;
} conversion_t;

/** Its losses. */
typedef struct {
    spread_t cross_entropy, divergence;
} losses_t;

struct evaluator {
    evaluator_settings_t settings;
    bool (*gives_up)(void *context); /**< NULL: never */
    size_t begun, batches;           /**< of evaluator_run(), for evaluator_share() */
    void *context;
    bool has_given_up;
    speller_t speller;
    gaussian_t gaussian;
    pair_source_t main_pairs, bleu_pairs;
    int examples;
    pair_t pairs[BATCH];
    double *values; /**< [2, pairs] two scores of each pair of the set in hand */
    size_t *first;  /**< [groups + 1] where its rows or sources begin: spread_of_groups() */
    size_t groups;
    word_t *drawn;           /**< [draws, C] the spellings of the last draws */
    symbol_t *drawn_letters; /**< [draws, C, max_letters] */
    double *moments;         /**< [2, Z] sums of the posterior means of convert_all(), and of their squares */
};

static pair_t held_back_pair(const evaluator_t *evaluator, size_t index) {
    return dataset_held_back_pair(evaluator->settings.dataset, index);
}

static pair_t training_pair(const evaluator_t *evaluator, size_t index) {
    return dataset_cross_pair(evaluator->settings.dataset, index);
}

static pair_t test_pair(const evaluator_t *evaluator, size_t index) {
    return evaluator->settings.test->pairs[index];
}

static void choose_pairs(evaluator_t *evaluator) {
    const dataset_t *dataset = evaluator->settings.dataset;
    const dataset_test_t *test = evaluator->settings.test;
    const size_t of_row =
        dataset->row_count > 0 ? dataset_cross_count(dataset) / dataset_trained_count(dataset) : 0;
    if (dataset_held_back_count(dataset) > 0) {
        evaluator->main_pairs =
            (pair_source_t){"held-back", dataset_held_back_count(dataset), held_back_pair, of_row, 0};
    } else {
        evaluator->main_pairs =
            (pair_source_t){"training", dataset_cross_count(dataset), training_pair, of_row, 0};
    }
    evaluator->bleu_pairs = test ? (pair_source_t){"test", test->count, test_pair, 0, test->unknown_count}
                                 : evaluator->main_pairs;
}

/** How many of a source's pairs are looked at, and which the one of number `index` is. */
static size_t sample_count(const pair_source_t *source) {
    return source->count < EVALUATOR_PAIRS_MAX ? source->count : EVALUATOR_PAIRS_MAX;
}

static pair_t sample_pair(const evaluator_t *evaluator, const pair_source_t *source, size_t index) {
    return source->get(evaluator, index * source->count / sample_count(source));
}

static int longest_word(const evaluator_settings_t *settings) {
    int longest = settings->dataset->longest;
    for (size_t i = 0; settings->test && i < settings->test->count; i++) {
        const pair_t *pair = &settings->test->pairs[i];
        longest = pair->source.length > longest ? pair->source.length : longest;
        longest = pair->target.length > longest ? pair->target.length : longest;
    }
    return longest;
}

status_t evaluator_create(evaluator_t **evaluator, const evaluator_settings_t *settings) {
    const size_t conditions = (size_t)settings->dataset->conditions.count;
    const int longest = longest_word(settings), spelled = longest + SPELLER_LONGER_BY;
    evaluator_t *created = calloc(1, sizeof *created);
    if (!created) {
        return status_fail(STATUS_MEMORY, "out of memory for the evaluation");
    }
    created->settings = *settings;
    created->settings.draws = settings->dataset->row_count > 0 ? settings->draws : 0;
    choose_pairs(created);
    created->examples = (size_t)settings->examples < created->bleu_pairs.count
                            ? settings->examples
                            : (int)created->bleu_pairs.count;
    // One more than needed: a calloc() of nothing may return NULL.
    const size_t words = (size_t)created->settings.draws * conditions + 1;
    const size_t main_pairs = sample_count(&created->main_pairs),
                 bleu_pairs = sample_count(&created->bleu_pairs);
    const size_t pairs = main_pairs > bleu_pairs ? main_pairs : bleu_pairs;
    created->values = calloc(2 * pairs + 1, sizeof *created->values);
    created->first = calloc(pairs + 1, sizeof *created->first);
    created->drawn = calloc(words, sizeof *created->drawn);
    created->drawn_letters = calloc(words, (size_t)spelled * sizeof *created->drawn_letters);
    created->moments = calloc(2 * (size_t)settings->shape->latent, sizeof *created->moments);
    status_t status =
        created->drawn && created->drawn_letters && created->moments && created->values && created->first
            ? speller_create(&created->speller, settings->shape, longest, longest, spelled, 0)
            : status_fail(STATUS_MEMORY, "out of memory for the evaluation");
    if (status == STATUS_OK && created->settings.draws > 0) {
        status = gaussian_create(&created->gaussian, settings->dataset);
    }
    if (status != STATUS_OK) {
        evaluator_destroy(created);
        return status;
    }
    *evaluator = created;
    return STATUS_OK;
}

void evaluator_destroy(evaluator_t *evaluator) {
    if (evaluator) {
        speller_destroy(&evaluator->speller);
        free(evaluator->drawn);
        free(evaluator->drawn_letters);
        free(evaluator->moments);
        free(evaluator->values);
        free(evaluator->first);
        gaussian_destroy(&evaluator->gaussian);
        free(evaluator);
    }
}

void evaluator_ask(evaluator_t *evaluator, bool (*gives_up)(void *context), void *context) {
    evaluator->gives_up = gives_up;
    evaluator->context = context;
}

double evaluator_share(const evaluator_t *evaluator) {
    return evaluator->batches > 0 ? (double)evaluator->begun / (double)evaluator->batches : 0;
}

/** How many batches so many words or draws make, with the one that is asked for behind the last. */
static size_t batches_of(size_t count) {
    return (count + BATCH - 1) / BATCH + 1;
}

/** The batches of evaluator_run(): conversions and losses of the pairs, conversions of the test, draws. */
static size_t count_batches(const evaluator_t *evaluator) {
    const evaluator_settings_t *settings = &evaluator->settings;
    size_t batches = 2 * batches_of(sample_count(&evaluator->main_pairs));
    batches += settings->test ? batches_of(sample_count(&evaluator->bleu_pairs)) : 0;
    const size_t draws = settings->draws > 0 ? (size_t)settings->draws : 0;
    const size_t refined = settings->refine > 0 ? (size_t)settings->refined_draws : 0;
    return batches + batches_of(draws) + batches_of(refined < draws ? refined : draws);
}

/** Asked before every batch. */
static bool gives_up(evaluator_t *evaluator) {
    evaluator->begun++;
    if (!evaluator->has_given_up && evaluator->gives_up) {
        evaluator->has_given_up = evaluator->gives_up(evaluator->context);
    }
    return evaluator->has_given_up;
}

/** Returns how many pairs from `first` on it took: 0 when there are no more, or it gives up. */
static int take_batch(evaluator_t *evaluator, const pair_source_t *source, size_t first) {
    int count = 0;
    if (gives_up(evaluator)) {
        return 0;
    }
    while (count < BATCH && first + (size_t)count < sample_count(source)) {
        evaluator->pairs[count] = sample_pair(evaluator, source, first + (size_t)count);
        count++;
    }
    return count;
}

static void add_moments(const evaluator_t *evaluator, int count) {
    const size_t latent = (size_t)evaluator->settings.shape->latent;
    for (size_t i = 0; i < (size_t)count * latent; i++) {
        const double mean = evaluator->speller.z[i];
        evaluator->moments[i % latent] += mean;
        evaluator->moments[latent + i % latent] += mean * mean;
    }
}

static int count_active_units(const evaluator_t *evaluator, double count) {
    const size_t latent = (size_t)evaluator->settings.shape->latent;
    int active = 0;
    for (size_t j = 0; j < latent; j++) {
        const double mean = evaluator->moments[j] / count;
        active += evaluator->moments[latent + j] / count - mean * mean > LIKELIHOOD_ACTIVE_VARIANCE;
    }
    return active;
}

/** Pairs of one row, or given ones that follow each other and have one source, depend on each other. */
static void find_groups(evaluator_t *evaluator, const pair_source_t *source) {
    const size_t count = sample_count(source), of_row = source->of_row;
    pair_t last = {0};
    evaluator->groups = 0;
    for (size_t i = 0; i < count; i++) {
        const pair_t pair = sample_pair(evaluator, source, i);
        if (i == 0 || (of_row > 0 ? pair.index / of_row != last.index / of_row
                                  : word_compare(&pair.source, &last.source) != 0 ||
                                        !word_same_unknown(&pair.unknown, &last.unknown))) {
            evaluator->first[evaluator->groups++] = i;
        }
        last = pair;
    }
    evaluator->first[evaluator->groups] = count;
}

/** Counts the pairs that the model cannot read as zeros, in proportion to the sample. */
static spread_t spread_of_values(
    const evaluator_t *evaluator, const pair_source_t *source, const double *values) {
    const double share = source->count > 0 ? (double)sample_count(source) / (double)source->count : 1;
    return spread_of_groups_and_zeros(
        values, evaluator->first, evaluator->groups, share * (double)source->unknown);
}

static conversion_t convert_all(evaluator_t *evaluator, const pair_source_t *source) {
    const speller_t *speller = &evaluator->speller;
    double *right = evaluator->values, *bleu = right + sample_count(source);
    conversion_t result = {0};
    int count;
    memset(evaluator->moments, 0, 2 * (size_t)evaluator->settings.shape->latent * sizeof(double));
    for (size_t first = 0; (count = take_batch(evaluator, source, first)) > 0; first += (size_t)count) {
        speller_encode(speller, evaluator->pairs, count, evaluator->settings.corrections, NULL);
        add_moments(evaluator, count);
        speller_spell(speller, count, evaluator->pairs);
        for (int i = 0; i < count; i++) {
            const word_t *expected = &evaluator->pairs[i].target, spelled = speller_word(speller, i, 0);
            result.short_references += expected->length < BLEU_ORDERS;
            bleu[first + (size_t)i] =
                bleu_sentence(spelled.letters, spelled.length, expected->letters, expected->length);
            right[first + (size_t)i] = speller_is_right(speller, i, expected);
        }
    }
    result.right = spread_of_values(evaluator, source, right);
    result.bleu = spread_of_values(evaluator, source, bleu);
    return result;
}

/** z of a batch, from the streams (seed, purpose, repetition, first), (..., first + 1) and so on. */
static void draw(
    const evaluator_t *evaluator, random_purpose_t purpose, uint32_t repetition, size_t first, int count) {
    const int latent = evaluator->settings.shape->latent;
    for (int i = 0; i < count; i++) {
        random_stream_t stream =
            random_stream(evaluator->settings.seed, purpose, repetition, first + (size_t)i);
        random_normals(&stream, latent, evaluator->speller.z + (size_t)i * (size_t)latent);
    }
}

static losses_t measure_losses(evaluator_t *evaluator, const pair_source_t *source) {
    const speller_t *speller = &evaluator->speller;
    double *cross_entropies = evaluator->values, *divergences = cross_entropies + sample_count(source);
    int count;
    for (size_t first = 0; (count = take_batch(evaluator, source, first)) > 0; first += (size_t)count) {
        // The noise of z, keyed by the pair's place among those evaluated.
        draw(evaluator, RANDOM_EVALUATION_LATENT, 0, first, count);
        cvae_pair_losses(
            speller->cvae, evaluator->pairs, count, speller->z, cross_entropies + first, divergences + first);
    }
    return (losses_t){spread_of_values(evaluator, source, cross_entropies),
        spread_of_values(evaluator, source, divergences)};
}

/** Spells the draws [first, first + count) in one condition, and keeps their letters. */
static void spell_draws(evaluator_t *evaluator, size_t first, int count, int condition) {
    const speller_t *speller = &evaluator->speller;
    const size_t conditions = (size_t)evaluator->settings.dataset->conditions.count;
    for (int i = 0; i < count; i++) {
        speller->conditions[i] = condition;
    }
    speller_spell(speller, count, NULL);
    for (int i = 0; i < count; i++) {
        const size_t at = (first + (size_t)i) * conditions + (size_t)condition;
        symbol_t *letters = evaluator->drawn_letters + at * (size_t)speller->max_letters;
        word_t *word = &evaluator->drawn[at];
        *word = speller_word(speller, i, 0);
        memcpy(letters, word->letters, (size_t)word->length * sizeof *letters);
        word->letters = letters;
    }
}

/** Draws, refines, spells and scores. */
static status_t draw_all(
    evaluator_t *evaluator, uint32_t repetition, int rounds, int draws, gaussian_score_t *result) {
    for (int first = 0; first < draws && !gives_up(evaluator); first += BATCH) {
        const int count = draws - first < BATCH ? draws - first : BATCH;
        draw(evaluator, RANDOM_GENERATION, repetition, (size_t)first, count);
        speller_refine(&evaluator->speller, count, rounds);
        for (int condition = 0; condition < evaluator->settings.dataset->conditions.count; condition++) {
            spell_draws(evaluator, (size_t)first, count, condition);
        }
    }
    return evaluator->has_given_up ? status_fail(STATUS_STOPPED, "the evaluation was given up")
                                   : evaluator_score(evaluator, (size_t)draws, result);
}

status_t evaluator_draw(evaluator_t *evaluator, uint32_t repetition, gaussian_score_t *result) {
    return draw_all(evaluator, repetition, 0, evaluator->settings.draws, result);
}

status_t evaluator_run(evaluator_t *evaluator, const float *parameters, evaluation_t *evaluation) {
    const pair_source_t *source = &evaluator->main_pairs;
    const double count = (double)sample_count(source);
    evaluator->has_given_up = false;
    evaluator->begun = 0;
    evaluator->batches = count_batches(evaluator);
    cvae_bind(evaluator->speller.cvae, parameters);
    find_groups(evaluator, source);
    conversion_t conversion = convert_all(evaluator, source);
    const int active_units = count_active_units(evaluator, count);
    const losses_t losses = measure_losses(evaluator, source);
    *evaluation = (evaluation_t){
        .pairs_from = source->from,
        .pairs = sample_count(source),
        .exact_match = conversion.right.mean,
        .exact_match_error = conversion.right.error,
        .cross_entropy = losses.cross_entropy.mean,
        .cross_entropy_error = losses.cross_entropy.error,
        .kl = losses.divergence.mean,
        .kl_error = losses.divergence.error,
        .active_units = active_units,
        .seed = evaluator->settings.seed,
        .bleu4_from = evaluator->bleu_pairs.from,
        .bleu4_pairs = sample_count(source),
        .bleu4 = conversion.bleu.mean,
        .bleu4_error = conversion.bleu.error,
        .has_test = evaluator->settings.test != NULL,
    };
    if (evaluation->has_test) {
        find_groups(evaluator, &evaluator->bleu_pairs);
        conversion = convert_all(evaluator, &evaluator->bleu_pairs);
        evaluation->bleu4_pairs = sample_count(&evaluator->bleu_pairs);
        evaluation->bleu4 = conversion.bleu.mean;
        evaluation->bleu4_error = conversion.bleu.error;
        evaluation->test_exact_match = conversion.right.mean;
        evaluation->test_exact_match_error = conversion.right.error;
        evaluation->test_unknown = evaluator->bleu_pairs.unknown;
    }
    evaluation->bleu4_short = conversion.short_references;
    // The strict draws come last: they are the ones to be shown.
    const evaluator_settings_t *settings = &evaluator->settings;
    status_t status = STATUS_OK;
    if (settings->refine > 0) {
        const int draws =
            settings->refined_draws < settings->draws ? settings->refined_draws : settings->draws;
        evaluation->refine = settings->refine;
        status = draw_all(evaluator, 0, settings->refine, draws, &evaluation->refined);
    }
    return status == STATUS_OK ? evaluator_draw(evaluator, 0, &evaluation->gaussian) : status;
}

const word_t *evaluator_drawn(const evaluator_t *evaluator) {
    return evaluator->drawn;
}

status_t evaluator_score(const evaluator_t *evaluator, size_t draws, gaussian_score_t *result) {
    if (draws == 0) {
        *result = (gaussian_score_t){0};
        return STATUS_OK;
    }
    return gaussian_score(&evaluator->gaussian, evaluator->drawn, draws, result);
}

int evaluator_example_count(const evaluator_t *evaluator) {
    return evaluator->examples;
}

static void spell(const evaluator_t *evaluator, const word_t *word, const unknown_t *unknown,
    char text[EVALUATOR_TEXT_SIZE]) {
    alphabet_spell(&evaluator->settings.dataset->alphabet, word->letters, word->length, unknown, text,
        EVALUATOR_TEXT_SIZE);
}

void evaluator_example(const evaluator_t *evaluator, int index, evaluator_example_t *example) {
    const pair_source_t *source = &evaluator->bleu_pairs;
    const pair_t pair = source->get(evaluator, (size_t)index * source->count / (size_t)evaluator->examples);
    speller_encode(&evaluator->speller, &pair, 1, evaluator->settings.corrections, NULL);
    speller_spell(&evaluator->speller, 1, &pair);
    const word_t produced = speller_word(&evaluator->speller, 0, 0);
    example->source_condition = pair.source.condition;
    example->target_condition = pair.target.condition;
    spell(evaluator, &pair.source, &pair.unknown, example->source);
    spell(evaluator, &pair.target, &pair.unknown, example->expected);
    spell(evaluator, &produced, &pair.unknown, example->produced);
    example->bleu4 =
        bleu_sentence(produced.letters, produced.length, pair.target.letters, pair.target.length);
}

int evaluator_sample_count(const evaluator_t *evaluator) {
    const evaluator_settings_t *settings = &evaluator->settings;
    return settings->draws < settings->examples ? settings->draws : settings->examples;
}

static const word_t *drawn(const evaluator_t *evaluator, int index) {
    return evaluator->drawn + (size_t)index * (size_t)evaluator->settings.dataset->conditions.count;
}

void evaluator_sample(
    const evaluator_t *evaluator, int index, int condition, char text[EVALUATOR_TEXT_SIZE]) {
    spell(evaluator, drawn(evaluator, index) + condition, &(unknown_t){0}, text);
}

evaluator_row_t evaluator_sample_row(const evaluator_t *evaluator, int index) {
    const dataset_t *dataset = evaluator->settings.dataset;
    const ptrdiff_t row = dataset_find_row(dataset, drawn(evaluator, index));
    return row < 0                                  ? EVALUATOR_ROW_NONE
           : (size_t)row < dataset->train_row_count ? EVALUATOR_ROW_TRAINING
                                                    : EVALUATOR_ROW_HELD_BACK;
}
