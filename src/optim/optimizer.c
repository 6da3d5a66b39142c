#include "optimizer.h"

#include "math/kernels.h"

const char *const optimizer_moment_names[OPTIMIZER_MOMENTS_MAX] = {"first_moment", "second_moment"};

static int count_moments(const config_optimizer_t *settings) {
    if (settings->name == CONFIG_OPTIMIZER_ADAM) {
        return 2;
    }
    return settings->momentum > 0 ? 1 : 0;
}

void optimizer_layout(
    optimizer_t *optimizer, memory_t *memory, const config_optimizer_t *settings, size_t size) {
    optimizer->settings = *settings;
    optimizer->size = size;
    optimizer->moments = count_moments(settings);
    for (int i = 0; i < optimizer->moments; i++) {
        optimizer->moment[i] = memory_take(memory, size, sizeof(float));
    }
}

/**
 * 1 / (1 - beta^step), by multiplications alone: a libm's pow need not have the same bits on every host. beta
 * is the float that the kernel averages with, for the correction must match that average.
 */
static double bias_correction(float beta, uint64_t step) {
    double power = 1, square = beta;
    for (uint64_t rest = step; rest > 0; rest /= 2) {
        if (rest % 2 == 1) {
            power *= square;
        }
        square *= square;
    }
    return 1 / (1 - power);
}

void optimizer_begin(optimizer_t *optimizer, uint64_t step, double rate, double norm) {
    const config_optimizer_t *settings = &optimizer->settings;
    optimizer->scale = (float)(settings->clip > 0 && norm > settings->clip ? settings->clip / norm : 1);
    optimizer->rate = (float)rate;
    optimizer->decay = (float)(rate * settings->weight_decay);
    optimizer->correction[0] = (float)bias_correction((float)settings->beta1, step);
    optimizer->correction[1] = (float)bias_correction((float)settings->beta2, step);
}

/** A moment's elements from `first` on, or NULL where there is none. */
static float *moment_at(const optimizer_t *optimizer, int moment, size_t first) {
    return moment < optimizer->moments ? optimizer->moment[moment] + first : NULL;
}

void optimizer_update(
    optimizer_t *optimizer, size_t first, size_t count, const float *gradient, float *parameters) {
    const config_optimizer_t *settings = &optimizer->settings;
    float *moments[] = {moment_at(optimizer, 0, first), moment_at(optimizer, 1, first)};
    if (settings->name == CONFIG_OPTIMIZER_SGD) {
        kernels()->sgd(count, parameters + first, gradient + first, moments[0], optimizer->scale,
            optimizer->rate, optimizer->decay, (float)settings->momentum);
        return;
    }
    kernels()->adam(count, parameters + first, gradient + first, moments[0], moments[1], optimizer->scale,
        optimizer->rate, optimizer->decay, (float)settings->beta1, (float)settings->beta2,
        (float)settings->epsilon, optimizer->correction[0], optimizer->correction[1]);
}
