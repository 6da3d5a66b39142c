// The recurrent layer's products: right, the same bits for every instruction set and number of rows, and on
// no account outside their arrays.
#include <math.h>
#include <stdlib.h>

#include "cvae/recurrent.h"
#include "each_isa.h"

enum { ROWS_MAX = 300, STEP_ROWS = 70 };

static const int sizes[] = {1, 3, 15, 16, 17, 63, 64, 65, 100, 256};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

/** A layer with its weight and some rows of states and gates. */
typedef struct {
    int size;
    memory_t memory;
    recurrent_t recurrent;
    real *weight, *hidden, *gates, *d_weight;
    real *blocks;      /**< the gates as the layer has them */
    const real **rows; /**< of hidden */
} layer_t;

static void take_gates(const layer_t *layer) {
    gates_from_rows(&layer->recurrent.layout, ROWS_MAX, layer->gates, layer->blocks);
}

static real *block_row(const layer_t *layer, size_t row) {
    return layer->blocks + row * layer->recurrent.layout.row_step;
}

static void create(layer_t *layer, int size, product_backend_t backend) {
    const size_t h = (size_t)size;
    *layer = (layer_t){.size = size};
    product_choose(backend);
    recurrent_layout(&layer->recurrent, &layer->memory, size, ROWS_MAX);
    assert_ok(memory_reserve(&layer->memory));
    recurrent_layout(&layer->recurrent, &layer->memory, size, ROWS_MAX);
    // Of exactly the size that is used: a byte beyond it is what the sanitizers and Valgrind look for.
    layer->weight = malloc(4 * h * h * sizeof(real));
    layer->hidden = malloc(ROWS_MAX * h * sizeof(real));
    layer->gates = malloc(ROWS_MAX * 4 * h * sizeof(real));
    layer->d_weight = malloc(4 * h * h * sizeof(real));
    fill(layer->weight, 4 * h * h, 0.5, 1);
    fill(layer->hidden, ROWS_MAX * h, 1, 2);
    fill(layer->gates, ROWS_MAX * 4 * h, 1, 3);
    fill(layer->d_weight, 4 * h * h, 1, 4);
    layer->blocks = malloc(gates_count(size, ROWS_MAX) * sizeof(real));
    layer->rows = malloc(ROWS_MAX * sizeof *layer->rows);
    for (int row = 0; row < ROWS_MAX; row++) {
        layer->rows[row] = layer->hidden + (size_t)row * h;
    }
    take_gates(layer);
    recurrent_prepare(&layer->recurrent, layer->weight, NULL);
}

static void destroy(layer_t *layer) {
    free(layer->weight);
    free(layer->hidden);
    free(layer->gates);
    free(layer->d_weight);
    free(layer->blocks);
    free(layer->rows);
    memory_release(&layer->memory);
}

static void use(const char *isa) {
    setenv("CVAE_ISA", isa, 1);
    assert_ok(kernels_start());
}

static double dot(int count, const real *a, int step_a, const real *b, int step_b) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
        sum += (double)a[(size_t)i * (size_t)step_a] * b[(size_t)i * (size_t)step_b];
    }
    return sum;
}

/** Rounding of a chain of `depth` sums of numbers of size 1. */
static double tolerance(int depth) {
    return 1e-7 * (depth + 4);
}

static void check_forward(const layer_t *layer, int rows) {
    const int h = layer->size;
    real *gates = malloc((size_t)rows * 4 * (size_t)h * sizeof *gates);
    recurrent_forward(&layer->recurrent, rows, layer->hidden, layer->blocks);
    gates_to_rows(&layer->recurrent.layout, rows, layer->blocks, gates);
    take_gates(layer);
    for (int row = 0; row < rows; row++) {
        for (int j = 0; j < 4 * h; j++) {
            const size_t at = (size_t)row * 4 * (size_t)h + (size_t)j;
            const double expected = layer->gates[at] + dot(h, layer->hidden + (size_t)row * (size_t)h, 1,
                                                           layer->weight + (size_t)j * (size_t)h, 1);
            assert_near(gates[at], expected, tolerance(h));
        }
    }
    free(gates);
}

static void check_backward(layer_t *layer, int rows) {
    const int h = layer->size;
    real *d_hidden = malloc((size_t)rows * (size_t)h * sizeof *d_hidden);
    recurrent_backward(&layer->recurrent, rows, layer->blocks, d_hidden);
    for (int row = 0; row < rows; row++) {
        for (int j = 0; j < h; j++) {
            const double expected =
                dot(4 * h, layer->gates + (size_t)row * 4 * (size_t)h, 1, layer->weight + j, h);
            assert_near(d_hidden[row * h + j], expected, tolerance(4 * h));
        }
    }
    free(d_hidden);
}

static void check_gradient(const layer_t *layer, int rows) {
    const int h = layer->size;
    const size_t count = 4 * (size_t)h * (size_t)h;
    real *d_weight = malloc(count * sizeof *d_weight);
    memcpy(d_weight, layer->d_weight, count * sizeof *d_weight);
    recurrent_gradient(&layer->recurrent, rows, layer->blocks, layer->rows, d_weight);
    for (int i = 0; i < 4 * h; i++) {
        for (int j = 0; j < h; j++) {
            const double expected =
                layer->d_weight[i * h + j] + dot(rows, layer->gates + i, 4 * h, layer->hidden + j, h);
            assert_near(d_weight[i * h + j], expected, tolerance(rows));
        }
    }
    free(d_weight);
}

static void products_are_right(const kernels_t *kernels) {
    static const product_backend_t backends[] = {PRODUCT_NATIVE, PRODUCT_OPENBLAS};
    static const int rows[] = {1, 2, 5, 6, 7, 13, 32, STEP_ROWS};
    use(kernels->name);
    for (int backend = 0; backend < 2; backend++) {
        for (int i = 0; i < SIZES - 1; i++) {
            layer_t layer;
            create(&layer, sizes[i], backends[backend]);
            for (int k = 0; k < 8; k++) {
                check_forward(&layer, rows[k]);
                check_backward(&layer, rows[k]);
            }
            check_gradient(&layer, 1);
            check_gradient(&layer, 127);
            check_gradient(&layer, ROWS_MAX);
            destroy(&layer);
        }
    }
}

static void test_products_are_right(void **state) {
    (void)state;
    for_each_isa(products_are_right);
}

/** All three results for one size, one behind the other, from `rows` rows at a time. */
static size_t results(int size, int rows, real *out) {
    const size_t h = (size_t)size, gates = STEP_ROWS * 4 * h, hidden = STEP_ROWS * h, weight = 4 * h * h;
    layer_t layer;
    create(&layer, size, PRODUCT_NATIVE);
    for (int row = 0; row < STEP_ROWS; row += rows) {
        const size_t first = (size_t)row;
        const int count = STEP_ROWS - row < rows ? STEP_ROWS - row : rows;
        recurrent_backward(&layer.recurrent, count, block_row(&layer, first), out + gates + first * h);
        recurrent_forward(&layer.recurrent, count, layer.hidden + first * h, block_row(&layer, first));
    }
    gates_to_rows(&layer.recurrent.layout, STEP_ROWS, layer.blocks, out);
    take_gates(&layer);
    memcpy(out + gates + hidden, layer.d_weight, weight * sizeof *out);
    // The rows of a gradient are its depth: however they are split, its chain goes on.
    for (int row = 0; row < ROWS_MAX; row += rows) {
        const size_t first = (size_t)row;
        recurrent_gradient(&layer.recurrent, ROWS_MAX - row < rows ? ROWS_MAX - row : rows,
            block_row(&layer, first), layer.rows + first, out + gates + hidden);
    }
    destroy(&layer);
    return gates + hidden + weight;
}

static real *expected, *found;
static size_t expected_count;
static int current_size;

static void bits_are_the_same(const kernels_t *kernels) {
    static const int rows[] = {STEP_ROWS, 1, 2, 3, 5, 6, 7, 32};
    use(kernels->name);
    for (int k = 0; k < 8; k++) {
        const size_t count = results(current_size, rows[k], found);
        if (expected_count == 0) {
            memcpy(expected, found, count * sizeof *found);
            expected_count = count;
        }
        assert_int_equal(count, expected_count);
        assert_memory_equal(found, expected, count * sizeof *found);
    }
}

static void test_bits_are_the_same(void **state) {
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        const size_t h = (size_t)sizes[i], room = STEP_ROWS * 5 * h + 4 * h * h;
        expected = malloc(room * sizeof *expected);
        found = malloc(room * sizeof *found);
        expected_count = 0;
        current_size = sizes[i];
        // The portable kernels' software fused multiply-add is slow where the CPU's is not used.
        if (sizes[i] <= 100) {
            for_each_isa(bits_are_the_same);
        } else {
            for (int k = 0; k < 2; k++) {
                const kernels_t *kernels = kernels_find(k == 0 ? "avx2" : "avx512");
                if (kernels) {
                    bits_are_the_same(kernels);
                }
            }
        }
        free(expected);
        free(found);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products_are_right),
        cmocka_unit_test(test_bits_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
