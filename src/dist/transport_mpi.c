#include <mpi.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "cvae/dist.h"
#include "transport.h"

/** An MPI count is an int: larger arrays go in pieces. */
enum { PIECE = 1 << 24 };

/** The ranks of this host; the first ranks of all hosts, for those that are one. */
static MPI_Comm here, firsts = MPI_COMM_NULL;

static void broadcast_over(MPI_Comm ranks, void *bytes, size_t size, int from) {
    char *at = bytes;
    while (size > 0) {
        int piece = size < PIECE ? (int)size : PIECE;
        MPI_Bcast(at, piece, MPI_BYTE, from, ranks);
        at += piece;
        size -= (size_t)piece;
    }
}

static void broadcast(void *bytes, size_t size, int from) {
    broadcast_over(MPI_COMM_WORLD, bytes, size, from);
}

static void broadcast_hosts(void *bytes, size_t size) {
    broadcast_over(firsts, bytes, size, 0);
}

static void sum_over(MPI_Comm ranks, void *numbers, size_t count, size_t size, MPI_Datatype type) {
    char *at = numbers;
    while (count > 0) {
        int piece = count < PIECE ? (int)count : PIECE;
        MPI_Allreduce(MPI_IN_PLACE, at, piece, type, MPI_SUM, ranks);
        at += (size_t)piece * size;
        count -= (size_t)piece;
    }
}

static void sum(int64_t *numbers, size_t count) {
    sum_over(MPI_COMM_WORLD, numbers, count, sizeof *numbers, MPI_INT64_T);
}

static void sum_hosts(int64_t *numbers, size_t count) {
    sum_over(firsts, numbers, count, sizeof *numbers, MPI_INT64_T);
}

static void sum_floats(float *numbers, size_t count) {
    sum_over(MPI_COMM_WORLD, numbers, count, sizeof *numbers, MPI_FLOAT);
}

static int64_t minimum(int64_t number) {
    MPI_Allreduce(MPI_IN_PLACE, &number, 1, MPI_INT64_T, MPI_MIN, MPI_COMM_WORLD);
    return number;
}

/** The memory that the ranks of this host share. */
enum { WINDOWS_MAX = 8, ALIGNMENT = 64 };
static MPI_Win window[WINDOWS_MAX];
static int windows;

static void *share(size_t size) {
    char *memory = NULL;
    MPI_Aint first_size;
    int rank_here, unit;
    MPI_Comm_rank(here, &rank_here);
    // Some more in front, as Open MPI aligns to 8 bytes only. The beginning of a page is that for all
    // processes.
    const MPI_Aint whole = (MPI_Aint)(size + (rank_here == 0 ? ALIGNMENT : 0));
    if (windows == WINDOWS_MAX ||
        MPI_Win_allocate_shared(whole, 1, MPI_INFO_NULL, here, &memory, &window[windows]) != MPI_SUCCESS) {
        return NULL;
    }
    memset(memory, 0, (size_t)whole);
    MPI_Win_shared_query(window[windows++], 0, &first_size, &unit, &memory);
    MPI_Barrier(here);
    return memory + -(uintptr_t)memory % ALIGNMENT;
}

static void meet(void) {
    // A barrier orders no memory by itself, as the standard has it.
    atomic_thread_fence(memory_order_seq_cst);
    MPI_Barrier(here);
    atomic_thread_fence(memory_order_seq_cst);
}

static void finish(void) {
    while (windows > 0) {
        MPI_Win_free(&window[--windows]);
    }
    if (firsts != MPI_COMM_NULL) {
        MPI_Comm_free(&firsts);
    }
    MPI_Comm_free(&here);
    MPI_Finalize();
}

/** In the order of their numbers in the job: its rank 0 is the first of the first host. */
static void find_hosts(transport_t *transport) {
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
    MPI_Comm_rank(here, &transport->rank_here);
    MPI_Comm_size(here, &transport->size_here);
    const bool is_first = transport->rank_here == 0;
    MPI_Comm_split(MPI_COMM_WORLD, is_first ? 0 : MPI_UNDEFINED, 0, &firsts);
    int64_t hosts = is_first;
    sum(&hosts, 1);
    transport->hosts = (int)hosts;
    // Shared memory is nothing that a training needs: a host without room for it goes without.
    MPI_Comm_set_errhandler(here, MPI_ERRORS_RETURN);
}

status_t transport_mpi_start(transport_t *transport) {
    // FUNNELED: the process may have further threads, and none of them calls MPI.
    int provided;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
        return status_fail(STATUS_INTERNAL, "MPI_Init_thread failed");
    }
    if (provided < MPI_THREAD_FUNNELED) {
        return status_fail(STATUS_INTERNAL, "this MPI forbids the program a thread that writes checkpoints");
    }
    *transport = (transport_t){.broadcast = broadcast,
        .sum = sum,
        .sum_floats = sum_floats,
        .minimum = minimum,
        .share = share,
        .meet = meet,
        .sum_hosts = sum_hosts,
        .broadcast_hosts = broadcast_hosts,
        .finish = finish};
    MPI_Comm_rank(MPI_COMM_WORLD, &transport->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &transport->size);
    gethostname(transport->host, sizeof transport->host - 1);
    find_hosts(transport);
    return STATUS_OK;
}

void dist_library(char *text, size_t size) {
    char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    MPI_Get_library_version(version, &length);
    version[strcspn(version, "\n")] = '\0';
    strncpy(text, version, size - 1);
    text[size - 1] = '\0';
}
