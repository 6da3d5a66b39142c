/**
 * Schedules: a value that depends on how far the training is, and on nothing else. Rank 0 computes them and
 * hands them to the others, because a cosine need not have the same bits on every host.
 */
#ifndef CVAE_SCHEDULE_H
#define CVAE_SCHEDULE_H

#include <stdint.h>

#include "config/config.h"

/** Where a step stands in the run. */
typedef struct {
    uint64_t step;  /**< optimizer steps done before it */
    uint64_t steps; /**< of the whole run */
    int epoch;      /**< from 0 */
    int epochs;     /**< of the whole run */
} schedule_position_t;

/** What the configuration's schedules say for a step. */
typedef struct {
    double learning_rate, kl_weight, teacher_forcing, kl_target, word_dropout;
} schedule_values_t;

/** How many they are: the struct is doubles alone. */
enum { SCHEDULE_VALUES = sizeof(schedule_values_t) / sizeof(double) };

/**
 * The value for the step at `position`.
 *
 * The run is R long and x is how far it is, in steps, or, by epoch (as `step` always is), in whole epochs:
 * x = epoch + first. There are `cycles` of the length L = R / cycles. With one, the place in the cycle is
 * c = x; with more it is c = x mod L, so that a cycle's first value is `from` again. Then, with
 * p = min(1, c / (over L)) and e the place c in epochs,
 *   constant  from
 *   linear    from + (to - from) p
 *   cosine    to + (from - to) (1 + cos(pi p)) / 2
 *   step      from factor^k, k = 0 for e < since, else 1 + floor((e - since) / every); since 0 is `every`
 *   sigmoid   from + (to - from) / (1 + exp(-(e - centre) / width))
 * but `from` in the last `reset` epochs of a cycle. The value is not below `floor` nor above `ceiling` (0 is
 * none), and is multiplied by min(1, (step + 1) / warmup_steps) at last when there are warm-up steps.
 */
double schedule_value(const config_schedule_t *schedule, schedule_position_t position);

/** All that the configuration schedules, for the step at `position`. */
schedule_values_t schedule_values(const config_t *config, schedule_position_t position);

#endif
