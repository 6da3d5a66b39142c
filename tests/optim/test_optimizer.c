#include "test.h"

#include <math.h>
#include <string.h>

#include "optim/optimizer.h"

enum { SIZE = 5 };

typedef struct {
    memory_t memory;
    optimizer_t optimizer;
    float parameters[SIZE], gradient[SIZE];
} fixture_t;

static void set_up(fixture_t *fixture, const config_optimizer_t *settings) {
    static const float start[SIZE] = {0.5f, -1, 2, 0, 3};
    *fixture = (fixture_t){0};
    optimizer_layout(&fixture->optimizer, &fixture->memory, settings, SIZE);
    assert_ok(memory_reserve(&fixture->memory));
    optimizer_layout(&fixture->optimizer, &fixture->memory, settings, SIZE);
    memcpy(fixture->parameters, start, sizeof start);
}

/** A gradient that changes from step to step; both signs, zeros, large and small. */
static void set_gradient(fixture_t *fixture, int step) {
    for (int i = 0; i < SIZE; i++) {
        fixture->gradient[i] = (float)(i == 3 ? 0 : sin(1.7 * i + step) * pow(10, i - 2));
    }
}

static void make_step(fixture_t *fixture, int step, double rate) {
    set_gradient(fixture, step);
    double squares = 0;
    for (int i = 0; i < SIZE; i++) {
        squares += (double)fixture->gradient[i] * fixture->gradient[i];
    }
    // In two parts, as two ranks would.
    const size_t ends[] = {0, SIZE / 3, SIZE};
    for (int part = 0; part < 2; part++) {
        optimizer_step(&fixture->optimizer, (uint64_t)step, rate, sqrt(squares), ends[part], ends[part + 1],
            fixture->gradient, fixture->parameters);
    }
}

/** The formulas of Kingma and Ba's algorithm 1, written out once more, in double. */
static void adam_follows_its_formulas(void **state) {
    (void)state;
    const config_optimizer_t settings = {
        .name = CONFIG_OPTIMIZER_ADAM, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-3, .clip = 2};
    fixture_t fixture;
    double parameters[SIZE] = {0.5, -1, 2, 0, 3}, m[SIZE] = {0}, v[SIZE] = {0};
    set_up(&fixture, &settings);
    assert_int_equal(fixture.optimizer.moments, 2);
    for (int step = 1; step <= 20; step++) {
        const double rate = 0.1 / step;
        make_step(&fixture, step, rate);
        double norm = 0;
        for (int i = 0; i < SIZE; i++) {
            norm += (double)fixture.gradient[i] * fixture.gradient[i];
        }
        norm = sqrt(norm);
        for (int i = 0; i < SIZE; i++) {
            const double g = fixture.gradient[i] * (norm > 2 ? 2 / norm : 1);
            m[i] = 0.9 * m[i] + 0.1 * g;
            v[i] = 0.99 * v[i] + 0.01 * g * g;
            parameters[i] -=
                rate * (m[i] / (1 - pow(0.9, step))) / (sqrt(v[i] / (1 - pow(0.99, step))) + 1e-3);
            assert_near(fixture.parameters[i], parameters[i], 2e-6);
        }
    }
    assert_true(fixture.parameters[3] == 0);
    memory_release(&fixture.memory);
}

/**
 * The decay is the rate of the step times weight_decay, beside the gradient: clipping does not scale it and
 * the moments do not see it.
 */
static void decay_is_decoupled(void **state) {
    (void)state;
    static const config_optimizer_name_t names[] = {CONFIG_OPTIMIZER_SGD, CONFIG_OPTIMIZER_ADAM};
    for (int k = 0; k < 2; k++) {
        const config_optimizer_t plain = {
            .name = names[k], .momentum = 0.9, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-3, .clip = 0.01};
        config_optimizer_t decaying = plain;
        decaying.weight_decay = 0.3;
        fixture_t without, with;
        set_up(&without, &plain);
        set_up(&with, &decaying);
        for (int step = 1; step <= 5; step++) {
            const double rate = 0.1 / step;
            float before[SIZE];
            memcpy(before, with.parameters, sizeof before);
            memcpy(without.parameters, before, sizeof before);
            make_step(&without, step, rate);
            make_step(&with, step, rate);
            for (int i = 0; i < SIZE; i++) {
                assert_near(with.parameters[i], without.parameters[i] - rate * 0.3 * before[i], 1e-6);
            }
        }
        for (int i = 0; i < with.optimizer.moments; i++) {
            assert_memory_equal(with.optimizer.moment[i], without.optimizer.moment[i], SIZE * sizeof(float));
        }
        assert_true(with.parameters[3] == 0);
        memory_release(&without.memory);
        memory_release(&with.memory);
    }
}

static void sgd_follows_its_formulas(void **state) {
    (void)state;
    static const double momenta[] = {0, 0.9};
    for (int k = 0; k < 2; k++) {
        const config_optimizer_t settings = {.name = CONFIG_OPTIMIZER_SGD, .momentum = momenta[k]};
        fixture_t fixture;
        double parameters[SIZE] = {0.5, -1, 2, 0, 3}, velocity[SIZE] = {0};
        set_up(&fixture, &settings);
        assert_int_equal(fixture.optimizer.moments, k);
        for (int step = 1; step <= 10; step++) {
            make_step(&fixture, step, 0.001);
            for (int i = 0; i < SIZE; i++) {
                velocity[i] = momenta[k] * velocity[i] + fixture.gradient[i];
                parameters[i] -= 0.001 * velocity[i];
                assert_near(fixture.parameters[i], parameters[i], 1e-5);
            }
        }
        memory_release(&fixture.memory);
    }
}

static void clipping_scales_to_the_limit(void **state) {
    (void)state;
    static const struct { double clip, expected; } cases[] = {{0, 1 - 5.0}, {10, 1 - 5.0}, {1, 1 - 1.0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const config_optimizer_t settings = {.name = CONFIG_OPTIMIZER_SGD, .clip = cases[i].clip};
        fixture_t fixture;
        set_up(&fixture, &settings);
        memset(fixture.gradient, 0, sizeof fixture.gradient);
        fixture.parameters[0] = 1;
        fixture.gradient[0] = 5;
        optimizer_step(&fixture.optimizer, 1, 1, 5, 0, SIZE, fixture.gradient, fixture.parameters);
        assert_near(fixture.parameters[0], cases[i].expected, 1e-6);
        memory_release(&fixture.memory);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adam_follows_its_formulas),
        cmocka_unit_test(sgd_follows_its_formulas),
        cmocka_unit_test(decay_is_decoupled),
        cmocka_unit_test(clipping_scales_to_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
