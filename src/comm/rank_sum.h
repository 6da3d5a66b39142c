/**
 * A sum of integers over all ranks, element by element, whose addends stand ready where the sum is made.
 *
 * Ranks of one host add up in memory that they share, each of them a part of the elements; then the hosts'
 * sums meet in one MPI_Allreduce among the first ranks of the hosts. Where a host has no memory to share, or
 * nothing is to be shared, it is one MPI_Allreduce of all ranks. Integer sums know no order: the result is
 * the same, whichever way.
 */
#ifndef CVAE_RANK_SUM_H
#define CVAE_RANK_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "comm.h"

typedef struct rank_sum rank_sum_t;

typedef struct {
    bool is_shared; /**< in the host's memory, if it has room for an array a rank and one more */
    size_t bucket;  /**< numbers of one MPI_Allreduce at most; 0: as many as it takes */
} rank_sum_settings_t;

/**
 * For `count` numbers. Collective; every rank gives the same, and rank_sum_destroy() comes before
 * comm_finish(). STATUS_MEMORY.
 */
status_t rank_sum_create(rank_sum_t **sum, comm_t *comm, size_t count, const rank_sum_settings_t *settings);

/** Frees it, but for memory shared, which goes with comm_finish(). Local. NULL is fine. */
void rank_sum_destroy(rank_sum_t *sum);

/** Bytes of a rank: its addends, and its part of the sums that it shares. Local. */
size_t rank_sum_memory(const rank_sum_t *sum);

/** [count] this rank's addends, to be written before rank_sum_make(). Local. */
int64_t *rank_sum_own(rank_sum_t *sum);

/**
 * [count] the sums, to be read after rank_sum_make() and until the next. Where nothing is shared this is the
 * memory of the addends. Local.
 */
const int64_t *rank_sum_total(const rank_sum_t *sum);

/** Makes the sums of what all ranks have written. Collective. */
void rank_sum_make(rank_sum_t *sum);

#endif
