// The optimizers' kernels and the norm's, against the formulas in double.
#include "each_isa.h"

#include <math.h>

enum { COUNT = 211, STEPS = 12 };
static const float scale = 0.125f, rate = 0.03f;
/** Rate times weight decay: none, and one that halves a parameter in 12 steps. */
static const float decays[] = {0, 0.06f};
enum { DECAYS = sizeof decays / sizeof decays[0] };

static float parameter[COUNT], gradient[COUNT], velocity[COUNT], m[COUNT], v[COUNT];
static double expected[COUNT], expected_m[COUNT], expected_v[COUNT];

static void fill_all(void) {
    fill(parameter, COUNT, 1, 1);
    for (int i = 0; i < COUNT; i++) {
        expected[i] = parameter[i];
        velocity[i] = m[i] = v[i] = 0;
        expected_m[i] = expected_v[i] = 0;
    }
}

/** The size of an element's gradients, from 1e-6 to 10. */
static double size_of(int i) {
    return pow(10, i % 8 - 6);
}

/** Another gradient every step. */
static void fill_gradient(int step) {
    fill(gradient, COUNT, 1, 100 + (uint64_t)step);
    for (int i = 0; i < COUNT; i++) {
        gradient[i] *= (float)size_of(i);
    }
}

static void check_sgd(const kernels_t *kernels) {
    static const float momenta[] = {0.9f, 0.5f};
    for (int k = 0; k < 2 * DECAYS; k++) {
        const float momentum = momenta[k / DECAYS], decay = decays[k % DECAYS];
        fill_all();
        for (int step = 0; step < STEPS; step++) {
            fill_gradient(step);
            kernels->sgd(COUNT, parameter, gradient, velocity, scale, rate, decay, momentum);
            for (int i = 0; i < COUNT; i++) {
                expected_m[i] = (double)momentum * expected_m[i] + (double)scale * gradient[i];
                expected[i] = expected[i] * (1 - (double)decay) - (double)rate * expected_m[i];
                assert_near(velocity[i], expected_m[i], 1e-6 * scale * size_of(i));
                assert_near(parameter[i], expected[i], 2e-6);
            }
        }
    }
}

static void test_sgd_with_momentum(void **state) {
    (void)state;
    for_each_isa(check_sgd);
}

static void check_plain_sgd_with(const kernels_t *kernels, float decay) {
    fill_all();
    for (int i = 0; i < COUNT; i++) {
        velocity[i] = NAN;
    }
    for (int step = 0; step < STEPS; step++) {
        fill_gradient(step);
        // Every other step without any velocity at all.
        kernels->sgd(COUNT, parameter, gradient, step % 2 ? NULL : velocity, scale, rate, decay, 0);
        for (int i = 0; i < COUNT; i++) {
            expected[i] = expected[i] * (1 - (double)decay) - (double)rate * scale * gradient[i];
            assert_near(parameter[i], expected[i], 2e-6);
            assert_true(isnan(velocity[i]));
        }
    }
}

static void check_plain_sgd(const kernels_t *kernels) {
    for (int k = 0; k < DECAYS; k++) {
        check_plain_sgd_with(kernels, decays[k]);
    }
}

static void test_sgd_without_momentum_leaves_the_velocity_alone(void **state) {
    (void)state;
    for_each_isa(check_plain_sgd);
}

static void step_adam_in_double(int step, double decay, double beta1, double beta2, double epsilon) {
    // As torch.optim.AdamW has it: first the decay; the corrections divide the step size and the root.
    const double correction1 = 1 - pow(beta1, step), correction2 = 1 - pow(beta2, step);
    for (int i = 0; i < COUNT; i++) {
        const double g = (double)scale * gradient[i];
        expected_m[i] += (1 - beta1) * (g - expected_m[i]);
        expected_v[i] = beta2 * expected_v[i] + (1 - beta2) * g * g;
        const double root = sqrt(expected_v[i]) / sqrt(correction2) + epsilon;
        expected[i] = expected[i] * (1 - decay) - rate / correction1 * expected_m[i] / root;
    }
}

static void check_adam(const kernels_t *kernels) {
    static const struct {
        float beta1, beta2, epsilon;
    } settings[] = {{0.9f, 0.999f, 1e-8f}, {0.5f, 0.9f, 1e-3f}, {0, 0.99f, 1}};
    for (int k = 0; k < 3 * DECAYS; k++) {
        const int set = k / DECAYS;
        const float beta1 = settings[set].beta1, beta2 = settings[set].beta2, epsilon = settings[set].epsilon;
        const float decay = decays[k % DECAYS];
        fill_all();
        for (int step = 1; step <= STEPS; step++) {
            fill_gradient(step);
            kernels->adam(COUNT, parameter, gradient, m, v, scale, rate, decay, beta1, beta2, epsilon,
                (float)(1 / (1 - pow(beta1, step))), (float)(1 / (1 - pow(beta2, step))));
            step_adam_in_double(step, decay, beta1, beta2, epsilon);
            for (int i = 0; i < COUNT; i++) {
                assert_near(m[i], expected_m[i], 1e-6 * scale * size_of(i));
                assert_near(v[i], expected_v[i], 2e-6 * expected_v[i]);
                assert_near(parameter[i], expected[i], 2e-6);
            }
        }
    }
}

static void test_adam(void **state) {
    (void)state;
    for_each_isa(check_adam);
}

/** The first step of Adam is the rate itself, whatever the gradient's size: a known answer by hand. */
static void check_first_step_of_adam(const kernels_t *kernels) {
    fill_all();
    fill_gradient(1);
    kernels->adam(COUNT, parameter, gradient, m, v, 1, rate, 0, 0.9f, 0.999f, 0, 10, 1000);
    for (int i = 0; i < COUNT; i++) {
        assert_near(expected[i] - parameter[i], gradient[i] > 0 ? rate : -rate, 2e-6);
    }
}

static void test_first_step_of_adam_is_the_rate(void **state) {
    (void)state;
    for_each_isa(check_first_step_of_adam);
}

/** Without a gradient nothing moves: no division of 0 by 0. */
static void check_no_gradient(const kernels_t *kernels) {
    fill_all();
    memset(gradient, 0, sizeof gradient);
    kernels->adam(COUNT, parameter, gradient, m, v, scale, rate, 0, 0.9f, 0.999f, 1e-8f, 10, 1000);
    kernels->sgd(COUNT, parameter, gradient, velocity, scale, rate, 0, 0.9f);
    for (int i = 0; i < COUNT; i++) {
        assert_true(parameter[i] == expected[i] && m[i] == 0 && v[i] == 0 && velocity[i] == 0);
    }
}

static void test_no_gradient_no_step(void **state) {
    (void)state;
    for_each_isa(check_no_gradient);
}

/** What is 0 and has no gradient stays 0 under decay, too: the padding between tensors. */
static void check_padding(const kernels_t *kernels) {
    fill_all();
    memset(gradient, 0, sizeof gradient);
    memset(parameter, 0, sizeof parameter);
    kernels->adam(COUNT, parameter, gradient, m, v, scale, rate, 0.5f, 0.9f, 0.999f, 1e-8f, 10, 1000);
    kernels->sgd(COUNT, parameter, gradient, velocity, scale, rate, 0.5f, 0.9f);
    kernels->sgd(COUNT, parameter, gradient, velocity, scale, rate, 0.5f, 0);
    for (int i = 0; i < COUNT; i++) {
        assert_true(parameter[i] == 0 && !signbit(parameter[i]));
    }
}

static void test_zeros_do_not_decay(void **state) {
    (void)state;
    for_each_isa(check_padding);
}

/** The documented order, bit by bit: 16 partial sums, x[i] in number i % 16, added up from the first on. */
static void check_square_sum(const kernels_t *kernels) {
    static float x[COUNT];
    fill_gradient(3);
    memcpy(x, gradient, sizeof x);
    for (size_t count = 0; count <= COUNT; count++) {
        double lanes[16] = {0}, sum = 0, plain = 0;
        for (size_t i = 0; i < count; i++) {
            lanes[i % 16] += (double)x[i] * x[i];
            plain += (double)x[i] * x[i];
        }
        for (int i = 0; i < 16; i++) {
            sum += lanes[i];
        }
        assert_true(kernels->square_sum(count, x) == sum);
        assert_near(sum, plain, 1e-13 * plain);
    }
}

static void test_square_sum(void **state) {
    (void)state;
    for_each_isa(check_square_sum);
}

/** Squares that overflow or vanish in float do not in double; what is not finite shows. */
static void check_square_sum_of_extremes(const kernels_t *kernels) {
    float x[40] = {0};
    x[3] = x[39] = 1e30f;
    assert_near(kernels->square_sum(40, x), 2e60, 1e54);
    x[3] = x[39] = 1e-30f;
    assert_near(kernels->square_sum(40, x), 2e-60, 1e-66);
    for (int i = 0; i < 40; i++) {
        x[i] = INFINITY;
        assert_true(isinf(kernels->square_sum(40, x)));
        x[i] = NAN;
        assert_true(isnan(kernels->square_sum(40, x)));
        x[i] = 0;
    }
}

static void test_square_sum_of_extremes(void **state) {
    (void)state;
    for_each_isa(check_square_sum_of_extremes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sgd_with_momentum),
        cmocka_unit_test(test_sgd_without_momentum_leaves_the_velocity_alone),
        cmocka_unit_test(test_adam),
        cmocka_unit_test(test_first_step_of_adam_is_the_rate),
        cmocka_unit_test(test_no_gradient_no_step),
        cmocka_unit_test(test_zeros_do_not_decay),
        cmocka_unit_test(test_square_sum),
        cmocka_unit_test(test_square_sum_of_extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
