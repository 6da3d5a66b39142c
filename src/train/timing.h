/**
 * What a training measures of its time where it is asked to: how long each rank spends in each phase, and,
 * event by event, what it did in a few steps, a trace; and the files of --timing and --trace at the end. A
 * phase lasts until the next one is entered, so that the phases add up to all the time there was, to the
 * nanosecond. No bit of a result depends on it. Functions are local where it is not said otherwise; the clock
 * is looked at once a change. Private to src/train.
 */
#ifndef CVAE_TIMING_H
#define CVAE_TIMING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "plan.h"
#include "state.h"

/** What a training spends its time on. */
typedef enum {
    PHASE_PREPARE,    /**< an epoch's order; taking, sorting, cutting and dealing a batch; noise */
    PHASE_COMPUTE,    /**< forward and backward over shards */
    PHASE_EXACT_SUM,  /**< gradients to fixed point, added up, and back to floats: of these a rank's part */
    PHASE_WAITING,    /**< until all ranks have come to the reduction */
    PHASE_ALLREDUCE,  /**< the reduction itself */
    PHASE_OPTIMIZER,  /**< clipping, the update of a rank's part, packing all weights anew */
    PHASE_EVALUATION, /**< what rank 0 does at an epoch's end, and the others wait for */
    PHASE_CHECKPOINT, /**< likewise for a checkpoint, as far as the training waits for it */
    PHASE_OTHER,
    PHASE_COUNT
} timing_phase_t;

/** "prepare", "exact_sum" and so on. */
extern const char *const timing_phase_names[PHASE_COUNT];

/** Who did it. */
typedef enum { TIMING_TRAINING, TIMING_WRITER /**< the thread that writes checkpoints */ } timing_thread_t;

/** Without pointers, for it goes from rank to rank as it is. */
typedef struct {
    int64_t from, to; /**< nanoseconds of this host's clock */
    int64_t step;     /**< from 1 */
    int32_t phase;    /**< timing_phase_t */
    int32_t thread;   /**< timing_thread_t */
    int32_t shard;    /**< of the step; -1: of none */
    int32_t words;    /**< of the shard */
} timing_event_t;

/** Zeroed: no trace; no step is due then. */
typedef struct {
    int64_t first;  /**< the first step to trace, of the whole run; set before the first step of all */
    int64_t steps;  /**< how many */
    int64_t begun;  /**< of them */
    int64_t zero;   /**< when the first one began, as from */
    bool is_active; /**< events are noted */
    size_t count, capacity; /**< events of this thread */
    timing_event_t *events; /**< [capacity + steps], those of the other thread from `capacity` on */
    atomic_size_t written;  /**< events of the other thread */
} timing_trace_t;

/** Room for a trace of so many steps, of at most `shards` shards each. STATUS_MEMORY. */
status_t timing_trace_create(timing_trace_t *trace, int64_t steps, int shards);

/** Fine for a zeroed struct. */
void timing_trace_destroy(timing_trace_t *trace);

/** Whether a step that is about to begin is the first one to be traced. */
bool timing_trace_is_due(const timing_trace_t *trace, int64_t step);

/** A step begins, at `now`: tracing begins with the one that is due, and ends behind the last one. Called
 * when the events of the step before are noted. */
void timing_trace_begin_step(timing_trace_t *trace, int64_t step, int64_t now);

/** Notes an event, where the trace is active. Allocates nothing. */
void timing_trace_note(timing_trace_t *trace, const timing_event_t *event);

/** Notes the writing of a step's checkpoint; nothing for NULL. For the other thread, one call at a time. */
void timing_trace_note_write(timing_trace_t *trace, int64_t step, int64_t from, int64_t to);

/** Nothing is noted any more, and the other thread's events stand behind the rest. */
void timing_trace_end(timing_trace_t *trace);

typedef struct {
    const char *timing_file; /**< one JSON object on a line, of the training and of each rank; NULL: none */
    uint64_t warmup;         /**< steps of this process that it leaves out, at the beginning */
    const char *trace_file;  /**< the traced steps of all ranks on one timeline; NULL: none */
    uint64_t trace_first;    /**< of the whole run, from 1; 0: the five steps after warmup */
    uint64_t trace_last;     /**< not before trace_first */
    int64_t started;         /**< system_now() when the program began */
} timing_options_t;

typedef struct {
    const plan_t *plan; /**< NULL: of this rank alone, all of whose steps count */
    const timing_options_t *options;
    uint64_t begun;  /**< steps of this process */
    int64_t startup; /**< nanoseconds until the first of them */

    int64_t (*now)(void); /**< nanoseconds */
    timing_phase_t phase; /**< under way */
    int64_t since;        /**< when it was entered */

    // Since timing_clear().
    int64_t spent[PHASE_COUNT]; /**< nanoseconds, the phase under way not yet counted */
    int64_t steps;
    int64_t words;                     /**< of those steps */
    int64_t own_words;                 /**< of them, those that this rank worked on */
    int64_t sum_bytes;                 /**< that it gave to these steps' reductions, and got back */
    int64_t sums_again;                /**< sums of 32 bits that were made again in 64 */
    int64_t spent_before[PHASE_COUNT]; /**< the step at hand */

    timing_trace_t trace; /**< gets every phase that ends */
    int64_t step;         /**< at hand */
    int64_t taken_words;  /**< of it, that this rank worked on */
    int shard;            /**< at hand, of shard_words words; -1: none */
    int shard_words;
} timing_t;

/** Begins in PHASE_OTHER, without a trace and of this rank alone. now: the clock, which never goes back. */
void timing_start(timing_t *timing, int64_t (*now)(void));

/**
 * Begins to measure what the options ask for; plan and options must outlive it. Sees to it that the files can
 * be written, and leaves them as they are. Collective, with the same status on all ranks: STATUS_OUTPUT,
 * STATUS_MEMORY. *timing is for timing_destroy(), also on error.
 */
status_t timing_create(timing_t *timing, const plan_t *plan, const timing_options_t *options);

/** Fine for a zeroed struct. */
void timing_destroy(timing_t *timing);

// For NULL, a training that is not timed, the functions below do nothing.

/** Ends the phase under way and begins another, or the same once more. */
void timing_enter(timing_t *timing, timing_phase_t phase);

/** Likewise; what follows is for a shard of the step, of so many words, which this rank works on; -1: none.
 */
void timing_enter_shard(timing_t *timing, timing_phase_t phase, int shard, int words);

/**
 * Begins a step of this process, in PHASE_OTHER, whose number is counted over the run from 1: when the steps
 * to warm up are done, ranks wait for each other and begin to count together. Collective. Allocates nothing.
 */
void timing_begin_step(timing_t *timing, int64_t step);

/** A reduction of so many bytes of this rank's. */
void timing_note_sum(timing_t *timing, size_t bytes);

/** The step at hand sums its shards once more. */
void timing_note_again(timing_t *timing);

/** Ends a step of so many words on all ranks, and counts it; 0: it was given up, and counts as none. What
 * follows is PHASE_OTHER. */
void timing_end_step(timing_t *timing, int words);

/** Forgets all that was counted: what counts begins now, in PHASE_OTHER. timing is not NULL. */
void timing_clear(timing_t *timing);

/**
 * Writes what was asked for, with a warning where there was nothing to measure. Collective, with the same
 * status on all ranks: STATUS_OUTPUT, STATUS_MEMORY; without an error status_message() stays.
 */
status_t timing_finish(timing_t *timing, const state_t *state);

/** The trace while it is active, else NULL. */
timing_trace_t *timing_active_trace(timing_t *timing);

/** The nanoseconds that were counted, all phases together. timing is not NULL. */
int64_t timing_total(const timing_t *timing);

#endif
