#include "rank_sum.h"

#include "base/log.h"

/** Arrays begin at cache lines, and so do the parts that ranks add up. */
enum { LINE = MEMORY_ALIGNMENT };

/** Whether all hosts can add up by themselves: those with one rank have nothing to add. */
static bool share(rank_sum_t *sum) {
    const int rank = comm_rank_here(sum->comm);
    // Each rank gives its own addends, so that they are near it; the first one the total in front of them.
    char *shared = comm_share(sum->comm, (rank == 0 ? 2 : 1) * sum->stride);
    if (comm_minimum(sum->comm, shared || comm_size_here(sum->comm) == 1) == 0) {
        log_warning("no memory is shared for the sum of the gradients: one MPI_Allreduce makes it");
        return false;
    }
    if (shared) {
        sum->total.memory = shared;
        sum->addends = shared + sum->stride;
        sum->own.memory = sum->addends + (size_t)rank * sum->stride;
    }
    return true;
}

/** Memory of this rank's own, if it shares none. */
static status_t take_memory(rank_sum_t *sum) {
    if (sum->addends) {
        return STATUS_OK;
    }
    memory_take(&sum->memory, sum->stride, 1);
    const status_t status = memory_reserve(&sum->memory);
    sum->own.memory = sum->total.memory = sum->memory.base;
    return status;
}

status_t rank_sum_create(rank_sum_t *sum, comm_t *comm, size_t count, const rank_sum_settings_t *settings) {
    *sum = (rank_sum_t){.comm = comm,
        .bucket = settings->bucket,
        .stride = (count * sizeof(int64_t) + LINE - 1) / LINE * LINE};
    sum->by_hosts = settings->is_shared && comm_size(comm) > 1 && share(sum);
    return comm_agree(comm, take_memory(sum));
}

void rank_sum_destroy(rank_sum_t *sum) {
    memory_release(&sum->memory);
    *sum = (rank_sum_t){0};
}

size_t rank_sum_memory(const rank_sum_t *sum) {
    return sum->stride + (sum->addends ? sum->stride / (size_t)comm_size_here(sum->comm) : 0);
}

/** sum = a + b; sum may be a. */
static void add_wide(size_t count, const int64_t *a, const int64_t *b, int64_t *sum) {
    for (size_t i = 0; i < count; i++) {
        sum[i] = a[i] + b[i];
    }
}

/** Likewise. A sum that overflows may wrap around: whoever rounded its addends knows, and nobody reads it. */
static void add_narrow(size_t count, const uint32_t *a, const uint32_t *b, uint32_t *sum) {
    for (size_t i = 0; i < count; i++) {
        sum[i] = a[i] + b[i];
    }
}

/** A piece of the total, from a byte on, that stays in the first-level cache until all ranks' addends are in
 * it. */
static void add_piece(const rank_sum_t *sum, size_t first, size_t size, bool is_narrow) {
    const char *addend = sum->addends + first;
    const void *before = addend;
    void *total = (char *)sum->total.memory + first;
    for (int rank = 1; rank < comm_size_here(sum->comm); rank++, before = total) {
        const void *next = addend + (size_t)rank * sum->stride;
        if (is_narrow) {
            add_narrow(size / sizeof(int32_t), before, next, total);
        } else {
            add_wide(size / sizeof(int64_t), before, next, total);
        }
    }
}

/** Where a rank's part of `size` bytes begins. */
static size_t part_begin(const rank_sum_t *sum, size_t size, int rank) {
    const size_t lines = (size + LINE - 1) / LINE;
    const size_t first = lines * (size_t)rank / (size_t)comm_size_here(sum->comm) * LINE;
    return first < size ? first : size;
}

static void add_up_host(rank_sum_t *sum, size_t size, bool is_narrow) {
    enum { PIECE = 16384 };
    const int rank = comm_rank_here(sum->comm);
    const size_t end = part_begin(sum, size, rank + 1);
    comm_meet_host(sum->comm);
    for (size_t first = part_begin(sum, size, rank); first < end; first += PIECE) {
        add_piece(sum, first, end - first < PIECE ? end - first : PIECE, is_narrow);
    }
    comm_meet_host(sum->comm);
}

/** Sums over all ranks, or over the first ranks of the hosts. */
static void add_up_by_mpi(const rank_sum_t *sum, size_t count, bool is_narrow) {
    const size_t most = sum->bucket > 0 ? sum->bucket : count;
    for (size_t first = 0; first < count; first += most) {
        const size_t bucket = count - first < most ? count - first : most;
        if (is_narrow) {
            (sum->by_hosts ? comm_sum_narrow_hosts : comm_sum_narrow)(
                sum->comm, sum->total.narrow + first, bucket);
        } else {
            (sum->by_hosts ? comm_sum_hosts : comm_sum)(sum->comm, sum->total.wide + first, bucket);
        }
    }
}

static void make(rank_sum_t *sum, size_t count, bool is_narrow) {
    if (sum->addends) {
        add_up_host(sum, count * (is_narrow ? sizeof(int32_t) : sizeof(int64_t)), is_narrow);
    }
    if (!sum->by_hosts) {
        add_up_by_mpi(sum, count, is_narrow);
    } else if (comm_hosts(sum->comm) > 1) {
        add_up_by_mpi(sum, count, is_narrow);
        comm_meet_host(sum->comm);
    }
}

void rank_sum_make_wide(rank_sum_t *sum, size_t count) {
    make(sum, count, false);
}

void rank_sum_make_narrow(rank_sum_t *sum, size_t count) {
    make(sum, count, true);
}
