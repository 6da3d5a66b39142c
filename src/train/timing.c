#include "timing.h"

#include <string.h>

void timing_start(timing_t *timing, int64_t (*now)(void), trace_t *trace) {
    *timing = (timing_t){.now = now, .phase = PHASE_OTHER, .since = now(), .trace = trace, .shard = -1};
}

void timing_enter(timing_t *timing, phase_t phase) {
    if (!timing) {
        return;
    }
    const int64_t now = timing->now();
    trace_note(timing->trace, &(trace_event_t){.from = timing->since,
                                  .to = now,
                                  .step = timing->step,
                                  .phase = timing->phase,
                                  .shard = timing->shard,
                                  .words = timing->shard_words});
    timing->spent[timing->phase] += now - timing->since;
    timing->phase = phase;
    timing->since = now;
}

/** Enters a phase that belongs to a shard, or to none. */
static void enter_shard(timing_t *timing, phase_t phase, int shard, int words) {
    timing_enter(timing, phase);
    timing->shard = shard;
    timing->shard_words = words;
}

void timing_begin_shard(timing_t *timing, int shard, int words) {
    if (timing) {
        enter_shard(timing, PHASE_PREPARE, shard, words);
        timing->taken_words += words;
    }
}

void timing_end_shards(timing_t *timing) {
    if (timing) {
        enter_shard(timing, PHASE_OTHER, -1, 0);
    }
}

void timing_begin_step(timing_t *timing, int64_t step) {
    if (timing) {
        timing_enter(timing, PHASE_OTHER);
        memcpy(timing->spent_before, timing->spent, sizeof timing->spent);
        timing->step = step;
        timing->taken_words = 0;
    }
}

void timing_end_step(timing_t *timing, int words) {
    timing_enter(timing, PHASE_OTHER);
    if (timing && words > 0) {
        timing->steps++;
        timing->words += words;
        timing->own_words += timing->taken_words;
    } else if (timing) {
        memcpy(timing->spent, timing->spent_before, sizeof timing->spent);
    }
}

void timing_clear(timing_t *timing) {
    if (timing) {
        timing_enter(timing, PHASE_OTHER);
        memset(timing->spent, 0, sizeof timing->spent);
        timing->steps = timing->words = timing->own_words = 0;
    }
}

trace_t *timing_trace(const timing_t *timing) {
    return timing && timing->trace && timing->trace->is_active ? timing->trace : NULL;
}

int64_t timing_total(const timing_t *timing) {
    int64_t total = 0;
    for (int i = 0; i < PHASE_COUNT; i++) {
        total += timing->spent[i];
    }
    return total;
}
