/**
 * Who holds up a job: what the ranks of a host show each other of how far they are, in memory that they
 * share, what is to be made of it, and a thread on each rank that looks at all ranks of its host.
 *
 * The thread needs no MPI, and it also runs where the rank itself waits in MPI. A rank that does not go on is
 * named once on standard error; after twice the time all processes of the host that run end with
 * STATUS_STALLED, and with them, by mpirun, the job. Times are counted in the thread's own looks, so that
 * what is suspended as a whole, a job or the machine, counts for nothing. All functions are local. Private to
 * src/comm.
 */
#ifndef COMM_STALL_H
#define COMM_STALL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

typedef enum {
    STALL_WORKS,
    STALL_WAITS,  /**< in a collective function, for what one rank may do alone, however long */
    STALL_REDUCES /**< in one for which all have the same to do */
} stall_place_t;

/** The looks of a rank that is no longer watched. */
enum { STALL_GONE = -1 };

/** What a rank shows: a cache line of its own. */
typedef struct {
    _Atomic int64_t looks;    /**< of its thread: a stopped process has none */
    _Atomic int64_t signs;    /**< of life: these grow whenever it gets anywhere */
    _Atomic int64_t arrivals; /**< at collective functions */
    _Atomic int64_t step;     /**< it works on */
    _Atomic int64_t place;    /**< stall_place_t */
    _Atomic int64_t rank;
    _Atomic int64_t named_at; /**< of a host's first: the arrivals of the newest stall that was told, or -1 */
    _Atomic int64_t is_ending; /**< of a host's first: somebody ends the job */
} stall_slot_t;

/** What a thread has seen of a rank: its numbers, and for how many looks they have not changed. */
typedef struct {
    int64_t looks, signs;
    int64_t frozen, silent;
} stall_view_t;

typedef enum {
    STALL_NONE,
    STALL_HERE,     /**< ranks of this host do not go on */
    STALL_ELSEWHERE /**< all of this host wait, and none of them is to blame */
} stall_verdict_t;

/** Makes a rank's slot ready, before any thread of its host looks at it. */
void stall_prepare(stall_slot_t *slot, int rank);

/** What the slot's own rank writes: that it enters and leaves a collective function, and signs of life. */
void stall_enter(stall_slot_t *slot, stall_place_t place);
void stall_leave(stall_slot_t *slot);
void stall_alive(stall_slot_t *slot, int64_t step);

/** Brings a view up to date with one look more. */
void stall_look(stall_view_t *view, const stall_slot_t *slot);

/** Where nobody gets anywhere: whether it is this rank's doing, who does not wait for others, or stands
 * still. Which collective function it waits in says nothing: of those that wait for one that stopped inside
 * of the last, some are still there and some are in the next. */
bool stall_is_to_blame(const stall_slot_t *slot, const stall_view_t *view, int64_t limit);

/** What is to be made of a host of whose ranks none has given a sign of life for `limit` looks; else
 * STALL_NONE. */
stall_verdict_t stall_judge(const stall_slot_t *slots, const stall_view_t *views, int count, int64_t limit);

/** The ranks of a host, as the thread of one of them sees them. */
typedef struct {
    stall_slot_t *slots; /**< [count], prepared */
    int count, own;
    const char *name; /**< the host's */
    int hosts;        /**< of the job */
} stall_host_t;

typedef struct stall_watch stall_watch_t;

/** Starts the thread; what the host points to outlives it. A rank is named after so many seconds.
 * STATUS_MEMORY, STATUS_INTERNAL. */
status_t stall_watch_start(stall_watch_t **watch, const stall_host_t *host, int seconds);

/** Ends it. NULL is fine. */
void stall_watch_stop(stall_watch_t *watch);

#endif
