// Products of pairs: rounding to bfloat16 as defined, and chains that are those of VDPBF16PS bit by bit, with
// denormals, infinities and NaN: each instruction set's, and so the instruction's where the CPU has it.
#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "each_isa.h"

static uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/** x rounded to bfloat16: of the two neighbours with 8 bits the nearer, of two that are equally near the even
 * one. Denormals are zeros. */
static float bfloat16(float x) {
    if (isnan(x) || isinf(x) || fabsf(x) < FLT_MIN) {
        return fabsf(x) < FLT_MIN ? copysignf(0, x) : x;
    }
    int exponent;
    const double fraction = frexp((double)x, &exponent);
    return (float)ldexp(nearbyint(ldexp(fraction, 8)), exponent - 8);
}

static void assert_same(float found, float expected) {
    if (isnan(expected) ? !isnan(found) : bits_of(found) != bits_of(expected)) {
        fail_msg("%a (%08x), expected %a (%08x)", (double)found, bits_of(found), (double)expected,
            bits_of(expected));
    }
}

static float even_of(float pair) {
    return float_of(bits_of(pair) << 16);
}

static float odd_of(float pair) {
    return float_of(bits_of(pair) & 0xffff0000);
}

/** The two numbers of a left factor's pair, whose words are `step` apart. */
static void check_left(const kernels_t *k, const float *words, size_t step, float even, float odd) {
    if (k->pair_words == 1) {
        assert_same(odd_of(words[0]), odd);
        assert_same(even_of(words[0]), even);
    } else {
        assert_same(words[0], odd);
        assert_same(words[step], even);
    }
}

enum { PANEL = KERNELS_PANEL, WIDTH = 37, STEP = WIDTH + 3 };
static const float canary = 12345;

/** Numbers in 3 rows, through each of the ways that they are rounded. */
static void check_rounding(const kernels_t *k, const float *x) {
    float left[3 * STEP], columns[2 * PANEL], right[PANEL], turned[(WIDTH / 2 + 1) * 4], expected[3 * STEP];
    for (int i = 0; i < 3 * STEP; i++) {
        expected[i] = i % STEP < WIDTH ? bfloat16(x[i]) : 0;
    }
    const int pairs = (WIDTH + 1) / 2;
    left[2 * STEP + k->pair_words * pairs] = turned[3] = columns[WIDTH] = right[WIDTH] = canary;
    k->left_rows(3, WIDTH, x, STEP, left, STEP);
    k->right_transposed(3, WIDTH, x, STEP, turned, 4);
    k->left_columns(WIDTH, x, x + STEP, columns);
    k->right_columns(WIDTH, x, x + STEP, right);
    for (int row = 0; row < 3; row++) {
        for (int p = 0; p < pairs; p++) {
            const float *pair = expected + row * STEP + 2 * p;
            check_left(k, left + row * STEP + k->pair_words * p, 1, pair[0], pair[1]);
            assert_same(even_of(turned[4 * p + row]), pair[0]);
            assert_same(odd_of(turned[4 * p + row]), pair[1]);
        }
    }
    for (int c = 0; c < WIDTH; c++) {
        check_left(k, columns + c, PANEL, expected[c], expected[STEP + c]);
        assert_same(even_of(right[c]), expected[c]);
        assert_same(odd_of(right[c]), expected[STEP + c]);
    }
    assert_true(left[2 * STEP + k->pair_words * pairs] == canary && turned[3] == canary);
    assert_true(columns[WIDTH] == canary && right[WIDTH] == canary);
    k->left_columns(WIDTH, x, NULL, columns);
    k->right_columns(WIDTH, x, NULL, right);
    for (int c = 0; c < WIDTH; c++) {
        check_left(k, columns + c, PANEL, expected[c], 0);
        assert_same(even_of(right[c]), expected[c]);
        assert_same(odd_of(right[c]), 0);
    }
}

/** Every high half, with low halves below, at and above the middle. */
static void rounding_is_right(const kernels_t *k) {
    static const uint32_t low[] = {0, 1, 0x7fff, 0x8000, 0x8001, 0xffff};
    float x[3 * STEP];
    for (uint32_t high = 0; high < 0x10000; high += 20) {
        for (uint32_t i = 0; i < 3 * STEP; i++) {
            x[i] = float_of((high + i / 6) << 16 | low[i % 6]);
        }
        check_rounding(k, x);
    }
}

static void test_rounding_is_right(void **state) {
    (void)state;
    for_each_isa(rounding_is_right);
}

/** a b + c with denormals as zeros, before and behind; as if rounded without a lowest exponent. */
static float multiply_add(float a, float b, float c) {
    c = fabsf(c) < FLT_MIN ? copysignf(0, c) : c;
    const float sum = fmaf(a, b, c);
    // Sums that are just below FLT_MIN are exact here.
    const long double exact = (long double)a * (long double)b + (long double)c;
    const bool is_small = fabsf(sum) < FLT_MIN || (fabsf(sum) == FLT_MIN && fabsl(exact) < 0x1.ffffffp-127L);
    return is_small ? copysignf(0, sum) : sum;
}

enum { ROWS = 13, PAIRS = 3, REPETITIONS = 2500 };

/** Products of some of these are denormal, or cancel down to where sums are, or up to infinity. */
static float draw(random_stream_t *stream) {
    const uint32_t bits = random_bits(stream), sign = bits & 0x80000000, fraction = bits & 0x7fffff;
    switch (random_bits(stream) % 64) {
    case 0:
        return float_of(sign | fraction);
    case 1:
        return float_of(sign | 0x7f800000);
    case 2:
        return float_of(sign | 0x7f000000 | fraction);
    case 3:
        return float_of(sign | 0x00800000 | (fraction & 0x30000));
    case 4:
        return float_of(sign);
    case 5:
        return float_of(bits);
    default:
        return float_of(sign | (127 - 64 + bits % 5) << 23 | fraction);
    }
}

static struct {
    float a[2 * PAIRS * ROWS], b[2 * PAIRS * PANEL], c[ROWS * PANEL], expected[ROWS * PANEL];
} data;

static void draw_data(random_stream_t *stream, int repetition) {
    for (int i = 0; i < 2 * PAIRS * ROWS; i++) {
        // Every other row's products are about the last digit of FLT_MIN.
        data.a[i] = bfloat16(draw(stream) * (i % ROWS % 2 == 0 ? 1 : 0x1p-28f));
    }
    for (int i = 0; i < 2 * PAIRS * PANEL; i++) {
        data.b[i] = bfloat16(draw(stream));
    }
    for (int i = 0; i < ROWS * PANEL; i++) {
        const int row = i / PANEL, column = i % PANEL;
        float sum = draw(stream);
        if (i % 4 == 0) {
            // What the first product leaves next to nothing of.
            sum = float_of(bits_of(-data.a[ROWS + row] * data.b[PANEL + column]) + random_bits(stream) % 3);
        } else if (i % 4 == 1) {
            sum = repetition % 2 == 0 ? FLT_MIN : -0x1.000002p-126f;
        }
        data.c[i] = data.expected[i] = sum;
        for (int p = 0; p < PAIRS; p++) {
            for (int k = 2 * p + 1; k >= 2 * p; k--) {
                data.expected[i] =
                    multiply_add(data.a[k * ROWS + row], data.b[k * PANEL + column], data.expected[i]);
            }
        }
    }
}

static void products_are_right(const kernels_t *k) {
    static _Alignas(64) float left[2 * PAIRS * PANEL], right[PAIRS * PANEL], words[2 * PAIRS * PANEL];
    static _Alignas(64) float c[ROWS * PANEL], again[ROWS * PANEL];
    for (int p = 0; p < PAIRS; p++) {
        k->left_columns(
            ROWS, data.a + 2 * p * ROWS, data.a + (2 * p + 1) * ROWS, left + p * k->pair_words * PANEL);
        k->right_columns(PANEL, data.b + 2 * p * PANEL, data.b + (2 * p + 1) * PANEL, right + p * PANEL);
        k->left_columns(
            PANEL, data.b + 2 * p * PANEL, data.b + (2 * p + 1) * PANEL, words + p * k->pair_words * PANEL);
    }
    memcpy(c, data.c, sizeof c);
    memcpy(again, data.c, sizeof again);
    kernels_factor_t a = {
        .from = left, .row_step = 1, .depth_step = PANEL, .depth = PAIRS * k->pair_words, .pieces = 1};
    k->pair_add(ROWS, a, right, (kernels_target_t){c, PANEL, PANEL / 4});
    // Row by row, and in pieces of a pair.
    a.depth = k->pair_words;
    a.pieces = PAIRS;
    a.piece_step = (size_t)a.depth * PANEL;
    for (int row = 0; row < ROWS; row++, a.from++) {
        k->word_add(1, a, words, (kernels_target_t){again + row * PANEL, PANEL, PANEL / 4});
    }
    for (int i = 0; i < ROWS * PANEL; i++) {
        assert_same(c[i], data.expected[i]);
        assert_same(again[i], data.expected[i]);
    }
}

static void test_products_are_right(void **state) {
    (void)state;
    static const char *const names[] = {"portable", "avx2", "avx512", "avx512bf16"};
    random_stream_t stream = random_stream(91, RANDOM_LATENT, 0, 0);
    long zeros = 0, least = 0, not_finite = 0;
    for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        draw_data(&stream, repetition);
        for (int i = 0; i < ROWS * PANEL; i++) {
            zeros += data.expected[i] == 0;
            least += fabsf(data.expected[i]) == FLT_MIN;
            not_finite += !isfinite(data.expected[i]);
        }
        for (int i = 0; i < 4; i++) {
            const kernels_t *k = kernels_find(names[i]);
            // The portable kernels are slow.
            if (k && (i > 0 || repetition % 8 == 0)) {
                products_are_right(k);
            }
        }
    }
    print_message("    of %d sums: %ld zeros, %ld of FLT_MIN, %ld not finite\n", REPETITIONS * ROWS * PANEL,
        zeros, least, not_finite);
    assert_true(zeros > 1000 && least > 1000 && not_finite > 1000);
    assert_true(zeros + not_finite < REPETITIONS * ROWS * PANEL / 2);
}

/** Denormals are zeros in these products alone. */
static void denormals_stay(const kernels_t *k) {
    float a = FLT_MIN / 2, left[2] = {0}, panel[PANEL] = {0}, c[PANEL] = {FLT_MIN / 4};
    volatile float two = 2;
    k->pair_add(1, (kernels_factor_t){.from = left, .depth_step = 1, .depth = k->pair_words, .pieces = 1},
        panel, (kernels_target_t){c, PANEL, PANEL / 4});
    assert_true(c[0] == 0 && a / two != 0);
}

static void test_denormals_stay(void **state) {
    (void)state;
    for_each_isa(denormals_stay);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounding_is_right),
        cmocka_unit_test(test_products_are_right),
        cmocka_unit_test(test_denormals_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
