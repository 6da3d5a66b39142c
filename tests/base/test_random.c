#include "test.h"

#include <math.h>
#include <string.h>

#include "base/random.h"

/** tests/kat_vectors of Random123, the lines "philox4x32 10". */
static void test_philox_known_answers(void **state) {
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff},
            {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0},
            {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint32_t out[4];
        random_philox(known[i].counter, known[i].key, out);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

/** What the seeds mean, for good: the first five numbers, from another implementation of the generator. */
static void test_streams_are_these(void **state) {
    (void)state;
    static const struct {
        uint64_t seed;
        random_purpose_t purpose;
        uint32_t epoch;
        uint64_t index;
        uint32_t bits[5];
    } golden[] = {
        {0, RANDOM_INITIAL_WEIGHTS, 0, 0, {0x910223a1, 0x29946dd3, 0x621adeee, 0xde653caf, 0xfa4c6e6d}},
        {1, RANDOM_INITIAL_WEIGHTS, 0, 0, {0x9f3f38ef, 0x8c470732, 0x7e8a14f8, 0xfafa0288, 0x8031ad0d}},
        {1, RANDOM_ORDER, 0, 0, {0x0c19cc69, 0x8510e6e4, 0x66608322, 0x91aaf2ab, 0x6d48856d}},
        {1, RANDOM_ORDER, 7, 0, {0x6f8ea345, 0xc9768427, 0x11bb71c8, 0xa1e43d65, 0xa4ad206a}},
        {1, RANDOM_TARGET, 7, 5, {0x80285fc6, 0xec92843d, 0xfd9af0d5, 0xba16ce2a, 0x3d0b82c1}},
        {1, RANDOM_LATENT, 7, 5, {0x74113a59, 0x78869473, 0xcfc91357, 0x4b1c9906, 0xc10cc485}},
        {1, RANDOM_TEACHER_FORCING, 7, 5, {0x30138ab0, 0x1c0068de, 0x3e4baa1d, 0xb2177f8b, 0x0cd6d385}},
        {1, RANDOM_EVALUATION_LATENT, 0, 5, {0x3533844d, 0x96eaf88c, 0xb0a7b0f0, 0x9fa423ed, 0x7ec9775f}},
        {1, RANDOM_GENERATION, 0, 5, {0x2179f3c1, 0x71818b84, 0xe079ae65, 0xe9b1f978, 0xe3967c30}},
        {1, RANDOM_LIKELIHOOD, 3, 5, {0xe1a69d24, 0x43822b12, 0x7cba379c, 0xa5b98f4c, 0x4d58c541}},
        {1, RANDOM_CONVERSIONS, 3, 5, {0x2759df3a, 0x4dff6260, 0xc213f9a8, 0xb822c944, 0xf22531fa}},
        {1, RANDOM_CONVERTED_WORD, 0, 5, {0xdeae2de7, 0xc5f3a2d7, 0x4b9cab1a, 0x582d7ef9, 0xe301a886}},
        {1, RANDOM_WORD_DROPOUT, 7, 5, {0x465e0320, 0xb4c13471, 0xcb3e5212, 0x8e6d0d23, 0x1e27ce9d}},
        {1, RANDOM_ENCODER_DROPOUT, 7, 5, {0x0bc7e1e2, 0x1875823e, 0x92539ab7, 0xb6fa4eef, 0xb0e8936b}},
        {1, RANDOM_DECODER_DROPOUT, 7, 5, {0x88b5c0a9, 0xea9e9d7b, 0xcadb5e51, 0xf37f1e93, 0x54e38fac}},
        {1, RANDOM_TEST_PAIRS, 3, 5, {0xd5913412, 0x76f2caab, 0x61d24b69, 0xbd9113cb, 0xcbc6688f}},
        {0x123456789abcdef0, RANDOM_LATENT, UINT32_MAX, ((uint64_t)1 << 56) - 1,
            {0xc08b6b18, 0xb0a4083f, 0xa1106e64, 0xa24ecbe1, 0x48d1eace}},
    };
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        random_stream_t stream =
            random_stream(golden[i].seed, golden[i].purpose, golden[i].epoch, golden[i].index);
        for (int k = 0; k < 5; k++) {
            assert_int_equal(random_bits(&stream), golden[i].bits[k]);
        }
    }
}

/** Seeds, epochs and indices that differ in their lowest and in their highest bits. */
static void test_every_coordinate_makes_another_stream(void **state) {
    (void)state;
    static const uint64_t seeds[] = {0, 1, (uint64_t)1 << 32, UINT64_MAX};
    static const uint32_t epochs[] = {0, 1, 1u << 24, UINT32_MAX};
    static const uint64_t indices[] = {0, 1, (uint64_t)1 << 32, ((uint64_t)1 << 56) - 1};
    enum { PURPOSES = RANDOM_TEST_PAIRS, STREAMS = 4 * PURPOSES * 4 * 4 };
    uint64_t first[STREAMS];
    for (size_t i = 0; i < STREAMS; i++) {
        random_stream_t stream = random_stream(
            seeds[i % 4], (random_purpose_t)(1 + i / 64), epochs[i / 4 % 4], indices[i / 16 % 4]);
        first[i] = (uint64_t)random_bits(&stream) << 32;
        first[i] |= random_bits(&stream);
        for (size_t j = 0; j < i; j++) {
            assert_true(first[i] != first[j]);
        }
    }
}

static void test_a_stream_does_not_repeat_its_blocks(void **state) {
    (void)state;
    random_stream_t stream = random_stream(3, RANDOM_ORDER, 4, 5);
    for (uint32_t block = 0; block < 100; block++) {
        const uint32_t counter[4] = {block, 4, 5, (uint32_t)RANDOM_ORDER << 24}, key[2] = {3, 0};
        uint32_t out[4];
        random_philox(counter, key, out);
        for (int k = 0; k < 4; k++) {
            assert_int_equal(random_bits(&stream), out[k]);
        }
    }
}

enum { BINS = 256, DRAWS = 1 << 20 };

/** Pearson's statistic; for 255 degrees of freedom it is between 150 and 390 but once in a million times. */
static void assert_uniform(const int counts[BINS]) {
    const double expected = (double)DRAWS / BINS;
    double statistic = 0;
    for (int i = 0; i < BINS; i++) {
        statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    assert_true(statistic > 150 && statistic < 390);
}

static void test_every_byte_of_the_bits_is_uniform(void **state) {
    (void)state;
    for (int shift = 0; shift < 32; shift += 8) {
        random_stream_t stream = random_stream(11, RANDOM_ORDER, 0, (uint64_t)shift);
        int counts[BINS] = {0};
        for (int i = 0; i < DRAWS; i++) {
            counts[random_bits(&stream) >> shift & 0xff]++;
        }
        assert_uniform(counts);
    }
}

/** The first number of many streams: that is how the coins and the noise are drawn. */
static void test_first_numbers_of_neighbouring_streams_are_uniform(void **state) {
    (void)state;
    int counts[BINS] = {0};
    for (int i = 0; i < DRAWS; i++) {
        random_stream_t stream =
            random_stream(11, RANDOM_TEACHER_FORCING, (uint32_t)(i % 16), (uint64_t)i / 16);
        counts[(int)(random_uniform(&stream) * BINS)]++;
    }
    assert_uniform(counts);
}

static void test_uniform_is_from_zero_to_below_one(void **state) {
    (void)state;
    random_stream_t stream = random_stream(1, RANDOM_LATENT, 7, 5);
    assert_true(random_uniform(&stream) == 0x74113a59 * 0x1p-32);
    // Streams are plain data, so the extremes can be put into one.
    stream = (random_stream_t){.block = {0, UINT32_MAX, 0, UINT32_MAX}, .left = 4};
    assert_true(random_uniform(&stream) == 0);
    const double last = random_uniform(&stream);
    assert_true(last < 1 && last == 1 - 0x1p-32);
    assert_true(isfinite(random_normal(&stream)));
    assert_true(isfinite(random_normal(&stream)));
}

/** Bounds, the first six numbers, and the next 32 bits of the stream: they tell how many were rejected. */
static void test_below_gives_these(void **state) {
    (void)state;
    static const struct {
        uint32_t bound, numbers[6], next;
    } golden[] = {
        {1, {0, 0, 0, 0, 0, 0}, 0x33c6b2b5},
        {2, {1, 0, 1, 1, 0, 0}, 0x33c6b2b5},
        {6, {3, 0, 5, 3, 1, 1}, 0x33c6b2b5},
        {1000, {595, 94, 900, 520, 290, 319}, 0x33c6b2b5},
        {0x80000001, {1278665237, 203447187, 1933201693, 1118168738, 623155728, 434329946}, 0x87c7394f},
        {0xc0000000, {1917997855, 305170781, 2899802539, 934733592, 1029177613, 651494919}, 0x87c7394f},
        {0xffffffff, {2557330473, 406894374, 3866403385, 2236337475, 1246311456, 1372236817}, 0x33c6b2b5},
    };
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        random_stream_t stream = random_stream(42, RANDOM_ORDER, 3, 0);
        for (int k = 0; k < 6; k++) {
            assert_int_equal(random_below(&stream, golden[i].bound), golden[i].numbers[k]);
        }
        assert_int_equal(random_bits(&stream), golden[i].next);
    }
}

static void test_below_stays_below(void **state) {
    (void)state;
    static const uint32_t bounds[] = {1, 2, 3, 7, 28, 1u << 31, (1u << 31) + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        random_stream_t stream = random_stream(5, RANDOM_ORDER, 0, i);
        // The largest 32 bits give the largest number.
        stream.left = 1;
        stream.block[3] = UINT32_MAX;
        assert_int_equal(random_below(&stream, bounds[i]), bounds[i] - 1);
        for (int k = 0; k < 10000; k++) {
            assert_true(random_below(&stream, bounds[i]) < bounds[i]);
        }
    }
}

static void test_below_is_without_bias(void **state) {
    (void)state;
    // Without rejection a third of the numbers below 3 * 2^30 would come twice as often as the others.
    random_stream_t stream = random_stream(6, RANDOM_ORDER, 0, 0);
    int thirds[3] = {0};
    for (int i = 0; i < 300000; i++) {
        thirds[random_below(&stream, 0xc0000000) % 3]++;
    }
    for (int i = 0; i < 3; i++) {
        // The standard deviation is 258.
        assert_in_range(thirds[i], 100000 - 1300, 100000 + 1300);
    }
    int counts[BINS] = {0};
    for (int i = 0; i < DRAWS; i++) {
        counts[random_below(&stream, BINS)]++;
    }
    assert_uniform(counts);
}

/** Probabilities (as exact doubles) and their quantiles to 20 digits, by Newton's method at 60 digits. */
static const struct {
    double p, x;
} quantiles[] = {
    {0x1.56e1fc2f8f359p-997, -37.047096299361199237},
    {0x1.87e92154ef7acp-665, -30.205594179579643063},
    {0x1.bff2ee48e0530p-333, -21.273453560965324294},
    {0x1.dee7a4ad4b81fp-167, -14.933337534788488981},
    {0x1.79ca10c924223p-67, -9.2623400897984075796},
    {0x1.cd2b297d889bcp-54, -8.2220822161304356152},
    {0x1.6849b86a12b9bp-47, -7.6506280929352688166},
    {0x1.e8a37a45fc321p-37, -6.6579046435011038061},
    {0x1.e8a37a45fc58cp-37, -6.6579046435010932197},
    {0x1.0000000000000p-33, -6.3379577545537892525},
    {0x1.5798ee2308c3ap-27, -5.6120012441747887279},
    {0x1.0c6f7a0b5ed8dp-20, -4.7534243088228989573},
    {0x1.a36e2eb1c432dp-14, -3.7190164854556805523},
    {0x1.0624dd2f1a9fcp-10, -3.0902323061678135354},
    {0x1.47ae147ae147bp-7, -2.3263478740408410931},
    {0x1.999999999999ap-6, -1.9599639845400542118},
    {0x1.999999999999ap-5, -1.644853626951472688},
    {0x1.1eb851eb851ecp-4, -1.4757910281791706856},
    {0x1.3333185b40987p-4, -1.4395321773759005864},
    {0x1.3333333333333p-4, -1.4395314709384559349},
    {0x1.33334e0b25cdfp-4, -1.4395307645017296865},
    {0x1.999999999999ap-4, -1.2815515655446004353},
    {0x1.0000000000000p-2, -0.6744897501960817432},
    {0x1.3333333333333p-2, -0.52440051270804081597},
    {0x1.999999999999ap-2, -0.25334710313579974132},
    {0x1.f5c28f5c28f5cp-2, -0.025068908258711058033},
    {0x1.ffffbce4217d3p-2, -2.5066282745665593779e-6},
    {0x1.0000000000000p-1, 0.0},
    {0x1.0000035afe535p-1, 2.5066282733116483012e-7},
    {0x1.3333333333333p-1, 0.25334710313579974132},
    {0x1.8000000000000p-1, 0.6744897501960817432},
    {0x1.ccccccccccccdp-1, 1.2815515655446005935},
    {0x1.d999780baa583p-1, 1.4395244066035215807},
    {0x1.d99999999999ap-1, 1.4395314709384562291},
    {0x1.d999bb2788db0p-1, 1.4395385353452303942},
    {0x1.f333333333333p-1, 1.9599639845400538556},
    {0x1.fae147ae147aep-1, 2.3263478740408407676},
    {0x1.ff7ced916872bp-1, 3.0902323061678132778},
    {0x1.ffffde7210be9p-1, 4.7534243088170877657},
    {0x1.fffffff768fa1p-1, 5.9978070196016374264},
    {0x1.ffffffff00000p-1, 6.3379577545537892525},
    {0x1.fffffffffdcd1p-1, 7.0344869100478352057},
    {0x1.fffffffffffa6p-1, 7.6507309051556429563},
    {0x1.ffffffffffff7p-1, 7.9414444874159788106},
    {0x1.fffffffffffffp-1, 8.2095361516013868556},
};

enum { QUANTILES = sizeof quantiles / sizeof quantiles[0] };

static void test_quantiles_are_exact_to_1e_14(void **state) {
    (void)state;
    for (int i = 0; i < QUANTILES; i++) {
        const double x = random_normal_quantile(quantiles[i].p);
        if (!(fabs(x - quantiles[i].x) <= 1e-14 * fabs(quantiles[i].x))) {
            fail_msg("quantile(%.17g) is %.17g, not %.17g", quantiles[i].p, x, quantiles[i].x);
        }
    }
}

static void test_quantiles_are_symmetric_and_rise(void **state) {
    (void)state;
    double last = -INFINITY;
    for (int i = 0; i <= 4096; i++) {
        const double p = (i + 0.5) / 4097;
        // 1 - p, and what it is the complement of, without rounding.
        const double upper = 1 - p, lower = 1 - upper;
        assert_true(random_normal_quantile(lower) == -random_normal_quantile(upper));
        assert_true(random_normal_quantile(p) > last);
        last = random_normal_quantile(p);
    }
    assert_true(random_normal_quantile(0.5) == 0);
    // From one approximation to the next: at |p - 1/2| = 0.425 and where sqrt(-ln p) = 5.
    static const double seams[] = {0.075, 0.925, 1.3887943864964021e-11};
    for (int i = 0; i < 3; i++) {
        double p = seams[i] * (1 - 1e-9);
        for (int k = 0; k < 20; k++) {
            const double next = p + seams[i] * 1e-10;
            assert_true(random_normal_quantile(next) > random_normal_quantile(p));
            p = next;
        }
    }
}

/** The quantiles, to 17 digits, of the middles of the slices that the streams' first numbers name. */
static void test_normals_are_these(void **state) {
    (void)state;
    static const double golden[2][5] = {
        {-0.11710637920986262808, -0.073250159278404256737, 0.88403714587594824152, -0.54346419866508376869,
            0.6874521219790371585},
        {1.3733961074011304704, -1.0831681628958163039, 0.33938464961350869871, 0.78920697541673512183,
            -0.085411761426151635644},
    };
    random_stream_t streams[2] = {
        random_stream(1, RANDOM_LATENT, 7, 5), random_stream(42, RANDOM_EVALUATION_LATENT, 0, 123)};
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 5; k++) {
            const double x = random_normal(&streams[i]);
            assert_true(fabs(x - golden[i][k]) <= 1e-14 * fabs(golden[i][k]));
        }
    }
}

static uint64_t fold(uint64_t folded, double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    folded = (folded ^ bits) * 0x9e3779b97f4a7c15u;
    return folded ^ folded >> 29;
}

/** Compilers, optimisation and machines must not matter: the bits of many normals, folded into one number. */
static void test_normals_have_the_same_bits_everywhere(void **state) {
    (void)state;
    random_stream_t stream = random_stream(9, RANDOM_LATENT, 1, 2);
    uint64_t folded = 0;
    for (int i = 0; i < 100000; i++) {
        folded = fold(folded, random_normal(&stream));
    }
    for (int i = 0; i < QUANTILES; i++) {
        folded = fold(folded, random_normal_quantile(quantiles[i].p));
    }
    if (folded != 0xe5b027549d913ad4u) {
        fail_msg("the bits have changed: 0x%016llx", (unsigned long long)folded);
    }
}

enum { NORMALS = 1000000, LIMITS = 5 };

static void test_moments_and_tails_of_a_million_normals(void **state) {
    (void)state;
    static const double beyond[LIMITS] = {
        0.31731050786291, 0.045500263896358, 0.0026997960632602, 6.3342483666240e-5, 5.7330314375839e-7};
    double power[5] = {0};
    int outside[LIMITS] = {0};
    random_stream_t stream = random_stream(2024, RANDOM_GENERATION, 0, 0);
    for (int i = 0; i < NORMALS; i++) {
        const double x = random_normal(&stream);
        double product = 1;
        for (int k = 0; k < 5; k++, product *= x) {
            power[k] += product / NORMALS;
        }
        for (int k = 0; k < LIMITS; k++) {
            outside[k] += fabs(x) > k + 1;
        }
    }
    // Four standard deviations of the mean of x, x^2, x^3, x^4: sqrt of 1, 2, 15, 96, divided by a thousand.
    assert_true(fabs(power[1]) < 4 * 0.001);
    assert_true(fabs(power[2] - 1) < 4 * 0.001414);
    assert_true(fabs(power[3]) < 4 * 0.003873);
    assert_true(fabs(power[4] - 3) < 4 * 0.009798);
    for (int k = 0; k < LIMITS; k++) {
        const double expected = NORMALS * beyond[k];
        assert_true(fabs(outside[k] - expected) < 4 * sqrt(expected) + 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox_known_answers),
        cmocka_unit_test(test_streams_are_these),
        cmocka_unit_test(test_every_coordinate_makes_another_stream),
        cmocka_unit_test(test_a_stream_does_not_repeat_its_blocks),
        cmocka_unit_test(test_every_byte_of_the_bits_is_uniform),
        cmocka_unit_test(test_first_numbers_of_neighbouring_streams_are_uniform),
        cmocka_unit_test(test_uniform_is_from_zero_to_below_one),
        cmocka_unit_test(test_below_gives_these),
        cmocka_unit_test(test_below_stays_below),
        cmocka_unit_test(test_below_is_without_bias),
        cmocka_unit_test(test_quantiles_are_exact_to_1e_14),
        cmocka_unit_test(test_quantiles_are_symmetric_and_rise),
        cmocka_unit_test(test_normals_are_these),
        cmocka_unit_test(test_normals_have_the_same_bits_everywhere),
        cmocka_unit_test(test_moments_and_tails_of_a_million_normals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
