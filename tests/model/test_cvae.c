// The model as the trainer uses it, in the float build. Its gradient: test_cvae_double.c and
// test_cvae_golden.c.
#include "model/cvae.h"
#include "fixture.h"
#include "isa.h"

enum { LATENT = 4 };

static const char *const sources = "ab cdefga b fed ab bcdefab", *const targets = "bcde a fedc ba gfedcb ab";

typedef struct {
    cvae_t *cvae;
    shape_t shape;
    real *block, *noise;
    pair_t pairs[FIXTURE_WORDS];
    int count;
} model_t;

static void create_of(model_t *model, shape_loss_t loss, cvae_capacity_t capacity) {
    word_t source[FIXTURE_WORDS], target[FIXTURE_WORDS];
    *model = (model_t){.shape = fixture_shape()};
    model->shape.layers = 2;
    model->shape.loss = loss;
    model->shape.encoder_markers = true;
    assert_ok(cvae_create(&model->cvae, &model->shape, capacity));
    model->block = fixture_parameters(cvae_parameters(model->cvae), 3, 2);
    model->count = fixture_words(sources, 0, 3, source);
    assert_int_equal(fixture_words(targets, 1, 3, target), model->count);
    for (int i = 0; i < model->count; i++) {
        model->pairs[i] = (pair_t){.source = source[i], .target = target[i], .index = (uint64_t)i};
    }
    model->noise = fixture_normal(4, 1, (size_t)(model->count * LATENT));
    cvae_bind(model->cvae, model->block);
}

static void create(model_t *model) {
    create_of(model, SHAPE_LOSS_SUM, (cvae_capacity_t){FIXTURE_WORDS, 12, 14});
}

static real *zeros(const model_t *model) {
    const size_t size = cvae_parameters(model->cvae)->size;
    real *block = fixture_take(size, sizeof *block);
    memset(block, 0, size * sizeof *block);
    return block;
}

static void test_loss_is_that_of_the_gradient(void **state) {
    (void)state;
    const char *const coins[] = {NULL, "000000", "110100"};
    model_t model;
    create(&model);
    for (int i = 0; i < 3; i++) {
        const bool *forced = fixture_coins(coins[i]);
        for (int weight = 0; weight <= 1; weight++) {
            cvae_loss_t with = cvae_gradient(model.cvae, model.pairs, model.count, model.noise, forced,
                &(cvae_training_t){.kl_weight = (real)weight}, zeros(&model));
            cvae_loss_t without = cvae_loss(model.cvae, model.pairs, model.count, model.noise, forced);
            assert_true(with.cross_entropy == without.cross_entropy);
            assert_true(with.divergence == without.divergence);
            assert_true(with.cross_entropy > 0 && with.divergence > 0);
        }
    }
    cvae_destroy(model.cvae);
}

/** All coins up is the same, bit for bit, as no coins. */
static void test_no_coins_is_teacher_forcing(void **state) {
    (void)state;
    model_t model;
    create(&model);
    cvae_loss_t a = cvae_loss(model.cvae, model.pairs, model.count, model.noise, NULL);
    cvae_loss_t b = cvae_loss(model.cvae, model.pairs, model.count, model.noise, fixture_coins("111111"));
    assert_true(a.cross_entropy == b.cross_entropy && a.divergence == b.divergence);
    cvae_loss_t c = cvae_loss(model.cvae, model.pairs, model.count, model.noise, fixture_coins("111110"));
    assert_true(a.cross_entropy != c.cross_entropy && a.divergence == c.divergence);
    cvae_destroy(model.cvae);
}

/** The loss of a shard is the sum of the losses of its pairs. */
static void test_loss_is_a_sum_over_pairs(void **state) {
    (void)state;
    const bool *forced = fixture_coins("110100");
    model_t model;
    create(&model);
    cvae_loss_t all = cvae_loss(model.cvae, model.pairs, model.count, model.noise, forced), sum = {0};
    for (int i = 0; i < model.count; i++) {
        cvae_loss_t one = cvae_loss(model.cvae, &model.pairs[i], 1, model.noise + i * LATENT, &forced[i]);
        sum.cross_entropy += one.cross_entropy;
        sum.divergence += one.divergence;
    }
    assert_true(fabs(sum.cross_entropy / all.cross_entropy - 1) < 1e-6);
    assert_true(fabs(sum.divergence / all.divergence - 1) < 1e-6);
    cvae_destroy(model.cvae);
}

/** The losses of pairs are those of each pair alone, however the loss counts a word's steps. */
static void test_losses_of_pairs(void **state) {
    (void)state;
    for (int loss = SHAPE_LOSS_SUM; loss <= SHAPE_LOSS_MEAN_KL; loss++) {
        model_t model;
        double cross_entropies[FIXTURE_WORDS], divergences[FIXTURE_WORDS];
        create_of(&model, (shape_loss_t)loss, (cvae_capacity_t){FIXTURE_WORDS, 12, 14});
        cvae_pair_losses(model.cvae, model.pairs, model.count, model.noise, cross_entropies, divergences);
        for (int i = 0; i < model.count; i++) {
            cvae_loss_t one = cvae_loss(model.cvae, &model.pairs[i], 1, model.noise + i * LATENT, NULL);
            assert_near(cross_entropies[i], one.cross_entropy, 1e-6 * one.cross_entropy);
            assert_near(divergences[i], one.divergence, 1e-6 * one.divergence);
        }
        cvae_destroy(model.cvae);
    }
}

static double largest_difference(size_t count, const real *a, const real *b) {
    double difference = 0, size = 0;
    for (size_t i = 0; i < count; i++) {
        difference = fmax(difference, fabs((double)a[i] - (double)b[i]));
        size = fmax(size, fabs((double)a[i]));
    }
    return difference / size;
}

/** Pairs, noise and coins in another order: the same gradient but for the order of its sums. */
static void test_order_of_the_pairs(void **state) {
    (void)state;
    const int order[] = {3, 5, 0, 1, 4, 2};
    const bool *forced = fixture_coins("110100");
    model_t model;
    create(&model);
    const parameters_t *table = cvae_parameters(model.cvae);
    pair_t pairs[6];
    bool coins[6];
    real noise[6 * LATENT];
    for (int i = 0; i < 6; i++) {
        pairs[i] = model.pairs[order[i]];
        coins[i] = forced[order[i]];
        memcpy(noise + i * LATENT, model.noise + order[i] * LATENT, LATENT * sizeof *noise);
    }
    real *a = zeros(&model), *b = zeros(&model);
    cvae_loss_t first = cvae_gradient(
        model.cvae, model.pairs, 6, model.noise, forced, &(cvae_training_t){.kl_weight = (real)0.7}, a);
    cvae_loss_t second =
        cvae_gradient(model.cvae, pairs, 6, noise, coins, &(cvae_training_t){.kl_weight = (real)0.7}, b);
    assert_true(fabs(first.cross_entropy / second.cross_entropy - 1) < 1e-6);
    assert_true(fabs(first.divergence / second.divergence - 1) < 1e-6);
    for (int i = 0; i < table->count; i++) {
        const parameters_entry_t *entry = &table->entry[i];
        assert_true(largest_difference(entry->count, a + entry->offset, b + entry->offset) < 1e-5);
    }
    cvae_destroy(model.cvae);
}

/** Same inputs, same bits: whatever the model did before, and however much it could hold. */
static void test_history_and_capacity_leave_no_trace(void **state) {
    (void)state;
    const bool *forced = fixture_coins("010");
    model_t large, exact;
    create(&large);
    create_of(&exact, SHAPE_LOSS_SUM, (cvae_capacity_t){3, 6, 4});
    const parameters_t *table = cvae_parameters(large.cvae);
    const size_t bytes = table->size * sizeof(real);
    real *a = zeros(&large), *b = zeros(&large), *c = zeros(&large);
    cvae_loss_t first =
        cvae_gradient(large.cvae, large.pairs, 3, large.noise, forced, &(cvae_training_t){.kl_weight = 1}, a);
    cvae_gradient(large.cvae, large.pairs, 6, large.noise, fixture_coins("000111"),
        &(cvae_training_t){.kl_weight = 1}, zeros(&large));
    cvae_loss_t second =
        cvae_gradient(large.cvae, large.pairs, 3, large.noise, forced, &(cvae_training_t){.kl_weight = 1}, b);
    cvae_loss_t third =
        cvae_gradient(exact.cvae, exact.pairs, 3, exact.noise, forced, &(cvae_training_t){.kl_weight = 1}, c);
    assert_true(first.cross_entropy == second.cross_entropy && first.divergence == second.divergence);
    assert_true(first.cross_entropy == third.cross_entropy && first.divergence == third.divergence);
    assert_memory_equal(a, b, bytes);
    assert_memory_equal(a, c, bytes);
    assert_true(cvae_memory(exact.cvae) < cvae_memory(large.cvae));
    cvae_destroy(large.cvae);
    cvae_destroy(exact.cvae);
}

/** What is derived from the parameters is made by cvae_bind(), for the block given last. */
static void test_bind_again(void **state) {
    (void)state;
    model_t model;
    create(&model);
    const parameters_t *table = cvae_parameters(model.cvae);
    real *other = fixture_parameters(table, 8, 1);
    cvae_loss_t first = cvae_loss(model.cvae, model.pairs, model.count, model.noise, NULL);
    cvae_bind(model.cvae, other);
    cvae_loss_t second = cvae_loss(model.cvae, model.pairs, model.count, model.noise, NULL);
    memcpy(other, model.block, table->size * sizeof *other);
    cvae_bind(model.cvae, other);
    cvae_loss_t third = cvae_loss(model.cvae, model.pairs, model.count, model.noise, NULL);
    assert_true(first.cross_entropy != second.cross_entropy && first.divergence != second.divergence);
    assert_true(first.cross_entropy == third.cross_entropy && first.divergence == third.divergence);
    cvae_destroy(model.cvae);
}

/** Bound again, a model is the same as one that never knew another block. */
static void test_bind_leaves_nothing_of_the_block_before(void **state) {
    (void)state;
    model_t model, fresh;
    create(&model);
    const cvae_capacity_t capacity = {FIXTURE_WORDS, 12, 14};
    real *other = fixture_parameters(cvae_parameters(model.cvae), 8, 1);
    fresh = model;
    assert_ok(cvae_create(&fresh.cvae, &model.shape, capacity));
    cvae_bind(fresh.cvae, other);
    cvae_bind(model.cvae, other);
    cvae_loss_t a = cvae_loss(model.cvae, model.pairs, model.count, model.noise, NULL);
    cvae_loss_t b = cvae_loss(fresh.cvae, model.pairs, model.count, model.noise, NULL);
    assert_true(a.cross_entropy == b.cross_entropy && a.divergence == b.divergence);
    cvae_destroy(model.cvae);
    cvae_destroy(fresh.cvae);
}

/** Inside they are sorted by length; what comes out is in the order of the words given. */
static void test_encode_keeps_the_order(void **state) {
    (void)state;
    model_t model;
    create(&model);
    word_t words[FIXTURE_WORDS];
    real mean[6 * LATENT], log_variance[6 * LATENT], one_mean[LATENT], one_log_variance[LATENT];
    for (int i = 0; i < 6; i++) {
        words[i] = model.pairs[i].source;
    }
    cvae_encode(model.cvae, words, 6, mean, log_variance);
    for (int i = 0; i < 6; i++) {
        cvae_encode(model.cvae, &words[i], 1, one_mean, one_log_variance);
        assert_true(largest_difference(LATENT, one_mean, mean + i * LATENT) < 1e-5);
        assert_true(largest_difference(LATENT, one_log_variance, log_variance + i * LATENT) < 1e-5);
        for (int j = 0; j < i; j++) {
            assert_true(largest_difference(LATENT, mean + i * LATENT, mean + j * LATENT) > 1e-3);
        }
    }
    cvae_destroy(model.cvae);
}

static void test_encode_without_log_variance(void **state) {
    (void)state;
    model_t model;
    create(&model);
    real mean[LATENT], log_variance[LATENT], again[LATENT];
    cvae_encode(model.cvae, &model.pairs[0].source, 1, mean, log_variance);
    cvae_encode(model.cvae, &model.pairs[0].source, 1, again, NULL);
    assert_memory_equal(mean, again, sizeof mean);
    cvae_destroy(model.cvae);
}

/** The loss's divergence is that of what cvae_encode() gives. */
static void test_divergence_is_that_of_the_encoding(void **state) {
    (void)state;
    model_t model;
    create(&model);
    word_t words[FIXTURE_WORDS];
    real mean[6 * LATENT], log_variance[6 * LATENT];
    for (int i = 0; i < 6; i++) {
        words[i] = model.pairs[i].source;
    }
    cvae_encode(model.cvae, words, 6, mean, log_variance);
    double expected = 0;
    for (int i = 0; i < 6 * LATENT; i++) {
        const double m = mean[i], l = log_variance[i];
        expected += (m * m + exp(l) - 1 - l) / 2;
    }
    cvae_loss_t loss = cvae_loss(model.cvae, model.pairs, 6, model.noise, NULL);
    assert_true(fabs(loss.divergence / expected - 1) < 1e-6);
    cvae_destroy(model.cvae);
}

static void test_decode_spells_up_to_the_capacity(void **state) {
    (void)state;
    const int conditions[] = {0, 1, 2};
    model_t model;
    create_of(&model, SHAPE_LOSS_SUM, (cvae_capacity_t){3, 6, 7});
    symbol_t letters[3 * 7];
    int lengths[3];
    const parameters_t *table = cvae_parameters(model.cvae);
    // The last tensor is the output's bias: without the end every word is as long as it may be.
    model.block[table->entry[table->count - 1].offset + SYMBOL_END] = -1000;
    cvae_bind(model.cvae, model.block);
    cvae_decode(model.cvae, 3, model.noise, conditions, NULL, 7, letters, lengths);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(lengths[i], 7);
    }
    cvae_destroy(model.cvae);
}

/** A model that was made for no loss spells the same, and a beam of one in it spells the same again. */
static void test_decode_without_room_for_a_loss(void **state) {
    (void)state;
    enum { MOST = 7, WORDS = 3 };
    const int conditions[] = {0, 1, 2};
    model_t large, small;
    create(&large);
    create_of(&small, SHAPE_LOSS_SUM, (cvae_capacity_t){WORDS, 6, 0});
    symbol_t letters[3][WORDS * MOST];
    int lengths[3][WORDS], counts[WORDS];
    double log_probabilities[WORDS];
    beam_result_t result = {letters[2], lengths[2], log_probabilities, counts};
    beam_t *beam;
    memset(letters, 0, sizeof letters);
    assert_ok(beam_create(&beam, &small.shape, WORDS, 1, MOST));
    cvae_decode(large.cvae, WORDS, large.noise, conditions, NULL, MOST, letters[0], lengths[0]);
    cvae_decode(small.cvae, WORDS, large.noise, conditions, NULL, MOST, letters[1], lengths[1]);
    cvae_search(small.cvae, beam, WORDS, large.noise, conditions, NULL, MOST, &result);
    for (int i = 1; i < 3; i++) {
        assert_memory_equal(lengths[i], lengths[0], sizeof lengths[0]);
        assert_memory_equal(letters[i], letters[0], sizeof letters[0]);
    }
    for (int i = 0; i < WORDS; i++) {
        assert_int_equal(counts[i], 1);
        assert_true(log_probabilities[i] < 0 && log_probabilities[i] > -100);
    }
    beam_destroy(beam);
    cvae_destroy(small.cvae);
    cvae_destroy(large.cvae);
}

static void test_wrong_shape_is_refused(void **state) {
    (void)state;
    shape_t shape = fixture_shape();
    cvae_t *cvae = NULL;
    shape.layers = 9;
    assert_fails(cvae_create(&cvae, &shape, (cvae_capacity_t){1, 1, 1}), STATUS_CONFIG,
        "model.layers: 9, 1 to 8 was expected");
    assert_null(cvae);
    cvae_destroy(NULL);
}

/** With the address sanitizer too, an allocation that is too large is to fail, not to end the program. */
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1";
}

static void test_too_little_memory(void **state) {
    (void)state;
    shape_t shape = fixture_shape();
    cvae_t *cvae = NULL;
    shape.hidden = 1 << 20;
    assert_fails(cvae_create(&cvae, &shape, (cvae_capacity_t){1 << 20, 1 << 10, 1 << 10}), STATUS_MEMORY,
        "out of memory");
    assert_null(cvae);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_loss_is_that_of_the_gradient, fixture_release),
        cmocka_unit_test_teardown(test_no_coins_is_teacher_forcing, fixture_release),
        cmocka_unit_test_teardown(test_loss_is_a_sum_over_pairs, fixture_release),
        cmocka_unit_test_teardown(test_losses_of_pairs, fixture_release),
        cmocka_unit_test_teardown(test_order_of_the_pairs, fixture_release),
        cmocka_unit_test_teardown(test_history_and_capacity_leave_no_trace, fixture_release),
        cmocka_unit_test_teardown(test_bind_again, fixture_release),
        cmocka_unit_test_teardown(test_bind_leaves_nothing_of_the_block_before, fixture_release),
        cmocka_unit_test_teardown(test_encode_keeps_the_order, fixture_release),
        cmocka_unit_test_teardown(test_encode_without_log_variance, fixture_release),
        cmocka_unit_test_teardown(test_divergence_is_that_of_the_encoding, fixture_release),
        cmocka_unit_test_teardown(test_decode_spells_up_to_the_capacity, fixture_release),
        cmocka_unit_test_teardown(test_decode_without_room_for_a_loss, fixture_release),
        cmocka_unit_test_teardown(test_wrong_shape_is_refused, fixture_release),
        cmocka_unit_test_teardown(test_too_little_memory, fixture_release),
    };
    isa_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
