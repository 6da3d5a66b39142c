/**
 * Schedules: a value that depends on how far the training is, and on nothing else. Rank 0 computes them and
 * hands them to the others, because a cosine need not have the same bits on every host.
 */
#ifndef CVAE_SCHEDULE_H
#define CVAE_SCHEDULE_H

#include <stdint.h>

#include "cvae/config.h"

/** Where a step stands in the run. */
typedef struct {
    uint64_t step;  /**< optimizer steps done before it */
    uint64_t steps; /**< of the whole run */
    int epoch;      /**< from 0 */
} schedule_position_t;

/**
 * The value for the step at `position`, with p = min(1, step / (over * steps)):
 *   constant  from
 *   linear    from + (to - from) p
 *   cosine    to + (from - to) (1 + cos(pi p)) / 2
 *   step      from * factor^floor(epoch / every)
 * each times min(1, (step + 1) / warmup_steps) when there are warm-up steps.
 */
double schedule_value(const config_schedule_t *schedule, schedule_position_t position);

#endif
