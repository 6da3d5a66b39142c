// The checker of all the other tests of this kind: it has to find what is wrong and to let pass what is
// right.
#include <math.h>

#include "gradient.h"
#include "test.h"

typedef struct {
    double x[3];
    int calls;
} point_t;

static double waves(void *context) {
    point_t *point = context;
    point->calls++;
    return sin(3 * point->x[0]) + exp(point->x[1]) * point->x[0] + 1 / (1 + exp(-point->x[2]));
}

static void slopes(const point_t *point, double d[3]) {
    const double s = 1 / (1 + exp(-point->x[2]));
    d[0] = 3 * cos(3 * point->x[0]) + exp(point->x[1]);
    d[1] = exp(point->x[1]) * point->x[0];
    d[2] = s * (1 - s);
}

static void test_right_gradient_passes(void **state) {
    (void)state;
    point_t point = {.x = {0.7, -0.4, 1.3}};
    double d[3];
    slopes(&point, d);
    double worst = gradient_assert("waves", waves, &point, 3, point.x, d);
    assert_true(worst < 1e-9);
    assert_true(point.calls > 0);
    assert_true(point.x[0] == 0.7 && point.x[1] == -0.4 && point.x[2] == 1.3);
}

static void test_small_mistake_is_found(void **state) {
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        point_t point = {.x = {0.7, -0.4, 1.3}};
        double d[3];
        slopes(&point, d);
        d[i] *= 1 + 3 * GRADIENT_TOLERANCE;
        gradient_worst_t worst = gradient_compare(waves, &point, 3, point.x, d);
        assert_true(worst.error > 2 * GRADIENT_TOLERANCE);
        assert_int_equal(worst.index, i);
        assert_true(worst.analytic == d[i]);
    }
}

static void test_missing_gradient_is_found(void **state) {
    (void)state;
    point_t point = {.x = {0.7, -0.4, 1.3}};
    double d[3];
    slopes(&point, d);
    d[1] = 0;
    gradient_worst_t worst = gradient_compare(waves, &point, 3, point.x, d);
    assert_int_equal(worst.index, 1);
    assert_true(worst.error == 1);
}

static void test_nan_is_found(void **state) {
    (void)state;
    point_t point = {.x = {0.7, -0.4, 1.3}};
    double d[3];
    slopes(&point, d);
    d[0] = NAN;
    gradient_worst_t worst = gradient_compare(waves, &point, 3, point.x, d);
    assert_int_equal(worst.index, 0);
    assert_true(isnan(worst.error));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right_gradient_passes),
        cmocka_unit_test(test_small_mistake_is_found),
        cmocka_unit_test(test_missing_gradient_is_found),
        cmocka_unit_test(test_nan_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
