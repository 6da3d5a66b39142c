#include "test.h"

#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/blas.h"
#include "math/product.h"
#include "base/random.h"

/** From OpenBLAS itself, which is loaded: cblas.h stays in src/math. */
static int (*openblas_get_num_threads)(void);
static void (*openblas_set_num_threads)(int threads);

static int start(void **state) {
    (void)state;
    assert_ok(blas_start());
    void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_NOLOAD);
    assert_non_null(library);
    *(void **)&openblas_get_num_threads = dlsym(library, "openblas_get_num_threads");
    *(void **)&openblas_set_num_threads = dlsym(library, "openblas_set_num_threads");
    return 0;
}

static void test_one_thread_after_start(void **state) {
    (void)state;
    openblas_set_num_threads(2);
    assert_ok(blas_start());
    assert_int_equal(openblas_get_num_threads(), 1);
}

static void test_the_library_names_itself(void **state) {
    (void)state;
    assert_non_null(strstr(blas_version(), "OpenBLAS"));
    assert_true(strlen(blas_core()) > 0);
    assert_string_equal(blas_core(), blas_core());
}

enum { SPACE = 80 * 90 };
static real a[SPACE], b[SPACE], c[SPACE], before[SPACE];

static void fill(real *x, uint64_t index) {
    random_stream_t stream = random_stream(3, RANDOM_LATENT, 0, index);
    for (int i = 0; i < SPACE; i++) {
        x[i] = (real)(2 * random_uniform(&stream) - 1);
    }
}

/** Element [row, column] of a matrix as it is stored, or of its transpose. */
static double element(const real *x, bool is_transposed, int stride, int row, int column) {
    return is_transposed ? x[column * stride + row] : x[row * stride + column];
}

typedef struct {
    int m, n, k;
} sizes_t;

/** Every element of c, those between the rows and behind the last one too. */
static void check_product(bool transposes_a, bool transposes_b, sizes_t s, int gap, real beta) {
    const int stride_a = (transposes_a ? s.m : s.k) + gap;
    const int stride_b = (transposes_b ? s.k : s.n) + 2 * gap;
    const int stride_c = s.n + 3 * gap;
    fill(a, 1);
    fill(b, 2);
    fill(before, 3);
    memcpy(c, before, sizeof c);
    blas_multiply(transposes_a, transposes_b, s.m, s.n, s.k, a, stride_a, b, stride_b, beta, c, stride_c);
    for (int i = 0; i < SPACE; i++) {
        const int row = i / stride_c, column = i % stride_c;
        if (row >= s.m || column >= s.n) {
            assert_true(c[i] == before[i]);
            continue;
        }
        double expected = (double)beta * before[i];
        for (int k = 0; k < s.k; k++) {
            expected +=
                element(a, transposes_a, stride_a, row, k) * element(b, transposes_b, stride_b, k, column);
        }
        assert_near(c[i], expected, 1e-6 * (s.k + 1));
    }
}

static void test_products(void **state) {
    (void)state;
    static const sizes_t sizes[] = {{1, 1, 1}, {2, 3, 4}, {5, 1, 7}, {1, 28, 16}, {32, 17, 33}, {64, 70, 60},
        {3, 5, 0}, {0, 5, 3}, {4, 0, 3}};
    static const real betas[] = {0, 1, (real)0.5};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int combination = 0; combination < 4; combination++) {
            for (int gap = 0; gap < 4; gap += 3) {
                for (int beta = 0; beta < 3; beta++) {
                    check_product(combination & 1, combination & 2, sizes[i], gap + 1, betas[beta]);
                }
            }
        }
    }
}

/** With beta 0 the old content does not count, not even NaN. */
static void test_beta_zero_overwrites(void **state) {
    (void)state;
    fill(a, 1);
    fill(b, 2);
    for (int i = 0; i < 12; i++) {
        c[i] = i % 2 ? (real)NAN : (real)INFINITY;
    }
    blas_multiply(false, false, 3, 4, 5, a, 5, b, 4, 0, c, 4);
    for (int i = 0; i < 12; i++) {
        assert_true(isfinite(c[i]));
    }
    blas_multiply(false, false, 3, 4, 5, a, 5, b, 4, 1, c, 4);
    assert_true(isfinite(c[0]));
    a[0] = (real)NAN;
    blas_multiply(false, false, 3, 4, 5, a, 5, b, 4, 0, c, 4);
    assert_true(isnan(c[0]) && isfinite(c[4]));
}

/** The promise the training rests on: the same call gives the same bits, wherever its operands lie. */
static void test_same_shapes_give_the_same_bits(void **state) {
    (void)state;
    enum { M = 32, N = 64, K = 48 };
    real *first = malloc(M * N * sizeof *first);
    assert_non_null(first);
    fill(a, 1);
    fill(b, 2);
    blas_multiply(false, true, M, N, K, a, K, b, K, 0, c, N);
    memcpy(first, c, M * N * sizeof *first);
    for (int shift = 1; shift < 5; shift++) {
        memmove(a + 1, a, (SPACE - 1) * sizeof *a);
        memmove(b + 1, b, (SPACE - 1) * sizeof *b);
        blas_multiply(false, true, M, N, K, a + shift, K, b + shift, K, 0, c + shift, N);
        assert_memory_equal(c + shift, first, M * N * sizeof *first);
    }
    free(first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_one_thread_after_start, start),
        cmocka_unit_test_setup(test_the_library_names_itself, start),
        cmocka_unit_test_setup(test_products, start),
        cmocka_unit_test_setup(test_beta_zero_overwrites, start),
        cmocka_unit_test_setup(test_same_shapes_give_the_same_bits, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
