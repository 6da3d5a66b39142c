#include "eval/spread.h"

#include "test.h"

#include <math.h>

static void test_known(void **state) {
    (void)state;
    const spread_t spread = spread_of((double[]){2, 4, 4, 4, 5, 5, 7, 9}, 8);
    assert_near(spread.mean, 5, 1e-15);
    // The squares of the distances are 32 in all, over 8 - 1.
    assert_near(spread.deviation, 2.1380899352993952, 1e-15);
    assert_near(spread.error, 2.1380899352993952 / sqrt(8), 1e-15);
}

static void test_few(void **state) {
    (void)state;
    const spread_t none = spread_of(NULL, 0), one = spread_of((double[]){0.3}, 1);
    assert_true(none.mean == 0 && none.deviation == 0);
    assert_true(one.mean == 0.3 && one.deviation == 0);
}

static void test_like_numbers(void **state) {
    (void)state;
    const spread_t spread = spread_of((double[]){1e9 + 1, 1e9 + 2, 1e9 + 3}, 3);
    assert_near(spread.mean, 1e9 + 2, 1e-6);
    assert_near(spread.deviation, 1, 1e-9);
}

/** Of equal groups it is the error of their means; of others the ratio's, here by hand. */
static void test_groups(void **state) {
    (void)state;
    const double values[] = {1, 0, 1, 1, 0, 0, 1, 0, 1};
    const spread_t equal = spread_of_groups(values, (size_t[]){0, 3, 6, 9}, 3),
                   means = spread_of((double[]){2.0 / 3, 1.0 / 3, 2.0 / 3}, 3);
    assert_near(equal.mean, 5.0 / 9, 1e-15);
    assert_near(equal.error, means.error, 1e-15);
    // Residuals against 5/9: 1 - 5/9, and 4 - 8 * 5/9.
    const spread_t other = spread_of_groups(values, (size_t[]){0, 1, 9}, 2);
    assert_near(other.error, sqrt(2 * 2 * (4.0 / 9) * (4.0 / 9)) / 9, 1e-15);
    assert_near(spread_of_groups(values, (size_t[]){0, 9}, 1).error, 0, 0);
}

/** Zeros count as groups of one value, as if they were written out; a fraction of a zero lies in between. */
static void test_zeros(void **state) {
    (void)state;
    const double values[] = {1, 0, 1, 1, 1, 0, 0, 0};
    const size_t first[] = {0, 3, 5, 6, 7, 8};
    const spread_t all = spread_of_groups(values, first, 5),
                   with = spread_of_groups_and_zeros(values, first, 2, 3);
    assert_near(with.mean, 0.5, 1e-15);
    assert_near(with.error, all.error, 1e-15);
    assert_near(with.deviation, all.deviation, 1e-15);
    // All given values are 1, and still the share has an error.
    const spread_t right =
        spread_of_groups_and_zeros((double[]){1, 1, 1, 1}, (size_t[]){0, 1, 2, 3, 4}, 4, 4);
    assert_near(right.error, sqrt(0.5 * 0.5 / 7), 1e-15);
    const double error = spread_of_groups_and_zeros(values, first, 2, 2.5).error;
    assert_true(error < spread_of_groups_and_zeros(values, first, 2, 2).error && error > with.error);
    const spread_t none = spread_of_groups_and_zeros(NULL, (size_t[]){0}, 0, 2);
    assert_true(none.mean == 0 && none.error == 0 && none.deviation == 0);
}

static void test_signs(void **state) {
    (void)state;
    // Of 2^10 throws of ten coins 1 + 10 + 45 have at most two heads.
    assert_near(spread_sign_test(2, 8), 2 * 56.0 / 1024, 1e-12);
    assert_near(spread_sign_test(8, 2), 2 * 56.0 / 1024, 1e-12);
    assert_near(spread_sign_test(0, 5), 2.0 / 32, 1e-12);
    assert_near(spread_sign_test(4, 4), 1, 0);
    assert_near(spread_sign_test(1, 2), 1, 1e-12);
    assert_near(spread_sign_test(0, 0), 1, 0);
    // By whole numbers in Python: 2 * sum(comb(10000, i) for i in range(4801)) / 2 ** 10000
    assert_near(spread_sign_test(4800, 5200), 6.593515598672442e-05, 1e-10);
}

static void test_share(void **state) {
    (void)state;
    assert_near(spread_of_share(0.5, 100), 0.05, 1e-15);
    assert_near(spread_of_share(0.4, 10000), 0.004898979485566357, 1e-15);
    assert_true(spread_of_share(0, 10) == 0 && spread_of_share(1, 10) == 0 && spread_of_share(0.5, 0) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_few),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_zeros),
        cmocka_unit_test(test_signs),
        cmocka_unit_test(test_like_numbers),
        cmocka_unit_test(test_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
