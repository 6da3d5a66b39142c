#include <mpi.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "comm.h"
#include "shared_memory.h"
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

static void broadcast_here(void *bytes, size_t size) {
    broadcast_over(here, bytes, size, 0);
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

static void barrier(void) {
    MPI_Barrier(MPI_COMM_WORLD);
}

static void send(const void *bytes, size_t size, int to) {
    const char *at = bytes;
    while (size > 0) {
        int piece = size < PIECE ? (int)size : PIECE;
        MPI_Send(at, piece, MPI_BYTE, to, 0, MPI_COMM_WORLD);
        at += piece;
        size -= (size_t)piece;
    }
}

static void receive(void *bytes, size_t size, int from) {
    char *at = bytes;
    while (size > 0) {
        int piece = size < PIECE ? (int)size : PIECE;
        MPI_Recv(at, piece, MPI_BYTE, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        at += piece;
        size -= (size_t)piece;
    }
}

/** One rank after another: MPI_Gather's pieces of all ranks would not lie one behind the other. */
static void gather(const void *own, void *all, size_t size) {
    int rank, ranks;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (rank > 0) {
        send(own, size, 0);
        return;
    }
    memcpy(all, own, size);
    for (int from = 1; from < ranks; from++) {
        receive((char *)all + (size_t)from * size, size, from);
    }
}

/** The memory that the ranks of this host share. */
enum { PIECES_MAX = 8 };
static shared_memory_t piece[PIECES_MAX];
static int pieces;

/** Where this rank's bytes begin among those of its host, and how many these are in all. */
static void place(size_t size, size_t *first, size_t *whole) {
    int64_t end = 0, own = (int64_t)size;
    int size_here;
    MPI_Comm_size(here, &size_here);
    MPI_Scan(&own, &end, 1, MPI_INT64_T, MPI_SUM, here);
    *first = (size_t)(end - own);
    MPI_Bcast(&end, 1, MPI_INT64_T, size_here - 1, here);
    *whole = (size_t)end;
}

/** The first rank's memory, opened by all. Whether this rank could. */
static bool open_piece(shared_memory_t *memory, size_t size) {
    shared_memory_name_t name = {0};
    int rank_here;
    MPI_Comm_rank(here, &rank_here);
    bool is_open = rank_here == 0 && shared_memory_create(memory, size, &name);
    MPI_Bcast(&name, sizeof name, MPI_BYTE, 0, here);
    if (rank_here != 0) {
        is_open = shared_memory_open(memory, &name);
    }
    return is_open;
}

static void *share(size_t size) {
    size_t first, whole;
    place(size, &first, &whole);
    if (pieces == PIECES_MAX || whole == 0) {
        return NULL;
    }
    shared_memory_t *memory = &piece[pieces];
    int works = open_piece(memory, whole) && shared_memory_reserve(memory, first, size);
    MPI_Allreduce(MPI_IN_PLACE, &works, 1, MPI_INT, MPI_MIN, here);
    if (!works) {
        shared_memory_release(memory);
        return NULL;
    }
    shared_memory_close(memory);
    pieces++;
    return memory->bytes;
}

static void meet(void) {
    // A barrier orders no memory by itself, as the standard has it.
    atomic_thread_fence(memory_order_seq_cst);
    MPI_Barrier(here);
    atomic_thread_fence(memory_order_seq_cst);
}

static void finish(void) {
    while (pieces > 0) {
        shared_memory_release(&piece[--pieces]);
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
        .barrier = barrier,
        .gather = gather,
        .share = share,
        .meet = meet,
        .broadcast_here = broadcast_here,
        .sum_hosts = sum_hosts,
        .broadcast_hosts = broadcast_hosts,
        .finish = finish};
    MPI_Comm_rank(MPI_COMM_WORLD, &transport->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &transport->size);
    gethostname(transport->host, sizeof transport->host - 1);
    find_hosts(transport);
    return STATUS_OK;
}

void comm_library(char *text, size_t size) {
    char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    MPI_Get_library_version(version, &length);
    version[strcspn(version, "\n")] = '\0';
    strncpy(text, version, size - 1);
    text[size - 1] = '\0';
}
