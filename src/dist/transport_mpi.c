#include <mpi.h>
#include <string.h>
#include <unistd.h>

#include "cvae/dist.h"
#include "transport.h"

/** An MPI count is an int: larger arrays go in pieces. */
enum { PIECE = 1 << 24 };

static void broadcast(void *bytes, size_t size, int from) {
    char *at = bytes;
    while (size > 0) {
        int piece = size < PIECE ? (int)size : PIECE;
        MPI_Bcast(at, piece, MPI_BYTE, from, MPI_COMM_WORLD);
        at += piece;
        size -= (size_t)piece;
    }
}

static void sum_of(void *numbers, size_t count, size_t size, MPI_Datatype type) {
    char *at = numbers;
    while (count > 0) {
        int piece = count < PIECE ? (int)count : PIECE;
        MPI_Allreduce(MPI_IN_PLACE, at, piece, type, MPI_SUM, MPI_COMM_WORLD);
        at += (size_t)piece * size;
        count -= (size_t)piece;
    }
}

static void sum(int64_t *numbers, size_t count) {
    sum_of(numbers, count, sizeof *numbers, MPI_INT64_T);
}

static void sum_floats(float *numbers, size_t count) {
    sum_of(numbers, count, sizeof *numbers, MPI_FLOAT);
}

static int64_t minimum(int64_t number) {
    MPI_Allreduce(MPI_IN_PLACE, &number, 1, MPI_INT64_T, MPI_MIN, MPI_COMM_WORLD);
    return number;
}

/** The ranks of this host, and the memory that they share. */
static MPI_Comm here;
static MPI_Win window = MPI_WIN_NULL;

static void *share(size_t size, int *own, int *count) {
    void *memory = NULL;
    MPI_Aint first_size;
    int unit;
    MPI_Comm_rank(here, own);
    MPI_Comm_size(here, count);
    if (window == MPI_WIN_NULL) {
        // Nothing that a training needs: a host without room for it gets no watch, and the job goes on.
        MPI_Comm_set_errhandler(here, MPI_ERRORS_RETURN);
        if (MPI_Win_allocate_shared((MPI_Aint)size, 1, MPI_INFO_NULL, here, &memory, &window) !=
            MPI_SUCCESS) {
            window = MPI_WIN_NULL;
            return NULL;
        }
    }
    MPI_Win_shared_query(window, 0, &first_size, &unit, &memory);
    return memory;
}

static void finish(void) {
    if (window != MPI_WIN_NULL) {
        MPI_Win_free(&window);
    }
    MPI_Comm_free(&here);
    MPI_Finalize();
}

/** Each host's first process counts one. */
static int count_hosts(void) {
    int rank_here;
    MPI_Comm_rank(here, &rank_here);
    int64_t hosts = rank_here == 0;
    sum(&hosts, 1);
    return (int)hosts;
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
        .finish = finish};
    MPI_Comm_rank(MPI_COMM_WORLD, &transport->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &transport->size);
    gethostname(transport->host, sizeof transport->host - 1);
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
    transport->hosts = count_hosts();
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
