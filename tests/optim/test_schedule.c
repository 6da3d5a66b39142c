#include "test.h"

#include <math.h>

#include "optim/schedule.h"

/** At a step of a run of 1,000 steps in 100 epochs, whatever the epoch is said to be. */
static double at(config_schedule_t schedule, uint64_t step, int epoch) {
    return schedule_value(
        &schedule, (schedule_position_t){.step = step, .steps = 1000, .epoch = epoch, .epochs = 100});
}

enum { EPOCH_STEPS = 8 };

/** In epoch `number`, counted from 1 as the reports do, of `epochs`: at its first step, and at its last. */
static double in_epoch(config_schedule_t schedule, int number, int epochs) {
    const int epoch = number - 1;
    schedule_position_t position = {.step = (uint64_t)epoch * EPOCH_STEPS,
        .steps = (uint64_t)epochs * EPOCH_STEPS,
        .epoch = epoch,
        .epochs = epochs};
    const double value = schedule_value(&schedule, position);
    position.step += EPOCH_STEPS - 1;
    assert_true(schedule_value(&schedule, position) == value);
    return value;
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

/** The first report: 0.1 (epoch - 1) / 30 in epochs 1 to 30. */
static void the_first_reports_linear_kl_weight(void **state) {
    (void)state;
    config_schedule_t schedule = {
        .kind = CONFIG_SCHEDULE_LINEAR, .to = 0.1, .over = 1, .by = CONFIG_BY_EPOCH, .cycles = 1};
    assert_true(in_epoch(schedule, 1, 30) == 0);
    assert_near(in_epoch(schedule, 2, 30), 0.1 / 30, 1e-15);
    assert_near(in_epoch(schedule, 16, 30), 0.05, 1e-15);
    assert_near(in_epoch(schedule, 30, 30), 2.9 / 30, 1e-15);
}

/** The first report: 1 / (1 + exp(-0.2 (epoch - 15))). */
static void the_first_reports_logistic_kl_weight(void **state) {
    (void)state;
    config_schedule_t schedule = {.kind = CONFIG_SCHEDULE_SIGMOID,
        .to = 1,
        .centre = 15,
        .width = 5,
        .first = 1,
        .by = CONFIG_BY_EPOCH,
        .cycles = 1};
    assert_near(in_epoch(schedule, 1, 30), 0.057324175898868755, 1e-15); // exp(2.8) = 16.444646771
    assert_near(in_epoch(schedule, 10, 30), 0.2689414213699951, 1e-15);  // exp(1) = 2.718281828
    assert_near(in_epoch(schedule, 15, 30), 0.5, 1e-15);
    assert_near(in_epoch(schedule, 20, 30), 0.7310585786300049, 1e-15);
    assert_near(in_epoch(schedule, 30, 30), 0.9525741268224334, 1e-15); // exp(-3) = 0.049787068
}

/** The first report: 1, times 0.85 every third epoch from epoch 6 on: in epochs 6, 9, ... 30. */
static void the_first_reports_teacher_forcing(void **state) {
    (void)state;
    config_schedule_t schedule = {
        .kind = CONFIG_SCHEDULE_STEP, .from = 1, .factor = 0.85, .every = 3, .since = 6, .first = 1};
    assert_true(in_epoch(schedule, 1, 30) == 1);
    assert_true(in_epoch(schedule, 5, 30) == 1);
    assert_near(in_epoch(schedule, 6, 30), 0.85, 1e-15);
    assert_near(in_epoch(schedule, 8, 30), 0.85, 1e-15);
    assert_near(in_epoch(schedule, 9, 30), 0.7225, 1e-15);
    assert_near(in_epoch(schedule, 11, 30), 0.7225, 1e-15);
    assert_near(in_epoch(schedule, 29, 30), 0.2724905250390625, 1e-15);   // 0.85^8
    assert_near(in_epoch(schedule, 30, 30), 0.231616946283203125, 1e-15); // 0.85^9
}

/** The first report: halved after 20 epochs, which is in the 21st. */
static void the_first_reports_learning_rate(void **state) {
    (void)state;
    config_t config = {
        .optimizer = {.lr = 0.05,
            .lr_schedule =
                {.kind = CONFIG_SCHEDULE_STEP, .from = 1, .factor = 0.5, .every = 20, .floor = 0.5}},
        .train = {.kl_weight = {.from = 0.25}, .teacher_forcing = {.from = 0.75}}};
    schedule_values_t values = schedule_values(&config, (schedule_position_t){.epoch = 19, .epochs = 60});
    assert_true(values.learning_rate == 0.05 && values.kl_weight == 0.25 && values.teacher_forcing == 0.75);
    values = schedule_values(&config, (schedule_position_t){.epoch = 20, .epochs = 60});
    assert_true(values.learning_rate == 0.025);
    // Once, not every 20 epochs.
    values = schedule_values(&config, (schedule_position_t){.epoch = 59, .epochs = 60});
    assert_true(values.learning_rate == 0.025);
}

/** The second report: 1 - 0.0018 epoch in epochs 1 to 500. */
static void the_second_reports_teacher_forcing(void **state) {
    (void)state;
    config_schedule_t schedule = {.kind = CONFIG_SCHEDULE_LINEAR,
        .from = 1,
        .to = 0.1,
        .over = 1,
        .first = 1,
        .by = CONFIG_BY_EPOCH,
        .cycles = 1};
    assert_near(in_epoch(schedule, 1, 500), 0.9982, 1e-15);
    assert_near(in_epoch(schedule, 250, 500), 0.55, 1e-15);
    assert_near(in_epoch(schedule, 499, 500), 0.1018, 1e-15);
    assert_near(in_epoch(schedule, 500, 500), 0.1, 1e-15);
}

/** The second report: sigmoid((e - 125) / 25) / 2 with e = epoch mod 250, and 0 where e is 249. */
static void the_second_reports_cycles_of_a_sigmoid(void **state) {
    (void)state;
    config_schedule_t schedule = {.kind = CONFIG_SCHEDULE_SIGMOID,
        .to = 0.5,
        .centre = 125,
        .width = 25,
        .first = 1,
        .by = CONFIG_BY_EPOCH,
        .cycles = 2,
        .reset = 1};
    assert_near(in_epoch(schedule, 1, 500), 0.0034820445888810443, 1e-15);
    assert_near(in_epoch(schedule, 2, 500), 0.0036231197979157146, 1e-15);
    assert_near(in_epoch(schedule, 3, 500), 0.0037698672791866964, 1e-15);
    assert_near(in_epoch(schedule, 125, 500), 0.25, 1e-15);
    assert_near(in_epoch(schedule, 150, 500), 0.36552928931500245, 1e-15); // 0.5 / (1 + exp(-1))
    assert_near(in_epoch(schedule, 248, 500), 0.49637688020208428, 1e-15); // 0.5 less the value of epoch 2
    assert_true(in_epoch(schedule, 249, 500) == 0);
    assert_near(in_epoch(schedule, 250, 500), 0.0033464254621424366, 1e-15); // 0.5 / (1 + exp(5))
    assert_near(in_epoch(schedule, 251, 500), 0.0034820445888810443, 1e-15);
    assert_near(in_epoch(schedule, 375, 500), 0.25, 1e-15);
    assert_true(in_epoch(schedule, 499, 500) == 0);
    assert_near(in_epoch(schedule, 500, 500), 0.0033464254621424366, 1e-15);
}

/** The second report: 0.0025 e up to 0.5, with e = epoch mod 250. */
static void the_second_reports_cycles_of_a_line(void **state) {
    (void)state;
    config_schedule_t schedule = {.kind = CONFIG_SCHEDULE_LINEAR,
        .to = 0.5,
        .over = 0.8,
        .first = 1,
        .by = CONFIG_BY_EPOCH,
        .cycles = 2};
    assert_near(in_epoch(schedule, 1, 500), 0.0025, 1e-15);
    assert_near(in_epoch(schedule, 100, 500), 0.25, 1e-15);
    assert_near(in_epoch(schedule, 199, 500), 0.4975, 1e-15);
    assert_near(in_epoch(schedule, 200, 500), 0.5, 1e-15);
    assert_near(in_epoch(schedule, 249, 500), 0.5, 1e-15);
    assert_true(in_epoch(schedule, 250, 500) == 0);
    assert_near(in_epoch(schedule, 251, 500), 0.0025, 1e-15);
    assert_true(in_epoch(schedule, 500, 500) == 0);
}

/** The second report: 0.02 epoch up to 1; it can also be said as a slope and a ceiling. */
static void the_second_reports_monotonic_kl_weight(void **state) {
    (void)state;
    config_schedule_t schedule = {
        .kind = CONFIG_SCHEDULE_LINEAR, .to = 1, .over = 0.1, .first = 1, .by = CONFIG_BY_EPOCH, .cycles = 1};
    config_schedule_t slope = schedule;
    slope.to = 10;
    slope.over = 1;
    slope.ceiling = 1;
    static const struct {
        int epoch;
        double value;
    } cases[] = {{1, 0.02}, {2, 0.04}, {25, 0.5}, {49, 0.98}, {50, 1}, {51, 1}, {500, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_near(in_epoch(schedule, cases[i].epoch, 500), cases[i].value, 1e-15);
        assert_near(in_epoch(slope, cases[i].epoch, 500), cases[i].value, 1e-15);
    }
}

/** Fu et al. (2019): four cycles, up in the first half of each, held in the second, and back. */
static void cycles_by_step(void **state) {
    (void)state;
    config_schedule_t schedule = {.kind = CONFIG_SCHEDULE_LINEAR, .to = 1, .over = 0.5, .cycles = 4};
    for (uint64_t cycle = 0; cycle < 4; cycle++) {
        assert_true(at(schedule, 250 * cycle, 0) == 0);
        assert_near(at(schedule, 250 * cycle + 1, 0), 0.008, 1e-15);
        assert_near(at(schedule, 250 * cycle + 100, 0), 0.8, 1e-15);
        assert_near(at(schedule, 250 * cycle + 125, 0), 1, 1e-15);
        assert_near(at(schedule, 250 * cycle + 249, 0), 1, 1e-15);
    }
    schedule.kind = CONFIG_SCHEDULE_COSINE;
    assert_near(at(schedule, 500, 0), 0, 1e-15);
    assert_near(at(schedule, 562, 0), (1 - cos(3.14159265358979323846 * 62 / 125)) / 2, 1e-15);
    assert_near(at(schedule, 700, 0), 1, 1e-15);
    // 10 steps an epoch: the last two epochs of each 25 are reset.
    schedule.reset = 2;
    assert_near(at(schedule, 479, 0), 1, 1e-15);
    assert_true(at(schedule, 480, 0) == 0);
    assert_true(at(schedule, 499, 0) == 0);
}

/** A step on a cycle's border is at `from`, and no other, also where a cycle is no whole number of steps. */
static void cycles_begin_where_they_should(void **state) {
    (void)state;
    for (int steps = 1; steps <= 120; steps++) {
        for (int cycles = 2; cycles <= 60; cycles++) {
            config_schedule_t schedule = {
                .kind = CONFIG_SCHEDULE_LINEAR, .to = 1, .over = 1, .cycles = cycles};
            for (int step = 0; step < steps; step++) {
                const double share = (double)(step * cycles % steps) / steps;
                const double value = schedule_value(&schedule,
                    (schedule_position_t){.step = (uint64_t)step, .steps = (uint64_t)steps, .epochs = 1});
                assert_near(value, share, 1e-13);
                assert_true((value == 0) == (share == 0));
            }
        }
    }
}

static void cycles_of_stairs(void **state) {
    (void)state;
    config_schedule_t schedule = {
        .kind = CONFIG_SCHEDULE_STEP, .from = 1, .factor = 0.5, .every = 3, .since = 1, .cycles = 10};
    static const double expected[] = {1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125, 1, 0.5};
    for (int epoch = 0; epoch < 12; epoch++) {
        assert_near(at(schedule, 0, epoch), expected[epoch], 1e-15);
    }
}

/** By step, a sigmoid's place is in parts of epochs: 10 steps each. */
static void a_sigmoid_by_step(void **state) {
    (void)state;
    config_schedule_t schedule = {
        .kind = CONFIG_SCHEDULE_SIGMOID, .from = 1, .to = 0.5, .centre = 2.5, .width = 0.5, .cycles = 1};
    assert_near(at(schedule, 25, 0), 0.75, 1e-15);
    assert_near(at(schedule, 30, 0), 1 - 0.5 * 0.7310585786300049, 1e-15);
    assert_near(at(schedule, 999, 0), 0.5, 1e-15);
    schedule.first = 2;
    assert_near(at(schedule, 5, 0), 0.75, 1e-15);
}

static void floors_and_ceilings(void **state) {
    (void)state;
    config_schedule_t schedule = {
        .kind = CONFIG_SCHEDULE_LINEAR, .from = 1, .over = 1, .cycles = 1, .floor = 0.25, .ceiling = 0.75};
    assert_true(at(schedule, 0, 0) == 0.75);
    assert_true(at(schedule, 250, 0) == 0.75);
    assert_near(at(schedule, 251, 0), 0.749, 1e-15);
    assert_near(at(schedule, 749, 0), 0.251, 1e-15);
    assert_true(at(schedule, 750, 0) == 0.25);
    assert_true(at(schedule, 999, 0) == 0.25);
    schedule.warmup_steps = 10;
    assert_near(at(schedule, 0, 0), 0.075, 1e-15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant),
        cmocka_unit_test(linear),
        cmocka_unit_test(step),
        cmocka_unit_test(cosine),
        cmocka_unit_test(warmup),
        cmocka_unit_test(the_first_reports_linear_kl_weight),
        cmocka_unit_test(the_first_reports_logistic_kl_weight),
        cmocka_unit_test(the_first_reports_teacher_forcing),
        cmocka_unit_test(the_first_reports_learning_rate),
        cmocka_unit_test(the_second_reports_teacher_forcing),
        cmocka_unit_test(the_second_reports_cycles_of_a_sigmoid),
        cmocka_unit_test(the_second_reports_cycles_of_a_line),
        cmocka_unit_test(the_second_reports_monotonic_kl_weight),
        cmocka_unit_test(cycles_by_step),
        cmocka_unit_test(cycles_begin_where_they_should),
        cmocka_unit_test(cycles_of_stairs),
        cmocka_unit_test(a_sigmoid_by_step),
        cmocka_unit_test(floors_and_ceilings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
