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

void optimizer_step(const optimizer_t *optimizer, uint64_t step, double rate, double norm, size_t first,
    size_t end, const float *gradient, float *parameters) {
    const config_optimizer_t *settings = &optimizer->settings;
    const float scale = (float)(settings->clip > 0 && norm > settings->clip ? settings->clip / norm : 1);
    const float decay = (float)(rate * settings->weight_decay);
    float *moment[OPTIMIZER_MOMENTS_MAX] = {NULL};
    for (int i = 0; i < optimizer->moments; i++) {
        moment[i] = optimizer->moment[i] + first;
    }
    if (settings->name == CONFIG_OPTIMIZER_SGD) {
        kernels()->sgd(end - first, parameters + first, gradient + first, moment[0], scale, (float)rate,
            decay, (float)settings->momentum);
        return;
    }
    kernels()->adam(end - first, parameters + first, gradient + first, moment[0], moment[1], scale,
        (float)rate, decay, (float)settings->beta1, (float)settings->beta2, (float)settings->epsilon,
        (float)bias_correction((float)settings->beta1, step),
        (float)bias_correction((float)settings->beta2, step));
}
