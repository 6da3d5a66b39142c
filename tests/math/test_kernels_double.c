// The double build: libm's functions, exactly; and the cell's backward against finite differences of its
// forward.
#include "each_isa.h"

#include "gru_reference.h"

static const int hidden_sizes[] = {1, 3, 16, 17};

enum { HIDDEN_SIZES = 4, ROWS = 5, LARGEST = ROWS * 17 };

static real before_gates[4 * LARGEST], gates[4 * LARGEST], cell_before[LARGEST];
static real cell[LARGEST], cell_tanh[LARGEST], hidden[LARGEST], d_hidden[LARGEST], d_cell[LARGEST];

static void fill_all(void) {
    fill(before_gates, 4 * LARGEST, 3, 1);
    fill(cell_before, LARGEST, 2, 2);
    fill(d_hidden, LARGEST, 2, 3);
    fill(d_cell, LARGEST, 2, 4);
}

static void test_only_portable_is_there(void **state) {
    (void)state;
    assert_int_equal(sizeof(real), sizeof(double));
    assert_string_equal(kernels()->name, "portable");
    assert_ptr_equal(kernels(), kernels_find("portable"));
    assert_null(kernels_find("avx2"));
    assert_null(kernels_find("avx512"));
}

static void test_exponential_is_that_of_libm(void **state) {
    (void)state;
    static const real x[] = {0, -0.0, 1, -1, 1e-300, 0.3, -700, 700, -1000, INFINITY, -INFINITY};
    enum { COUNT = sizeof x / sizeof x[0] };
    real y[COUNT];
    kernels()->exponential(COUNT, x, y);
    for (int i = 0; i < COUNT; i++) {
        assert_true(y[i] == exp(x[i]));
    }
    real nan = NAN;
    kernels()->exponential(1, &nan, &nan);
    assert_true(isnan(nan));
}

static void check_forward_of(int size) {
    fill_all();
    memcpy(gates, before_gates, sizeof gates);
    kernels()->lstm_forward(
        ROWS, size, plain_gates(gates, size), (size_t)size, cell_before, cell, cell_tanh, hidden);
    for (int row = 0; row < ROWS; row++) {
        for (int j = 0; j < size; j++) {
            const real *x = before_gates + row * 4 * size + j, *y = gates + row * 4 * size + j;
            const int at = row * size + j;
            const cell_result_t expected =
                cell_reference(x[0], x[size], x[2 * size], x[3 * size], cell_before[at]);
            assert_true(y[0] == expected.i && y[size] == expected.f);
            assert_true(y[2 * size] == expected.g && y[3 * size] == expected.o);
            assert_true(fabs(cell[at] - expected.cell) < 1e-15);
            assert_true(fabs(cell_tanh[at] - expected.cell_tanh) < 1e-15);
            assert_true(fabs(hidden[at] - expected.hidden) < 1e-15);
        }
    }
}

static void test_forward(void **state) {
    (void)state;
    for (int i = 0; i < HIDDEN_SIZES; i++) {
        check_forward_of(hidden_sizes[i]);
    }
}

/** A linear function of what the cell gives, so that d_hidden and d_cell are its gradients by hidden and
 * cell. */
static double loss_of(int size, const real *d_cell_after) {
    memcpy(gates, before_gates, sizeof gates);
    kernels()->lstm_forward(
        ROWS, size, plain_gates(gates, size), (size_t)size, cell_before, cell, cell_tanh, hidden);
    double loss = 0;
    for (int i = 0; i < ROWS * size; i++) {
        loss += d_hidden[i] * hidden[i] + d_cell_after[i] * cell[i];
    }
    return loss;
}

static double difference_quotient(int size, const real *d_cell_after, real *input) {
    const double step = 1e-5;
    const real kept = *input;
    *input = kept + step;
    const double above = loss_of(size, d_cell_after);
    *input = kept - step;
    const double below = loss_of(size, d_cell_after);
    *input = kept;
    return (above - below) / (2 * step);
}

static void check_gradient_of(int size) {
    static real d_cell_after[LARGEST], d_gates[4 * LARGEST];
    fill_all();
    memcpy(d_cell_after, d_cell, sizeof d_cell);
    loss_of(size, d_cell_after);
    kernels()->lstm_backward(
        ROWS, size, plain_gates(gates, size), (size_t)size, cell_before, cell_tanh, d_hidden, d_cell);
    memcpy(d_gates, gates, sizeof gates);
    for (int i = 0; i < 4 * ROWS * size; i++) {
        assert_true(fabs(d_gates[i] - difference_quotient(size, d_cell_after, &before_gates[i])) < 1e-8);
    }
    for (int i = 0; i < ROWS * size; i++) {
        assert_true(fabs(d_cell[i] - difference_quotient(size, d_cell_after, &cell_before[i])) < 1e-8);
    }
}

static void test_backward_is_the_gradient(void **state) {
    (void)state;
    for (int i = 0; i < HIDDEN_SIZES; i++) {
        check_gradient_of(hidden_sizes[i]);
    }
}

static double gru_loss_of(int size, const real *d_hidden_after) {
    memcpy(gates, before_gates, sizeof gates);
    kernels()->gru_forward(ROWS, size, plain_gates(gates, size), (size_t)size, cell_before, hidden);
    double loss = 0;
    for (int i = 0; i < ROWS * size; i++) {
        loss += d_hidden_after[i] * hidden[i];
    }
    return loss;
}

static double gru_difference_quotient(int size, const real *d_hidden_after, real *input) {
    const double step = 1e-5;
    const real kept = *input;
    *input = kept + step;
    const double above = gru_loss_of(size, d_hidden_after);
    *input = kept - step;
    const double below = gru_loss_of(size, d_hidden_after);
    *input = kept;
    return (above - below) / (2 * step);
}

/** cell_before serves as the hidden state before. */
static void check_gru_of(int size) {
    static real d_hidden_after[LARGEST], d_gates[4 * LARGEST];
    fill_all();
    memcpy(d_hidden_after, d_hidden, sizeof d_hidden);
    gru_loss_of(size, d_hidden_after);
    kernels()->gru_backward(ROWS, size, plain_gates(gates, size), (size_t)size, cell_before, d_hidden);
    memcpy(d_gates, gates, sizeof gates);
    for (int i = 0; i < 4 * ROWS * size; i++) {
        assert_true(
            fabs(d_gates[i] - gru_difference_quotient(size, d_hidden_after, &before_gates[i])) < 1e-8);
    }
    for (int row = 0; row < ROWS; row++) {
        for (int j = 0; j < size; j++) {
            const real *x = before_gates + row * 4 * size + j, *got = d_gates + row * 4 * size + j;
            const int at = row * size + j;
            const gru_result_t result =
                gru_reference(x[0], x[size], x[2 * size], x[3 * size], cell_before[at]);
            const gru_gradient_t expected =
                gru_reference_gradient(&result, cell_before[at], d_hidden_after[at]);
            assert_true(fabs(got[0] - expected.r) < 1e-14 && fabs(got[size] - expected.z) < 1e-14);
            assert_true(fabs(got[2 * size] - expected.n) < 1e-14);
            assert_true(fabs(got[3 * size] - expected.part) < 1e-14);
            assert_true(fabs(d_hidden[at] - expected.hidden_before) < 1e-14);
            assert_true(
                fabs(d_hidden[at] - gru_difference_quotient(size, d_hidden_after, &cell_before[at])) < 1e-8);
        }
    }
}

static void test_gru_is_the_gradient_and_the_reference(void **state) {
    (void)state;
    for (int i = 0; i < HIDDEN_SIZES; i++) {
        check_gru_of(hidden_sizes[i]);
    }
}

/** The reference that the float kernels are measured by is itself measured here. */
static void test_backward_is_the_reference(void **state) {
    (void)state;
    enum { SIZE = 17 };
    fill_all();
    memcpy(gates, before_gates, sizeof gates);
    kernels()->lstm_forward(
        ROWS, SIZE, plain_gates(gates, SIZE), (size_t)SIZE, cell_before, cell, cell_tanh, hidden);
    real d_cell_after[LARGEST];
    memcpy(d_cell_after, d_cell, sizeof d_cell);
    kernels()->lstm_backward(
        ROWS, SIZE, plain_gates(gates, SIZE), (size_t)SIZE, cell_before, cell_tanh, d_hidden, d_cell);
    for (int row = 0; row < ROWS; row++) {
        for (int j = 0; j < SIZE; j++) {
            const real *x = before_gates + row * 4 * SIZE + j, *got = gates + row * 4 * SIZE + j;
            const int at = row * SIZE + j;
            const cell_result_t result =
                cell_reference(x[0], x[SIZE], x[2 * SIZE], x[3 * SIZE], cell_before[at]);
            const cell_gradient_t expected =
                cell_reference_gradient(&result, cell_before[at], d_hidden[at], d_cell_after[at]);
            assert_true(fabs(got[0] - expected.i) < 1e-14 && fabs(got[SIZE] - expected.f) < 1e-14);
            assert_true(fabs(got[2 * SIZE] - expected.g) < 1e-14 && fabs(got[3 * SIZE] - expected.o) < 1e-14);
            assert_true(fabs(d_cell[at] - expected.cell_before) < 1e-14);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_portable_is_there),
        cmocka_unit_test(test_exponential_is_that_of_libm),
        cmocka_unit_test(test_forward),
        cmocka_unit_test(test_backward_is_the_gradient),
        cmocka_unit_test(test_backward_is_the_reference),
        cmocka_unit_test(test_gru_is_the_gradient_and_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
