// The exponential, the logistic function and the hyperbolic tangent against libm's in double, over all
// floats.
#include "each_isa.h"

#include "cell_reference.h"

#include <math.h>

enum { BLOCK = 4096 };

static float x[BLOCK], exponentials[BLOCK], gates[4 * BLOCK], zeros[BLOCK], cell[BLOCK], cell_tanh[BLOCK],
    hidden[BLOCK];

static float *const logistics = gates, *const tangents = gates + 2 * BLOCK;

/** A block of gates is as wide as training has it, and has code of its own: it must not differ. */
static void check_blocks(const kernels_t *kernels) {
    enum { UNITS = KERNELS_UNITS };
    static float blocks[4 * BLOCK], block_cell[BLOCK], block_tanh[BLOCK], block_hidden[BLOCK];
    for (int i = 0; i < 4 * BLOCK; i++) {
        blocks[i] = x[i / (4 * UNITS) * UNITS + i % UNITS];
    }
    kernels->lstm_forward(BLOCK / UNITS, UNITS, (kernels_target_t){blocks, 4 * UNITS, UNITS}, UNITS, zeros,
        block_cell, block_tanh, block_hidden);
    for (int i = 0; i < BLOCK; i++) {
        const float *block = blocks + i / UNITS * 4 * UNITS + i % UNITS;
        for (int gate = 0; gate < 4; gate++) {
            const float got = block[gate * UNITS], expected = gates[gate * BLOCK + i];
            assert_true(got == expected || (isnan(got) && isnan(expected)));
        }
        assert_true(block_hidden[i] == hidden[i] || (isnan(block_hidden[i]) && isnan(hidden[i])));
    }
}

/** exponentials = exp(x), logistics = s(x), tangents = tanh(x), by way of the cell. */
static void activate(const kernels_t *kernels) {
    kernels->exponential(BLOCK, x, exponentials);
    for (int gate = 0; gate < 4; gate++) {
        memcpy(gates + gate * BLOCK, x, sizeof x);
    }
    kernels->lstm_forward(1, BLOCK, plain_gates(gates, BLOCK), (size_t)BLOCK, zeros, cell, cell_tanh, hidden);
    check_blocks(kernels);
}

/** Within 1.2e-7 of libm's, or 2^-149 where that is more: the step from one denormal to the next. */
static void check_exponential(float at, float got) {
    const double expected = exp((double)at), tolerance = fmax(1.2e-7 * expected, 0x1p-149);
    const float rounded = (float)expected;
    const int right = isinf(rounded) ? got == rounded : fabs(got - expected) <= tolerance;
    if (!right || (got == 0) != (rounded == 0)) {
        fail_msg("exp(%.9g) is %.9g, not %.9g", at, got, expected);
    }
}

/** Where a gate is saturated it is exactly so, and nowhere is it outside its range. */
static void check_ends(float at, float logistic, float tangent) {
    assert_true(logistic >= 0 && logistic <= 1 && tangent >= -1 && tangent <= 1);
    if ((at <= -88.38f && logistic != 0) || (at >= 17 && logistic != 1)) {
        fail_msg("s(%.9g) is %.9g", at, logistic);
    }
    if ((at <= -8.4f && tangent != -1) || (at >= 9.1f && tangent != 1)) {
        fail_msg("tanh(%.9g) is %.9g", at, tangent);
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
        check_ends(x[i], logistics[i], tangents[i]);
        // The other two gates take the same function, and cell = i g.
        assert_true(gates[BLOCK + i] == logistics[i] && gates[3 * BLOCK + i] == logistics[i]);
        assert_true(cell[i] == logistics[i] * tangents[i]);
        assert_true(hidden[i] == logistics[i] * cell_tanh[i]);
    }
}

/** Every `STRIDE`th bit pattern: all exponents, both signs, denormals. The stride is odd, so low bits vary.
 */
static void check_all_magnitudes(const kernels_t *kernels) {
    enum { STRIDE = 2053 };
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
    static const double from[] = {-110, -104, -89, -88.5, -20, -10, -1, -0.01};
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

/** Every number here is exact. */
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
        {1e-30f, 1, 0.5f, 0},
        {INFINITY, INFINITY, 1, 1},
        {0x1.fffffep+127f, INFINITY, 1, 1},
        {1000, INFINITY, 1, 1},
        {-INFINITY, 0, 0, -1},
        {-0x1.fffffep+127f, 0, 0, -1},
        {-1000, 0, 0, -1},
    };
    enum { SPECIAL = sizeof special / sizeof special[0] };
    for (int i = 0; i < BLOCK; i++) {
        x[i] = special[i % SPECIAL].at;
    }
    activate(kernels);
    for (int i = 0; i < BLOCK; i++) {
        assert_true(exponentials[i] == special[i % SPECIAL].exponential);
        assert_true(logistics[i] == special[i % SPECIAL].logistic);
        assert_true(tangents[i] == special[i % SPECIAL].tangent);
        // No zero has a sign: not the tangent of -0 either.
        assert_false(signbit(exponentials[i]) || signbit(logistics[i]));
        assert_true((signbit(tangents[i]) != 0) == (tangents[i] < 0));
    }
}

static void test_special_values(void **state) {
    (void)state;
    for_each_isa(check_special_values);
}

/** x around a place, at which exp comes to an end: the same floats give 0 and infinity as with libm. */
static void check_around(const kernels_t *kernels, float place) {
    x[0] = place;
    for (int i = 0; i < 1000; i++) {
        x[0] = nextafterf(x[0], -INFINITY);
    }
    for (int i = 1; i < BLOCK; i++) {
        x[i] = nextafterf(x[i - 1], INFINITY);
    }
    check_block(kernels);
}

static void check_ends_of_the_exponential(const kernels_t *kernels) {
    // The largest finite result, the smallest normal one, the smallest of all; where a gate's becomes 0.
    check_around(kernels, 88.7228317f);
    check_around(kernels, -87.33654f);
    check_around(kernels, -103.972076f);
    check_around(kernels, -88.3763f);
    memset(x, 0, sizeof x);
    x[0] = 88.7228317f;
    x[1] = nextafterf(88.7228317f, 100);
    x[2] = -103.972076f;
    x[3] = nextafterf(-103.972076f, -110);
    x[4] = -87.33654f;
    x[5] = nextafterf(-87.33654f, -100);
    activate(kernels);
    assert_true(exponentials[0] > 0x1.fffep+127f && isfinite(exponentials[0]));
    assert_true(isinf(exponentials[1]));
    assert_true(exponentials[2] == 0x1p-149f);
    assert_true(exponentials[3] == 0);
    assert_true(exponentials[4] >= 0x1p-126f && exponentials[4] < 0x1.001p-126f);
    assert_true(exponentials[5] < 0x1p-126f && exponentials[5] > 0x1.ffep-127f);
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
