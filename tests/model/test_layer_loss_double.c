#include "model/layer.h"
#include "tensors.h"

enum { ROWS = 6, SYMBOLS = 5 };

typedef struct {
    real *logits;
    symbol_t target[ROWS];
    real weight[ROWS];
} rows_t;

typedef struct {
    const real *logits;
    real *targets;
    real weight[ROWS];
} soft_rows_t;

static double forward(void *context) {
    rows_t *rows = context;
    real logits[ROWS * SYMBOLS];
    memcpy(logits, rows->logits, sizeof logits);
    return layer_cross_entropy(ROWS, SYMBOLS, logits, rows->target, rows->weight);
}

static void test_gradient(void **state) {
    (void)state;
    tensors_t logits = tensors_make("logits", TENSORS_WRITTEN, 1, ROWS * SYMBOLS);
    // The largest logit once right, once wrong; every place of the right symbol; a row that does not count.
    rows_t rows = {logits.x, {0, 1, 2, 3, 4, 2}, {1, 0.25, 0, 1, 1.0 / 3, 2}};
    logits.x[SYMBOLS + 1] = 3;
    logits.x[2 * SYMBOLS + 4] = 3;
    memcpy(logits.d, logits.x, logits.count * sizeof(real));
    double loss = layer_cross_entropy(ROWS, SYMBOLS, logits.d, rows.target, rows.weight);
    assert_true(loss == forward(&rows));
    for (int v = 0; v < SYMBOLS; v++) {
        assert_true(logits.d[2 * SYMBOLS + v] == 0);
    }
    tensors_check((tensors_t *[]){&logits}, 1, forward, &rows);
}

static void test_equal_logits_cost_the_logarithm_of_their_number(void **state) {
    (void)state;
    for (int offset = -800; offset <= 800; offset += 400) {
        real logits[2 * SYMBOLS];
        for (int i = 0; i < 2 * SYMBOLS; i++) {
            logits[i] = offset;
        }
        const symbol_t target[] = {3, 0};
        const real weight[] = {1, 0.5};
        double loss = layer_cross_entropy(2, SYMBOLS, logits, target, weight);
        assert_true(fabs(loss - 1.5 * log(SYMBOLS)) < 1e-14);
        assert_true(fabs(logits[0] - 1.0 / SYMBOLS) < 1e-15);
        assert_true(fabs(logits[3] - (1.0 / SYMBOLS - 1)) < 1e-15);
        assert_true(fabs(logits[SYMBOLS] - 0.5 * (1.0 / SYMBOLS - 1)) < 1e-15);
    }
}

static void test_a_hopeless_symbol_costs_its_distance(void **state) {
    (void)state;
    real logits[] = {2000, 1000, 1000};
    const symbol_t target = 1;
    const real weight = 1;
    assert_true(layer_cross_entropy(1, 3, logits, &target, &weight) == 1000);
    assert_true(logits[0] == 1 && logits[1] == -1 && logits[2] == 0);
}

static double soft_forward(void *context) {
    const soft_rows_t *rows = context;
    real logits[ROWS * SYMBOLS];
    memcpy(logits, rows->logits, sizeof logits);
    return layer_soft_cross_entropy(ROWS, SYMBOLS, logits, rows->targets, rows->weight);
}

static void test_gradient_with_soft_targets(void **state) {
    (void)state;
    tensors_t logits = tensors_make("logits", TENSORS_WRITTEN, 1, ROWS * SYMBOLS);
    soft_rows_t rows = {logits.x, fixture_normal(2, 1, ROWS * SYMBOLS), {1, 0.25, 0, 1, 1.0 / 3, 2}};
    double expected = 0;
    for (int row = 0; row < ROWS; row++) {
        real *target = rows.targets + row * SYMBOLS, sum = 0, largest;
        sum = layer_exponentials(SYMBOLS, target, target, &largest);
        double logarithm = 0;
        for (int v = 0; v < SYMBOLS; v++) {
            logarithm += exp(logits.x[row * SYMBOLS + v]);
        }
        for (int v = 0; v < SYMBOLS; v++) {
            target[v] /= sum;
            expected -= rows.weight[row] * target[v] * (logits.x[row * SYMBOLS + v] - log(logarithm));
        }
    }
    memcpy(logits.d, logits.x, logits.count * sizeof(real));
    const double loss = layer_soft_cross_entropy(ROWS, SYMBOLS, logits.d, rows.targets, rows.weight);
    assert_near(loss, expected, 1e-14);
    tensors_check((tensors_t *[]){&logits}, 1, soft_forward, &rows);
}

/** A target that is certain costs what the same symbol costs, however large logits are. */
static void test_certain_targets_are_symbols(void **state) {
    (void)state;
    const real logits[] = {2000, 1000, 1000, -3, 1, 2}, targets[] = {0, 1, 0, 0, 0, 1}, weight[] = {1, 0.5};
    const symbol_t symbols[] = {1, 2};
    real soft[6], hard[6];
    memcpy(soft, logits, sizeof soft);
    memcpy(hard, logits, sizeof hard);
    assert_near(layer_soft_cross_entropy(2, 3, soft, targets, weight),
        layer_cross_entropy(2, 3, hard, symbols, weight), 1e-14);
    assert_memory_equal(soft, hard, sizeof soft);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_gradient, fixture_release),
        cmocka_unit_test(test_equal_logits_cost_the_logarithm_of_their_number),
        cmocka_unit_test(test_a_hopeless_symbol_costs_its_distance),
        cmocka_unit_test_teardown(test_gradient_with_soft_targets, fixture_release),
        cmocka_unit_test(test_certain_targets_are_symbols),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
