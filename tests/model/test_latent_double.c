#include "model/latent.h"
#include "tensors.h"

enum { WORDS = 3, LATENT = 4, COUNT = WORDS * LATENT };

typedef struct {
    real *mean, *log_variance, *deviation, *z;
    const real *noise, *d_z;
    real *d_divergence;
    real kl_weight;
    latent_cost_t cost;
} latent_t;

static double forward(void *context) {
    latent_t *latent = context;
    latent_sample(COUNT, latent->mean, latent->log_variance, latent->noise, latent->deviation, latent->z);
    return fixture_dot(COUNT, latent->z, latent->d_z) +
           latent->kl_weight * latent_cost(&latent->cost, WORDS, LATENT, latent->mean, latent->log_variance,
                                   latent->deviation, latent->kl_weight, latent->d_divergence);
}

static void test_gradient(void **state) {
    (void)state;
    const struct {
        real kl_weight;
        latent_cost_t cost;
    } cases[] = {{0, {0, 0}}, {0.7, {0, 0}}, {1, {0, 0}}, {0.7, {0.4, 0}}, {0.7, {90, 0}}, {1, {0, 2.5}},
        {0.7, {0, 90}}};
    for (int i = 0; i < 7; i++) {
        tensors_t mean = tensors_make("mean", TENSORS_WRITTEN, 1, COUNT);
        tensors_t log_variance = tensors_make("log variance", TENSORS_WRITTEN, 2, COUNT);
        latent_t latent = {mean.x, log_variance.x, fixture_normal(3, 1, COUNT), fixture_normal(4, 1, COUNT),
            fixture_normal(5, 1, COUNT), fixture_normal(6, 1, COUNT), fixture_normal(7, 1, COUNT),
            cases[i].kl_weight, cases[i].cost};
        forward(&latent);
        latent_backward(COUNT, latent.mean, latent.noise, latent.deviation, latent.d_z, latent.d_divergence,
            mean.d, log_variance.d);
        tensors_check((tensors_t *[]){&mean, &log_variance}, 2, forward, &latent);
    }
}

static void test_sample_by_hand(void **state) {
    (void)state;
    const real mean[] = {1, -2}, log_variance[] = {0, 2 * 0.69314718055994531}, noise[] = {0.5, -3};
    real deviation[2], z[2];
    latent_sample(2, mean, log_variance, noise, deviation, z);
    assert_true(fabs(deviation[0] - 1) < 1e-15 && fabs(deviation[1] - 2) < 1e-15);
    assert_true(fabs(z[0] - 1.5) < 1e-15 && fabs(z[1] + 8) < 1e-14);
}

/** The integral of q ln(q / p) itself, by the trapezoidal rule, which is exact to rounding for such a
 * function. */
static double divergence_integral(double mean, double log_variance) {
    const double deviation = exp(log_variance / 2), step = deviation / 50;
    double sum = 0;
    for (int i = -600; i <= 600; i++) {
        const double x = mean + i * step, u = (x - mean) / deviation;
        const double log_ratio = -u * u / 2 - log(deviation) + x * x / 2;
        sum += exp(-u * u / 2) * log_ratio * step;
    }
    return sum / (deviation * sqrt(2 * M_PI));
}

static void test_divergence_is_the_integral(void **state) {
    (void)state;
    const struct { real mean, log_variance; } cases[] = {{0, 0}, {1.5, 0}, {0, -2}, {-0.7, 1.1}, {2, -4}};
    for (int i = 0; i < 5; i++) {
        const real deviation = exp(cases[i].log_variance / 2);
        double value = latent_divergence(1, &cases[i].mean, &cases[i].log_variance, &deviation);
        assert_true(fabs(value - divergence_integral(cases[i].mean, cases[i].log_variance)) < 1e-12);
        assert_true(value >= 0);
    }
}

/** Two words of two numbers whose divergences are 0.5 mean^2: 0.5 and 2, 4.5 and 0. */
static void test_cost_by_hand(void **state) {
    (void)state;
    const real mean[] = {1, 2, 3, 0}, log_variance[] = {0, 0, 0, 0}, deviation[] = {1, 1, 1, 1};
    const struct {
        latent_cost_t cost;
        double value;
        real d[4];
    } cases[] = {
        {{0, 0}, 7, {1, 1, 1, 1}},
        {{1, 0}, 1 + 2 + 4.5 + 1, {0, 1, 1, 0}},
        {{2, 0}, 2 + 2 + 4.5 + 2, {0, 1, 1, 0}}, // where it is reached it counts
        {{0, 3}, 0.5 + 1.5, {-1, -1, 1, 1}},
        {{0, 2.5}, 0 + 2, {1, 1, 1, 1}},
        {{0, 10}, 7.5 + 5.5, {-1, -1, -1, -1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        real d[4];
        assert_true(latent_cost(&cases[i].cost, 2, 2, mean, log_variance, deviation, 3, d) == cases[i].value);
        for (int j = 0; j < 4; j++) {
            assert_true(d[j] == 3 * cases[i].d[j]);
        }
    }
}

static void test_divergence_is_a_sum(void **state) {
    (void)state;
    const real mean[] = {1, 2, 3}, log_variance[] = {0, 0, 0}, deviation[] = {1, 1, 1};
    assert_true(latent_divergence(3, mean, log_variance, deviation) == 7);
    assert_true(latent_divergence(0, mean, log_variance, deviation) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_gradient, fixture_release),
        cmocka_unit_test(test_sample_by_hand),
        cmocka_unit_test(test_divergence_is_the_integral),
        cmocka_unit_test(test_divergence_is_a_sum),
        cmocka_unit_test(test_cost_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
