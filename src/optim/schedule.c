#include "cvae/schedule.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

static double progress(const config_schedule_t *schedule, schedule_position_t position) {
    double end = schedule->over * (double)position.steps;
    return end > 0 ? fmin(1, (double)position.step / end) : 1;
}

static double value_without_warmup(const config_schedule_t *schedule, schedule_position_t position) {
    const double from = schedule->from, to = schedule->to;
    switch (schedule->kind) {
    case CONFIG_SCHEDULE_LINEAR:
        return from + (to - from) * progress(schedule, position);
    case CONFIG_SCHEDULE_COSINE:
        return to + (from - to) * (1 + cos(PI * progress(schedule, position))) / 2;
    case CONFIG_SCHEDULE_STEP:
        return from * pow(schedule->factor, position.epoch / schedule->every);
    case CONFIG_SCHEDULE_CONSTANT:
        break;
    }
    return from;
}

double schedule_value(const config_schedule_t *schedule, schedule_position_t position) {
    double value = value_without_warmup(schedule, position);
    if (schedule->warmup_steps > 0) {
        value *= fmin(1, (double)(position.step + 1) / schedule->warmup_steps);
    }
    return value;
}
