// The recurrent layer's products: right, the same bits for every instruction set and number of rows, and on
// no account outside their arrays.
#include <math.h>
#include <stdlib.h>

#include "math/recurrent.h"
#include "each_isa.h"

enum { ROWS_MAX = 300, STEP_ROWS = 70 };

/** H and D: less than a panel, a little more than a group of one, one, and one with a rest; for a single row,
 * the vectors that it takes at once and a rest. */
static const struct {
    int size, inputs;
} sizes[] = {{1, 1}, {3, 3}, {15, 15}, {16, 16}, {17, 17}, {63, 63}, {64, 64}, {65, 65}, {100, 100}, {17, 34},
    {64, 128}, {20, 3}, {16, 80}, {16, 272}, {256, 256}};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static product_precision_t precision;

static const gates_map_t *const maps[] = {&gates_of_lstm, &gates_of_gru_input, &gates_of_gru_hidden};

/** A layer with its weight and some rows of inputs and gates. */
typedef struct {
    int size, inputs;
    const gates_map_t *map;
    size_t numbers; /**< of the weight */
    memory_t memory;
    recurrent_t recurrent;
    real *weight, *x, *gates, *d_weight;
    real *blocks;      /**< the gates as the layer has them */
    const real **rows; /**< of x */
} layer_t;

static void take_gates(const layer_t *layer) {
    gates_from_rows(&layer->recurrent.layout, ROWS_MAX, layer->gates, 4 * (size_t)layer->size, layer->blocks);
}

static real *block_row(const layer_t *layer, size_t row) {
    return layer->blocks + row * layer->recurrent.layout.row_step;
}

static void create(layer_t *layer, const gates_map_t *map, int size, int inputs, product_backend_t backend) {
    const size_t h = (size_t)size, d = (size_t)inputs, weight = (size_t)map->count * h * d;
    *layer = (layer_t){.size = size, .inputs = inputs, .map = map, .numbers = weight};
    product_choose(backend);
    recurrent_layout(&layer->recurrent, &layer->memory, precision, map, size, inputs, ROWS_MAX);
    assert_ok(memory_reserve(&layer->memory));
    recurrent_layout(&layer->recurrent, &layer->memory, precision, map, size, inputs, ROWS_MAX);
    // Of exactly the size that is used: a byte beyond it is what the sanitizers and Valgrind look for.
    layer->weight = malloc(weight * sizeof(real));
    layer->x = malloc(ROWS_MAX * d * sizeof(real));
    layer->gates = malloc(ROWS_MAX * 4 * h * sizeof(real));
    layer->d_weight = malloc(weight * sizeof(real));
    fill(layer->weight, (int)weight, 0.5, 1);
    fill(layer->x, (int)(ROWS_MAX * d), 1, 2);
    fill(layer->gates, (int)(ROWS_MAX * 4 * h), 1, 3);
    fill(layer->d_weight, (int)weight, 1, 4);
    layer->blocks = malloc(gates_count(size, ROWS_MAX) * sizeof(real));
    layer->rows = malloc(ROWS_MAX * sizeof *layer->rows);
    for (int row = 0; row < ROWS_MAX; row++) {
        layer->rows[row] = layer->x + (size_t)row * d;
    }
    take_gates(layer);
    recurrent_prepare(&layer->recurrent, layer->weight);
}

static void destroy(layer_t *layer) {
    free(layer->weight);
    free(layer->x);
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
        const real left = a[(size_t)i * (size_t)step_a], right = b[(size_t)i * (size_t)step_b];
        sum += precision == PRODUCT_BF16
                   ? (double)bfloat16_of_normal(left) * (double)bfloat16_of_normal(right)
                   : (double)left * right;
    }
    return sum;
}

/** Rounding of a chain of `depth` sums of numbers of size 1. */
static double tolerance(int depth) {
    return 1e-7 * (depth + 4);
}

/** The row of W that makes column j of the gates; -1: none. */
static int weight_row(const layer_t *layer, int j) {
    for (int gate = 0; gate < layer->map->count; gate++) {
        if (layer->map->group[gate] == j / layer->size) {
            return gate * layer->size + j % layer->size;
        }
    }
    return -1;
}

static void check_forward(const layer_t *layer, int rows) {
    const int h = layer->size, d = layer->inputs;
    real *gates = malloc((size_t)rows * 4 * (size_t)h * sizeof *gates);
    recurrent_forward(&layer->recurrent, rows, layer->x, layer->blocks);
    gates_to_rows(&layer->recurrent.layout, rows, layer->blocks, gates);
    take_gates(layer);
    for (int row = 0; row < rows; row++) {
        for (int j = 0; j < 4 * h; j++) {
            const size_t at = (size_t)row * 4 * (size_t)h + (size_t)j;
            const int from = weight_row(layer, j);
            double expected = layer->gates[at];
            if (from >= 0) {
                expected += dot(
                    d, layer->x + (size_t)row * (size_t)d, 1, layer->weight + (size_t)from * (size_t)d, 1);
            }
            assert_near(gates[at], expected, tolerance(d));
        }
    }
    free(gates);
}

static void check_backward(layer_t *layer, int rows, int beta) {
    const int h = layer->size, d = layer->inputs;
    real *d_x = malloc((size_t)rows * (size_t)d * sizeof *d_x);
    memcpy(d_x, layer->x, (size_t)rows * (size_t)d * sizeof *d_x);
    recurrent_backward(&layer->recurrent, rows, layer->blocks, beta, d_x);
    for (int row = 0; row < rows; row++) {
        for (int j = 0; j < d; j++) {
            double expected = beta * (double)layer->x[row * d + j];
            for (int gate = 0; gate < layer->map->count; gate++) {
                expected += dot(h, layer->gates + row * 4 * h + layer->map->group[gate] * h, 1,
                    layer->weight + (size_t)(gate * h * d + j), d);
            }
            assert_near(d_x[row * d + j], expected, tolerance(4 * h));
        }
    }
    free(d_x);
}

static void check_gradient(const layer_t *layer, int rows) {
    const int h = layer->size, d = layer->inputs;
    real *d_weight = malloc(layer->numbers * sizeof *d_weight);
    memcpy(d_weight, layer->d_weight, layer->numbers * sizeof *d_weight);
    recurrent_gradient(&layer->recurrent, rows, layer->blocks, layer->rows, d_weight);
    for (int i = 0; i < 4 * h; i++) {
        const int row = weight_row(layer, i);
        for (int j = 0; j < d && row >= 0; j++) {
            const double expected =
                layer->d_weight[row * d + j] + dot(rows, layer->gates + i, 4 * h, layer->x + j, d);
            assert_near(d_weight[row * d + j], expected, tolerance(rows));
        }
    }
    free(d_weight);
}

static void check_layer(const gates_map_t *map, int size, int inputs, product_backend_t backend) {
    static const int rows[] = {1, 2, 5, 6, 7, 13, 32, STEP_ROWS};
    layer_t layer;
    create(&layer, map, size, inputs, backend);
    // A single row comes first: it may read W before W is packed.
    check_backward(&layer, 1, 1);
    for (int k = 0; k < 8; k++) {
        check_forward(&layer, rows[k]);
        check_backward(&layer, rows[k], k % 2);
    }
    check_gradient(&layer, 1);
    check_gradient(&layer, 127);
    check_gradient(&layer, ROWS_MAX);
    destroy(&layer);
}

static void products_are_right(const kernels_t *kernels) {
    use(kernels->name);
    for (int i = 0; i < SIZES - 1; i++) {
        // What differs between the maps is seen in the small ones.
        for (int map = 0; map < (sizes[i].size < 30 || sizes[i].inputs > 100 ? 3 : 1); map++) {
            check_layer(maps[map], sizes[i].size, sizes[i].inputs, PRODUCT_NATIVE);
            check_layer(maps[map], sizes[i].size, sizes[i].inputs, PRODUCT_OPENBLAS);
        }
    }
}

static void test_products_are_right(void **state) {
    (void)state;
    for_each_isa(products_are_right);
}

static void rounded_products_are_right(const kernels_t *kernels) {
    use(kernels->name);
    for (int i = 0; i < SIZES - 1; i += 1 + i / 4) {
        check_layer(maps[i % 3], sizes[i].size, sizes[i].inputs, PRODUCT_NATIVE);
    }
    check_layer(&gates_of_lstm, 17, 300, PRODUCT_NATIVE);
}

static void test_rounded_products_are_right(void **state) {
    (void)state;
    precision = PRODUCT_BF16;
    for_each_isa(rounded_products_are_right);
    precision = PRODUCT_REAL;
}

/** All three results for one layer, one behind the other, from `rows` rows at a time. */
static size_t results(const gates_map_t *map, int size, int inputs, int rows, real *out) {
    const size_t h = (size_t)size, d = (size_t)inputs, gates = STEP_ROWS * 4 * h, x = STEP_ROWS * d;
    layer_t layer;
    create(&layer, map, size, inputs, PRODUCT_NATIVE);
    for (int row = 0; row < STEP_ROWS; row += rows) {
        const size_t first = (size_t)row;
        const int count = STEP_ROWS - row < rows ? STEP_ROWS - row : rows;
        recurrent_backward(&layer.recurrent, count, block_row(&layer, first), 0, out + gates + first * d);
        recurrent_forward(&layer.recurrent, count, layer.x + first * d, block_row(&layer, first));
    }
    gates_to_rows(&layer.recurrent.layout, STEP_ROWS, layer.blocks, out);
    take_gates(&layer);
    memcpy(out + gates + x, layer.d_weight, layer.numbers * sizeof *out);
    // The rows of a gradient are its depth: however they are split, pairs together, its chain goes on.
    const int step = precision == PRODUCT_BF16 ? 2 * rows : rows;
    for (int row = 0; row < ROWS_MAX; row += step) {
        const size_t first = (size_t)row;
        recurrent_gradient(&layer.recurrent, ROWS_MAX - row < step ? ROWS_MAX - row : step,
            block_row(&layer, first), layer.rows + first, out + gates + x);
    }
    const size_t count = gates + x + layer.numbers;
    destroy(&layer);
    return count;
}

static real *expected, *found;
static size_t expected_count;
static const gates_map_t *current_map;
static int current_size, current_inputs;

static void bits_are_the_same(const kernels_t *kernels) {
    static const int rows[] = {STEP_ROWS, 1, 2, 3, 5, 6, 7, 32};
    use(kernels->name);
    for (int k = 0; k < 8; k++) {
        const size_t count = results(current_map, current_size, current_inputs, rows[k], found);
        if (expected_count == 0) {
            memcpy(expected, found, count * sizeof *found);
            expected_count = count;
        }
        assert_int_equal(count, expected_count);
        assert_memory_equal(found, expected, count * sizeof *found);
    }
}

static void check_bits(const gates_map_t *map, int size, int inputs) {
    const size_t h = (size_t)size, d = (size_t)inputs, room = STEP_ROWS * (4 * h + d) + 4 * h * d;
    expected = malloc(room * sizeof *expected);
    found = malloc(room * sizeof *found);
    expected_count = 0;
    current_map = map;
    current_size = size;
    current_inputs = inputs;
    // The portable kernels' software fused multiply-add is slow where the CPU's is not used.
    if (size <= 100) {
        for_each_isa(bits_are_the_same);
    } else {
        for (int k = 0; k < 3; k++) {
            const kernels_t *kernels = kernels_find(k == 0 ? "avx2" : k == 1 ? "avx512" : "avx512bf16");
            if (kernels) {
                bits_are_the_same(kernels);
            }
        }
    }
    free(expected);
    free(found);
}

static void test_bits_are_the_same(void **state) {
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        check_bits(maps[i % 3], sizes[i].size, sizes[i].inputs);
        check_bits(&gates_of_lstm, sizes[i].size, sizes[i].inputs);
    }
}

static void test_bits_of_rounded_products_are_the_same(void **state) {
    (void)state;
    precision = PRODUCT_BF16;
    for (int i = 0; i < SIZES; i += 1 + i / 4) {
        check_bits(maps[i % 3], sizes[i].size, sizes[i].inputs);
    }
    check_bits(&gates_of_lstm, 17, 300);
    precision = PRODUCT_REAL;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products_are_right),
        cmocka_unit_test(test_rounded_products_are_right),
        cmocka_unit_test(test_bits_are_the_same),
        cmocka_unit_test(test_bits_of_rounded_products_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
