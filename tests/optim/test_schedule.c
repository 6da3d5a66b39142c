#include "test.h"

#include <math.h>

#include "cvae/schedule.h"

static double at(config_schedule_t schedule, uint64_t step, int epoch) {
    return schedule_value(&schedule, (schedule_position_t){.step = step, .steps = 1000, .epoch = epoch});
}

static void constant(void **state) {
    (void)state;
    config_schedule_t schedule = {
        .kind = CONFIG_SCHEDULE_CONSTANT, .from = 0.25, .to = 9, .over = 1, .every = 1};
    assert_true(at(schedule, 0, 0) == 0.25);
    assert_true(at(schedule, 999, 99) == 0.25);
}

static void linear(void **state) {
    (void)state;
    config_schedule_t schedule = {
        .kind = CONFIG_SCHEDULE_LINEAR, .from = 0, .to = 0.1, .over = 0.5, .every = 1};
    assert_true(at(schedule, 0, 0) == 0);
    assert_near(at(schedule, 250, 0), 0.05, 1e-15);
    assert_near(at(schedule, 500, 0), 0.1, 1e-15);
    assert_near(at(schedule, 999, 0), 0.1, 1e-15);
    schedule =
        (config_schedule_t){.kind = CONFIG_SCHEDULE_LINEAR, .from = 1, .to = 0.1, .over = 1, .every = 1};
    assert_near(at(schedule, 500, 0), 0.55, 1e-15);
}

static void step(void **state) {
    (void)state;
    config_schedule_t schedule = {
        .kind = CONFIG_SCHEDULE_STEP, .from = 1, .factor = 0.85, .every = 3, .over = 1};
    assert_true(at(schedule, 0, 0) == 1);
    assert_true(at(schedule, 0, 2) == 1);
    assert_near(at(schedule, 0, 3), 0.85, 1e-15);
    assert_near(at(schedule, 0, 5), 0.85, 1e-15);
    assert_near(at(schedule, 0, 6), 0.7225, 1e-15);
}

static void cosine(void **state) {
    (void)state;
    config_schedule_t schedule = {
        .kind = CONFIG_SCHEDULE_COSINE, .from = 1, .to = 0.02, .over = 1, .every = 1};
    assert_near(at(schedule, 0, 0), 1, 1e-15);
    assert_near(at(schedule, 500, 0), 0.51, 1e-15);
    assert_near(at(schedule, 250, 0), 0.02 + 0.98 * (1 + sqrt(0.5)) / 2, 1e-15);
    assert_near(at(schedule, 1000, 0), 0.02, 1e-15);
}

static void warmup(void **state) {
    (void)state;
    config_schedule_t schedule = {
        .kind = CONFIG_SCHEDULE_CONSTANT, .from = 2, .over = 1, .every = 1, .warmup_steps = 50};
    assert_near(at(schedule, 0, 0), 0.04, 1e-15);
    assert_near(at(schedule, 24, 0), 1, 1e-15);
    assert_near(at(schedule, 49, 0), 2, 1e-15);
    assert_near(at(schedule, 500, 0), 2, 1e-15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant),
        cmocka_unit_test(linear),
        cmocka_unit_test(step),
        cmocka_unit_test(cosine),
        cmocka_unit_test(warmup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
