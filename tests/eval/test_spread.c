#include "eval/spread.h"

#include "test.h"

static void test_known(void **state) {
    (void)state;
    const spread_t spread = spread_of((double[]){2, 4, 4, 4, 5, 5, 7, 9}, 8);
    assert_near(spread.mean, 5, 1e-15);
    // The squares of the distances are 32 in all, over 8 - 1.
    assert_near(spread.deviation, 2.1380899352993952, 1e-15);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_few),
        cmocka_unit_test(test_like_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
