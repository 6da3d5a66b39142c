// The exact sum's two kernels: rounding to the fixed point, order independence, what is refused, and the way
// back.
#include "each_isa.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define LIMIT 0x1p22f

static void check_rounding(const kernels_t *kernels) {
    static const struct {
        float x;
        int64_t expected;
    } rounded[] = {
        {0.0f, 0},
        {-0.0f, 0},
        {1.0f, (int64_t)1 << 40},
        {-1.0f, -((int64_t)1 << 40)},
        {0x1p-40f, 1},
        {-0x1p-40f, -1},
        // Ties go to the even number, on both sides of 0.
        {0x1p-41f, 0},
        {0x1.8p-40f, 2},
        {0x1.4p-39f, 2},
        {0x1.cp-39f, 4},
        {-0x1p-41f, 0},
        {-0x1.8p-40f, -2},
        {-0x1.4p-39f, -2},
        {-0x1.cp-39f, -4},
        // Next to a tie.
        {0x1.000002p-41f, 1},
        {0x1.fffffep-42f, 0},
        {-0x1.000002p-41f, -1},
        {-0x1.fffffep-42f, 0},
        {0x1.7ffffep-40f, 1},
        {0x1.400002p-39f, 3},
        // Too small to be seen, denormals among them.
        {0x1p-60f, 0},
        {-0x1p-126f, 0},
        {0x1p-149f, 0},
        // All 24 bits of a float, at the ends of the range and where they become fractions.
        {0x1.fffffep+21f, (int64_t)0xffffff << 38},
        {-0x1.fffffep+21f, -((int64_t)0xffffff << 38)},
        {0x1.fffffep-17f, 0xffffff},
        {0x1.fffffep-18f, 0x800000},
        {0x1.fffffcp-18f, 0x7fffff},
        {3.1415927f, 3454217748480},
    };
    enum { ROUNDED = sizeof rounded / sizeof rounded[0] };
    float x[ROUNDED];
    int64_t sum[ROUNDED];
    for (int i = 0; i < ROUNDED; i++) {
        x[i] = rounded[i].x;
        sum[i] = 1000 - i;
    }
    assert_int_equal(kernels->exact_add(ROUNDED, x, LIMIT, sum), ROUNDED);
    int64_t set[ROUNDED];
    assert_int_equal(kernels->exact_set(ROUNDED, x, LIMIT, set), ROUNDED);
    for (int i = 0; i < ROUNDED; i++) {
        assert_true(set[i] == rounded[i].expected);
        if (sum[i] != 1000 - i + rounded[i].expected) {
            fail_msg("%a became %lld, not %lld", x[i], (long long)(sum[i] - 1000 + i),
                (long long)rounded[i].expected);
        }
    }
}

static void test_rounding(void **state) {
    (void)state;
    for_each_isa(check_rounding);
}

enum { SHARDS = 9, COUNT = 1001 };
static float shards[SHARDS][COUNT];

/** Gradients of all sizes, from far below the fixed point's step to the thousands. */
static void fill_shards(void) {
    random_stream_t stream = random_stream(5, RANDOM_LATENT, 0, 0);
    for (int i = 0; i < SHARDS * COUNT; i++) {
        shards[i / COUNT][i % COUNT] =
            ldexpf((float)random_real(&stream, 1), (int)random_below(&stream, 60) - 48);
    }
}

static void check_against_integers(const kernels_t *kernels) {
    static int64_t sum[COUNT];
    fill_shards();
    memset(sum, 0, sizeof sum);
    for (int shard = 0; shard < SHARDS; shard++) {
        assert_int_equal(kernels->exact_add(COUNT, shards[shard], LIMIT, sum), COUNT);
    }
    for (int i = 0; i < COUNT; i++) {
        int64_t expected = 0;
        for (int shard = 0; shard < SHARDS; shard++) {
            expected += llrint(ldexp(shards[shard][i], KERNELS_EXACT_BITS));
        }
        assert_true(sum[i] == expected);
    }
}

static void test_sum_is_that_of_rounded_integers(void **state) {
    (void)state;
    for_each_isa(check_against_integers);
}

/** The shards in shuffled orders, dealt to 1 to 4 ranks: the same integers. In floats this would not hold. */
static void check_order(const kernels_t *kernels) {
    static int64_t first[COUNT], sum[COUNT], rank[COUNT];
    fill_shards();
    random_stream_t stream = random_stream(6, RANDOM_ORDER, 0, 0);
    for (int round = 0; round < 24; round++) {
        int order[SHARDS];
        for (int i = 0; i < SHARDS; i++) {
            const int place = (int)random_below(&stream, (uint32_t)i + 1);
            order[i] = order[place];
            order[place] = i;
        }
        const int ranks = 1 + round % 4;
        memset(sum, 0, sizeof sum);
        for (int r = 0; r < ranks; r++) {
            memset(rank, 0, sizeof rank);
            for (int i = r; i < SHARDS; i += ranks) {
                kernels->exact_add(COUNT, shards[order[i]], LIMIT, rank);
            }
            for (int i = 0; i < COUNT; i++) {
                sum[i] += rank[i];
            }
        }
        if (round == 0) {
            memcpy(first, sum, sizeof sum);
        }
        assert_memory_equal(sum, first, sizeof sum);
    }
}

static void test_order_and_ranks_do_not_matter(void **state) {
    (void)state;
    for_each_isa(check_order);
}

/** Each bad value at each place, the same or another one behind it: the first is named, and only they are
 * left out. */
static void check_bad_values(const kernels_t *kernels) {
    static const float limits[] = {1, 1000, LIMIT};
    enum { SIZE = 41 };
    for (size_t l = 0; l < 3; l++) {
        const float bad[] = {NAN, -NAN, INFINITY, -INFINITY, limits[l], -limits[l], 2 * limits[l], -3e38f};
        enum { BAD = sizeof bad / sizeof bad[0] };
        for (size_t place = 0; place < SIZE; place++) {
            float x[SIZE];
            int64_t sum[SIZE], set[SIZE];
            const size_t second = place + (place * 7 + 3) % (SIZE - place);
            for (size_t i = 0; i < SIZE; i++) {
                x[i] = i % 2 ? 0.5f : nextafterf(-limits[l], 0);
                sum[i] = 7;
            }
            x[place] = bad[place % BAD];
            x[second] = bad[second % BAD];
            assert_int_equal(kernels->exact_add(SIZE, x, limits[l], sum), place);
            assert_int_equal(kernels->exact_set(SIZE, x, limits[l], set), place);
            for (size_t i = 0; i < SIZE; i++) {
                const int is_bad = i == place || i == second;
                const int64_t added = is_bad ? 0 : (int64_t)ldexp(x[i], KERNELS_EXACT_BITS);
                assert_true(sum[i] == 7 + added);
                assert_true(set[i] == added);
            }
            // What comes before it is fine.
            assert_int_equal(kernels->exact_add(place, x, limits[l], sum), place);
        }
    }
}

static void test_first_bad_value_is_named_and_none_is_added(void **state) {
    (void)state;
    for_each_isa(check_bad_values);
}

/** As many shards at the limit as the largest sum holds, of which 2^62 is the last that fits the promise. */
static void check_sum_reaches_its_limit(const kernels_t *kernels) {
    enum { MANY = 1024 };
    const float limit = LIMIT / MANY;
    const float x[2] = {nextafterf(limit, 0), nextafterf(-limit, 0)};
    int64_t sum[2] = {0, 0};
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(kernels->exact_add(2, x, limit, sum), 2);
    }
    assert_true(sum[0] == MANY * (int64_t)ldexp(x[0], KERNELS_EXACT_BITS));
    assert_true(sum[0] > 0 && sum[0] < (int64_t)1 << 62);
    assert_true(sum[1] == -sum[0]);
}

static void test_sum_reaches_its_limit(void **state) {
    (void)state;
    for_each_isa(check_sum_reaches_its_limit);
}

/** A float from 2^-17 on has no bit below 2^-40, so nothing is lost on the way there and back. */
static void check_read_is_the_inverse(const kernels_t *kernels) {
    static float x[COUNT], back[COUNT];
    static int64_t sum[COUNT];
    random_stream_t stream = random_stream(8, RANDOM_LATENT, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        const float size =
            ldexpf(1 + (float)random_uniform(&stream) / 2, (int)random_below(&stream, 39) - 17);
        x[i] = i % 3 ? size : -size;
    }
    x[0] = 0;
    memset(sum, 0, sizeof sum);
    assert_int_equal(kernels->exact_add(COUNT, x, LIMIT, sum), COUNT);
    const double squares = kernels->exact_read(COUNT, sum, 0x1p-40, back);
    assert_memory_equal(back, x, sizeof x);
    assert_true(squares == kernels->square_sum(COUNT, x));
}

static void test_read_is_the_inverse(void **state) {
    (void)state;
    for_each_isa(check_read_is_the_inverse);
}

static void check_read_rounds_in_double(const kernels_t *kernels) {
    static const int64_t sums[] = {0, 1, -1, 3, 1000000007, ((int64_t)1 << 53) + 1, -((int64_t)1 << 53) - 1,
        ((int64_t)1 << 53) + 3, ((int64_t)1 << 62) - 1, -((int64_t)1 << 62) + 1, 0x7fffffff, 0x80000000,
        -0x80000001ll, 0x123456789abcdef, INT64_MAX, INT64_MIN};
    static const double factors[] = {1, 0x1p-40, 0x1p-40 / 3, 0x1p-40 / 1000, -0.1};
    enum { SUMS = sizeof sums / sizeof sums[0] };
    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++) {
        float x[SUMS + 1];
        x[SUMS] = 5;
        kernels->exact_read(SUMS, sums, factors[i], x);
        for (int j = 0; j < SUMS; j++) {
            // The volatile keeps the compiler from another way to the same product.
            volatile double value = (double)sums[j];
            assert_true(x[j] == (float)(value * factors[i]));
        }
        assert_true(x[SUMS] == 5);
    }
}

static void test_read_rounds_in_double(void **state) {
    (void)state;
    for_each_isa(check_read_rounds_in_double);
}

/** As the contract has it, without vectors. */
static int32_t rounded_by_shift(float x, kernels_rounding_t rounding, uint32_t element) {
    const int32_t place = (int32_t)(rounding.offset + (rounding.place + element) * 0x9e3779b9);
    const float shift = (float)place * 0x1.fffffep-33f;
    return (int32_t)lrintf(fmaf(x, rounding.scale, shift));
}

static void check_narrow_rounding(const kernels_t *kernels) {
    static float x[COUNT];
    static int32_t sum[COUNT], expected[COUNT];
    random_stream_t stream = random_stream(9, RANDOM_ROUNDING, 0, 0);
    for (int round = 0; round < 50; round++) {
        const int bits = (int)random_below(&stream, 41);
        const kernels_rounding_t rounding = {
            .scale = ldexpf(1, bits), .offset = random_bits(&stream), .place = random_below(&stream, 1000)};
        float most = 0;
        for (uint32_t i = 0; i < COUNT; i++) {
            // Of all sizes up to a sum's.
            x[i] = ldexpf((float)random_real(&stream, 1), (int)random_below(&stream, 60) - 31 - bits);
            most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
            const int32_t rounded = rounded_by_shift(x[i], rounding, i);
            expected[i] = round % 2 ? (int32_t)i - 500 + rounded : rounded;
            sum[i] = (int32_t)i - 500;
        }
        const uint32_t found =
            (round % 2 ? kernels->exact32_add : kernels->exact32_set)(COUNT, x, NULL, rounding, sum);
        assert_memory_equal(&found, &most, sizeof most);
        assert_memory_equal(sum, expected, sizeof sum);
        for (int i = 0; i < COUNT; i++) {
            assert_true(x[i] == 0);
        }
    }
}

static void test_narrow_rounding(void **state) {
    (void)state;
    for_each_isa(check_narrow_rounding);
}

/** Over evenly spread offsets the mean is the number itself; integers stay what they are. */
static void check_narrow_rounding_is_not_biased(const kernels_t *kernels) {
    enum { OFFSETS = 4096, NUMBERS = 12 };
    static const float numbers[NUMBERS] = {
        0, 1, -7, 0x1p25f, 0.5f, -0.5f, 0.001f, -0.999f, 1.25f, -1234.7f, 99999.9f, 1e-30f};
    double mean[NUMBERS] = {0};
    for (uint32_t k = 0; k < OFFSETS; k++) {
        float x[NUMBERS];
        int32_t sum[NUMBERS];
        for (int i = 0; i < NUMBERS; i++) {
            x[i] = numbers[i] * 0x1p-10f;
        }
        kernels->exact32_set(
            NUMBERS, x, NULL, (kernels_rounding_t){.scale = 0x1p10f, .offset = k << 20 | 0x80000}, sum);
        for (int i = 0; i < NUMBERS; i++) {
            assert_true(fabs(sum[i] - (double)numbers[i]) < 1);
            assert_true(sum[i] == numbers[i] || numbers[i] != rintf(numbers[i]));
            mean[i] += (double)sum[i] / OFFSETS;
        }
    }
    for (int i = 0; i < NUMBERS; i++) {
        assert_near(mean[i], (double)numbers[i], 1.0 / OFFSETS + fabs((double)numbers[i]) * 0x1p-24);
    }
}

/** Two at once are what they are one after the other, and a finished sum what it is added to and read. */
static void check_narrow_ways_are_alike(const kernels_t *kernels) {
    static float x[2][COUNT], y[2][COUNT], read[COUNT];
    static int32_t sum[2][COUNT];
    static const double factors[] = {0x1p-20, 0x1p-20 / 3};
    random_stream_t stream = random_stream(10, RANDOM_ROUNDING, 0, 0);
    for (int round = 0; round < 20; round++) {
        const double factor = factors[round % 2];
        kernels_rounding_t rounding = {.scale = 0x1p20f,
            .offset = random_bits(&stream),
            .other_offset = random_bits(&stream),
            .place = random_below(&stream, 1000)};
        kernels_rounding_t other = rounding;
        other.offset = rounding.other_offset;
        for (int i = 0; i < COUNT; i++) {
            x[0][i] = x[1][i] = (float)random_real(&stream, 100);
            y[0][i] = y[1][i] = (float)random_real(&stream, 100);
            sum[0][i] = sum[1][i] = 12345 * i;
        }
        const bool is_first = round % 4 < 2;
        const uint32_t first =
            (is_first ? kernels->exact32_set : kernels->exact32_add)(COUNT, x[0], NULL, rounding, sum[0]);
        const uint32_t second = kernels->exact32_add(COUNT, y[0], NULL, other, sum[0]);
        const double squares = kernels->exact32_read(COUNT, sum[0], factor, read);
        if (!is_first) {
            double finished;
            static float last[COUNT], last_other[COUNT];
            memcpy(last, x[1], sizeof last);
            memcpy(last_other, y[1], sizeof last_other);
            const uint32_t most =
                kernels->exact32_finish(COUNT, last, last_other, rounding, sum[1], factor, &finished);
            assert_true(finished == squares);
            assert_int_equal(most, first > second ? first : second);
            assert_memory_equal(last, read, sizeof read);
            assert_memory_equal(last_other, y[0], sizeof last_other);
        }
        const uint32_t both =
            (is_first ? kernels->exact32_set : kernels->exact32_add)(COUNT, x[1], y[1], rounding, sum[1]);
        assert_int_equal(both, first > second ? first : second);
        assert_memory_equal(sum[1], sum[0], sizeof sum[0]);
        assert_memory_equal(x[1], x[0], sizeof x[0]);
        assert_memory_equal(y[1], y[0], sizeof y[0]);
    }
}

static void test_narrow_ways_are_alike(void **state) {
    (void)state;
    for_each_isa(check_narrow_ways_are_alike);
}

/** As the last shard goes through a wide sum, or not. */
static void check_finish_is_add_and_read(const kernels_t *kernels) {
    static float x[COUNT], read[COUNT];
    static int64_t sum[COUNT];
    fill_shards();
    shards[0][37] = NAN;
    for (int shard = 0; shard < SHARDS; shard++) {
        double finished;
        memset(sum, 0, sizeof sum);
        kernels->exact_add(COUNT, shards[(shard + 1) % SHARDS], LIMIT, sum);
        memcpy(x, shards[shard], sizeof x);
        const size_t bad = kernels->exact_finish(COUNT, x, LIMIT, sum, 0x1p-40 / 3, &finished);
        assert_int_equal(kernels->exact_add(COUNT, shards[shard], LIMIT, sum), bad);
        assert_true(kernels->exact_read(COUNT, sum, 0x1p-40 / 3, read) == finished);
        assert_memory_equal(x, read, sizeof read);
    }
}

static void test_finish_is_add_and_read(void **state) {
    (void)state;
    for_each_isa(check_finish_is_add_and_read);
}

/** The one shard of a sum. A zero's sign is the only thing that an integer does not keep. */
static void check_round_is_set_and_read(const kernels_t *kernels) {
    static float x[COUNT], read[COUNT];
    static int64_t sum[COUNT];
    fill_shards();
    for (int shard = 0; shard < SHARDS; shard++) {
        double squares;
        memcpy(x, shards[shard], sizeof x);
        assert_int_equal(kernels->exact_round(COUNT, x, LIMIT, 0x1p-43f, &squares), COUNT);
        kernels->exact_set(COUNT, shards[shard], LIMIT, sum);
        assert_true(kernels->exact_read(COUNT, sum, 0x1p-43, read) == squares);
        for (int i = 0; i < COUNT; i++) {
            assert_true(x[i] == read[i]);
        }
    }
}

static void test_round_is_set_and_read(void **state) {
    (void)state;
    for_each_isa(check_round_is_set_and_read);
}

/** The first bad value is found among values of which many together are larger than one bad one. */
static void check_round_finds_bad_values(const kernels_t *kernels) {
    static const float limits[] = {LIMIT / 32767, 1000, LIMIT};
    enum { SIZE = 41 };
    for (size_t l = 0; l < 3; l++) {
        const float bad[] = {NAN, -NAN, INFINITY, -INFINITY, limits[l], -limits[l], 2 * limits[l], -3e38f};
        enum { BAD = sizeof bad / sizeof bad[0] };
        for (size_t place = 0; place < SIZE; place++) {
            for (int are_large = 0; are_large < 2; are_large++) {
                float x[SIZE];
                double squares;
                const size_t second = place + (place * 7 + 3) % (SIZE - place);
                for (size_t i = 0; i < SIZE; i++) {
                    x[i] = are_large ? nextafterf(i % 2 ? limits[l] : -limits[l], 0) : 0x1p-50f;
                }
                assert_int_equal(kernels->exact_round(SIZE, x, limits[l], 0x1p-42f, &squares), SIZE);
                for (size_t i = 0; i < SIZE; i++) {
                    x[i] *= 4;
                }
                x[place] = bad[place % BAD];
                x[second] = bad[second % BAD];
                assert_int_equal(kernels->exact_round(SIZE, x, limits[l], 0x1p-42f, &squares), place);
            }
        }
    }
}

static void test_round_finds_bad_values(void **state) {
    (void)state;
    for_each_isa(check_round_finds_bad_values);
}

static void test_narrow_rounding_is_not_biased(void **state) {
    (void)state;
    for_each_isa(check_narrow_rounding_is_not_biased);
}

/** By bits a NaN is above infinity, and that above all numbers. */
static void check_largest(const kernels_t *kernels) {
    static const float sizes[] = {0, 0x1p-149f, 1, 3e38f, INFINITY, NAN};
    for (size_t place = 0; place < 37; place++) {
        float x[37] = {0};
        int32_t sum[37];
        for (int k = 0; k < 6; k++) {
            x[place] = k % 2 ? -sizes[k] : sizes[k];
            const uint32_t found = kernels->largest(37, x);
            const uint32_t too =
                kernels->exact32_set(37, x, NULL, (kernels_rounding_t){.scale = 1, .offset = 5}, sum);
            uint32_t bits;
            memcpy(&bits, &sizes[k], sizeof bits);
            assert_int_equal(found, bits & INT32_MAX);
            assert_int_equal(too, bits & INT32_MAX);
        }
    }
}

static void test_largest(void **state) {
    (void)state;
    for_each_isa(check_largest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_sum_is_that_of_rounded_integers),
        cmocka_unit_test(test_order_and_ranks_do_not_matter),
        cmocka_unit_test(test_first_bad_value_is_named_and_none_is_added),
        cmocka_unit_test(test_sum_reaches_its_limit),
        cmocka_unit_test(test_read_is_the_inverse),
        cmocka_unit_test(test_read_rounds_in_double),
        cmocka_unit_test(test_narrow_rounding),
        cmocka_unit_test(test_narrow_rounding_is_not_biased),
        cmocka_unit_test(test_narrow_ways_are_alike),
        cmocka_unit_test(test_finish_is_add_and_read),
        cmocka_unit_test(test_round_is_set_and_read),
        cmocka_unit_test(test_round_finds_bad_values),
        cmocka_unit_test(test_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
