#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "comm/exact_sum.h"
#include "base/random.h"

enum { COUNT = 67, SHARDS = 8, TENSORS = 3 };
static const size_t tensor_first[TENSORS] = {0, 16, 48};

typedef struct {
    memory_t memory;
    exact_sum_t sum;
    int64_t bits[TENSORS];
    comm_t *comm;
} fixture_t;

static void set_up_for(fixture_t *fixture, exact_sum_kind_t kind, int shards) {
    unsetenv("OMPI_COMM_WORLD_SIZE");
    unsetenv("PMIX_RANK");
    *fixture = (fixture_t){0};
    assert_ok(comm_start(&fixture->comm));
    for (int i = 0; i < TENSORS; i++) {
        fixture->bits[i] = EXACT_SUM_BITS_UNKNOWN;
    }
    const exact_sum_settings_t settings = {.kind = kind,
        .count = COUNT,
        .shards = shards,
        .tensors = TENSORS,
        .first = tensor_first,
        .bits = fixture->bits};
    exact_sum_layout(&fixture->sum, &fixture->memory, &settings);
    assert_ok(memory_reserve(&fixture->memory));
    exact_sum_layout(&fixture->sum, &fixture->memory, &settings);
    assert_ok(exact_sum_connect(&fixture->sum, fixture->comm, &(rank_sum_settings_t){.is_shared = true}));
    exact_sum_begin(&fixture->sum, 3, 0, false);
}

static void set_up(fixture_t *fixture, exact_sum_kind_t kind) {
    set_up_for(fixture, kind, SHARDS);
}

static void tear_down(fixture_t *fixture) {
    exact_sum_disconnect(&fixture->sum);
    comm_finish(fixture->comm);
    memory_release(&fixture->memory);
}

static void add(exact_sum_t *sum, const float *shard) {
    float *gradient = exact_sum_gradient(sum);
    for (int i = 0; i < COUNT; i++) {
        gradient[i] += shard[i];
    }
    exact_sum_add(sum, 0);
}

static void fill(float shard[SHARDS][COUNT]) {
    for (int s = 0; s < SHARDS; s++) {
        random_stream_t stream = random_stream(5, RANDOM_LATENT, 0, (uint64_t)s);
        for (int i = 0; i < COUNT; i++) {
            shard[s][i] = (float)(random_normal(&stream) * pow(10, i % 9 - 6));
        }
    }
}

/** Adds the shards in some order, split over two accumulators as two ranks would, and reads the sum. */
static void add_in_order(const float shard[SHARDS][COUNT], const int *order, int split, float *result) {
    fixture_t first, second;
    set_up(&first, EXACT_SUM_WIDE);
    set_up(&second, EXACT_SUM_WIDE);
    for (int k = 0; k < SHARDS; k++) {
        add(k < split ? &first.sum : &second.sum, shard[order[k]]);
    }
    // Alone, each reduction leaves what its rank would send.
    exact_sum_reduce(&first.sum);
    exact_sum_reduce(&second.sum);
    for (int i = 0; i < COUNT; i++) {
        first.sum.ranks.own.wide[i] += second.sum.ranks.own.wide[i];
    }
    const double norm = exact_sum_read(&first.sum);
    memcpy(result, first.sum.gradient, COUNT * sizeof *result);
    double squares = 0;
    for (int i = 0; i < COUNT; i++) {
        squares += (double)result[i] * result[i];
    }
    assert_near(norm, sqrt(squares), 1e-12 * norm);
    tear_down(&first);
    tear_down(&second);
}

static void order_and_split_do_not_matter(void **state) {
    (void)state;
    static const int orders[][SHARDS] = {
        {0, 1, 2, 3, 4, 5, 6, 7}, {7, 6, 5, 4, 3, 2, 1, 0}, {3, 0, 6, 1, 7, 4, 2, 5}};
    float shard[SHARDS][COUNT], expected[COUNT], result[COUNT];
    fill(shard);
    add_in_order(shard, orders[0], SHARDS, expected);
    for (int k = 0; k < 3; k++) {
        for (int split = 0; split <= SHARDS; split++) {
            add_in_order(shard, orders[k], split, result);
            assert_memory_equal(result, expected, sizeof expected);
        }
    }
}

static void sum_is_right(void **state) {
    (void)state;
    static const int order[SHARDS] = {0, 1, 2, 3, 4, 5, 6, 7};
    float shard[SHARDS][COUNT], result[COUNT];
    fill(shard);
    add_in_order(shard, order, 4, result);
    for (int i = 0; i < COUNT; i++) {
        double sum = 0;
        for (int s = 0; s < SHARDS; s++) {
            sum += shard[s][i];
        }
        // Half a unit of the fixed point for each shard, and the rounding to float.
        assert_near(result[i], sum / 3, SHARDS * 0x1p-41 + fabs(sum) * 0x1p-24);
    }
}

static void bad_values_are_noticed(void **state) {
    (void)state;
    static const float bad[] = {NAN, INFINITY, -INFINITY, 1e6f};
    for (int k = 0; k < 4; k++) {
        float gradient[COUNT] = {0};
        fixture_t fixture;
        set_up(&fixture, EXACT_SUM_WIDE);
        add(&fixture.sum, gradient);
        assert_int_equal(exact_sum_bad_count(&fixture.sum), 0);
        assert_true(exact_sum_first_bad(&fixture.sum) == SIZE_MAX);
        gradient[41] = gradient[63] = bad[k];
        add(&fixture.sum, gradient);
        exact_sum_reduce(&fixture.sum);
        assert_true(exact_sum_bad_count(&fixture.sum) > 0);
        assert_int_equal(exact_sum_first_bad(&fixture.sum), 41);
        exact_sum_begin(&fixture.sum, 3, 0, false);
        assert_int_equal(exact_sum_bad_count(&fixture.sum), 0);
        assert_true(exact_sum_first_bad(&fixture.sum) == SIZE_MAX);
        tear_down(&fixture);
    }
}

/** The first bad element by its place, in whatever order the shards came: so no rank count shows in it. */
static void the_first_bad_element_is_that_of_all_shards(void **state) {
    (void)state;
    for (int exact = 0; exact < 2; exact++) {
        float early[COUNT] = {0}, late[COUNT] = {0};
        fixture_t fixture;
        set_up(&fixture, exact ? EXACT_SUM_WIDE : EXACT_SUM_FLOAT);
        early[5] = late[41] = NAN;
        exact_sum_add_real(&fixture.sum, 0, NAN);
        add(&fixture.sum, late);
        add(&fixture.sum, early);
        exact_sum_reduce(&fixture.sum);
        assert_int_equal(exact_sum_first_bad(&fixture.sum), 5);
        tear_down(&fixture);
    }
}

/** The largest values that are let through, from every shard, do not overflow. */
static void limit_leaves_room(void **state) {
    (void)state;
    float gradient[COUNT];
    fixture_t fixture;
    set_up(&fixture, EXACT_SUM_WIDE);
    exact_sum_begin(&fixture.sum, SHARDS, 0, false);
    const float largest = nextafterf(fixture.sum.limit, 0);
    for (int i = 0; i < COUNT; i++) {
        gradient[i] = i % 2 ? largest : -largest;
    }
    for (int s = 0; s < SHARDS; s++) {
        add(&fixture.sum, gradient);
    }
    assert_int_equal(exact_sum_bad_count(&fixture.sum), 0);
    exact_sum_read(&fixture.sum);
    assert_memory_equal(fixture.sum.gradient, gradient, sizeof gradient);
    tear_down(&fixture);
}

/** The sum that exactness is measured against. */
static void floats_are_added_up(void **state) {
    (void)state;
    float shard[SHARDS][COUNT];
    fixture_t fixture;
    fill(shard);
    set_up(&fixture, EXACT_SUM_FLOAT);
    for (int round = 0; round < 2; round++) {
        exact_sum_begin(&fixture.sum, 3, 0, false);
        for (int s = 0; s < SHARDS; s++) {
            add(&fixture.sum, shard[s]);
        }
        exact_sum_reduce(&fixture.sum);
        assert_int_equal(exact_sum_bad_count(&fixture.sum), 0);
        exact_sum_read(&fixture.sum);
        for (int i = 0; i < COUNT; i++) {
            float sum = 0;
            for (int s = 0; s < SHARDS; s++) {
                sum += shard[s][i];
            }
            assert_true(fixture.sum.gradient[i] == (float)(sum / 3.0));
        }
    }
    exact_sum_begin(&fixture.sum, 3, 0, false);
    shard[3][11] = NAN;
    add(&fixture.sum, shard[3]);
    exact_sum_reduce(&fixture.sum);
    assert_int_equal(exact_sum_bad_count(&fixture.sum), 1);
    assert_int_equal(exact_sum_first_bad(&fixture.sum), 11);
    tear_down(&fixture);
}

/** A rank without a shard adds nothing, whatever the last sum left. */
static void a_sum_of_nothing_is_zero(void **state) {
    (void)state;
    static const float zeros[COUNT];
    float shard[SHARDS][COUNT];
    fixture_t fixture;
    fill(shard);
    for (int exact = 0; exact < 2; exact++) {
        set_up(&fixture, exact ? EXACT_SUM_WIDE : EXACT_SUM_FLOAT);
        add(&fixture.sum, shard[0]);
        exact_sum_reduce(&fixture.sum);
        exact_sum_begin(&fixture.sum, 3, 0, false);
        exact_sum_reduce(&fixture.sum);
        assert_true(exact_sum_read(&fixture.sum) == 0);
        assert_memory_equal(fixture.sum.gradient, zeros, sizeof zeros);
        tear_down(&fixture);
    }
}

/** One shard alone, rounded where it stands, gives the bits that the integers give, and their norm. */
static void one_shard_alone_has_the_same_bits(void **state) {
    (void)state;
    static const double divisors[] = {1, 2, 3, 64, 100};
    float shard[SHARDS][COUNT];
    fill(shard);
    for (int i = 0; i < 5 * SHARDS; i++) {
        fixture_t alone, among;
        set_up(&alone, EXACT_SUM_WIDE);
        set_up(&among, EXACT_SUM_WIDE);
        exact_sum_begin(&alone.sum, divisors[i % 5], 1, false);
        exact_sum_begin(&among.sum, divisors[i % 5], 0, false);
        add(&alone.sum, shard[i / 5]);
        add(&among.sum, shard[i / 5]);
        exact_sum_reduce(&alone.sum);
        exact_sum_reduce(&among.sum);
        assert_true(exact_sum_read(&alone.sum) == exact_sum_read(&among.sum));
        assert_memory_equal(alone.sum.gradient, among.sum.gradient, COUNT * sizeof(float));
        assert_int_equal(alone.sum.way == EXACT_SUM_IN_PLACE, i % 5 != 2 && i % 5 != 4);
        tear_down(&alone);
        tear_down(&among);
    }
    shard[0][23] = -INFINITY;
    fixture_t fixture;
    set_up(&fixture, EXACT_SUM_WIDE);
    exact_sum_begin(&fixture.sum, 1, 1, false);
    add(&fixture.sum, shard[0]);
    exact_sum_reduce(&fixture.sum);
    assert_int_equal(exact_sum_bad_count(&fixture.sum), 1);
    assert_int_equal(exact_sum_first_bad(&fixture.sum), 23);
    tear_down(&fixture);
}

/** Shards of all sizes, a tensor a size: in each 2^10 times those of the one before. */
static void fill_tensors(float shard[SHARDS][COUNT], double size) {
    for (int s = 0; s < SHARDS; s++) {
        random_stream_t stream = random_stream(7, RANDOM_LATENT, 0, (uint64_t)s);
        for (int i = 0; i < COUNT; i++) {
            const int tensor = (i >= 16) + (i >= 48);
            shard[s][i] = (float)(size * ldexp(2 * random_uniform(&stream) - 1, 10 * (tensor - 1)));
        }
    }
}

static void add_all(fixture_t *fixture, const float shard[SHARDS][COUNT], uint32_t random) {
    for (int s = 0; s < SHARDS; s++) {
        float *gradient = exact_sum_gradient(&fixture->sum);
        memcpy(gradient, shard[s], COUNT * sizeof *gradient);
        exact_sum_add(&fixture->sum, random + (uint32_t)s * 0x3c6ef373);
    }
    exact_sum_reduce(&fixture->sum);
}

/** A sum of all shards, with the way it was made in. */
static void sum_up(
    fixture_t *fixture, const float shard[SHARDS][COUNT], uint32_t random, exact_sum_way_t way) {
    exact_sum_begin(&fixture->sum, 1, 0, false);
    assert_int_equal(fixture->sum.way, way);
    add_all(fixture, shard, random);
    assert_false(exact_sum_has_overflowed(&fixture->sum));
    assert_int_equal(exact_sum_bad_count(&fixture->sum), 0);
    exact_sum_read(&fixture->sum);
}

/** A unit of a tensor's narrow sum. */
static double unit_of(const fixture_t *fixture, int element) {
    return ldexp(1, -(int)fixture->bits[(element >= 16) + (element >= 48)]);
}

static void order_and_split_of_narrow_sums_do_not_matter(void **state) {
    (void)state;
    static const int orders[][SHARDS] = {
        {0, 1, 2, 3, 4, 5, 6, 7}, {7, 6, 5, 4, 3, 2, 1, 0}, {3, 0, 6, 1, 7, 4, 2, 5}};
    float shard[SHARDS][COUNT], expected[COUNT];
    int64_t expected_bits[TENSORS];
    double expected_norm = 0;
    fill_tensors(shard, 1);
    for (int k = 0; k < 3 * (SHARDS + 1); k++) {
        const int *order = orders[k / (SHARDS + 1)], split = k % (SHARDS + 1);
        fixture_t rank[2];
        for (int r = 0; r < 2; r++) {
            set_up(&rank[r], EXACT_SUM_NARROW);
            sum_up(&rank[r], shard, 0, EXACT_SUM_IN_64_BITS);
            exact_sum_begin(&rank[r].sum, 3, 0, false);
            for (int i = r == 0 ? 0 : split; i < (r == 0 ? split : SHARDS); i++) {
                memcpy(exact_sum_gradient(&rank[r].sum), shard[order[i]], sizeof shard[0]);
                exact_sum_add(&rank[r].sum, (uint32_t)order[i] * 0x01234567);
            }
            // Alone, each reduction leaves what its rank would send.
            exact_sum_reduce(&rank[r].sum);
        }
        for (int i = 0; i < COUNT; i++) {
            rank[0].sum.ranks.own.narrow[i] += rank[1].sum.ranks.own.narrow[i];
        }
        for (int i = 0; i < EXACT_SUM_SLOTS + 1 + TENSORS; i++) {
            rank[0].sum.slots[i] += rank[1].sum.slots[i];
        }
        const double norm = exact_sum_read(&rank[0].sum);
        if (k == 0) {
            memcpy(expected, rank[0].sum.gradient, sizeof expected);
            memcpy(expected_bits, rank[0].bits, sizeof expected_bits);
            expected_norm = norm;
        }
        assert_memory_equal(rank[0].sum.gradient, expected, sizeof expected);
        assert_memory_equal(rank[0].bits, expected_bits, sizeof expected_bits);
        assert_true(norm == expected_norm);
        tear_down(&rank[0]);
        tear_down(&rank[1]);
    }
}

/** Each shard is rounded by less than a unit, and the mean of many sums is the sum itself; zeros stay. */
static void narrow_sums_are_not_biased(void **state) {
    (void)state;
    enum { SUMS = 4000 };
    float shard[SHARDS][COUNT];
    double mean[COUNT] = {0};
    fixture_t fixture;
    fill_tensors(shard, 1);
    for (int s = 0; s < SHARDS; s++) {
        shard[s][20] = 0;
        // Far less than a unit, which nearest would take for nothing.
        shard[s][21] = (float)(0.01 * 0x1p-16);
        shard[s][22] = (float)(-0.3 * 0x1p-16);
    }
    set_up(&fixture, EXACT_SUM_NARROW);
    sum_up(&fixture, shard, 0, EXACT_SUM_IN_64_BITS);
    random_stream_t stream = random_stream(9, RANDOM_ROUNDING, 0, 0);
    for (int k = 0; k < SUMS; k++) {
        // The same units for all.
        fixture.bits[0] = 26;
        fixture.bits[1] = 16;
        fixture.bits[2] = 6;
        const double unit[] = {unit_of(&fixture, 0), unit_of(&fixture, 16), unit_of(&fixture, 48)};
        sum_up(&fixture, shard, random_bits(&stream), EXACT_SUM_IN_32_BITS);
        const int32_t *sum = fixture.sum.ranks.total.narrow;
        for (int i = 0; i < COUNT; i++) {
            double exact = 0;
            for (int s = 0; s < SHARDS; s++) {
                exact += shard[s][i];
            }
            const double error = sum[i] - exact / unit[(i >= 16) + (i >= 48)];
            assert_true(fabs(error) < SHARDS + 1);
            mean[i] += error / SUMS;
        }
        assert_true(sum[20] == 0);
    }
    for (int i = 0; i < COUNT; i++) {
        // A shard's rounding has a variance of 1/4 at most: six standard deviations.
        assert_true(fabs(mean[i]) < 6 * 0.5 * sqrt((double)SHARDS / SUMS));
    }
    tear_down(&fixture);
}

/** What does not fit is noticed, and the sum made again has the bits that 64 bits give. */
static void a_narrow_sum_that_overflows_is_made_again(void **state) {
    (void)state;
    float shard[SHARDS][COUNT];
    for (int element = 0; element < COUNT; element += 22) {
        for (int s = 0; s < SHARDS; s += 3) {
            fixture_t fixture, wide;
            fill_tensors(shard, 1);
            set_up(&fixture, EXACT_SUM_NARROW);
            set_up(&wide, EXACT_SUM_WIDE);
            sum_up(&fixture, shard, 0, EXACT_SUM_IN_64_BITS);
            sum_up(&fixture, shard, 0, EXACT_SUM_IN_32_BITS);
            shard[s][element] = ldexpf(300, 10 * ((element >= 16) + (element >= 48) - 1));
            exact_sum_begin(&fixture.sum, 1, 0, false);
            add_all(&fixture, shard, 1);
            assert_true(exact_sum_has_overflowed(&fixture.sum));
            exact_sum_begin(&fixture.sum, 1, 0, true);
            assert_int_equal(fixture.sum.way, EXACT_SUM_IN_64_BITS);
            add_all(&fixture, shard, 1);
            assert_false(exact_sum_has_overflowed(&fixture.sum));
            sum_up(&wide, shard, 0, EXACT_SUM_IN_64_BITS);
            assert_true(exact_sum_read(&fixture.sum) == exact_sum_read(&wide.sum));
            assert_memory_equal(fixture.sum.gradient, wide.sum.gradient, COUNT * sizeof(float));
            // There is room for it from then on.
            sum_up(&fixture, shard, 2, EXACT_SUM_IN_32_BITS);
            tear_down(&fixture);
            tear_down(&wide);
        }
    }
}

static void bad_values_of_narrow_sums_are_noticed(void **state) {
    (void)state;
    static const float bad[] = {NAN, -NAN, INFINITY, -INFINITY, 3e38f, 1e6f};
    float shard[SHARDS][COUNT];
    for (int k = 0; k < 6; k++) {
        fixture_t fixture;
        fill_tensors(shard, 1);
        set_up(&fixture, EXACT_SUM_NARROW);
        sum_up(&fixture, shard, 0, EXACT_SUM_IN_64_BITS);
        shard[3][41] = shard[2][63] = bad[k];
        for (int again = 0; again < 2; again++) {
            exact_sum_begin(&fixture.sum, 1, 0, again);
            add_all(&fixture, shard, 0);
            assert_int_equal(exact_sum_has_overflowed(&fixture.sum), !again);
        }
        assert_int_equal(exact_sum_bad_count(&fixture.sum), 2);
        assert_int_equal(exact_sum_first_bad(&fixture.sum), 41);
        // The bits are those of the last good sum.
        shard[3][41] = shard[2][63] = 0;
        sum_up(&fixture, shard, 0, EXACT_SUM_IN_32_BITS);
        tear_down(&fixture);
    }
}

/** The largest values that fit, from every shard, fit: also where the shards are no power of two. */
static void room_is_enough_for_all_shards(void **state) {
    (void)state;
    static const int counts[] = {2, 3, 7, 8, 9, 1000, EXACT_SUM_NARROW_SHARDS};
    for (int k = 0; k < 7; k++) {
        const int shards = counts[k];
        fixture_t fixture;
        set_up_for(&fixture, EXACT_SUM_NARROW, shards);
        const int bits[TENSORS] = {10, 20, 40};
        for (int i = 0; i < TENSORS; i++) {
            fixture.bits[i] = bits[i];
        }
        exact_sum_begin(&fixture.sum, shards, 0, false);
        for (int s = 0; s < shards; s++) {
            float *gradient = exact_sum_gradient(&fixture.sum);
            for (int i = 0; i < COUNT; i++) {
                const float most = nextafterf(ldexpf((float)unit_of(&fixture, i), fixture.sum.shard_bits), 0);
                gradient[i] = i % 2 ? most : -most;
            }
            exact_sum_add(&fixture.sum, (uint32_t)s * 0x3c6ef372);
        }
        exact_sum_reduce(&fixture.sum);
        assert_false(exact_sum_has_overflowed(&fixture.sum));
        for (int i = 0; i < COUNT; i++) {
            const double unit = ldexp(1, -bits[(i >= 16) + (i >= 48)]);
            const double most = nextafterf(ldexpf((float)unit, fixture.sum.shard_bits), 0);
            const double sum = fixture.sum.ranks.total.narrow[i] * unit;
            assert_near(sum, (i % 2 ? most : -most) * shards, unit * shards);
        }
        exact_sum_read(&fixture.sum);
        // No room was left, and now there is.
        assert_int_equal(fixture.bits[2], bits[2] - 3);
        tear_down(&fixture);
    }
}

/** Gradients that grow, shrink and vanish: the bits follow, and do it alike from any place on. */
static void bits_follow_the_largest_values(void **state) {
    (void)state;
    float shard[SHARDS][COUNT];
    fixture_t fixture;
    set_up(&fixture, EXACT_SUM_NARROW);
    fill_tensors(shard, 1);
    sum_up(&fixture, shard, 0, EXACT_SUM_IN_64_BITS);
    for (int k = 0; k < 10; k++) {
        sum_up(&fixture, shard, 0, EXACT_SUM_IN_32_BITS);
    }
    // 2^27 is a shard's room for 8 shards, of which the largest values have 1/16 to 1/8.
    assert_int_equal(fixture.bits[0], 27 - 3 + 10);
    assert_int_equal(fixture.bits[1], 27 - 3);
    assert_int_equal(fixture.bits[2], 27 - 3 - 10);
    for (int k = 1; k <= 8; k++) {
        fill_tensors(shard, ldexp(1, k));
        sum_up(&fixture, shard, 0, EXACT_SUM_IN_32_BITS);
        assert_int_equal(fixture.bits[1], 27 - 3 - k);
    }
    for (int k = 1; k <= 40; k++) {
        fill_tensors(shard, k < 5 ? 0x1p-3 : 0);
        sum_up(&fixture, shard, 0, EXACT_SUM_IN_32_BITS);
        assert_int_equal(fixture.bits[1], 27 - 11 + k < 40 ? 27 - 11 + k : 40);
    }
    // Never so few that what is too large for 64 bits fits.
    fill_tensors(shard, 400);
    exact_sum_begin(&fixture.sum, 1, 0, true);
    add_all(&fixture, shard, 0);
    exact_sum_read(&fixture.sum);
    assert_int_equal(fixture.bits[2], 27 - 19);
    tear_down(&fixture);
}

static void one_shard_in_all_is_not_rounded(void **state) {
    (void)state;
    float gradient[COUNT];
    fixture_t fixture;
    set_up_for(&fixture, EXACT_SUM_NARROW, 1);
    for (int k = 0; k < 3; k++) {
        exact_sum_begin(&fixture.sum, 1 + k, 1, false);
        float *own = exact_sum_gradient(&fixture.sum);
        double squares = 0;
        for (int i = 0; i < COUNT; i++) {
            assert_true(own[i] == 0);
            own[i] = gradient[i] = ldexpf(1.0f / 3, -i);
            squares += (double)gradient[i] * gradient[i];
        }
        exact_sum_add(&fixture.sum, 1);
        exact_sum_reduce(&fixture.sum);
        assert_near(exact_sum_read(&fixture.sum), sqrt(squares) / (1 + k), 1e-12);
        for (int i = 0; i < COUNT; i++) {
            assert_true(fixture.sum.gradient[i] == (float)(gradient[i] / (1.0 + k)));
        }
    }
    exact_sum_begin(&fixture.sum, 1, 1, false);
    exact_sum_gradient(&fixture.sum)[23] = NAN;
    exact_sum_add(&fixture.sum, 1);
    exact_sum_reduce(&fixture.sum);
    assert_int_equal(exact_sum_bad_count(&fixture.sum), 1);
    assert_int_equal(exact_sum_first_bad(&fixture.sum), 23);
    assert_false(exact_sum_has_overflowed(&fixture.sum));
    tear_down(&fixture);
}

/** In narrow sums, too, where they travel in digits. */
static void slots(void **state) {
    (void)state;
    for (int narrow = 0; narrow < 2; narrow++) {
        fixture_t fixture;
        set_up(&fixture, narrow ? EXACT_SUM_NARROW : EXACT_SUM_WIDE);
        for (int i = 0; i < TENSORS; i++) {
            fixture.bits[i] = 20;
        }
        exact_sum_begin(&fixture.sum, 3, 0, false);
        exact_sum_add_real(&fixture.sum, 0, 1.5);
        exact_sum_add_real(&fixture.sum, 0, -0.25);
        exact_sum_add_real(&fixture.sum, 1, 1000000.125);
        exact_sum_hand_over(&fixture.sum, 2, 0.1);
        exact_sum_hand_over(&fixture.sum, 3, -3e-300);
        exact_sum_add_real(&fixture.sum, 4, -1000000.125);
        exact_sum_reduce(&fixture.sum);
        assert_int_equal(fixture.sum.way, narrow ? EXACT_SUM_IN_32_BITS : EXACT_SUM_IN_64_BITS);
        assert_true(exact_sum_real(&fixture.sum, 0) == 1.25);
        assert_true(exact_sum_real(&fixture.sum, 1) == 1000000.125);
        assert_true(exact_sum_handed_over(&fixture.sum, 2) == 0.1);
        assert_true(exact_sum_handed_over(&fixture.sum, 3) == -3e-300);
        assert_true(exact_sum_real(&fixture.sum, 4) == -1000000.125);
        assert_int_equal(exact_sum_bad_count(&fixture.sum), 0);
        exact_sum_add_real(&fixture.sum, 0, NAN);
        assert_int_equal(exact_sum_bad_count(&fixture.sum), 1);
        assert_int_equal(exact_sum_first_bad(&fixture.sum), COUNT);
        tear_down(&fixture);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_split_do_not_matter),
        cmocka_unit_test(sum_is_right),
        cmocka_unit_test(bad_values_are_noticed),
        cmocka_unit_test(the_first_bad_element_is_that_of_all_shards),
        cmocka_unit_test(limit_leaves_room),
        cmocka_unit_test(floats_are_added_up),
        cmocka_unit_test(a_sum_of_nothing_is_zero),
        cmocka_unit_test(one_shard_alone_has_the_same_bits),
        cmocka_unit_test(order_and_split_of_narrow_sums_do_not_matter),
        cmocka_unit_test(narrow_sums_are_not_biased),
        cmocka_unit_test(a_narrow_sum_that_overflows_is_made_again),
        cmocka_unit_test(bad_values_of_narrow_sums_are_noticed),
        cmocka_unit_test(room_is_enough_for_all_shards),
        cmocka_unit_test(bits_follow_the_largest_values),
        cmocka_unit_test(one_shard_in_all_is_not_rounded),
        cmocka_unit_test(slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
