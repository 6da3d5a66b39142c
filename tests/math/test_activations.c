// The exponential, the logistic function and the hyperbolic tangent against libm's in double, over all
// floats.
#include "each_isa.h"

#include "cell_reference.h"

#include <math.h>

enum { BLOCK = 4096 };

static float x[BLOCK], exponentials[BLOCK], gates[4 * BLOCK], zeros[BLOCK], cell[BLOCK], cell_tanh[BLOCK],
    hidden[BLOCK];

static float *const logistics = gates, *const tangents = gates + 2 * BLOCK;

/** exponentials = exp(x), logistics = s(x), tangents = tanh(x), by way of the cell. */
static void activate(const kernels_t *kernels) {
    kernels->exponential(BLOCK, x, exponentials);
    for (int gate = 0; gate < 4; gate++) {
        memcpy(gates + gate * BLOCK, x, sizeof x);
    }
    kernels->cell_forward(1, BLOCK, plain_gates(gates, BLOCK), (size_t)BLOCK, zeros, cell, cell_tanh, hidden);
}

static void check_exponential(float at, float got) {
    if (at < -87.33654f) {
        assert_true(got == 0);
        return;
    }
    const double expected = exp(at > 88 ? 88 : (double)at);
    if (!(fabs(got - expected) <= 1.2e-7 * expected)) {
        fail_msg("exp(%.9g) is %.9g, not %.9g", at, got, expected);
    }
}

static void check_block(const kernels_t *kernels) {
    activate(kernels);
    for (int i = 0; i < BLOCK; i++) {
        check_exponential(x[i], exponentials[i]);
        if (!(fabs(logistics[i] - 1 / (1 + exp(-(double)x[i]))) <= 1e-7)) {
            fail_msg("s(%.9g) is %.9g", x[i], logistics[i]);
        }
        if (!(fabs(tangents[i] - tanh(x[i])) <= 2e-7)) {
            fail_msg("tanh(%.9g) is %.9g", x[i], tangents[i]);
        }
        assert_true(logistics[i] >= 0 && logistics[i] <= 1 && tangents[i] >= -1 && tangents[i] <= 1);
        // The other two gates take the same function, and cell = i g.
        assert_true(gates[BLOCK + i] == logistics[i] && gates[3 * BLOCK + i] == logistics[i]);
        assert_true(cell[i] == logistics[i] * tangents[i]);
        assert_true(hidden[i] == logistics[i] * cell_tanh[i]);
    }
}

/** Every `STRIDE`th bit pattern: all exponents, both signs, denormals. The stride is odd, so low bits vary.
 */
static void check_all_magnitudes(const kernels_t *kernels) {
    enum { STRIDE = 8209 };
    uint64_t pattern = 0;
    while (pattern <= UINT32_MAX) {
        for (int i = 0; i < BLOCK; i++) {
            const uint32_t bits = pattern <= UINT32_MAX ? (uint32_t)pattern : 0;
            memcpy(&x[i], &bits, sizeof bits);
            x[i] = isnan(x[i]) ? 0 : x[i];
            pattern += STRIDE;
        }
        check_block(kernels);
    }
}

static void test_all_magnitudes(void **state) {
    (void)state;
    for_each_isa(check_all_magnitudes);
}

static void check_where_it_matters(const kernels_t *kernels) {
    static const double from[] = {-100, -89, -88.5, -20, -10, -1, -0.01};
    for (size_t range = 0; range < sizeof from / sizeof from[0]; range++) {
        for (int part = 0; part < 4; part++) {
            for (int i = 0; i < BLOCK; i++) {
                x[i] = (float)(from[range] * (1 - 2.0 * (part * BLOCK + i) / (4 * BLOCK)));
            }
            check_block(kernels);
        }
    }
}

static void test_where_it_matters(void **state) {
    (void)state;
    for_each_isa(check_where_it_matters);
}

static void check_special_values(const kernels_t *kernels) {
    static const struct {
        float at, exponential, logistic, tangent;
    } special[] = {
        {0.0f, 1, 0.5f, 0},
        {-0.0f, 1, 0.5f, 0},
        {0x1p-149f, 1, 0.5f, 0},
        {-0x1p-149f, 1, 0.5f, 0},
        {0x1.fffffcp-127f, 1, 0.5f, 0},
        {-0x1p-126f, 1, 0.5f, 0},
        {30, 1.06864746e13f, 1, 1},
        {INFINITY, 1.65163625e38f, 1, 1},
        {0x1.fffffep+127f, 1.65163625e38f, 1, 1},
        // The logistic function ends at 1 / (1 + exp(88)), a denormal, instead of 0.
        {-INFINITY, 0, 6.05460149e-39f, -1},
        {-0x1.fffffep+127f, 0, 6.05460149e-39f, -1},
    };
    enum { SPECIAL = sizeof special / sizeof special[0] };
    for (int i = 0; i < BLOCK; i++) {
        x[i] = special[i % SPECIAL].at;
    }
    activate(kernels);
    for (int i = 0; i < BLOCK; i++) {
        const float exponential = special[i % SPECIAL].exponential;
        assert_true(fabsf(exponentials[i] - exponential) <= 1e-6f * exponential);
        assert_true(fabsf(logistics[i] - special[i % SPECIAL].logistic) < 1e-42f);
        assert_true(tangents[i] == special[i % SPECIAL].tangent);
    }
}

static void test_special_values(void **state) {
    (void)state;
    for_each_isa(check_special_values);
}

static void check_ends_of_the_exponential(const kernels_t *kernels) {
    memset(x, 0, sizeof x);
    x[0] = -87.33654f;
    x[1] = nextafterf(-87.33654f, -100);
    x[2] = nextafterf(-87.33654f, 0);
    x[3] = 88;
    x[4] = nextafterf(88, 100);
    x[5] = 88.7f;
    x[6] = nextafterf(88, 0);
    activate(kernels);
    // The smallest result is a normal number: nothing in between it and 0.
    assert_true(exponentials[0] >= 0x1p-126f && exponentials[0] < 0x1.001p-126f);
    assert_true(exponentials[1] == 0);
    assert_true(exponentials[2] > 0);
    assert_true(exponentials[4] == exponentials[3] && exponentials[5] == exponentials[3]);
    assert_true(exponentials[6] < exponentials[3]);
}

static void test_ends_of_the_exponential(void **state) {
    (void)state;
    for_each_isa(check_ends_of_the_exponential);
}

/** NaN of both signs, quiet and signalling, at every place of a vector: it must come out, and only there. */
static void check_nan_stays_nan(const kernels_t *kernels) {
    static const uint32_t patterns[] = {
        0x7fc00000, 0xffc00000, 0x7fffffff, 0xffffffff, 0x7f800001, 0xff812345};
    for (int i = 0; i < BLOCK; i++) {
        x[i] = 1;
        if (i % 7 == 0) {
            memcpy(&x[i], &patterns[i / 7 % 6], sizeof x[i]);
        }
    }
    activate(kernels);
    for (int i = 0; i < BLOCK; i++) {
        const int expected = i % 7 == 0;
        assert_int_equal(isnan(exponentials[i]) != 0, expected);
        assert_int_equal(isnan(logistics[i]) != 0, expected);
        assert_int_equal(isnan(tangents[i]) != 0, expected);
        assert_int_equal(isnan(cell[i]) != 0, expected);
        assert_int_equal(isnan(cell_tanh[i]) != 0, expected);
        assert_int_equal(isnan(hidden[i]) != 0, expected);
    }
}

static void test_nan_stays_nan(void **state) {
    (void)state;
    for_each_isa(check_nan_stays_nan);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_magnitudes),
        cmocka_unit_test(test_where_it_matters),
        cmocka_unit_test(test_special_values),
        cmocka_unit_test(test_ends_of_the_exponential),
        cmocka_unit_test(test_nan_stays_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
