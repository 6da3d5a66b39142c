#include "transport.h"

#include <mpi.h>
#include <string.h>

/** MPI_COMM_NULL: this rank is not in it. */
static MPI_Comm groups[TRANSPORT_GROUPS];

static const char *start(int *rank, int *size, int *rank_here, int *size_here) {
    // FUNNELED: the process may have further threads, and none of them calls MPI.
    int provided;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
        return "MPI_Init_thread failed";
    }
    if (provided < MPI_THREAD_FUNNELED) {
        return "this MPI forbids the program a thread that writes checkpoints";
    }
    groups[TRANSPORT_ALL] = MPI_COMM_WORLD;
    MPI_Comm_rank(MPI_COMM_WORLD, rank);
    MPI_Comm_size(MPI_COMM_WORLD, size);
    // Ranks of a host are in the order of their numbers in the job: its rank 0 is the first of the first
    // host.
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &groups[TRANSPORT_HERE]);
    MPI_Comm_rank(groups[TRANSPORT_HERE], rank_here);
    MPI_Comm_size(groups[TRANSPORT_HERE], size_here);
    MPI_Comm_split(MPI_COMM_WORLD, *rank_here == 0 ? 0 : MPI_UNDEFINED, 0, &groups[TRANSPORT_FIRSTS]);
    return NULL;
}

static void finish(void) {
    if (groups[TRANSPORT_FIRSTS] != MPI_COMM_NULL) {
        MPI_Comm_free(&groups[TRANSPORT_FIRSTS]);
    }
    MPI_Comm_free(&groups[TRANSPORT_HERE]);
    MPI_Finalize();
}

static void broadcast(transport_group_t group, void *bytes, int size, int from) {
    MPI_Bcast(bytes, size, MPI_BYTE, from, groups[group]);
}

static void reduce(transport_group_t group, void *numbers, int count, transport_type_t type,
    transport_operation_t operation) {
    const MPI_Datatype types[] = {
        [TRANSPORT_INT64] = MPI_INT64_T, [TRANSPORT_INT32] = MPI_INT32_T, [TRANSPORT_FLOAT] = MPI_FLOAT};
    MPI_Allreduce(MPI_IN_PLACE, numbers, count, types[type], operation == TRANSPORT_SUM ? MPI_SUM : MPI_MIN,
        groups[group]);
}

static int64_t sum_so_far(int64_t number) {
    int64_t sum = 0;
    MPI_Scan(&number, &sum, 1, MPI_INT64_T, MPI_SUM, groups[TRANSPORT_HERE]);
    return sum;
}

static void barrier(transport_group_t group) {
    MPI_Barrier(groups[group]);
}

static void send(const void *bytes, int size, int to) {
    MPI_Send(bytes, size, MPI_BYTE, to, 0, MPI_COMM_WORLD);
}

static void receive(void *bytes, int size, int from) {
    MPI_Recv(bytes, size, MPI_BYTE, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static void version(char *text, size_t size) {
    char whole[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    MPI_Get_library_version(whole, &length);
    strncpy(text, whole, size - 1);
    text[size - 1] = '\0';
}

__attribute__((visibility("default"))) const transport_t transport_mpi = {.start = start,
    .finish = finish,
    .broadcast = broadcast,
    .reduce = reduce,
    .sum_so_far = sum_so_far,
    .barrier = barrier,
    .send = send,
    .receive = receive,
    .version = version};
