/**
 * The other ranks: the program's only MPI. A process that no launcher started, mpirun or srun, is one rank
 * that stands alone and does not start MPI; the functions then do what they do for one rank. MPI is loaded
 * only where it is needed (transport.h).
 *
 * One thread of a process, the one that called comm_start(), calls these functions: no other ever does
 * (MPI_THREAD_FUNNELED).
 *
 * MPI's own errors (a lost connection) end the whole job: MPI_ERRORS_ARE_FATAL stays in force.
 */
#ifndef CVAE_COMM_H
#define CVAE_COMM_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct comm comm_t;

enum { COMM_HOST_SIZE = 256 /**< of a host's name, with its end */ };

/**
 * Joins the job that a launcher started this process in, or stands alone. Collective. Call once, first. Ranks
 * other than 0 become silent (log.h). STATUS_MEMORY, STATUS_INTERNAL.
 */
status_t comm_start(comm_t **comm);

/**
 * Loads MPI, unless that is done. For a training, whose checkpoints name its version, also where it stands
 * alone. Local. STATUS_INTERNAL, with the remedy.
 */
status_t comm_load(void);

/** Leaves it. Collective. NULL is fine. */
void comm_finish(comm_t *comm);

/** This process's number, from 0, and how many there are. Local. */
int comm_rank(const comm_t *comm);
int comm_size(const comm_t *comm);

/** On how many hosts they run, the name of this one, and this rank's number among those of its host and how
 * many these are. Rank 0 is number 0 of its host. Local. */
int comm_hosts(const comm_t *comm);
const char *comm_host(const comm_t *comm);
int comm_rank_here(const comm_t *comm);
int comm_size_here(const comm_t *comm);

/**
 * All ranks agree on whether something failed. Collective: every rank passes its own status, and every rank
 * gets STATUS_OK if all were, else the status of the lowest failing rank, with its message: `rank 2 on HOST:
 * message`; or the bare message where all ranks failed alike.
 */
status_t comm_agree(comm_t *comm, status_t own);

/** Rank 0's bytes to all. Collective. */
void comm_broadcast(comm_t *comm, void *bytes, size_t size);

/** No rank returns before all have called it. Collective, for a place where all have the same to do. */
void comm_barrier(comm_t *comm);

/**
 * Every rank's `size` bytes to rank 0: its `all` gets them in the order of the ranks, and is not used by the
 * others. Collective.
 */
void comm_gather(comm_t *comm, const void *own, void *all, size_t size);

/**
 * Sums integers over the ranks, in place. Collective. Integer sums do not depend on the order they are made
 * in, so neither the rank count nor the algorithm of the reduction shows in a bit.
 */
void comm_sum(comm_t *comm, int64_t *numbers, size_t count);

/** Likewise over the hosts: the sums of what their first ranks give; others' numbers stay as they are. */
void comm_sum_hosts(comm_t *comm, int64_t *numbers, size_t count);

/** Likewise of integers of 32 bits, whose sums fit in them. */
void comm_sum_narrow(comm_t *comm, int32_t *numbers, size_t count);
void comm_sum_narrow_hosts(comm_t *comm, int32_t *numbers, size_t count);

/** As comm_sum() of floats: their sum has other bits for other rank counts. */
void comm_sum_floats(comm_t *comm, float *numbers, size_t count);

/** The least of the ranks' numbers. Collective. */
int64_t comm_minimum(comm_t *comm, int64_t number);

/** Rank 0's bytes to the first rank of each host; others need none. Collective. */
void comm_broadcast_to_hosts(comm_t *comm, void *bytes, size_t size);

/** The bytes of this host's first rank to its other ranks. Collective over the ranks of the host. */
void comm_broadcast_on_host(comm_t *comm, void *bytes, size_t size);

/**
 * Memory that the ranks of a host share: each gives `size` bytes (or none), zeroed and near it, and gets
 * where those of the host's first begin; every rank's stand right behind those of the one before. They begin
 * at a page, and stay until comm_finish(). NULL, for all ranks of the host, where there is none, or not
 * enough, or just one rank: who shares has to do without, too. Collective over the ranks of the host, at most
 * a few times a job.
 */
void *comm_share(comm_t *comm, size_t size);

/**
 * Waits for the ranks of this host: what one wrote into shared memory before it, all others see behind it.
 * Collective over the ranks of the host.
 */
void comm_meet_host(comm_t *comm);

/**
 * From now until comm_finish() other trainings can tell to which cores this one's ranks are bound. Warns
 * where such a core is another training's as well: each then goes at a part of its speed. Collective.
 */
void comm_announce_cores(comm_t *comm);

/**
 * From now on a rank that has not got through a step for so many seconds is named on standard error, once,
 * with its host; after twice that time the processes that notice it end with STATUS_STALLED, at which mpirun
 * ends the job. Seconds in which a process as a whole was suspended do not count for it. 0: no watch. Where
 * the ranks of a host share no memory nobody is watched, which a warning says. Collective, and followed by
 * comm_unwatch() on error too. STATUS_MEMORY, STATUS_INTERNAL.
 */
status_t comm_watch(comm_t *comm, int seconds);

/** Ends the watch. Local. */
void comm_unwatch(comm_t *comm);

/** A sign of life for the watch: this rank is at work on that step. Local. */
void comm_alive(comm_t *comm, int64_t step);

/** "Open MPI v4.1.4, ..." on one line; also without comm_start(). "none" where it cannot be loaded. */
void comm_library(char *text, size_t size);

#endif
