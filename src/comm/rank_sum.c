#include "rank_sum.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/** Arrays begin at cache lines, and so do the parts that ranks add up. */
enum { LINE = 64, NUMBERS_OF_A_LINE = LINE / sizeof(int64_t) };

/** Whether all hosts can add up by themselves: those with one rank have nothing to add. */
static bool share(rank_sum_t *sum) {
    const int rank = comm_rank_here(sum->comm);
    // Each rank gives its own addends, so that they are near it; the first one the total in front of them.
    int64_t *shared = comm_share(sum->comm, (rank == 0 ? 2 : 1) * sum->stride * sizeof *shared);
    if (comm_minimum(sum->comm, shared || comm_size_here(sum->comm) == 1) == 0) {
        log_warning("no memory is shared for the sum of the gradients: one MPI_Allreduce makes it");
        return false;
    }
    if (shared) {
        sum->total = shared;
        sum->addends = shared + sum->stride;
        sum->own = sum->addends + (size_t)rank * sum->stride;
    }
    return true;
}

/** Memory of this rank's own, if it shares none. */
static status_t take_memory(rank_sum_t *sum) {
    if (sum->addends) {
        return STATUS_OK;
    }
    const size_t size = sum->stride * sizeof *sum->own;
    sum->own = sum->total = aligned_alloc(LINE, size);
    if (!sum->own) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu sums", sum->count);
    }
    memset(sum->own, 0, size);
    return STATUS_OK;
}

status_t rank_sum_create(rank_sum_t *sum, comm_t *comm, size_t count, const rank_sum_settings_t *settings) {
    *sum = (rank_sum_t){.comm = comm,
        .count = count,
        .bucket = settings->bucket > 0 ? settings->bucket : count,
        .stride = (count + NUMBERS_OF_A_LINE - 1) / NUMBERS_OF_A_LINE * NUMBERS_OF_A_LINE};
    sum->by_hosts = settings->is_shared && comm_size(comm) > 1 && share(sum);
    return comm_agree(comm, take_memory(sum));
}

void rank_sum_destroy(rank_sum_t *sum) {
    if (!sum->addends) {
        free(sum->own);
    }
    *sum = (rank_sum_t){0};
}

size_t rank_sum_memory(const rank_sum_t *sum) {
    const size_t array = sum->stride * sizeof *sum->own;
    return array + (sum->addends ? array / (size_t)comm_size_here(sum->comm) : 0);
}

static void add_two(
    size_t count, const int64_t *restrict a, const int64_t *restrict b, int64_t *restrict sum) {
    for (size_t i = 0; i < count; i++) {
        sum[i] = a[i] + b[i];
    }
}

static void add_to(size_t count, const int64_t *restrict addend, int64_t *restrict sum) {
    for (size_t i = 0; i < count; i++) {
        sum[i] += addend[i];
    }
}

/** A piece of the total that stays in the first-level cache until all ranks' addends are in it. */
static void add_piece(const rank_sum_t *sum, size_t first, size_t count) {
    const int64_t *addend = sum->addends + first;
    add_two(count, addend, addend + sum->stride, sum->total + first);
    for (int rank = 2; rank < comm_size_here(sum->comm); rank++) {
        add_to(count, addend + (size_t)rank * sum->stride, sum->total + first);
    }
}

/** Where a rank's part of the elements begins. */
static size_t part_begin(const rank_sum_t *sum, int rank) {
    const size_t lines = sum->stride / NUMBERS_OF_A_LINE;
    const size_t first = lines * (size_t)rank / (size_t)comm_size_here(sum->comm) * NUMBERS_OF_A_LINE;
    return first < sum->count ? first : sum->count;
}

static void add_up_host(rank_sum_t *sum) {
    enum { PIECE = 2048 };
    const int rank = comm_rank_here(sum->comm);
    const size_t end = part_begin(sum, rank + 1);
    comm_meet_host(sum->comm);
    for (size_t first = part_begin(sum, rank); first < end; first += PIECE) {
        add_piece(sum, first, end - first < PIECE ? end - first : PIECE);
    }
    comm_meet_host(sum->comm);
}

static void in_buckets(const rank_sum_t *sum, void (*add_up)(comm_t *comm, int64_t *numbers, size_t count)) {
    for (size_t first = 0; first < sum->count; first += sum->bucket) {
        const size_t left = sum->count - first;
        add_up(sum->comm, sum->total + first, left < sum->bucket ? left : sum->bucket);
    }
}

void rank_sum_make(rank_sum_t *sum) {
    if (sum->addends) {
        add_up_host(sum);
    }
    if (!sum->by_hosts) {
        in_buckets(sum, comm_sum);
    } else if (comm_hosts(sum->comm) > 1) {
        in_buckets(sum, comm_sum_hosts);
        comm_meet_host(sum->comm);
    }
}
