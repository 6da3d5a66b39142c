#include "evaluator.h"

#include <stdlib.h>
#include <string.h>

#include "bleu.h"
#include "model/cvae.h"
#include "base/memory.h"
#include "base/random.h"
#include "draws.h"

enum {
    BATCH = DRAWS_BATCH,
    LONGER_BY = 4, /**< letters by which a generated word may exceed the longest word of the data */
};

/** Pairs from somewhere: the held-back, the training or the test pairs. */
typedef struct {
    const char *from;
    size_t count;
    pair_t (*get)(const evaluator_t *evaluator, size_t index);
} pair_source_t;

/** What the greedy conversion of a set of pairs came to. */
typedef struct {
    size_t right, short_references;
    double bleu;
} conversion_t;

struct evaluator {
    evaluator_settings_t settings;
    bool (*gives_up)(void *context); /**< NULL: never */
    void *context;
    bool has_given_up;
    cvae_t *cvae;
    pair_source_t main_pairs, bleu_pairs;
    int max_letters;
    pair_t pairs[BATCH];
    word_t words[BATCH];
    int conditions[BATCH];
    int lengths[BATCH];
    float *z;          /**< [BATCH, Z] */
    symbol_t *letters; /**< [BATCH, max_letters] */
    draws_t draws;
    int examples;
    pair_t *example;           /**< [examples] */
    word_t *example_produced;  /**< [examples] */
    symbol_t *example_letters; /**< [examples, max_letters] */
    memory_t memory;
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
    if (dataset_held_back_count(dataset) > 0) {
        evaluator->main_pairs =
            (pair_source_t){"held-back", dataset_held_back_count(dataset), held_back_pair};
    } else {
        evaluator->main_pairs = (pair_source_t){"training", dataset_cross_count(dataset), training_pair};
    }
    evaluator->bleu_pairs = test ? (pair_source_t){"test", test->count, test_pair} : evaluator->main_pairs;
}

/** How many of a source's pairs are looked at, and which the one of number `index` is. */
static size_t sample_count(const pair_source_t *source) {
    return source->count < EVALUATOR_PAIRS_MAX ? source->count : EVALUATOR_PAIRS_MAX;
}

static pair_t sample_pair(const evaluator_t *evaluator, const pair_source_t *source, size_t index) {
    return source->get(evaluator, index * source->count / sample_count(source));
}

static void layout(evaluator_t *evaluator) {
    memory_t *memory = &evaluator->memory;
    const size_t z = (size_t)evaluator->settings.shape->latent, max = (size_t)evaluator->max_letters;
    const size_t examples = (size_t)evaluator->examples;
    evaluator->z = memory_take(memory, BATCH * z, sizeof(float));
    evaluator->letters = memory_take(memory, BATCH * max, sizeof(symbol_t));
    draws_layout(&evaluator->draws, memory);
    evaluator->example = memory_take(memory, examples, sizeof(pair_t));
    evaluator->example_produced = memory_take(memory, examples, sizeof(word_t));
    evaluator->example_letters = memory_take(memory, examples * max, sizeof(symbol_t));
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

static void choose_examples(evaluator_t *evaluator) {
    const pair_source_t *source = &evaluator->bleu_pairs;
    for (int i = 0; i < evaluator->examples; i++) {
        size_t index = (size_t)i * source->count / (size_t)evaluator->examples;
        evaluator->example[i] = source->get(evaluator, index);
    }
}

status_t evaluator_create(evaluator_t **evaluator, const evaluator_settings_t *settings) {
    evaluator_t *created = calloc(1, sizeof *created);
    if (!created) {
        return status_fail(STATUS_MEMORY, "out of memory for the evaluation");
    }
    created->settings = *settings;
    if (settings->dataset->row_count == 0) {
        created->settings.draws = 0;
    }
    choose_pairs(created);
    created->examples = (size_t)settings->examples < created->bleu_pairs.count
                            ? settings->examples
                            : (int)created->bleu_pairs.count;
    const int longest = longest_word(settings);
    created->max_letters = longest + LONGER_BY;
    created->draws = (draws_t){.count = (size_t)created->settings.draws,
        .conditions = settings->dataset->condition_count,
        .latent = settings->shape->latent,
        .max_letters = created->max_letters,
        .seed = settings->seed};
    status_t status = cvae_create(&created->cvae, settings->shape,
        (cvae_capacity_t){.words = BATCH, .source_letters = longest, .target_letters = created->max_letters});
    if (status == STATUS_OK) {
        layout(created);
        status = memory_reserve(&created->memory);
    }
    if (status != STATUS_OK) {
        evaluator_destroy(created);
        return status;
    }
    layout(created);
    choose_examples(created);
    *evaluator = created;
    return STATUS_OK;
}

void evaluator_destroy(evaluator_t *evaluator) {
    if (evaluator) {
        cvae_destroy(evaluator->cvae);
        memory_release(&evaluator->memory);
        free(evaluator);
    }
}

void evaluator_ask(evaluator_t *evaluator, bool (*gives_up)(void *context), void *context) {
    evaluator->gives_up = gives_up;
    evaluator->context = context;
}

/** Asked before every batch. */
static bool gives_up(void *context) {
    evaluator_t *evaluator = context;
    if (!evaluator->has_given_up && evaluator->gives_up) {
        evaluator->has_given_up = evaluator->gives_up(evaluator->context);
    }
    return evaluator->has_given_up;
}

/** Converts pairs [0, count): the source's posterior mean, spelled in the target's condition, into
 * evaluator->letters. */
static void convert(evaluator_t *evaluator, int count) {
    for (int i = 0; i < count; i++) {
        evaluator->words[i] = evaluator->pairs[i].source;
        evaluator->conditions[i] = evaluator->pairs[i].target.condition;
    }
    cvae_encode(evaluator->cvae, evaluator->words, count, evaluator->z, NULL);
    cvae_decode(evaluator->cvae, count, evaluator->z, evaluator->conditions, evaluator->max_letters,
        evaluator->letters, evaluator->lengths);
}

static const symbol_t *converted(const evaluator_t *evaluator, int i) {
    return evaluator->letters + (size_t)i * (size_t)evaluator->max_letters;
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

static conversion_t convert_all(evaluator_t *evaluator, const pair_source_t *source) {
    conversion_t result = {0};
    int count;
    for (size_t first = 0; (count = take_batch(evaluator, source, first)) > 0; first += (size_t)count) {
        convert(evaluator, count);
        for (int i = 0; i < count; i++) {
            const word_t *right = &evaluator->pairs[i].target;
            const symbol_t *letters = converted(evaluator, i);
            const int length = evaluator->lengths[i];
            result.short_references += right->length < BLEU_ORDERS;
            result.bleu += bleu_sentence(letters, length, right->letters, right->length);
            result.right += length == right->length &&
                            memcmp(letters, right->letters, (size_t)length * sizeof *letters) == 0;
        }
    }
    return result;
}

/** z's noise for a batch, keyed by the pair's place among those evaluated. */
static void draw_noise(evaluator_t *evaluator, size_t first, int count) {
    const int latent = evaluator->settings.shape->latent;
    for (int i = 0; i < count; i++) {
        random_stream_t stream =
            random_stream(evaluator->settings.seed, RANDOM_EVALUATION_LATENT, 0, first + (size_t)i);
        random_normals(&stream, latent, evaluator->z + (size_t)i * (size_t)latent);
    }
}

static cvae_loss_t measure_loss(evaluator_t *evaluator, const pair_source_t *source) {
    cvae_loss_t total = {0};
    int count;
    for (size_t first = 0; (count = take_batch(evaluator, source, first)) > 0; first += (size_t)count) {
        draw_noise(evaluator, first, count);
        cvae_loss_t loss = cvae_loss(evaluator->cvae, evaluator->pairs, count, evaluator->z, NULL);
        total.cross_entropy += loss.cross_entropy;
        total.divergence += loss.divergence;
    }
    return total;
}

static void convert_examples(evaluator_t *evaluator) {
    const size_t max = (size_t)evaluator->max_letters;
    for (int first = 0; first < evaluator->examples; first += BATCH) {
        int count = evaluator->examples - first < BATCH ? evaluator->examples - first : BATCH;
        memcpy(evaluator->pairs, evaluator->example + first, (size_t)count * sizeof(pair_t));
        convert(evaluator, count);
        for (int i = 0; i < count; i++) {
            symbol_t *letters = evaluator->example_letters + (size_t)(first + i) * max;
            memcpy(letters, converted(evaluator, i), (size_t)evaluator->lengths[i] * sizeof *letters);
            evaluator->example_produced[first + i] =
                (word_t){.letters = letters, .length = evaluator->lengths[i]};
        }
    }
}

static status_t fail_given_up(void) {
    return status_fail(STATUS_STOPPED, "the evaluation was given up");
}

status_t evaluator_run(evaluator_t *evaluator, const float *parameters, evaluation_t *evaluation) {
    const pair_source_t *source = &evaluator->main_pairs;
    const double count = (double)sample_count(source);
    evaluator->has_given_up = false;
    cvae_bind(evaluator->cvae, parameters);
    conversion_t conversion = convert_all(evaluator, source);
    cvae_loss_t loss = measure_loss(evaluator, source);
    *evaluation = (evaluation_t){
        .pairs_from = source->from,
        .pairs = sample_count(source),
        .exact_match = (double)conversion.right / count,
        .cross_entropy = loss.cross_entropy / count,
        .kl = loss.divergence / count,
        .bleu4_from = evaluator->bleu_pairs.from,
        .bleu4_pairs = sample_count(source),
        .bleu4 = conversion.bleu / count,
        .has_test = evaluator->settings.test != NULL,
    };
    if (evaluation->has_test) {
        conversion = convert_all(evaluator, &evaluator->bleu_pairs);
        evaluation->bleu4_pairs = sample_count(&evaluator->bleu_pairs);
        evaluation->bleu4 = conversion.bleu / (double)evaluation->bleu4_pairs;
        evaluation->test_exact_match = (double)conversion.right / (double)evaluation->bleu4_pairs;
    }
    evaluation->bleu4_short = conversion.short_references;
    if (evaluator->has_given_up) {
        return fail_given_up();
    }
    convert_examples(evaluator);
    return evaluator_draw(evaluator, 0, &evaluation->gaussian);
}

status_t evaluator_draw(evaluator_t *evaluator, uint32_t repetition, gaussian_score_t *result) {
    if (!draws_spell(&evaluator->draws, evaluator->cvae, repetition, gives_up, evaluator)) {
        return fail_given_up();
    }
    return gaussian_score(
        evaluator->settings.dataset, evaluator->draws.words, evaluator->draws.count, result);
}

const word_t *evaluator_drawn(const evaluator_t *evaluator) {
    return evaluator->draws.words;
}

int evaluator_example_count(const evaluator_t *evaluator) {
    return evaluator->examples;
}

void evaluator_example(const evaluator_t *evaluator, int index, evaluator_example_t *example) {
    const alphabet_t *alphabet = &evaluator->settings.dataset->alphabet;
    const pair_t *pair = &evaluator->example[index];
    const word_t *produced = &evaluator->example_produced[index];
    example->source_condition = pair->source.condition;
    example->target_condition = pair->target.condition;
    alphabet_decode(
        alphabet, pair->source.letters, pair->source.length, example->source, sizeof example->source);
    alphabet_decode(
        alphabet, pair->target.letters, pair->target.length, example->expected, sizeof example->expected);
    alphabet_decode(
        alphabet, produced->letters, produced->length, example->produced, sizeof example->produced);
    example->bleu4 =
        bleu_sentence(produced->letters, produced->length, pair->target.letters, pair->target.length);
}

int evaluator_sample_count(const evaluator_t *evaluator) {
    const evaluator_settings_t *settings = &evaluator->settings;
    return settings->draws < settings->examples ? settings->draws : settings->examples;
}

static const word_t *drawn(const evaluator_t *evaluator, int index) {
    return evaluator->draws.words + (size_t)index * (size_t)evaluator->settings.dataset->condition_count;
}

void evaluator_sample(
    const evaluator_t *evaluator, int index, int condition, char text[EVALUATOR_TEXT_SIZE]) {
    const word_t *word = drawn(evaluator, index) + condition;
    alphabet_decode(
        &evaluator->settings.dataset->alphabet, word->letters, word->length, text, EVALUATOR_TEXT_SIZE);
}

evaluator_row_t evaluator_sample_row(const evaluator_t *evaluator, int index) {
    const dataset_t *dataset = evaluator->settings.dataset;
    const ptrdiff_t row = dataset_find_row(dataset, drawn(evaluator, index));
    return row < 0                                  ? EVALUATOR_ROW_NONE
           : (size_t)row < dataset->train_row_count ? EVALUATOR_ROW_TRAINING
                                                    : EVALUATOR_ROW_HELD_BACK;
}
