/**
 * How long this rank spends in each phase of its training. A phase lasts until the next one is entered, so
 * that the phases add up to all the time there was, to the nanosecond. Local; looks at the clock once a
 * change. Every function does nothing for NULL, which is a training that is not timed. Private to src/train.
 */
#ifndef CVAE_TIMING_H
#define CVAE_TIMING_H

#include <stdint.h>

#include "phase.h"
#include "trace.h"

typedef struct {
    int64_t (*now)(void); /**< nanoseconds */
    phase_t phase;        /**< under way */
    int64_t since;        /**< when it was entered */

    // Since timing_clear().
    int64_t spent[PHASE_COUNT]; /**< nanoseconds, the phase under way not yet counted */
    int64_t steps;
    int64_t words;                     /**< of those steps */
    int64_t own_words;                 /**< of them, those that this rank worked on */
    int64_t spent_before[PHASE_COUNT]; /**< the step at hand */

    trace_t *trace;      /**< gets every phase that ends; NULL: none */
    int64_t step;        /**< at hand */
    int64_t taken_words; /**< of it, that this rank worked on */
    int shard;           /**< at hand, of shard_words words; -1: none */
    int shard_words;
} timing_t;

/** Begins in PHASE_OTHER. now: the clock, which never goes back. trace may be NULL. */
void timing_start(timing_t *timing, int64_t (*now)(void), trace_t *trace);

/** Ends the phase under way and begins another, or the same once more. */
void timing_enter(timing_t *timing, phase_t phase);

/** Begins the preparation of a shard of the step, of so many words, which this rank works on. */
void timing_begin_shard(timing_t *timing, int shard, int words);

/** The step's shards are done. */
void timing_end_shards(timing_t *timing);

/** Begins a step, in PHASE_OTHER. */
void timing_begin_step(timing_t *timing, int64_t step);

/** Ends a step of so many words on all ranks, and counts it; 0: it was given up, and counts as none. What
 * follows is PHASE_OTHER. */
void timing_end_step(timing_t *timing, int words);

/** Forgets all that was counted: what counts begins now, in PHASE_OTHER. */
void timing_clear(timing_t *timing);

/** The trace while it is active, else NULL. */
trace_t *timing_trace(const timing_t *timing);

/** The nanoseconds that were counted, all phases together. timing is not NULL. */
int64_t timing_total(const timing_t *timing);

#endif
