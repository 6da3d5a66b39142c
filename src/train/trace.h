/**
 * What this rank did in a few steps, event by event, in memory that is set aside at the start. Local. Private
 * to src/train.
 */
#ifndef CVAE_TRACE_H
#define CVAE_TRACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "phase.h"

/** Who did it. */
typedef enum { TRACE_TRAINING, TRACE_WRITER /**< the thread that writes checkpoints */ } trace_thread_t;

/** Without pointers, for it goes from rank to rank as it is. */
typedef struct {
    int64_t from, to; /**< nanoseconds of this host's clock */
    int64_t step;     /**< from 1 */
    int32_t phase;    /**< phase_t */
    int32_t thread;   /**< trace_thread_t */
    int32_t shard;    /**< of the step; -1: of none */
    int32_t words;    /**< of the shard */
} trace_event_t;

typedef struct {
    int64_t first, last; /**< the steps to trace, of the whole run; 0, 0: not known yet */
    int64_t steps;       /**< how many these are */
    int64_t begun;       /**< of them */
    int64_t zero;        /**< when the first one began, as from */
    bool is_active;      /**< events are noted */
    size_t count, capacity;
    trace_event_t *events; /**< [capacity + steps]: room for the writes behind the others */
    atomic_size_t write_count;
    trace_event_t *writes; /**< [steps] the other thread's */
} trace_t;

/**
 * A trace of so many steps, of at most `shards` shards each, with trace_set() still to come. STATUS_MEMORY:
 * *trace is NULL then.
 */
status_t trace_create(trace_t **trace, int64_t steps, int shards);

/** NULL is fine. */
void trace_destroy(trace_t *trace);

/** The first step to trace. Before the first step of all. */
void trace_set(trace_t *trace, int64_t first);

/** Whether a step that is about to begin is the first one to be traced. */
bool trace_is_due(const trace_t *trace, int64_t step);

/** A step begins, at `now`: it is noted where trace_is_due() said so, and from there on as many as wanted.
 * Called when the events of the step before are noted. */
void trace_begin_step(trace_t *trace, int64_t step, int64_t now);

/** Notes an event, where there is a trace and it is active. Allocates nothing. */
void trace_note(trace_t *trace, const trace_event_t *event);

/**
 * Notes the writing of the checkpoint of a step, where there is a trace. The only function for another
 * thread, one call at a time.
 */
void trace_note_write(trace_t *trace, int64_t step, int64_t from, int64_t to);

/** Nothing is noted any more, and what was written in the meantime stands behind the other events. */
void trace_end(trace_t *trace);

#endif
