#include "../../src/report/sample.h"

#include <math.h>

#include "test.h"

static void medians(void **state) {
    (void)state;
    const sample_t odd = sample_of((double[]){3, 1, 2}, 3);
    assert_near(odd.median, 2, 0);
    assert_near(odd.least, 1, 0);
    assert_near(odd.most, 3, 0);
    assert_int_equal(odd.count, 3);
    const sample_t even = sample_of((double[]){10, -4, 1, 2}, 4);
    assert_near(even.median, 1.5, 0);
    assert_near(even.least, -4, 0);
    assert_near(even.most, 10, 0);
    assert_near(sample_of((double[]){7}, 1).median, 7, 0);
    assert_true(isnan(sample_of(NULL, 0).median));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(medians)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
