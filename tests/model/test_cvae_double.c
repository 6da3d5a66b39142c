// The whole model's gradient, by every one of its parameters.
#include "model/cvae.h"
#include "tensors.h"

enum { LETTERS = 14 };

typedef struct {
    cvae_t *cvae;
    const shape_t *shape;
    real *block;
    pair_t pairs[FIXTURE_WORDS];
    int count;
    const real *noise;
    const bool *forced;
    cvae_training_t training;
    real *scratch;       /**< a gradient that nobody looks at */
    real *distributions; /**< targets of cvae_match_gradient() */
    symbol_t *said;      /**< what the model spells before any number was changed; NULL until then */
} model_t;

typedef struct {
    const char *sources, *targets, *coins;
    double kl_weight;
    double factor; /**< of the weights: such that no free-running word is near to changing its mind */
    latent_cost_t cost;
    double dropout;
} shard_t;

/** The greedy spelling from the shard's own z: what a free-running word reads, and more. */
static symbol_t *spell(const model_t *model) {
    const int latent = model->shape->latent;
    word_t words[FIXTURE_WORDS];
    int conditions[FIXTURE_WORDS], lengths[FIXTURE_WORDS];
    real mean[FIXTURE_WORDS * 8], log_variance[FIXTURE_WORDS * 8];
    assert_true(latent <= 8);
    for (int i = 0; i < model->count; i++) {
        words[i] = model->pairs[i].source;
        conditions[i] = model->pairs[i].target.condition;
    }
    cvae_encode(model->cvae, words, model->count, mean, log_variance);
    for (int i = 0; i < model->count * latent; i++) {
        mean[i] += model->noise[i] * exp(log_variance[i] / 2);
    }
    symbol_t *said = fixture_take((size_t)(model->count * LETTERS), sizeof *said);
    memset(said, 0, (size_t)(model->count * LETTERS) * sizeof *said);
    cvae_decode(model->cvae, model->count, mean, conditions, NULL, LETTERS, said, lengths);
    return said;
}

/** The loss is smooth only as long as no free-running word says something else while it is being compared. */
static void assert_same_symbols(const model_t *model) {
    if (!model->forced) {
        return;
    }
    symbol_t *said = spell(model);
    for (int i = 0; i < model->count; i++) {
        if (!model->forced[i]) {
            assert_memory_equal(said + i * LETTERS, model->said + i * LETTERS,
                (size_t)model->pairs[i].target.length * sizeof *said);
        }
    }
    fixture_drop(said);
}

static double forward(void *context) {
    model_t *model = context;
    cvae_bind(model->cvae, model->block);
    assert_same_symbols(model);
    // Without the backward pass where the loss is the one of evaluation, which is faster.
    const cvae_training_t *training = &model->training;
    const bool is_plain = model->shape->loss != SHAPE_LOSS_MEAN_KL && !training->encoder_dropout.kept &&
                          !training->decoder_dropout.kept && training->cost.free_bits == 0 &&
                          training->cost.target == 0;
    const cvae_loss_t loss =
        is_plain ? cvae_loss(model->cvae, model->pairs, model->count, model->noise, model->forced)
                 : cvae_gradient(model->cvae, model->pairs, model->count, model->noise, model->forced,
                       &model->training, model->scratch);
    return loss.cross_entropy + model->training.kl_weight * loss.cost;
}

static void create(model_t *model, const shape_t *shape, const shard_t *shard) {
    const cvae_capacity_t capacity = {FIXTURE_WORDS, LETTERS, LETTERS};
    word_t sources[FIXTURE_WORDS], targets[FIXTURE_WORDS];
    *model = (model_t){.shape = shape, .training = {.kl_weight = shard->kl_weight, .cost = shard->cost}};
    assert_ok(cvae_create(&model->cvae, shape, capacity));
    model->block = fixture_parameters(cvae_parameters(model->cvae), 1, shard->factor);
    model->scratch = fixture_normal(1, 1, cvae_parameters(model->cvae)->size);
    model->count = fixture_words(shard->sources, 0, shape->conditions, sources);
    assert_int_equal(fixture_words(shard->targets, 1, shape->conditions, targets), model->count);
    for (int i = 0; i < model->count; i++) {
        model->pairs[i] = (pair_t){.source = sources[i], .target = targets[i], .index = (uint64_t)i};
    }
    model->noise = fixture_normal(2, 1, (size_t)(model->count * shape->latent));
    model->forced = fixture_coins(shard->coins);
    cvae_bind(model->cvae, model->block);
    model->said = spell(model);
}

/** Coins for words of LETTERS letters, more than enough of them for any of these networks. */
static dropout_t drop(double share, uint64_t seed, const shape_t *shape) {
    const size_t count =
        (size_t)(FIXTURE_WORDS * (shape->layers - 1) * (LETTERS + 2) * shape_encoder_width(shape));
    bool *kept = fixture_take(count, sizeof *kept);
    random_stream_t coins = random_stream(seed, RANDOM_ENCODER_DROPOUT, 0, 0);
    for (size_t i = 0; i < count; i++) {
        kept[i] = random_uniform(&coins) >= share;
    }
    return (dropout_t){kept, 1 / (1 - share)};
}

static double check(const char *title, const shape_t *shape, const shard_t *shard) {
    model_t model;
    create(&model, shape, shard);
    if (shard->dropout > 0) {
        model.training.encoder_dropout = drop(shard->dropout, 1, shape);
        model.training.decoder_dropout = drop(shard->dropout, 2, shape);
    }
    const parameters_t *table = cvae_parameters(model.cvae);
    real *d_block = fixture_normal(TENSORS_FILL_SEED, 1, table->size);
    cvae_gradient(model.cvae, model.pairs, model.count, model.noise, model.forced, &model.training, d_block);
    double worst = tensors_check_block(title, table, model.block, d_block, forward, &model);
    cvae_destroy(model.cvae);
    fixture_release(NULL);
    return worst;
}

static void test_gradient_of_every_wiring(void **state) {
    (void)state;
    const shard_t shards[] = {
        {"ab cdeab a", "abe ad bcd", NULL, 0.7, 2, {0, 0}, 0},
        {"abe ad bcd", "cdeab a ab", "000", 0, 2, {0, 0}, 0},
        {"c bade dec", "ab cdea cab", "010", 0.7, 2, {0, 0}, 0},
    };
    double worst = 0;
    for (unsigned latent = 1; latent < 8; latent++) {
        for (unsigned condition = 0; condition < 8; condition++) {
            const unsigned number = latent * 8 + condition;
            const shape_t shape = {.symbols = 7,
                .embedding = 3,
                .hidden = 4,
                .latent = 2,
                .conditions = 3,
                .condition_embedding = number % 3 == 0 ? 0 : 2,
                .layers = 1,
                .encoder_markers = condition / 2 % 2 == 1,
                .encoder_condition = (latent + condition) % 8,
                .decoder_latent = latent,
                .decoder_condition = condition,
                .decoder_relu = condition / 4 % 2 == 1,
                .loss = (shape_loss_t)((latent + condition) % 3)};
            char title[64];
            snprintf(title, sizeof title, "z enters %u, the condition %u", latent, condition);
            worst = fmax(worst, check(title, &shape, &shards[number % 3]));
        }
    }
    print_message("worst relative error %.2g\n", worst);
}

static void test_gradient_of_layers_and_shards(void **state) {
    (void)state;
    const shard_t shards[] = {
        {"a", "g", NULL, 0.7, 1, {0, 0}, 0},
        {"abcd", "bcdefga", "0", 0.7, 1, {0, 0}, 0},
        {"abc bcd cde", "fgabc gabcd abcde", "101", 0, 1, {0, 0}, 0},
        {"a bc abcdefgabc defg", "bc a gfedc abcdefgab", NULL, 0.7, 1, {0, 0}, 0},
        {"a bc abcdefgabc defg", "bc a gfedc abcdefgab", "0010", 1, 1, {0, 0}, 0},
    };
    double worst = 0;
    for (int layers = 1; layers <= 3; layers++) {
        for (int i = 0; i < 5; i++) {
            shape_t shape = fixture_shape();
            shape.layers = layers;
            shape.condition_embedding = (layers + i) % 2 ? 2 : 0;
            shape.encoder_markers = i % 2 == 0;
            shape.decoder_relu = i % 2 == 1;
            shape.loss = (shape_loss_t)((i + layers) % 3);
            char title[96];
            snprintf(title, sizeof title, "%d layers, '%s'", layers, shards[i].targets);
            worst = fmax(worst, check(title, &shape, &shards[i]));
        }
    }
    print_message("worst relative error %.2g\n", worst);
}

/** Free bits that some numbers fall short of and some do not, and a divergence that some words are short of.
 */
static void test_gradient_of_costs(void **state) {
    (void)state;
    const latent_cost_t costs[] = {{0.02, 0}, {0.1, 0}, {0, 0.1}, {0, 0.3}, {0, 50}};
    double worst = 0;
    for (int i = 0; i < 5; i++) {
        const shard_t shard = {"a bc abcdefgabc defg", "bc a gfedc abcdefgab", NULL, 0.7, 2, costs[i], 0};
        const shape_t shape = fixture_shape();
        char title[64];
        snprintf(title, sizeof title, "free bits %g, target %g", costs[i].free_bits, costs[i].target);
        worst = fmax(worst, check(title, &shape, &shard));
    }
    print_message("worst relative error %.2g\n", worst);
}

static void test_gradient_with_dropout(void **state) {
    (void)state;
    double worst = 0;
    for (int i = 0; i < 4; i++) {
        const shard_t shard = {
            "a bc abcdefgabc defg", "bc a gfedc abcdefgab", NULL, 0.7, 2, {0, 0}, i % 2 ? 0.6 : 0.2};
        shape_t shape = fixture_shape();
        shape.layers = 2 + i / 2;
        shape.encoder_markers = i % 2 == 0;
        shape.cell = i % 2 ? SHAPE_CELL_GRU : SHAPE_CELL_LSTM;
        shape.bidirectional = i == 1;
        char title[64];
        snprintf(title, sizeof title, "dropout %g, %d layers", shard.dropout, shape.layers);
        worst = fmax(worst, check(title, &shape, &shard));
    }
    print_message("worst relative error %.2g\n", worst);
}

/** One word of n letters: n + 1 steps divide nothing, its cross-entropy, or the whole loss. */
static void test_loss_by_steps(void **state) {
    (void)state;
    const char *const targets[] = {"a", "abcdefg"};
    for (int i = 0; i < 2; i++) {
        const shard_t shard = {"abcd", targets[i], NULL, 0.7, 1, {0, 0}, 0};
        const double steps = (double)strlen(targets[i]) + 1;
        double loss[3];
        for (int kind = 0; kind < 3; kind++) {
            shape_t shape = fixture_shape();
            shape.loss = (shape_loss_t)kind;
            model_t model;
            create(&model, &shape, &shard);
            loss[kind] = forward(&model);
            cvae_destroy(model.cvae);
        }
        assert_near(loss[SHAPE_LOSS_MEAN_KL] * steps, loss[SHAPE_LOSS_SUM], 1e-12);
        assert_true(loss[SHAPE_LOSS_MEAN] > loss[SHAPE_LOSS_MEAN_KL] + 1e-6);
        assert_true(loss[SHAPE_LOSS_MEAN] < loss[SHAPE_LOSS_SUM] - 1e-6);
    }
}

static double forward_matched(void *context) {
    model_t *model = context;
    cvae_bind(model->cvae, model->block);
    return cvae_match_gradient(
        model->cvae, model->pairs, model->count, model->noise, model->distributions, model->scratch);
}

/** Targets that stay are matched: the decoder's gradient by every parameter, and none for the encoder. */
static void test_gradient_of_matching(void **state) {
    (void)state;
    // One word ends where the other goes on, the other one does, they part amid, at once, or not at all.
    const shard_t shard = {
        "ab abcdefg abcdef defg cab", "abcdefgabc abc abceag ab cab", NULL, 0, 2, {0, 0}, 0};
    double worst = 0;
    for (int i = 0; i < 6; i++) {
        shape_t shape = fixture_shape();
        shape.layers = 1 + i % 2;
        shape.cell = i % 2 ? SHAPE_CELL_GRU : SHAPE_CELL_LSTM;
        shape.condition_embedding = i % 3 ? 2 : 0;
        shape.loss = (shape_loss_t)(i % 3);
        model_t model;
        create(&model, &shape, &shard);
        const parameters_t *table = cvae_parameters(model.cvae);
        real *d_block = model.scratch = fixture_normal(TENSORS_FILL_SEED, 1, table->size);
        model.distributions =
            fixture_take((size_t)(model.count * (LETTERS + 1) * shape.symbols), sizeof(real));
        cvae_match_targets(model.cvae, model.pairs, model.count, model.noise, model.distributions);
        forward_matched(&model);
        for (int tensor = 0; tensor < table->count; tensor++) {
            const parameters_entry_t *entry = &table->entry[tensor];
            const bool is_encoders = strncmp(entry->name, "encoder.", 8) == 0;
            const real *fill = fixture_normal(TENSORS_FILL_SEED, 1, table->size);
            assert_int_equal(
                memcmp(d_block + entry->offset, fill + entry->offset, entry->count * sizeof *fill) == 0,
                is_encoders);
        }
        model.scratch = fixture_normal(1, 1, table->size);
        char title[64];
        snprintf(title, sizeof title, "matched, %d layers", shape.layers);
        worst = fmax(worst, tensors_check_block(title, table, model.block, d_block, forward_matched, &model));
        cvae_destroy(model.cvae);
    }
    print_message("worst relative error %.2g\n", worst);
}

/**
 * A form with its source's letters is held to what is said in the source condition at every step. Where its
 * own condition is the source's, that is said already, and there is no gradient.
 */
static void test_targets_are_what_the_source_condition_says(void **state) {
    (void)state;
    const shard_t shard = {"abcde", "abcde", NULL, 0, 2, {0, 0}, 0};
    const shape_t shape = fixture_shape();
    enum { STEPS = 6 };
    model_t model;
    real targets[(LETTERS + 1) * 16];
    create(&model, &shape, &shard);
    const size_t size = cvae_parameters(model.cvae)->size;
    const pair_t *pair = &model.pairs[0];
    assert_int_not_equal(pair->source.condition, pair->target.condition);
    cvae_match_targets(model.cvae, pair, 1, model.noise, targets);
    double loss = 0, expected;
    for (int t = 0; t < STEPS; t++) {
        loss -= log(targets[t * shape.symbols + (t < STEPS - 1 ? pair->source.letters[t] : SYMBOL_END)]);
    }
    cvae_spell_losses(model.cvae, &pair->source, 1, model.noise, &expected);
    assert_near(loss, expected, 1e-12);
    for (int other = 0; other < 2; other++) {
        double largest = 0;
        real *d_block = fixture_take(size, sizeof *d_block);
        memset(d_block, 0, size * sizeof *d_block);
        model.pairs[0].target.condition = pair->source.condition + other;
        cvae_match_gradient(model.cvae, model.pairs, 1, model.noise, targets, d_block);
        for (size_t i = 0; i < size; i++) {
            largest = fmax(largest, fabs(d_block[i]));
        }
        assert_true(other ? largest > 1e-3 : largest < 1e-14);
    }
    cvae_destroy(model.cvae);
}

/** Coins that keep everything change nothing, and others do; evaluation afterwards has no dropout. */
static void test_dropout_is_of_training_alone(void **state) {
    (void)state;
    const shard_t shard = {"a bc abcdefgabc defg", "bc a gfedc abcdefgab", NULL, 0.7, 2, {0, 0}, 0};
    shape_t shape = fixture_shape();
    shape.layers = 2;
    model_t model;
    create(&model, &shape, &shard);
    const double plain = forward(&model);
    model.training.encoder_dropout = model.training.decoder_dropout = drop(0, 1, &shape);
    assert_true(forward(&model) == plain);
    model.training.decoder_dropout = drop(0.5, 1, &shape);
    const double in_decoder = forward(&model);
    model.training.encoder_dropout = drop(0.5, 1, &shape);
    const double in_both = forward(&model);
    assert_true(in_decoder != plain && in_both != plain && in_both != in_decoder);
    const cvae_loss_t loss = cvae_loss(model.cvae, model.pairs, model.count, model.noise, model.forced);
    assert_true(loss.cross_entropy + model.training.kl_weight * loss.cost == plain);
    cvae_destroy(model.cvae);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_gradient_of_every_wiring, fixture_release),
        cmocka_unit_test_teardown(test_gradient_of_layers_and_shards, fixture_release),
        cmocka_unit_test_teardown(test_gradient_of_costs, fixture_release),
        cmocka_unit_test_teardown(test_gradient_of_matching, fixture_release),
        cmocka_unit_test_teardown(test_targets_are_what_the_source_condition_says, fixture_release),
        cmocka_unit_test_teardown(test_loss_by_steps, fixture_release),
        cmocka_unit_test_teardown(test_gradient_with_dropout, fixture_release),
        cmocka_unit_test_teardown(test_dropout_is_of_training_alone, fixture_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
