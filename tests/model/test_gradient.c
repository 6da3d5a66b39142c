// The whole model's gradient in the float build, with the kernels that the program trains with: against
// OpenBLAS's products, against differences of the loss, and bit by bit against the portable kernels.
#include "math/blas.h"
#include "model/cvae.h"
#include "math/product.h"
#include "fixture.h"
#include "gradient.h"
#include "isa.h"

enum { LETTERS = 12, LATENT = 4 };

/** 16 words, so that tiles are full, and some of one letter, so that the last steps have few rows. */
static const char *const sources = "ab cdefga b fed ab bcdefab gg a bcd efg abcdefg c dd fedcba a gab",
                         *const targets = "bcde a fedc ba gfedcb ab a abcdefg c gfe d bb ecd a ffff bag",
                         *const coins = "1101001110101101";

/** For the kernels' panels: less than one, a little more than a group of one, one, and one with a rest. */
static const int hidden_sizes[] = {6, 17, 64, 100};
enum { HIDDEN_SIZES = sizeof hidden_sizes / sizeof hidden_sizes[0] };

static const real kl_weight = (real)0.7;

typedef struct {
    cvae_t *cvae;
    const parameters_t *table;
    real *block, *noise, *gradient;
    pair_t pairs[FIXTURE_WORDS];
    int count;
    bool *forced;
    cvae_loss_t loss;
} model_t;

static shape_t shape_of(int number) {
    shape_t shape = fixture_shape();
    shape.hidden = hidden_sizes[number];
    shape.layers = 1 + number % 2;
    shape.encoder_markers = number / 2 % 2 == 1;
    shape.cell = number % 4 >= 2 ? SHAPE_CELL_GRU : SHAPE_CELL_LSTM;
    shape.bidirectional = number % 2 == 1;
    shape.loss = number % 3 == 1 ? SHAPE_LOSS_MEAN : SHAPE_LOSS_SUM;
    return shape;
}

static product_precision_t precision;

static void create(model_t *model, int number, const char *forced) {
    shape_t shape = shape_of(number);
    shape.precision = precision;
    word_t source[FIXTURE_WORDS], target[FIXTURE_WORDS];
    *model = (model_t){.forced = fixture_coins(forced)};
    assert_ok(cvae_create(&model->cvae, &shape, (cvae_capacity_t){FIXTURE_WORDS, LETTERS, LETTERS}));
    model->table = cvae_parameters(model->cvae);
    model->block = fixture_parameters(model->table, 3, 2);
    model->count = fixture_words(sources, 0, shape.conditions, source);
    assert_int_equal(fixture_words(targets, 1, shape.conditions, target), model->count);
    assert_int_equal(model->count, FIXTURE_WORDS);
    for (int i = 0; i < model->count; i++) {
        model->pairs[i] = (pair_t){.source = source[i], .target = target[i], .index = (uint64_t)i};
    }
    model->noise = fixture_normal(4, 1, (size_t)(model->count * LATENT));
    model->gradient = fixture_take(model->table->size, sizeof *model->gradient);
    memset(model->gradient, 0, model->table->size * sizeof *model->gradient);
    cvae_bind(model->cvae, model->block);
    model->loss = cvae_gradient(model->cvae, model->pairs, model->count, model->noise, model->forced,
        &(cvae_training_t){.kl_weight = kl_weight}, model->gradient);
}

/** Largest difference between a tensor's two gradients, relative to its largest element. */
static double difference_of(const parameters_entry_t *entry, const real *a, const real *b) {
    double difference = 0, largest = 0;
    for (size_t i = entry->offset; i < entry->offset + entry->count; i++) {
        assert_true(isfinite(a[i]) && isfinite(b[i]));
        difference = fmax(difference, fabs((double)a[i] - (double)b[i]));
        largest = fmax(largest, fabs((double)b[i]));
    }
    assert_true(largest > 1e-6);
    return difference / largest;
}

static double compare_with_openblas(int number) {
    model_t native, openblas;
    create(&native, number, NULL);
    product_choose(PRODUCT_OPENBLAS);
    create(&openblas, number, NULL);
    product_choose(PRODUCT_NATIVE);
    assert_near(native.loss.cross_entropy / openblas.loss.cross_entropy, 1, 1e-6);
    assert_near(native.loss.divergence / openblas.loss.divergence, 1, 1e-6);
    double worst = 0;
    for (int i = 0; i < native.table->count; i++) {
        const parameters_entry_t *entry = &native.table->entry[i];
        const double difference = difference_of(entry, native.gradient, openblas.gradient);
        if (difference > 2e-5) {
            fail_msg("H = %d, %s: %.2g of its largest off", hidden_sizes[number], entry->name, difference);
        }
        worst = fmax(worst, difference);
    }
    cvae_destroy(native.cvae);
    cvae_destroy(openblas.cvae);
    return worst;
}

static void test_openblas_gives_the_same_gradient(void **state) {
    (void)state;
    double worst = 0;
    for (int number = 0; number < HIDDEN_SIZES; number++) {
        worst = fmax(worst, compare_with_openblas(number));
    }
    print_message("    within %.2g of a tensor's largest\n", worst);
}

/** A walk from the parameters along one tensor's gradient: there the loss rises by the gradient's length. */
typedef struct {
    model_t *model;
    const parameters_entry_t *entry;
    real *kept;
    double length, way;
} walk_t;

/** The checker's steps of 1e-3 are for double: in float the loss must change by more. */
static const double stride = 20;

static double loss_on_the_way(void *context) {
    walk_t *walk = context;
    model_t *model = walk->model;
    const parameters_entry_t *entry = walk->entry;
    for (size_t i = 0; i < entry->count; i++) {
        const double direction = (double)model->gradient[entry->offset + i] / walk->length;
        model->block[entry->offset + i] =
            (real)((double)walk->kept[entry->offset + i] + stride * walk->way * direction);
    }
    cvae_bind(model->cvae, model->block);
    const cvae_loss_t loss = cvae_loss(model->cvae, model->pairs, model->count, model->noise, NULL);
    return loss.cross_entropy + (double)kl_weight * loss.divergence;
}

static double compare_with_differences(int number) {
    model_t model;
    create(&model, number, NULL);
    double worst = 0;
    walk_t walk = {.model = &model, .kept = fixture_copy(model.block, model.table->size)};
    for (int i = 0; i < model.table->count; i++) {
        walk.entry = &model.table->entry[i];
        const real *gradient = model.gradient + walk.entry->offset;
        walk.length = sqrt(fixture_dot(walk.entry->count, gradient, gradient));
        const double rise = stride * walk.length;
        const gradient_worst_t found = gradient_compare(loss_on_the_way, &walk, 1, &walk.way, &rise);
        if (!(found.error < 2e-3)) {
            fail_msg("H = %d, %s: the gradient's length is %.9g, the loss rises by %.9g",
                hidden_sizes[number], walk.entry->name, walk.length, found.numeric / stride);
        }
        worst = fmax(worst, found.error);
        loss_on_the_way(&walk);
    }
    cvae_destroy(model.cvae);
    return worst;
}

static void test_loss_rises_by_the_gradient(void **state) {
    (void)state;
    double worst = 0;
    // The portable kernels are slow, and have the others' bits.
    const int sizes = strcmp(kernels()->name, "portable") == 0 ? 2 : HIDDEN_SIZES;
    for (int number = 0; number < sizes; number++) {
        worst = fmax(worst, compare_with_differences(number));
    }
    print_message("    within %.2g of a tensor's length\n", worst);
}

static void compare_bits_with_portable(int number) {
    const char *const name = kernels()->name;
    model_t portable, ours;
    isa_use("portable");
    create(&portable, number, coins);
    isa_use(name);
    create(&ours, number, coins);
    assert_true(portable.loss.cross_entropy == ours.loss.cross_entropy);
    assert_true(portable.loss.divergence == ours.loss.divergence);
    assert_memory_equal(portable.gradient, ours.gradient, ours.table->size * sizeof(real));
    cvae_destroy(portable.cvae);
    cvae_destroy(ours.cvae);
}

static void test_bits_are_those_of_portable(void **state) {
    (void)state;
    for (int number = 0; number < HIDDEN_SIZES; number++) {
        compare_bits_with_portable(number);
    }
}

static void test_bits_of_bfloat16_are_those_of_portable(void **state) {
    (void)state;
    precision = PRODUCT_BF16;
    for (int number = 0; number < HIDDEN_SIZES; number++) {
        compare_bits_with_portable(number);
    }
    precision = PRODUCT_REAL;
}

/** bfloat16 has 8 bits: its operands are off by up to 2^-9, and what they give by a few of that. */
static void test_bfloat16_gives_nearly_the_same_gradient(void **state) {
    (void)state;
    double worst = 0, worst_loss = 0;
    for (int number = 0; number < HIDDEN_SIZES; number++) {
        model_t full, rounded;
        create(&full, number, NULL);
        precision = PRODUCT_BF16;
        create(&rounded, number, NULL);
        precision = PRODUCT_REAL;
        worst_loss = fmax(worst_loss, fabs(rounded.loss.cross_entropy / full.loss.cross_entropy - 1));
        worst_loss = fmax(worst_loss, fabs(rounded.loss.divergence / full.loss.divergence - 1));
        for (int i = 0; i < full.table->count; i++) {
            const double difference = difference_of(&full.table->entry[i], rounded.gradient, full.gradient);
            assert_true(difference > 0);
            worst = fmax(worst, difference);
        }
        cvae_destroy(full.cvae);
        cvae_destroy(rounded.cvae);
    }
    print_message("    losses within %.2g, gradients within %.2g of a tensor's largest\n", worst_loss, worst);
    assert_true(worst_loss < 0x1p-7);
    assert_true(worst < 0x1p-4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_openblas_gives_the_same_gradient, fixture_release),
        cmocka_unit_test_teardown(test_loss_rises_by_the_gradient, fixture_release),
        cmocka_unit_test_teardown(test_bits_are_those_of_portable, fixture_release),
        cmocka_unit_test_teardown(test_bits_of_bfloat16_are_those_of_portable, fixture_release),
        cmocka_unit_test_teardown(test_bfloat16_gives_nearly_the_same_gradient, fixture_release),
    };
    isa_start();
    blas_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
