// The GRU cell, forwards and backwards, against the equations in double.
#include "each_isa.h"

#include "gru_reference.h"

static const int hidden_sizes[] = {1, 3, 16, 17, 100, 256};
static const int row_counts[] = {0, 1, 5};

enum { HIDDEN_SIZES = 6, ROW_COUNTS = 3, LARGEST = 5 * 256, GUARD = 32, SPACE = LARGEST + GUARD };

static float before_gates[4 * LARGEST + GUARD], gates[4 * LARGEST + GUARD];
static float hidden_before[SPACE], hidden[SPACE], before_d_hidden[SPACE], d_hidden[SPACE];

static void fill_all(double gate_size) {
    fill(before_gates, 4 * LARGEST + GUARD, gate_size, 1);
    memcpy(gates, before_gates, sizeof gates);
    fill(hidden_before, SPACE, 1, 2);
    fill(before_d_hidden, SPACE, 2, 3);
    memcpy(d_hidden, before_d_hidden, sizeof d_hidden);
    for (int i = 0; i < SPACE; i++) {
        hidden[i] = 123;
    }
}

static void forward(const kernels_t *kernels, int rows, int size) {
    kernels->gru_forward(rows, size, plain_gates(gates, size), (size_t)size, hidden_before, hidden);
}

static void backward(const kernels_t *kernels, int rows, int size) {
    kernels->gru_backward(rows, size, plain_gates(gates, size), (size_t)size, hidden_before, d_hidden);
}

static void check_forward_of(const kernels_t *kernels, int rows, int size) {
    fill_all(6);
    forward(kernels, rows, size);
    for (int row = 0; row < rows; row++) {
        for (int j = 0; j < size; j++) {
            const float *x = before_gates + row * 4 * size + j, *y = gates + row * 4 * size + j;
            const int at = row * size + j;
            const gru_result_t expected =
                gru_reference(x[0], x[size], x[2 * size], x[3 * size], hidden_before[at]);
            assert_near(y[0], expected.r, 1e-7);
            assert_near(y[size], expected.z, 1e-7);
            assert_near(y[2 * size], expected.n, 2e-6);
            assert_true(y[3 * size] == x[3 * size]);
            assert_near(hidden[at], expected.hidden, 2e-6);
        }
    }
    const int used = rows * size;
    assert_memory_equal(gates + 4 * used, before_gates + 4 * used, GUARD * sizeof *gates);
    for (int i = used; i < used + GUARD; i++) {
        assert_true(hidden[i] == 123);
    }
}

/** The groups as the forward pass left them are taken as they are: what is left is the backward's rounding.
 */
static void check_backward_of(const kernels_t *kernels, int rows, int size) {
    fill_all(3);
    forward(kernels, rows, size);
    memcpy(before_gates, gates, sizeof gates);
    backward(kernels, rows, size);
    for (int row = 0; row < rows; row++) {
        for (int j = 0; j < size; j++) {
            const float *y = before_gates + row * 4 * size + j, *got = gates + row * 4 * size + j;
            const int at = row * size + j;
            const gru_result_t result = {.r = y[0], .z = y[size], .n = y[2 * size], .part = y[3 * size]};
            const gru_gradient_t expected =
                gru_reference_gradient(&result, hidden_before[at], before_d_hidden[at]);
            assert_near(got[0], expected.r, 2e-6);
            assert_near(got[size], expected.z, 1e-6);
            assert_near(got[2 * size], expected.n, 1e-6);
            assert_near(got[3 * size], expected.part, 1e-6);
            assert_near(d_hidden[at], expected.hidden_before, 1e-6);
        }
    }
    const int used = rows * size;
    assert_memory_equal(gates + 4 * used, before_gates + 4 * used, GUARD * sizeof *gates);
    assert_memory_equal(d_hidden + used, before_d_hidden + used, GUARD * sizeof *d_hidden);
}

static void check_all(const kernels_t *kernels) {
    for (int i = 0; i < HIDDEN_SIZES; i++) {
        for (int j = 0; j < ROW_COUNTS; j++) {
            check_forward_of(kernels, row_counts[j], hidden_sizes[i]);
            check_backward_of(kernels, row_counts[j], hidden_sizes[i]);
        }
    }
}

static void test_forward_and_backward(void **state) {
    (void)state;
    for_each_isa(check_all);
}

/** A word's result must not depend on the words it shares the shard with. */
static void check_rows_are_independent(const kernels_t *kernels) {
    enum { ROWS = 5, SIZE = 17 };
    fill_all(6);
    forward(kernels, ROWS, SIZE);
    for (int row = 0; row < ROWS; row++) {
        float own_gates[4 * SIZE], own_hidden[SIZE];
        memcpy(own_gates, before_gates + row * 4 * SIZE, sizeof own_gates);
        kernels->gru_forward(
            1, SIZE, plain_gates(own_gates, SIZE), SIZE, hidden_before + row * SIZE, own_hidden);
        assert_memory_equal(own_gates, gates + row * 4 * SIZE, sizeof own_gates);
        assert_memory_equal(own_hidden, hidden + row * SIZE, sizeof own_hidden);
    }
}

static void test_rows_are_independent(void **state) {
    (void)state;
    for_each_isa(check_rows_are_independent);
}

/** With the update gate open the state stays as it is, with both shut it is the candidate of the input alone.
 */
static void check_saturated_gates(const kernels_t *kernels) {
    enum { SIZE = 33 };
    fill_all(2);
    for (int j = 0; j < SIZE; j++) {
        gates[j] = -INFINITY;
        gates[SIZE + j] = j % 2 ? INFINITY : -INFINITY;
    }
    forward(kernels, 1, SIZE);
    for (int j = 0; j < SIZE; j++) {
        if (j % 2) {
            assert_near(hidden[j], hidden_before[j], 1e-7);
        } else {
            assert_true(hidden[j] == gates[2 * SIZE + j]);
            assert_near(hidden[j], tanh(before_gates[2 * SIZE + j]), 2e-7);
        }
    }
    backward(kernels, 1, SIZE);
    for (int j = 0; j < SIZE; j++) {
        assert_true(gates[j] == 0 && gates[SIZE + j] == 0 && gates[3 * SIZE + j] == 0);
        assert_true(d_hidden[j] == (j % 2 ? before_d_hidden[j] : 0));
    }
}

static void test_saturated_gates(void **state) {
    (void)state;
    for_each_isa(check_saturated_gates);
}

/** One NaN, in each of the inputs: what is computed from it must be NaN, and nothing else. */
static void check_nan_spreads(const kernels_t *kernels) {
    enum { SIZE = 33, PLACE = 20 };
    for (int input = 0; input < 5; input++) {
        fill_all(2);
        *(input < 4 ? &gates[input * SIZE + PLACE] : &hidden_before[PLACE]) = NAN;
        forward(kernels, 1, SIZE);
        for (int j = 0; j < SIZE; j++) {
            assert_int_equal(isnan(hidden[j]) != 0, j == PLACE);
        }
        backward(kernels, 1, SIZE);
        for (int j = 0; j < SIZE; j++) {
            assert_int_equal(isnan(gates[SIZE + j]) != 0, j == PLACE);
        }
    }
    fill_all(0.5);
    forward(kernels, 1, SIZE);
    d_hidden[PLACE] = NAN;
    backward(kernels, 1, SIZE);
    for (int j = 0; j < 4 * SIZE; j++) {
        assert_int_equal(isnan(gates[j]) != 0, j % SIZE == PLACE);
    }
}

static void test_nan_spreads(void **state) {
    (void)state;
    for_each_isa(check_nan_spreads);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward_and_backward),
        cmocka_unit_test(test_rows_are_independent),
        cmocka_unit_test(test_saturated_gates),
        cmocka_unit_test(test_nan_spreads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
