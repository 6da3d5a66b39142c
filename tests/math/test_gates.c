// Gates in both layouts: what goes in comes out again, and whatever else is done with them is done to the
// right rows and gates.
#include <math.h>
#include <stdlib.h>

#include "math/gates.h"
#include "math/product.h"
#include "each_isa.h"

enum { ROWS = 11, TABLE_ROWS = 5 };

static const int sizes[] = {1, 15, 16, 17, 40, 64};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

/** A matrix in plain rows and as the layout has it, a piece of memory of its own each. */
typedef struct {
    int rows, size;
    gates_layout_t layout;
    real *plain, *gates;
} matrix_t;

static size_t numbers(const matrix_t *matrix) {
    return (size_t)matrix->rows * 4 * (size_t)matrix->size;
}

static matrix_t create(int rows, int size, uint64_t index) {
    matrix_t matrix = {.rows = rows, .size = size, .layout = gates_layout(size, rows)};
    const size_t count = gates_count(size, rows);
    matrix.plain = malloc(numbers(&matrix) * sizeof(real));
    matrix.gates = malloc(count * sizeof(real));
    for (size_t i = 0; i < count; i++) {
        matrix.gates[i] = NAN;
    }
    fill(matrix.plain, numbers(&matrix), 1, index);
    gates_from_rows(&matrix.layout, rows, matrix.plain, 4 * (size_t)matrix.layout.size, matrix.gates);
    return matrix;
}

static void destroy(matrix_t *matrix) {
    free(matrix->plain);
    free(matrix->gates);
}

/** The gates are what `plain` says, and numbers beyond the last unit are zero. */
static void check(const matrix_t *matrix) {
    real *back = malloc(numbers(matrix) * sizeof *back);
    gates_to_rows(&matrix->layout, matrix->rows, matrix->gates, back);
    assert_memory_equal(back, matrix->plain, numbers(matrix) * sizeof *back);
    free(back);
    if (matrix->layout.row_step != KERNELS_PANEL) {
        return;
    }
    for (int block = 0; block < gates_blocks(&matrix->layout); block++) {
        const kernels_target_t at = gates_block(&matrix->layout, block, matrix->gates);
        const int units = gates_block_units(&matrix->layout, block);
        for (int row = 0; row < matrix->rows; row++) {
            for (int i = units; i < 4 * KERNELS_UNITS; i++) {
                assert_true(i % KERNELS_UNITS < units || at.c[row * KERNELS_PANEL + i] == 0);
            }
        }
    }
}

static void check_blocks(const matrix_t *matrix) {
    for (int block = 0; block < gates_blocks(&matrix->layout); block++) {
        const kernels_target_t at = gates_block(&matrix->layout, block, matrix->gates);
        for (int unit = 0; unit < gates_block_units(&matrix->layout, block); unit++) {
            for (int gate = 0; gate < 4; gate++) {
                const int column = gate * matrix->size + block * KERNELS_UNITS + unit;
                assert_true(at.c[2 * at.row_stride + (size_t)gate * at.group_stride + (size_t)unit] ==
                            matrix->plain[2 * 4 * matrix->size + column]);
            }
        }
    }
}

/** The hidden state's bias of a GRU has three gates: in the groups 0, 1 and 3. */
static void check_columns_of_gru(const matrix_t *matrix) {
    const int h = matrix->size;
    real *sum = calloc(3 * (size_t)h, sizeof *sum);
    gates_add_columns(&matrix->layout, &gates_of_gru_hidden, matrix->rows, matrix->gates, sum);
    for (int j = 0; j < 3 * h; j++) {
        const int column = j < 2 * h ? j : j + h;
        real expected = 0;
        for (int row = 0; row < matrix->rows; row++) {
            expected += matrix->plain[row * 4 * h + column];
        }
        assert_true(sum[j] == expected);
    }
    free(sum);
}

static void check_fill_and_columns(matrix_t *matrix) {
    const int columns = 4 * matrix->size;
    real *sum = malloc((size_t)columns * sizeof *sum), *expected = malloc((size_t)columns * sizeof *sum);
    fill(sum, (size_t)columns, 1, 9);
    memcpy(expected, sum, (size_t)columns * sizeof *sum);
    gates_add_columns(&matrix->layout, &gates_of_lstm, matrix->rows, matrix->gates, sum);
    for (int row = 0; row < matrix->rows; row++) {
        for (int j = 0; j < columns; j++) {
            expected[j] += matrix->plain[row * columns + j];
        }
    }
    assert_memory_equal(sum, expected, (size_t)columns * sizeof *sum);
    check_columns_of_gru(matrix);
    gates_from_rows(&matrix->layout, matrix->rows, sum, 0, matrix->gates);
    for (int row = 0; row < matrix->rows; row++) {
        memcpy(matrix->plain + row * columns, sum, (size_t)columns * sizeof *sum);
    }
    check(matrix);
    free(sum);
    free(expected);
}

static void check_table(matrix_t *matrix) {
    static const symbol_t symbols[ROWS] = {0, 4, 4, 2, 1, 0, 3, 3, 3, 4, 1};
    const int columns = 4 * matrix->size;
    matrix_t table = create(TABLE_ROWS, matrix->size, 2);
    gates_add(&matrix->layout, ROWS, symbols, matrix->gates, &table.layout, table.gates);
    for (int row = 0; row < ROWS; row++) {
        for (int j = 0; j < columns; j++) {
            table.plain[symbols[row] * columns + j] += matrix->plain[row * columns + j];
        }
    }
    check(&table);
    gates_take(&matrix->layout, ROWS, symbols, &table.layout, table.gates, matrix->gates);
    for (int row = 0; row < ROWS; row++) {
        memcpy(matrix->plain + row * columns, table.plain + symbols[row] * columns,
            (size_t)columns * sizeof(real));
    }
    check(matrix);
    gates_add(&table.layout, TABLE_ROWS, NULL, table.gates, &matrix->layout, matrix->gates);
    for (int i = 0; i < TABLE_ROWS * columns; i++) {
        matrix->plain[i] += table.plain[i];
    }
    check(matrix);
    destroy(&table);
}

static void check_copy_row(matrix_t *matrix) {
    const int columns = 4 * matrix->size;
    gates_copy_row(&matrix->layout, ROWS - 1, 3, matrix->gates);
    memcpy(matrix->plain + 3 * columns, matrix->plain + (ROWS - 1) * columns, (size_t)columns * sizeof(real));
    check(matrix);
}

/** Of all rows but the last three. */
static void check_clear(matrix_t *matrix) {
    gates_clear(&matrix->layout, ROWS - 3, matrix->gates);
    memset(matrix->plain, 0, (ROWS - 3) * 4 * (size_t)matrix->size * sizeof(real));
    check(matrix);
}

static void check_backend(product_backend_t backend) {
    product_choose(backend);
    for (int i = 0; i < SIZES; i++) {
        matrix_t matrix = create(ROWS, sizes[i], 1);
        check(&matrix);
        check_blocks(&matrix);
        check_copy_row(&matrix);
        check_table(&matrix);
        check_fill_and_columns(&matrix);
        check_clear(&matrix);
        destroy(&matrix);
    }
}

static void test_in_blocks(void **state) {
    (void)state;
    check_backend(PRODUCT_NATIVE);
}

static void test_in_rows(void **state) {
    (void)state;
    check_backend(PRODUCT_OPENBLAS);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_in_blocks), cmocka_unit_test(test_in_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
