/**
 * The other ranks: the program's only MPI. Under mpirun (or srun) it is MPI; otherwise a serial twin, one
 * rank with the same behaviour, so that nothing above needs to know.
 *
 * One thread of a process, the one that called dist_start(), calls these functions: no other ever does
 * (MPI_THREAD_FUNNELED).
 *
 * MPI's own errors (a lost connection) end the whole job: MPI_ERRORS_ARE_FATAL stays in force.
 */
#ifndef CVAE_DIST_H
#define CVAE_DIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cvae/status.h"

typedef struct dist dist_t;

enum { DIST_HOST_SIZE = 256 /**< of a host's name, with its end */ };

/**
 * Joins the job that a launcher started this process in, or stands alone. Collective. Call once, first. Ranks
 * other than 0 become silent (log.h). STATUS_MEMORY, STATUS_INTERNAL.
 */
status_t dist_start(dist_t **dist);

/** Leaves it. Collective. NULL is fine. */
void dist_finish(dist_t *dist);

/** This process's number, from 0, and how many there are. Local. */
int dist_rank(const dist_t *dist);
int dist_size(const dist_t *dist);

/** On how many hosts they run, the name of this one, and whether this is its lowest rank, as rank 0 is.
 * Local. */
int dist_hosts(const dist_t *dist);
const char *dist_host(const dist_t *dist);
bool dist_is_first_of_host(const dist_t *dist);

/**
 * All ranks agree on whether something failed. Collective: every rank passes its own status, and every rank
 * gets STATUS_OK if all were, else the status of the lowest failing rank, with its message: `rank 2 on HOST:
 * message`; or the bare message where all ranks failed alike.
 */
status_t dist_agree(dist_t *dist, status_t own);

/** Rank 0's bytes to all. Collective. */
void dist_broadcast(dist_t *dist, void *bytes, size_t size);

/** No rank returns before all have called it. Collective, for a place where all have the same to do. */
void dist_barrier(dist_t *dist);

/**
 * Every rank's `size` bytes to rank 0: its `all` gets them in the order of the ranks, and is not used by the
 * others. Collective.
 */
void dist_gather(dist_t *dist, const void *own, void *all, size_t size);

/**
 * Sums integers over the ranks, in place. Collective. Integer sums do not depend on the order they are made
 * in, so neither the rank count nor the algorithm of the reduction shows in a bit.
 */
void dist_sum(dist_t *dist, int64_t *numbers, size_t count);

/** Likewise of floats: their sum has other bits for other rank counts. */
void dist_sum_floats(dist_t *dist, float *numbers, size_t count);

/** The least of the ranks' numbers. Collective. */
int64_t dist_minimum(dist_t *dist, int64_t number);

/** Rank 0's bytes to the first rank of each host; others need none. Collective. */
void dist_broadcast_to_hosts(dist_t *dist, void *bytes, size_t size);

/** The bytes of this host's first rank to its other ranks. Collective over the ranks of the host. */
void dist_broadcast_on_host(dist_t *dist, void *bytes, size_t size);

/**
 * Memory that the ranks of a host share: `size` bytes, zeroed, as its first rank asks for; the others' size
 * plays no part. It begins at a page, and stays until dist_finish(). NULL, for all ranks of the host,
 * where there is none, or not enough, or just one rank: who shares has to do without, too. Collective
 * over the ranks of the host, at most a few times a job.
 */
void *dist_share(dist_t *dist, size_t size);

/**
 * Waits for the ranks of this host: what one wrote into shared memory before it, all others see behind it.
 * Collective over the ranks of the host.
 */
void dist_meet_host(dist_t *dist);

/**
 * From now on a rank that has not got through a step for so many seconds is named on standard error, once,
 * with its host; after twice that time the processes that notice it end with STATUS_STALLED, at which mpirun
 * ends the job. Seconds in which a process as a whole was suspended do not count for it. 0: no watch. Where
 * the ranks of a host share no memory nobody is watched, which a warning says. Collective, and followed by
 * dist_unwatch() on error too. STATUS_MEMORY, STATUS_INTERNAL.
 */
status_t dist_watch(dist_t *dist, int seconds);

/** Ends the watch. Local. */
void dist_unwatch(dist_t *dist);

/** A sign of life for the watch: this rank is at work on that step. Local. */
void dist_alive(dist_t *dist, int64_t step);

/** "Open MPI v4.1.4, ..." on one line; also without dist_start(). */
void dist_library(char *text, size_t size);

#endif
