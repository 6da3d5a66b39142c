#include "schedule.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

/** Where a step stands in its cycle. */
typedef struct {
    double place;  /**< from 0, in steps or epochs */
    double length; /**< of the cycle, in the same unit */
    double epoch;  /**< the length of an epoch, in the same unit */
} cycle_t;

static cycle_t find_cycle(const config_schedule_t *schedule, schedule_position_t position) {
    const bool by_epoch = schedule->kind == CONFIG_SCHEDULE_STEP || schedule->by == CONFIG_BY_EPOCH;
    const double run = by_epoch ? position.epochs : (double)position.steps;
    const double done = by_epoch ? position.epoch : (double)position.step;
    const double epoch = by_epoch || position.epochs <= 0 ? 1 : run / position.epochs;
    const double place = done + schedule->first * epoch;
    if (schedule->cycles <= 1) {
        return (cycle_t){place, run, epoch};
    }
    // Multiplied first: a remainder of whole numbers is exact, so that no rounding moves a cycle's border.
    return (cycle_t){fmod(place * schedule->cycles, run) / schedule->cycles, run / schedule->cycles, epoch};
}

static double progress(const config_schedule_t *schedule, const cycle_t *cycle) {
    double end = schedule->over * cycle->length;
    return end > 0 ? fmin(1, cycle->place / end) : 1;
}

static double stairs(const config_schedule_t *schedule, const cycle_t *cycle) {
    const double since = schedule->since > 0 ? schedule->since : schedule->every;
    return cycle->place < since ? 0 : 1 + floor((cycle->place - since) / schedule->every);
}

static double course(const config_schedule_t *schedule, const cycle_t *cycle) {
    const double from = schedule->from, to = schedule->to;
    if (schedule->reset > 0 && cycle->place >= cycle->length - schedule->reset * cycle->epoch) {
        return from;
    }
    switch (schedule->kind) {
    case CONFIG_SCHEDULE_LINEAR:
        return from + (to - from) * progress(schedule, cycle);
    case CONFIG_SCHEDULE_COSINE:
        return to + (from - to) * (1 + cos(PI * progress(schedule, cycle))) / 2;
    case CONFIG_SCHEDULE_STEP:
        return from * pow(schedule->factor, stairs(schedule, cycle));
    case CONFIG_SCHEDULE_SIGMOID:
        return from +
               (to - from) / (1 + exp(-(cycle->place / cycle->epoch - schedule->centre) / schedule->width));
    case CONFIG_SCHEDULE_CONSTANT:
        break;
    }
    return from;
}

double schedule_value(const config_schedule_t *schedule, schedule_position_t position) {
    const cycle_t cycle = find_cycle(schedule, position);
    double value = fmax(course(schedule, &cycle), schedule->floor);
    if (schedule->ceiling > 0) {
        value = fmin(value, schedule->ceiling);
    }
    if (schedule->warmup_steps > 0) {
        value *= fmin(1, (double)(position.step + 1) / schedule->warmup_steps);
    }
    return value;
}

schedule_values_t schedule_values(const config_t *config, schedule_position_t position) {
    return (schedule_values_t){
        .learning_rate = config->optimizer.lr * schedule_value(&config->optimizer.lr_schedule, position),
        .kl_weight = schedule_value(&config->train.kl_weight, position),
        .teacher_forcing = schedule_value(&config->train.teacher_forcing, position),
        .kl_target = schedule_value(&config->train.kl_target, position),
        .word_dropout = schedule_value(&config->train.word_dropout, position),
    };
}
