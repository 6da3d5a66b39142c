#include "timing.h"

#include <stdlib.h>
#include <string.h>

const char *timing_phase_name(timing_phase_t phase) {
    static const char *const names[PHASE_COUNT] = {
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
    return names[phase];
}

/** Of a step, besides its shards' and of each of these: as many as phases may be entered. */
enum { STEP_EVENTS = 20, SHARD_EVENTS = 4 };

status_t timing_trace_create(timing_trace_t **trace, int64_t steps, int shards) {
    timing_trace_t *created = *trace = calloc(1, sizeof *created);
    if (created) {
        created->steps = steps;
        created->capacity = (size_t)steps * ((size_t)shards * SHARD_EVENTS + STEP_EVENTS);
        created->events = calloc(created->capacity + (size_t)steps, sizeof *created->events);
        created->writes = calloc((size_t)steps, sizeof *created->writes);
    }
    if (!created || !created->events || !created->writes) {
        timing_trace_destroy(created);
        *trace = NULL;
        return status_fail(STATUS_MEMORY, "out of memory for tracing %lld steps", (long long)steps);
    }
    return STATUS_OK;
}

void timing_trace_destroy(timing_trace_t *trace) {
    if (trace) {
        free(trace->events);
        free(trace->writes);
        free(trace);
    }
}

void timing_trace_set(timing_trace_t *trace, int64_t first) {
    trace->first = first;
    trace->last = first + trace->steps - 1;
}

bool timing_trace_is_due(const timing_trace_t *trace, int64_t step) {
    // Only once: a run that diverges may come to a step again.
    return trace->begun == 0 && step >= trace->first && step <= trace->last;
}

void timing_trace_begin_step(timing_trace_t *trace, int64_t step, int64_t now) {
    if (timing_trace_is_due(trace, step)) {
        trace->zero = now;
        trace->is_active = true;
    }
    if (trace->is_active && (trace->begun == trace->steps || step > trace->last)) {
        trace->is_active = false;
    }
    trace->begun += trace->is_active;
}

void timing_trace_note(timing_trace_t *trace, const timing_event_t *event) {
    if (trace && trace->is_active && trace->count < trace->capacity) {
        trace->events[trace->count++] = *event;
    }
}

void timing_trace_note_write(timing_trace_t *trace, int64_t step, int64_t from, int64_t to) {
    if (!trace) {
        return;
    }
    const size_t count = atomic_load(&trace->write_count);
    if (count < (size_t)trace->steps) {
        trace->writes[count] = (timing_event_t){.from = from,
            .to = to,
            .step = step,
            .phase = PHASE_CHECKPOINT,
            .thread = TIMING_WRITER,
            .shard = -1};
        atomic_store(&trace->write_count, count + 1);
    }
}

void timing_trace_end(timing_trace_t *trace) {
    trace->is_active = false;
    const size_t writes = atomic_load(&trace->write_count);
    for (size_t i = 0; i < writes; i++) {
        trace->events[trace->count++] = trace->writes[i];
    }
}

void timing_start(timing_t *timing, int64_t (*now)(void), timing_trace_t *trace) {
    *timing = (timing_t){.now = now, .phase = PHASE_OTHER, .since = now(), .trace = trace, .shard = -1};
}

void timing_enter(timing_t *timing, timing_phase_t phase) {
    if (!timing) {
        return;
    }
    const int64_t now = timing->now();
    timing_trace_note(timing->trace, &(timing_event_t){.from = timing->since,
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
static void enter_shard(timing_t *timing, timing_phase_t phase, int shard, int words) {
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

timing_trace_t *timing_active_trace(const timing_t *timing) {
    return timing && timing->trace && timing->trace->is_active ? timing->trace : NULL;
}

int64_t timing_total(const timing_t *timing) {
    int64_t total = 0;
    for (int i = 0; i < PHASE_COUNT; i++) {
        total += timing->spent[i];
    }
    return total;
}
