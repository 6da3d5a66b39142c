#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "comm/exact_sum.h"
#include "base/random.h"

enum { COUNT = 67, SHARDS = 8 };

typedef struct {
    memory_t memory;
    exact_sum_t sum;
    comm_t *comm;
} fixture_t;

static void set_up(fixture_t *fixture) {
    unsetenv("OMPI_COMM_WORLD_SIZE");
    unsetenv("PMIX_RANK");
    *fixture = (fixture_t){0};
    assert_ok(comm_start(&fixture->comm));
    fixture->sum.is_exact = true;
    exact_sum_layout(&fixture->sum, &fixture->memory, COUNT, SHARDS);
    assert_ok(memory_reserve(&fixture->memory));
    exact_sum_layout(&fixture->sum, &fixture->memory, COUNT, SHARDS);
    assert_ok(exact_sum_connect(&fixture->sum, fixture->comm, &(rank_sum_settings_t){.is_shared = true}));
    exact_sum_begin(&fixture->sum, 3, false);
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
    exact_sum_add(sum);
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
    set_up(&first);
    set_up(&second);
    for (int k = 0; k < SHARDS; k++) {
        add(k < split ? &first.sum : &second.sum, shard[order[k]]);
    }
    // Alone, each reduction leaves what its rank would send.
    exact_sum_reduce(&first.sum);
    exact_sum_reduce(&second.sum);
    for (int i = 0; i < COUNT + EXACT_SUM_SLOTS + 1; i++) {
        first.sum.ranks.own[i] += second.sum.ranks.own[i];
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
        set_up(&fixture);
        add(&fixture.sum, gradient);
        assert_int_equal(exact_sum_bad_count(&fixture.sum), 0);
        assert_true(exact_sum_first_bad(&fixture.sum) == SIZE_MAX);
        gradient[41] = gradient[63] = bad[k];
        add(&fixture.sum, gradient);
        exact_sum_reduce(&fixture.sum);
        assert_true(exact_sum_bad_count(&fixture.sum) > 0);
        assert_int_equal(exact_sum_first_bad(&fixture.sum), 41);
        exact_sum_begin(&fixture.sum, 3, false);
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
        set_up(&fixture);
        fixture.sum.is_exact = exact;
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
    set_up(&fixture);
    exact_sum_begin(&fixture.sum, SHARDS, false);
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
    set_up(&fixture);
    fixture.sum.is_exact = false;
    for (int round = 0; round < 2; round++) {
        exact_sum_begin(&fixture.sum, 3, false);
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
    exact_sum_begin(&fixture.sum, 3, false);
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
        set_up(&fixture);
        fixture.sum.is_exact = exact;
        add(&fixture.sum, shard[0]);
        exact_sum_reduce(&fixture.sum);
        exact_sum_begin(&fixture.sum, 3, false);
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
        set_up(&alone);
        set_up(&among);
        exact_sum_begin(&alone.sum, divisors[i % 5], true);
        exact_sum_begin(&among.sum, divisors[i % 5], false);
        add(&alone.sum, shard[i / 5]);
        add(&among.sum, shard[i / 5]);
        exact_sum_reduce(&alone.sum);
        exact_sum_reduce(&among.sum);
        assert_true(exact_sum_read(&alone.sum) == exact_sum_read(&among.sum));
        assert_memory_equal(alone.sum.gradient, among.sum.gradient, COUNT * sizeof(float));
        assert_int_equal(alone.sum.is_alone, i % 5 != 2 && i % 5 != 4);
        tear_down(&alone);
        tear_down(&among);
    }
    shard[0][23] = -INFINITY;
    fixture_t fixture;
    set_up(&fixture);
    exact_sum_begin(&fixture.sum, 1, true);
    add(&fixture.sum, shard[0]);
    exact_sum_reduce(&fixture.sum);
    assert_int_equal(exact_sum_bad_count(&fixture.sum), 1);
    assert_int_equal(exact_sum_first_bad(&fixture.sum), 23);
    tear_down(&fixture);
}

static void slots(void **state) {
    (void)state;
    fixture_t fixture;
    set_up(&fixture);
    exact_sum_add_real(&fixture.sum, 0, 1.5);
    exact_sum_add_real(&fixture.sum, 0, -0.25);
    exact_sum_add_real(&fixture.sum, 1, 1000000.125);
    exact_sum_hand_over(&fixture.sum, 2, 0.1);
    exact_sum_hand_over(&fixture.sum, 3, -3e-300);
    exact_sum_reduce(&fixture.sum);
    assert_true(exact_sum_real(&fixture.sum, 0) == 1.25);
    assert_true(exact_sum_real(&fixture.sum, 1) == 1000000.125);
    assert_true(exact_sum_handed_over(&fixture.sum, 2) == 0.1);
    assert_true(exact_sum_handed_over(&fixture.sum, 3) == -3e-300);
    assert_int_equal(exact_sum_bad_count(&fixture.sum), 0);
    exact_sum_add_real(&fixture.sum, 0, NAN);
    assert_int_equal(exact_sum_bad_count(&fixture.sum), 1);
    assert_int_equal(exact_sum_first_bad(&fixture.sum), COUNT);
    tear_down(&fixture);
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
        cmocka_unit_test(slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
