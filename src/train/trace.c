#include "trace.h"

#include <stdlib.h>

/** Of a step, besides its shards' and of each of these: as many as phases may be entered. */
enum { STEP_EVENTS = 20, SHARD_EVENTS = 4 };

status_t trace_create(trace_t **trace, int64_t steps, int shards) {
    trace_t *created = *trace = calloc(1, sizeof *created);
    if (created) {
        created->steps = steps;
        created->capacity = (size_t)steps * ((size_t)shards * SHARD_EVENTS + STEP_EVENTS);
        created->events = calloc(created->capacity + (size_t)steps, sizeof *created->events);
        created->writes = calloc((size_t)steps, sizeof *created->writes);
    }
    if (!created || !created->events || !created->writes) {
        trace_destroy(created);
        *trace = NULL;
        return status_fail(STATUS_MEMORY, "out of memory for tracing %lld steps", (long long)steps);
    }
    return STATUS_OK;
}

void trace_destroy(trace_t *trace) {
    if (trace) {
        free(trace->events);
        free(trace->writes);
        free(trace);
    }
}

void trace_set(trace_t *trace, int64_t first) {
    trace->first = first;
    trace->last = first + trace->steps - 1;
}

bool trace_is_due(const trace_t *trace, int64_t step) {
    // Only once: a run that diverges may come to a step again.
    return trace->begun == 0 && step >= trace->first && step <= trace->last;
}

void trace_begin_step(trace_t *trace, int64_t step, int64_t now) {
    if (trace_is_due(trace, step)) {
        trace->zero = now;
        trace->is_active = true;
    }
    if (trace->is_active && (trace->begun == trace->steps || step > trace->last)) {
        trace->is_active = false;
    }
    trace->begun += trace->is_active;
}

void trace_note(trace_t *trace, const trace_event_t *event) {
    if (trace && trace->is_active && trace->count < trace->capacity) {
        trace->events[trace->count++] = *event;
    }
}

void trace_note_write(trace_t *trace, int64_t step, int64_t from, int64_t to) {
    if (!trace) {
        return;
    }
    const size_t count = atomic_load(&trace->write_count);
    if (count < (size_t)trace->steps) {
        trace->writes[count] = (trace_event_t){.from = from,
            .to = to,
            .step = step,
            .phase = PHASE_CHECKPOINT,
            .thread = TRACE_WRITER,
            .shard = -1};
        atomic_store(&trace->write_count, count + 1);
    }
}

void trace_end(trace_t *trace) {
    trace->is_active = false;
    const size_t writes = atomic_load(&trace->write_count);
    for (size_t i = 0; i < writes; i++) {
        trace->events[trace->count++] = trace->writes[i];
    }
}
