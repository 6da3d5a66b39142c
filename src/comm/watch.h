/**
 * The watch over ranks that do not go on: a thread on each rank that looks at all ranks of its host
 * (stall.h). It needs no MPI, and it also runs where the rank itself waits in MPI. A rank that does not go on
 * is named once on standard error; after twice the time all processes of the host that run end with
 * STATUS_STALLED, and with them, by mpirun, the job. Times are counted in the thread's own looks, so that
 * what is suspended as a whole, a job or the machine, counts for nothing. All functions are local. Private to
 * src/comm.
 */
#ifndef COMM_WATCH_H
#define COMM_WATCH_H

#include "base/status.h"
#include "stall.h"

typedef struct watch watch_t;

typedef struct {
    stall_slot_t *slots; /**< [count] of this host's ranks, prepared */
    int count, own;
    const char *host; /**< its name */
    int hosts;
    int seconds; /**< until a rank is named */
} watch_settings_t;

/** Starts the thread; what the settings point to outlives it. STATUS_MEMORY, STATUS_INTERNAL. */
status_t watch_start(watch_t **watch, const watch_settings_t *settings);

/** Ends it. NULL is fine. */
void watch_stop(watch_t *watch);

#endif
