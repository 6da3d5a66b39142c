// The model against PyTorch: loss and gradient of every tensor as stored by make_cvae_golden.py.
#include "math/blas.h"
#include "model/cvae.h"
#include "fixture.h"
#include "isa.h"

/** For float, what rounding leaves; for double, what the file's 13 digits can show. */
#ifdef CVAE_DOUBLE
#define LOSS_TOLERANCE 1e-12
#define GRADIENT_TOLERANCE 1e-10
#else
#define LOSS_TOLERANCE 1e-6
#define GRADIENT_TOLERANCE 1e-4
#endif
/** What bfloat16 leaves, whose numbers are off by up to 2^-9. */
#define ROUNDED_LOSS_TOLERANCE 0x1p-7
#define ROUNDED_GRADIENT_TOLERANCE 0x1p-5

typedef struct {
    FILE *file;
    shape_t shape;
    double kl_weight;
    pair_t pairs[FIXTURE_WORDS];
    bool forced[FIXTURE_WORDS];
    int count;
    real *noise;
    double cross_entropy, divergence;
    real *block;
    double *gradient; /**< [size] PyTorch's */
} golden_t;

static void expect(FILE *file, const char *word) {
    char found[64];
    assert_int_equal(fscanf(file, "%63s", found), 1);
    assert_string_equal(found, word);
}

static int read_integer(FILE *file) {
    int number;
    assert_int_equal(fscanf(file, "%d", &number), 1);
    return number;
}

static double read_number(FILE *file) {
    double number;
    assert_int_equal(fscanf(file, "%lf", &number), 1);
    return number;
}

static word_t read_word(FILE *file) {
    char text[64];
    assert_int_equal(fscanf(file, "%63s", text), 1);
    return fixture_word(text, strlen(text), read_integer(file));
}

static shape_t read_shape(FILE *file, product_precision_t precision) {
    shape_t shape = {.precision = precision};
    expect(file, "shape");
    shape.symbols = read_integer(file);
    shape.embedding = read_integer(file);
    shape.hidden = read_integer(file);
    shape.latent = read_integer(file);
    shape.conditions = read_integer(file);
    shape.condition_embedding = read_integer(file);
    shape.layers = read_integer(file);
    shape.encoder_markers = read_integer(file) == 1;
    shape.encoder_condition = (unsigned)read_integer(file);
    shape.decoder_latent = (unsigned)read_integer(file);
    shape.decoder_condition = (unsigned)read_integer(file);
    shape.decoder_relu = read_integer(file) == 1;
    shape.loss = (shape_loss_t)read_integer(file);
    shape.cell = read_integer(file) == 1 ? SHAPE_CELL_GRU : SHAPE_CELL_LSTM;
    shape.bidirectional = read_integer(file) == 1;
    return shape;
}

static void read_pairs(golden_t *golden) {
    expect(golden->file, "pairs");
    golden->count = read_integer(golden->file);
    assert_in_range(golden->count, 1, FIXTURE_WORDS);
    for (int i = 0; i < golden->count; i++) {
        expect(golden->file, "pair");
        golden->pairs[i].source = read_word(golden->file);
        golden->pairs[i].target = read_word(golden->file);
        golden->pairs[i].index = (uint64_t)i;
        golden->forced[i] = read_integer(golden->file) == 1;
    }
}

/** The tensors have PyTorch's names and shapes, and stand in PyTorch's order. */
static void read_tensors(golden_t *golden, const parameters_t *table) {
    golden->block = fixture_take(table->size, sizeof *golden->block);
    golden->gradient = fixture_take(table->size, sizeof *golden->gradient);
    expect(golden->file, "tensors");
    assert_int_equal(read_integer(golden->file), table->count);
    for (int i = 0; i < table->count; i++) {
        const parameters_entry_t *entry = &table->entry[i];
        expect(golden->file, "tensor");
        expect(golden->file, entry->name);
        assert_int_equal(read_integer(golden->file), entry->dimension[0]);
        assert_int_equal(read_integer(golden->file), entry->dimensions == 2 ? entry->dimension[1] : 0);
        for (size_t j = 0; j < entry->count; j++) {
            // The file's digits are those of a float32, which PyTorch took as a double.
            golden->block[entry->offset + j] = (real)(float)read_number(golden->file);
        }
        for (size_t j = 0; j < entry->count; j++) {
            golden->gradient[entry->offset + j] = read_number(golden->file);
        }
    }
}

static void read_case(golden_t *golden, cvae_t **cvae) {
    golden->shape = read_shape(golden->file, golden->shape.precision);
    expect(golden->file, "kl_weight");
    golden->kl_weight = (double)(float)read_number(golden->file);
    read_pairs(golden);
    const int numbers = golden->count * golden->shape.latent;
    golden->noise = fixture_take((size_t)numbers, sizeof *golden->noise);
    for (int i = 0; i < numbers; i++) {
        golden->noise[i] = (real)(float)read_number(golden->file);
    }
    expect(golden->file, "loss");
    golden->cross_entropy = read_number(golden->file);
    golden->divergence = read_number(golden->file);
    assert_ok(cvae_create(cvae, &golden->shape, (cvae_capacity_t){FIXTURE_WORDS, 12, 12}));
    read_tensors(golden, cvae_parameters(*cvae));
}

/** Largest difference between a tensor's gradients, relative to the largest element. */
static double compare(const parameters_entry_t *entry, const real *ours, const double *theirs) {
    double difference = 0, largest = 0;
    for (size_t i = entry->offset; i < entry->offset + entry->count; i++) {
        difference = fmax(difference, fabs((double)ours[i] - theirs[i]));
        largest = fmax(largest, fabs(theirs[i]));
        assert_false(isnan(ours[i]));
    }
    // A gradient of nothing but zeros would compare anything well.
    assert_true(largest > 1e-6);
    return difference / largest;
}

static double relative_error(double ours, double theirs) {
    return fabs(ours / theirs - 1);
}

static void check_case(FILE *file, const char *name, product_precision_t precision) {
    golden_t golden = {.file = file, .shape = {.precision = precision}};
    const bool is_rounded = precision == PRODUCT_BF16;
    cvae_t *cvae;
    read_case(&golden, &cvae);
    const parameters_t *table = cvae_parameters(cvae);
    real *gradient = fixture_take(table->size, sizeof *gradient);
    memset(gradient, 0, table->size * sizeof *gradient);
    cvae_bind(cvae, golden.block);
    cvae_loss_t loss = cvae_gradient(cvae, golden.pairs, golden.count, golden.noise, golden.forced,
        &(cvae_training_t){.kl_weight = (real)golden.kl_weight}, gradient);
    const double cross_entropy = relative_error(loss.cross_entropy, golden.cross_entropy);
    const double divergence = relative_error(loss.divergence, golden.divergence);
    double worst = 0;
    const char *where = "";
    for (int i = 0; i < table->count; i++) {
        const double error = compare(&table->entry[i], gradient, golden.gradient);
        if (error > worst) {
            worst = error;
            where = table->entry[i].name;
        }
    }
    print_message("%s: cross entropy within %.2g, divergence within %.2g, gradient within %.2g (%s)\n", name,
        cross_entropy, divergence, worst, where);
    assert_true(cross_entropy < (is_rounded ? ROUNDED_LOSS_TOLERANCE : LOSS_TOLERANCE));
    assert_true(divergence < (is_rounded ? ROUNDED_LOSS_TOLERANCE : LOSS_TOLERANCE));
    assert_true(worst < (is_rounded ? ROUNDED_GRADIENT_TOLERANCE : GRADIENT_TOLERANCE));
    cvae_destroy(cvae);
}

static void check_all(product_precision_t precision) {
    FILE *file = fopen(TEST_SOURCE_DIR "/model/cvae_golden.txt", "r");
    assert_non_null(file);
    char word[64];
    int cases = 0;
    while (fscanf(file, "%63s", word) == 1) {
        if (word[0] == '#') {
            assert_int_equal(fscanf(file, "%*[^\n]"), 0);
            continue;
        }
        assert_string_equal(word, "case");
        assert_int_equal(fscanf(file, "%63s", word), 1);
        check_case(file, word, precision);
        cases++;
    }
    fclose(file);
    assert_int_equal(cases, 6);
}

static void test_pytorch(void **state) {
    (void)state;
    check_all(PRODUCT_REAL);
}

#ifndef CVAE_DOUBLE
static void test_pytorch_in_bfloat16(void **state) {
    (void)state;
    check_all(PRODUCT_BF16);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_pytorch, fixture_release),
#ifndef CVAE_DOUBLE
        cmocka_unit_test_teardown(test_pytorch_in_bfloat16, fixture_release),
#endif
    };
    isa_start();
    blas_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
