// Dense products: right in both backends, the same bits for every instruction set and however the rows are
// split.
#include <stdlib.h>

#include "math/product.h"
#include "each_isa.h"

enum { LARGEST = 150, STRIDE = LARGEST + 3, ROOM = LARGEST * STRIDE };

static real a[ROOM], b[ROOM], before[ROOM], c[ROOM], expected_bits[ROOM];

static const struct {
    int m, n, k;
} shapes[] = {{1, 1, 1}, {1, 28, 5}, {7, 64, 3}, {28, 65, 129}, {64, 63, 128}, {65, 1, 127}, {150, 150, 150},
    {6, 128, 2}, {33, 40, 72}, {3, 7, 150}};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static void use(const char *isa) {
    setenv("CVAE_ISA", isa, 1);
    assert_ok(kernels_start());
}

static product_precision_t precision;

static void fill_factors(void) {
    fill(a, ROOM, 1, 1);
    fill(b, ROOM, 1, 2);
    fill(before, ROOM, 1, 3);
}

/** As it is multiplied. */
static real factor(const real *from, product_operation_t operation, int i, int j) {
    const real number = operation == PRODUCT_PLAIN ? from[i * STRIDE + j] : from[j * STRIDE + i];
    return precision == PRODUCT_BF16 ? bfloat16_of_normal(number) : number;
}

/** Every number of c, those between the rows' ends and the next rows' starts too, which must stay. */
static void check(
    int m, int n, int k, product_operation_t operation_a, product_operation_t operation_b, real beta) {
    memcpy(c, before, sizeof c);
    product_multiply(precision, operation_a, operation_b, m, n, k, a, STRIDE, b, STRIDE, beta, c, STRIDE);
    for (int i = 0; i < LARGEST; i++) {
        for (int j = 0; j < STRIDE; j++) {
            double expected = before[i * STRIDE + j];
            if (i < m && j < n) {
                expected *= beta;
                for (int l = 0; l < k; l++) {
                    expected += (double)factor(a, operation_a, i, l) * factor(b, operation_b, l, j);
                }
            }
            assert_near(c[i * STRIDE + j], expected, i < m && j < n ? 1e-7 * (k + 4) : 0);
        }
    }
}

static void products_are_right(const kernels_t *kernels) {
    static const product_backend_t backends[] = {PRODUCT_NATIVE, PRODUCT_OPENBLAS};
    use(kernels->name);
    for (int backend = 0; backend < 2; backend++) {
        product_choose(backends[backend]);
        assert_int_equal(product_backend(), backends[backend]);
        for (int i = 0; i < SHAPES; i++) {
            for (int which = 0; which < 8; which++) {
                check(shapes[i].m, shapes[i].n, shapes[i].k, (product_operation_t)(which & 1),
                    (product_operation_t)(which >> 1 & 1), (real)(which >> 2));
            }
        }
    }
    product_choose(PRODUCT_NATIVE);
}

static void test_products_are_right(void **state) {
    (void)state;
    fill_factors();
    for_each_isa(products_are_right);
}

static void rounded_products_are_right(const kernels_t *kernels) {
    use(kernels->name);
    for (int i = 0; i < SHAPES; i++) {
        for (int which = 0; which < 8; which++) {
            check(shapes[i].m, shapes[i].n, shapes[i].k, (product_operation_t)(which & 1),
                (product_operation_t)(which >> 1 & 1), (real)(which >> 2));
        }
    }
}

static void test_rounded_products_are_right(void **state) {
    (void)state;
    fill_factors();
    precision = PRODUCT_BF16;
    for_each_isa(rounded_products_are_right);
    precision = PRODUCT_REAL;
}

static int have_expected;

static void bits_are_the_same(const kernels_t *kernels) {
    static const int pieces[] = {LARGEST, 1, 5, 6, 64};
    use(kernels->name);
    for (int i = 0; i < 5; i++) {
        memcpy(c, before, sizeof c);
        for (int row = 0; row < LARGEST; row += pieces[i]) {
            const int rows = LARGEST - row < pieces[i] ? LARGEST - row : pieces[i];
            product_multiply(precision, PRODUCT_PLAIN, PRODUCT_TRANSPOSED, rows, 100, 140, a + row * STRIDE,
                STRIDE, b, STRIDE, 1, c + row * STRIDE, STRIDE);
        }
        if (!have_expected) {
            memcpy(expected_bits, c, sizeof c);
            have_expected = 1;
        }
        assert_memory_equal(c, expected_bits, sizeof c);
    }
}

static void test_bits_are_the_same(void **state) {
    (void)state;
    fill_factors();
    product_choose(PRODUCT_NATIVE);
    for_each_isa(bits_are_the_same);
    have_expected = 0;
    precision = PRODUCT_BF16;
    for_each_isa(bits_are_the_same);
    precision = PRODUCT_REAL;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products_are_right),
        cmocka_unit_test(test_rounded_products_are_right),
        cmocka_unit_test(test_bits_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
