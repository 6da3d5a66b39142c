/**
 * A sum of integers over all ranks, element by element, whose addends stand ready where the sum is made: 64
 * bits wide, or 32 where all sums fit in them, which is half the bytes to move.
 *
 * Ranks of one host add up in memory that they share, each of them a part of the elements; then the hosts'
 * sums meet in one MPI_Allreduce among the first ranks of the hosts. Where a host has no memory to share, or
 * nothing is to be shared, it is one MPI_Allreduce of all ranks. Integer sums know no order: the result is
 * the same, whichever way.
 *
 * Why not MPI_Allreduce alone: each number is read and written once, where MPI copies it through buffers of
 * its own. Two ranks take 0.28 ms a step in place of 0.67 for hidden 256, 12 in place of 25 for two layers of
 * 1,024 (tests/README.md has more).
 */
#ifndef CVAE_RANK_SUM_H
#define CVAE_RANK_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "comm.h"

typedef struct {
    bool is_shared; /**< in the host's memory, if it has room for an array a rank and one more */
    size_t bucket;  /**< numbers of one MPI_Allreduce at most; 0: as many as it takes */
} rank_sum_settings_t;

/** Numbers of 64 or 32 bits, in the same memory. */
typedef union {
    void *memory;
    int64_t *wide;
    int32_t *narrow;
} rank_sum_array_t;

typedef struct {
    rank_sum_array_t own;   /**< this rank's addends, to be written before the sums are made */
    rank_sum_array_t total; /**< the sums, to be read until the next are made; own, where nothing is shared */
    comm_t *comm;
    size_t bucket;
    bool by_hosts;   /**< the ranks of each host first */
    memory_t memory; /**< of own, where nothing is shared */
    char *addends;   /**< [ranks here][stride] of this host's ranks, or NULL where it shares nothing */
    size_t stride;   /**< bytes from one rank's array to the next's */
} rank_sum_t;

/**
 * For up to `count` numbers, of either width. Collective; every rank gives the same, and rank_sum_destroy()
 * comes before comm_finish(), on error too. STATUS_MEMORY.
 */
status_t rank_sum_create(rank_sum_t *sum, comm_t *comm, size_t count, const rank_sum_settings_t *settings);

/** Frees it, but for memory shared, which goes with comm_finish(). Fine for a zeroed struct. Local. */
void rank_sum_destroy(rank_sum_t *sum);

/** Bytes of a rank: its addends, and its part of the sums that it shares. Local. */
size_t rank_sum_memory(const rank_sum_t *sum);

/** Makes the sums of the first `count` numbers of all ranks. Collective. */
void rank_sum_make_wide(rank_sum_t *sum, size_t count);
void rank_sum_make_narrow(rank_sum_t *sum, size_t count);

#endif
