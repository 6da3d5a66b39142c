#include "timing.h"

#include <stdlib.h>
#include <string.h>

const char *const timing_phase_names[PHASE_COUNT] = {
    [PHASE_PREPARE] = "prepare",
    [PHASE_COMPUTE] = "compute",
    [PHASE_EXACT_SUM] = "exact_sum",
    [PHASE_WAITING] = "waiting",
    [PHASE_ALLREDUCE] = "allreduce",
    [PHASE_OPTIMIZER] = "optimizer",
    [PHASE_EVALUATION] = "evaluation",
    [PHASE_CHECKPOINT] = "checkpoint",
    [PHASE_OTHER] = "other",
};

/** Of a step, besides its shards' and of each of these: as many as phases may be entered. */
enum { STEP_EVENTS = 20, SHARD_EVENTS = 4 };

status_t timing_trace_create(timing_trace_t *trace, int64_t steps, int shards) {
    const size_t capacity = (size_t)steps * ((size_t)shards * SHARD_EVENTS + STEP_EVENTS);
    *trace = (timing_trace_t){.steps = steps,
        .capacity = capacity,
        .events = calloc(capacity + (size_t)steps, sizeof *trace->events)};
    return trace->events
               ? STATUS_OK
               : status_fail(STATUS_MEMORY, "out of memory for tracing %lld steps", (long long)steps);
}

void timing_trace_destroy(timing_trace_t *trace) {
    free(trace->events);
}

bool timing_trace_is_due(const timing_trace_t *trace, int64_t step) {
    // Only once: a run that diverges may come to a step again.
    return trace->begun == 0 && step >= trace->first && step < trace->first + trace->steps;
}

void timing_trace_begin_step(timing_trace_t *trace, int64_t step, int64_t now) {
    if (timing_trace_is_due(trace, step)) {
        trace->zero = now;
        trace->is_active = true;
    }
    trace->is_active = trace->is_active && trace->begun < trace->steps && step < trace->first + trace->steps;
    trace->begun += trace->is_active;
}

void timing_trace_note(timing_trace_t *trace, const timing_event_t *event) {
    if (trace->is_active && trace->count < trace->capacity) {
        trace->events[trace->count++] = *event;
    }
}

void timing_trace_note_write(timing_trace_t *trace, int64_t step, int64_t from, int64_t to) {
    const size_t written = trace ? atomic_load(&trace->written) : 0;
    if (trace && written < (size_t)trace->steps) {
        trace->events[trace->capacity + written] = (timing_event_t){.from = from,
            .to = to,
            .step = step,
            .phase = PHASE_CHECKPOINT,
            .thread = TIMING_WRITER,
            .shard = -1};
        atomic_store(&trace->written, written + 1);
    }
}

void timing_trace_end(timing_trace_t *trace) {
    const size_t written = atomic_load(&trace->written);
    trace->is_active = false;
    memmove(trace->events + trace->count, trace->events + trace->capacity, written * sizeof *trace->events);
    trace->count += written;
}

void timing_start(timing_t *timing, int64_t (*now)(void)) {
    *timing = (timing_t){.now = now, .phase = PHASE_OTHER, .since = now(), .shard = -1};
}

void timing_enter(timing_t *timing, timing_phase_t phase) {
    if (!timing) {
        return;
    }
    const int64_t now = timing->now();
    timing_trace_note(&timing->trace, &(timing_event_t){.from = timing->since,
                                          .to = now,
                                          .step = timing->step,
                                          .phase = timing->phase,
                                          .shard = timing->shard,
                                          .words = timing->shard_words});
    timing->spent[timing->phase] += now - timing->since;
    timing->phase = phase;
    timing->since = now;
}

void timing_enter_shard(timing_t *timing, timing_phase_t phase, int shard, int words) {
    timing_enter(timing, phase);
    if (timing) {
        timing->shard = shard;
        timing->shard_words = words;
        timing->taken_words += words;
    }
}

void timing_begin_step(timing_t *timing, int64_t step) {
    timing_enter(timing, PHASE_OTHER);
    if (timing) {
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
    timing_enter(timing, PHASE_OTHER);
    memset(timing->spent, 0, sizeof timing->spent);
    timing->steps = timing->words = timing->own_words = 0;
}

timing_trace_t *timing_active_trace(timing_t *timing) {
    return timing && timing->trace.is_active ? &timing->trace : NULL;
}

int64_t timing_total(const timing_t *timing) {
    int64_t total = 0;
    for (int i = 0; i < PHASE_COUNT; i++) {
        total += timing->spent[i];
    }
    return total;
}
