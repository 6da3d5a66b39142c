#include "rank_sum.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ranks.h"

/** Arrays begin at cache lines, and so do the parts that ranks add up. */
enum { LINE = 64, NUMBERS_OF_A_LINE = LINE / sizeof(int64_t) };

struct rank_sum {
    comm_t *comm;
    size_t count, bucket;
    bool by_hosts;    /**< the ranks of each host first */
    int64_t *addends; /**< [size_here][stride] of this host's ranks, or NULL */
    size_t stride;    /**< numbers from one rank's array to the next's */
    int64_t *own;     /**< [count] this rank's */
    int64_t *total;   /**< [count]; own, where this rank shares with nobody */
    int64_t *memory;  /**< of own, where this rank shares with nobody, else NULL */
};

static size_t whole_lines(size_t count) {
    return (count + NUMBERS_OF_A_LINE - 1) / NUMBERS_OF_A_LINE * NUMBERS_OF_A_LINE;
}

/** Whether all hosts can add up by themselves: those with one rank have nothing to add. */
static bool share(rank_sum_t *sum) {
    const transport_t *transport = &sum->comm->transport;
    const size_t ranks = (size_t)transport->size_here;
    // Each rank gives its own addends, so that they are near it; the first one the total in front of them.
    const size_t own = (transport->rank_here == 0 ? 2 : 1) * sum->stride;
    int64_t *shared = ranks > 1 ? transport->share(own * sizeof *shared) : NULL;
    if (comm_minimum(sum->comm, shared || ranks == 1) == 0) {
        log_warning("no memory is shared for the sum of the gradients: one MPI_Allreduce makes it");
        return false;
    }
    if (shared) {
        sum->total = shared;
        sum->addends = shared + sum->stride;
        sum->own = sum->addends + (size_t)transport->rank_here * sum->stride;
    }
    return true;
}

/** Memory of this rank's own, if it shares none. */
static status_t take_memory(rank_sum_t *sum) {
    if (sum->addends) {
        return STATUS_OK;
    }
    const size_t size = sum->stride * sizeof *sum->memory;
    sum->own = sum->total = sum->memory = aligned_alloc(LINE, size);
    if (!sum->memory) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu sums", sum->count);
    }
    memset(sum->memory, 0, size);
    return STATUS_OK;
}

status_t rank_sum_create(rank_sum_t **sum, comm_t *comm, size_t count, const rank_sum_settings_t *settings) {
    rank_sum_t *created = *sum = calloc(1, sizeof *created);
    status_t status = comm_agree(comm, created ? STATUS_OK : status_fail(STATUS_MEMORY, "out of memory"));
    if (status == STATUS_OK) {
        created->comm = comm;
        created->count = count;
        created->bucket = settings->bucket > 0 ? settings->bucket : count;
        created->stride = whole_lines(count);
        created->by_hosts = settings->is_shared && comm_size(comm) > 1 && share(created);
        status = comm_agree(comm, take_memory(created));
    }
    if (status != STATUS_OK) {
        rank_sum_destroy(created);
        *sum = NULL;
    }
    return status;
}

void rank_sum_destroy(rank_sum_t *sum) {
    if (sum) {
        free(sum->memory);
        free(sum);
    }
}

size_t rank_sum_memory(const rank_sum_t *sum) {
    const size_t array = sum->stride * sizeof *sum->own;
    return array + (sum->addends ? array / (size_t)sum->comm->transport.size_here : 0);
}

int64_t *rank_sum_own(rank_sum_t *sum) {
    return sum->own;
}

const int64_t *rank_sum_total(const rank_sum_t *sum) {
    return sum->total;
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
    for (int rank = 2; rank < sum->comm->transport.size_here; rank++) {
        add_to(count, addend + (size_t)rank * sum->stride, sum->total + first);
    }
}

/** Where a rank's part of the elements begins. */
static size_t part_begin(const rank_sum_t *sum, int rank) {
    const size_t lines = sum->stride / NUMBERS_OF_A_LINE;
    const size_t first = lines * (size_t)rank / (size_t)sum->comm->transport.size_here * NUMBERS_OF_A_LINE;
    return first < sum->count ? first : sum->count;
}

static void add_up_host(rank_sum_t *sum) {
    enum { PIECE = 2048 };
    const transport_t *transport = &sum->comm->transport;
    const size_t end = part_begin(sum, transport->rank_here + 1);
    transport->meet();
    for (size_t first = part_begin(sum, transport->rank_here); first < end; first += PIECE) {
        add_piece(sum, first, end - first < PIECE ? end - first : PIECE);
    }
    transport->meet();
}

static void in_buckets(const rank_sum_t *sum, void (*add_up)(int64_t *numbers, size_t count)) {
    for (size_t first = 0; first < sum->count; first += sum->bucket) {
        const size_t left = sum->count - first;
        add_up(sum->total + first, left < sum->bucket ? left : sum->bucket);
    }
}

static void add_up_hosts(rank_sum_t *sum) {
    const transport_t *transport = &sum->comm->transport;
    if (transport->rank_here == 0) {
        in_buckets(sum, transport->sum_hosts);
    }
    transport->meet();
}

void rank_sum_make(rank_sum_t *sum) {
    ranks_enter(sum->comm, STALL_REDUCES);
    if (sum->addends) {
        add_up_host(sum);
    }
    if (!sum->by_hosts) {
        in_buckets(sum, sum->comm->transport.sum);
    } else if (sum->comm->transport.hosts > 1) {
        add_up_hosts(sum);
    }
    ranks_leave(sum->comm);
}
