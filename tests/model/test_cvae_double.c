// The whole model's gradient, by every one of its parameters.
#include "cvae/cvae.h"
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
    double kl_weight;
    symbol_t *said; /**< what the model spells before any number was changed; NULL until then */
} model_t;

typedef struct {
    const char *sources, *targets, *coins;
    double kl_weight;
    double factor; /**< of the weights: such that no free-running word is near to changing its mind */
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
    cvae_decode(model->cvae, model->count, mean, conditions, LETTERS, said, lengths);
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
    cvae_loss_t loss = cvae_loss(model->cvae, model->pairs, model->count, model->noise, model->forced);
    return loss.cross_entropy + model->kl_weight * loss.divergence;
}

static void create(model_t *model, const shape_t *shape, const shard_t *shard) {
    const cvae_capacity_t capacity = {FIXTURE_WORDS, LETTERS, LETTERS};
    word_t sources[FIXTURE_WORDS], targets[FIXTURE_WORDS];
    *model = (model_t){.shape = shape, .kl_weight = shard->kl_weight};
    assert_ok(cvae_create(&model->cvae, shape, capacity));
    model->block = fixture_parameters(cvae_parameters(model->cvae), 1, shard->factor);
    model->count = fixture_words(shard->sources, 0, shape->conditions, sources);
    assert_int_equal(fixture_words(shard->targets, 1, shape->conditions, targets), model->count);
    for (int i = 0; i < model->count; i++) {
        model->pairs[i] = (pair_t){sources[i], targets[i], (uint64_t)i};
    }
    model->noise = fixture_normal(2, 1, (size_t)(model->count * shape->latent));
    model->forced = fixture_coins(shard->coins);
    cvae_bind(model->cvae, model->block);
    model->said = spell(model);
}

static double check(const char *title, const shape_t *shape, const shard_t *shard) {
    model_t model;
    create(&model, shape, shard);
    const parameters_t *table = cvae_parameters(model.cvae);
    real *d_block = fixture_normal(TENSORS_FILL_SEED, 1, table->size);
    cvae_gradient(model.cvae, model.pairs, model.count, model.noise, model.forced, model.kl_weight, d_block);
    double worst = tensors_check_block(title, table, model.block, d_block, forward, &model);
    cvae_destroy(model.cvae);
    fixture_release(NULL);
    return worst;
}

static void test_gradient_of_every_wiring(void **state) {
    (void)state;
    const shard_t shards[] = {
        {"ab cdeab a", "abe ad bcd", NULL, 0.7, 2},
        {"abe ad bcd", "cdeab a ab", "000", 0, 2},
        {"c bade dec", "ab cdea cab", "010", 0.7, 2},
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
                .mean_loss = latent % 2 == 1};
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
        {"a", "g", NULL, 0.7, 1},
        {"abcd", "bcdefga", "0", 0.7, 1},
        {"abc bcd cde", "fgabc gabcd abcde", "101", 0, 1},
        {"a bc abcdefgabc defg", "bc a gfedc abcdefgab", NULL, 0.7, 1},
        {"a bc abcdefgabc defg", "bc a gfedc abcdefgab", "0010", 1, 1},
    };
    double worst = 0;
    for (int layers = 1; layers <= 3; layers++) {
        for (int i = 0; i < 5; i++) {
            shape_t shape = fixture_shape();
            shape.layers = layers;
            shape.condition_embedding = (layers + i) % 2 ? 2 : 0;
            shape.encoder_markers = i % 2 == 0;
            shape.decoder_relu = i % 2 == 1;
            shape.mean_loss = (i + layers) % 3 == 0;
            char title[96];
            snprintf(title, sizeof title, "%d layers, '%s'", layers, shards[i].targets);
            worst = fmax(worst, check(title, &shape, &shards[i]));
        }
    }
    print_message("worst relative error %.2g\n", worst);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_gradient_of_every_wiring, fixture_release),
        cmocka_unit_test_teardown(test_gradient_of_layers_and_shards, fixture_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
