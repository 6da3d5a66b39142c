// The LSTM cell, forwards and backwards, against the equations in double.
#include "each_isa.h"

#include "cell_reference.h"

static const int hidden_sizes[] = {1, 3, 16, 17, 100, 256};
static const int row_counts[] = {0, 1, 5};

enum { HIDDEN_SIZES = 6, ROW_COUNTS = 3, LARGEST = 5 * 256, GUARD = 32, SPACE = LARGEST + GUARD };

static float before_gates[4 * LARGEST + GUARD], gates[4 * LARGEST + GUARD];
static float cell_before[SPACE], cell[SPACE], cell_tanh[SPACE], hidden[SPACE];
static float d_hidden[SPACE], before_d_cell[SPACE], d_cell[SPACE];

static void fill_all(double gate_size) {
    fill(before_gates, 4 * LARGEST + GUARD, gate_size, 1);
    memcpy(gates, before_gates, sizeof gates);
    fill(cell_before, SPACE, 3, 2);
    fill(d_hidden, SPACE, 2, 3);
    fill(before_d_cell, SPACE, 2, 4);
    memcpy(d_cell, before_d_cell, sizeof d_cell);
    for (int i = 0; i < SPACE; i++) {
        cell[i] = cell_tanh[i] = hidden[i] = 123;
    }
}

static void check_forward_of(const kernels_t *kernels, int rows, int size) {
    fill_all(8);
    kernels->lstm_forward(
        rows, size, plain_gates(gates, size), (size_t)size, cell_before, cell, cell_tanh, hidden);
    for (int row = 0; row < rows; row++) {
        for (int j = 0; j < size; j++) {
            const float *x = before_gates + row * 4 * size + j, *y = gates + row * 4 * size + j;
            const int at = row * size + j;
            const cell_result_t expected =
                cell_reference(x[0], x[size], x[2 * size], x[3 * size], cell_before[at]);
            assert_near(y[0], expected.i, 1e-7);
            assert_near(y[size], expected.f, 1e-7);
            assert_near(y[2 * size], expected.g, 2e-7);
            assert_near(y[3 * size], expected.o, 1e-7);
            assert_near(cell[at], expected.cell, 1e-6);
            assert_near(cell_tanh[at], expected.cell_tanh, 1e-6);
            assert_near(hidden[at], expected.hidden, 1e-6);
        }
    }
    const int used = rows * size;
    assert_memory_equal(gates + 4 * used, before_gates + 4 * used, GUARD * sizeof *gates);
    for (int i = used; i < used + GUARD; i++) {
        assert_true(cell[i] == 123 && cell_tanh[i] == 123 && hidden[i] == 123);
    }
}

static void check_forward(const kernels_t *kernels) {
    for (int i = 0; i < HIDDEN_SIZES; i++) {
        for (int j = 0; j < ROW_COUNTS; j++) {
            check_forward_of(kernels, row_counts[j], hidden_sizes[i]);
        }
    }
}

static void test_forward(void **state) {
    (void)state;
    for_each_isa(check_forward);
}

/** The activated gates of a float cell, taken as they are: what is left is the rounding of the backward
 * alone. */
static cell_result_t activated(const float *gate, int size, int at) {
    return (cell_result_t){
        .i = gate[0], .f = gate[size], .g = gate[2 * size], .o = gate[3 * size], .cell_tanh = cell_tanh[at]};
}

static void check_backward_of(const kernels_t *kernels, int rows, int size) {
    fill_all(4);
    kernels->lstm_forward(
        rows, size, plain_gates(gates, size), (size_t)size, cell_before, cell, cell_tanh, hidden);
    memcpy(before_gates, gates, sizeof gates);
    kernels->lstm_backward(
        rows, size, plain_gates(gates, size), (size_t)size, cell_before, cell_tanh, d_hidden, d_cell);
    for (int row = 0; row < rows; row++) {
        for (int j = 0; j < size; j++) {
            const float *y = before_gates + row * 4 * size + j, *got = gates + row * 4 * size + j;
            const int at = row * size + j;
            const cell_result_t result = activated(y, size, at);
            const cell_gradient_t expected =
                cell_reference_gradient(&result, cell_before[at], d_hidden[at], before_d_cell[at]);
            assert_near(got[0], expected.i, 1e-6);
            assert_near(got[size], expected.f, 1e-6);
            assert_near(got[2 * size], expected.g, 1e-6);
            assert_near(got[3 * size], expected.o, 1e-6);
            assert_near(d_cell[at], expected.cell_before, 1e-6);
        }
    }
    const int used = rows * size;
    assert_memory_equal(gates + 4 * used, before_gates + 4 * used, GUARD * sizeof *gates);
    assert_memory_equal(d_cell + used, before_d_cell + used, GUARD * sizeof *d_cell);
}

static void check_backward(const kernels_t *kernels) {
    for (int i = 0; i < HIDDEN_SIZES; i++) {
        for (int j = 0; j < ROW_COUNTS; j++) {
            check_backward_of(kernels, row_counts[j], hidden_sizes[i]);
        }
    }
}

static void test_backward(void **state) {
    (void)state;
    for_each_isa(check_backward);
}

/** A word's result must not depend on the words it shares the shard with. */
static void check_rows_are_independent(const kernels_t *kernels) {
    enum { ROWS = 5, SIZE = 17 };
    fill_all(8);
    kernels->lstm_forward(
        ROWS, SIZE, plain_gates(gates, SIZE), (size_t)SIZE, cell_before, cell, cell_tanh, hidden);
    for (int row = 0; row < ROWS; row++) {
        float own_gates[4 * SIZE], own_cell[SIZE], own_tanh[SIZE], own_hidden[SIZE];
        memcpy(own_gates, before_gates + row * 4 * SIZE, sizeof own_gates);
        kernels->lstm_forward(1, SIZE, plain_gates(own_gates, SIZE), (size_t)SIZE, cell_before + row * SIZE,
            own_cell, own_tanh, own_hidden);
        assert_memory_equal(own_gates, gates + row * 4 * SIZE, sizeof own_gates);
        assert_memory_equal(own_cell, cell + row * SIZE, sizeof own_cell);
        assert_memory_equal(own_tanh, cell_tanh + row * SIZE, sizeof own_tanh);
        assert_memory_equal(own_hidden, hidden + row * SIZE, sizeof own_hidden);
    }
}

static void test_rows_are_independent(void **state) {
    (void)state;
    for_each_isa(check_rows_are_independent);
}

/** A gate that is saturated is shut or open altogether: nothing seeps through, and nothing is lost. */
static void check_saturated_gates(const kernels_t *kernels) {
    enum { SIZE = 33 };
    static const float far[] = {INFINITY, 1e30f, 89};
    for (int i = 0; i < 3; i++) {
        fill_all(8);
        for (int j = 0; j < SIZE; j++) {
            gates[j] = -far[i];
            gates[SIZE + j] = far[i];
            gates[3 * SIZE + j] = j % 2 ? far[i] : -far[i];
        }
        const kernels_target_t groups = plain_gates(gates, SIZE);
        kernels->lstm_forward(1, SIZE, groups, SIZE, cell_before, cell, cell_tanh, hidden);
        assert_memory_equal(cell, cell_before, SIZE * sizeof *cell);
        for (int j = 0; j < SIZE; j++) {
            assert_true(hidden[j] == (j % 2 ? cell_tanh[j] : 0));
        }
        kernels->lstm_backward(1, SIZE, groups, SIZE, cell_before, cell_tanh, d_hidden, d_cell);
        for (int j = 0; j < SIZE; j++) {
            assert_true(gates[j] == 0 && gates[SIZE + j] == 0 && gates[3 * SIZE + j] == 0);
            assert_true(j % 2 || d_cell[j] == before_d_cell[j]);
        }
    }
}

static void test_saturated_gates(void **state) {
    (void)state;
    for_each_isa(check_saturated_gates);
}

/** One NaN, in each of the inputs: every output that is computed from it must be NaN, and no other. */
static void check_nan_spreads(const kernels_t *kernels) {
    enum { SIZE = 33, PLACE = 20 };
    for (int input = 0; input < 5; input++) {
        fill_all(2);
        if (input < 4) {
            gates[input * SIZE + PLACE] = NAN;
        } else {
            cell_before[PLACE] = NAN;
        }
        kernels->lstm_forward(
            1, SIZE, plain_gates(gates, SIZE), (size_t)SIZE, cell_before, cell, cell_tanh, hidden);
        for (int j = 0; j < SIZE; j++) {
            assert_int_equal(isnan(cell[j]) != 0, j == PLACE && input != 3);
            assert_int_equal(isnan(cell_tanh[j]) != 0, j == PLACE && input != 3);
            assert_int_equal(isnan(hidden[j]) != 0, j == PLACE);
        }
        kernels->lstm_backward(
            1, SIZE, plain_gates(gates, SIZE), (size_t)SIZE, cell_before, cell_tanh, d_hidden, d_cell);
        for (int j = 0; j < SIZE; j++) {
            assert_int_equal(isnan(gates[SIZE + j]) != 0, j == PLACE);
            assert_int_equal(isnan(d_cell[j]) != 0, j == PLACE);
        }
    }
    for (int input = 0; input < 2; input++) {
        fill_all(0.5);
        (input == 0 ? d_hidden : d_cell)[PLACE] = NAN;
        kernels->lstm_backward(
            1, SIZE, plain_gates(gates, SIZE), (size_t)SIZE, cell_before, cell_tanh, d_hidden, d_cell);
        for (int j = 0; j < SIZE; j++) {
            assert_int_equal(isnan(gates[j]) != 0, j == PLACE);
            assert_int_equal(isnan(gates[SIZE + j]) != 0, j == PLACE);
            assert_int_equal(isnan(gates[2 * SIZE + j]) != 0, j == PLACE);
            assert_int_equal(isnan(gates[3 * SIZE + j]) != 0, j == PLACE && input == 0);
            assert_int_equal(isnan(d_cell[j]) != 0, j == PLACE);
        }
    }
}

static void test_nan_spreads(void **state) {
    (void)state;
    for_each_isa(check_nan_spreads);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward),
        cmocka_unit_test(test_backward),
        cmocka_unit_test(test_rows_are_independent),
        cmocka_unit_test(test_saturated_gates),
        cmocka_unit_test(test_nan_spreads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
