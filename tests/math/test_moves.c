// Copying, transposing, gathering and scattering: every place right, nothing outside touched.
#include "each_isa.h"

enum { SPACE = 40 * 200, SYMBOLS = 7 };

static const int widths[] = {1, 3, 7, 8, 9, 15, 16, 17, 33, 63, 64, 65, 130};
enum { WIDTHS = sizeof widths / sizeof widths[0] };
static const int row_counts[] = {0, 1, 7, 8, 9, 37};
enum { ROW_COUNTS = sizeof row_counts / sizeof row_counts[0] };

static real from[SPACE], to[SPACE], expected[SPACE];

static void begin(void) {
    fill(from, SPACE, 1, 1);
    fill(to, SPACE, 1, 2);
    memcpy(expected, to, sizeof to);
}

static void for_each_shape(void (*check)(const kernels_t *kernels, int rows, int width), const kernels_t *k) {
    for (int i = 0; i < ROW_COUNTS; i++) {
        for (int j = 0; j < WIDTHS; j++) {
            begin();
            check(k, row_counts[i], widths[j]);
            assert_memory_equal(to, expected, sizeof to);
        }
    }
}

static void copy(const kernels_t *kernels, int rows, int width) {
    const int from_step = width + 3, to_step = width + 5;
    kernels->copy(rows, width, from, (size_t)from_step, to, (size_t)to_step);
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < width; j++) {
            expected[i * to_step + j] = from[i * from_step + j];
        }
    }
}

static void transpose(const kernels_t *kernels, int rows, int width) {
    const int from_step = width + 3, to_step = rows + 5;
    kernels->transpose(rows, width, from, (size_t)from_step, to, (size_t)to_step);
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < width; j++) {
            expected[j * to_step + i] = from[i * from_step + j];
        }
    }
}

static void index_rows(uint16_t *index, int rows) {
    for (int i = 0; i < rows; i++) {
        index[i] = (uint16_t)(i * i % SYMBOLS);
    }
}

static void gather(const kernels_t *kernels, int rows, int width) {
    uint16_t index[64] = {0};
    const int from_step = width + 3, to_step = width + 5;
    index_rows(index, rows);
    kernels->gather(rows, width, index, from, (size_t)from_step, to, (size_t)to_step);
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < width; j++) {
            expected[i * to_step + j] = from[index[i] * from_step + j];
        }
    }
}

static void gather_without_index(const kernels_t *kernels, int rows, int width) {
    kernels->gather(rows, width, NULL, from, (size_t)width, to, (size_t)width + 1);
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < width; j++) {
            expected[i * (width + 1) + j] = from[i * width + j];
        }
    }
}

static void scatter_add(const kernels_t *kernels, int rows, int width) {
    uint16_t index[64] = {0};
    const int from_step = width + 3, to_step = width + 5;
    index_rows(index, rows);
    kernels->scatter_add(rows, width, index, from, (size_t)from_step, to, (size_t)to_step);
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < width; j++) {
            expected[index[i] * to_step + j] += from[i * from_step + j];
        }
    }
}

static void sum_of_rows(const kernels_t *kernels, int rows, int width) {
    kernels->scatter_add(rows, width, NULL, from, (size_t)width, to, 0);
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < width; j++) {
            expected[j] += from[i * width + j];
        }
    }
}

static void check_all(const kernels_t *kernels) {
    for_each_shape(copy, kernels);
    for_each_shape(transpose, kernels);
    for_each_shape(gather, kernels);
    for_each_shape(gather_without_index, kernels);
    for_each_shape(scatter_add, kernels);
    for_each_shape(sum_of_rows, kernels);
}

static void test_moves(void **state) {
    (void)state;
    for_each_isa(check_all);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_moves)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
