// What an allreduce is made of, on two ranks of this host at once: adding two arrays of integers, and
// exchanging them.
//   mpirun -np 2 bench_exchange COUNT
// prints four lines, the least of several repetitions, in seconds:
//   small: an exchange of one int64;  large: of COUNT;  sum64, sum32: MPI_Reduce_local of COUNT int64, int32.
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { REPETITIONS = 30 };

typedef struct {
    int64_t *out, *in;
    int count, other;
} buffers_t;

static void add_wide(const buffers_t *buffers) {
    MPI_Reduce_local(buffers->in, buffers->out, buffers->count, MPI_INT64_T, MPI_SUM);
}

static void add_narrow(const buffers_t *buffers) {
    MPI_Reduce_local(buffers->in, buffers->out, buffers->count, MPI_INT32_T, MPI_SUM);
}

static void exchange(const buffers_t *buffers, int count) {
    MPI_Sendrecv(buffers->out, count, MPI_INT64_T, buffers->other, 0, buffers->in, count, MPI_INT64_T,
        buffers->other, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static void exchange_one(const buffers_t *buffers) {
    exchange(buffers, 1);
}

static void exchange_all(const buffers_t *buffers) {
    exchange(buffers, buffers->count);
}

/** Both ranks at once; the slower one counts. */
static void measure(const char *name, void (*work)(const buffers_t *), const buffers_t *buffers) {
    double least = 0;
    for (int i = 0; i < REPETITIONS; i++) {
        MPI_Barrier(MPI_COMM_WORLD);
        const double begin = MPI_Wtime();
        work(buffers);
        double seconds = MPI_Wtime() - begin;
        MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
        least = i == 0 || seconds < least ? seconds : least;
    }
    if (buffers->other == 1) {
        printf("%s %.9f\n", name, least);
    }
}

int main(int argument_count, char **arguments) {
    int rank, size;
    MPI_Init(&argument_count, &arguments);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    const int count = argument_count == 2 ? atoi(arguments[1]) : 0;
    if (size != 2 || count < 1) {
        fprintf(stderr, "mpirun -np 2 bench_exchange COUNT\n");
        MPI_Abort(MPI_COMM_WORLD, 64);
    }
    buffers_t buffers = {.out = calloc((size_t)count, sizeof(int64_t)),
        .in = calloc((size_t)count, sizeof(int64_t)),
        .count = count,
        .other = 1 - rank};
    if (!buffers.out || !buffers.in) {
        fprintf(stderr, "bench_exchange: out of memory\n");
        MPI_Abort(MPI_COMM_WORLD, 71);
    }
    measure("small", exchange_one, &buffers);
    // Both arrays are written by now: memory that nobody wrote is read faster.
    measure("large", exchange_all, &buffers);
    measure("sum64", add_wide, &buffers);
    measure("sum32", add_narrow, &buffers);
    free(buffers.out);
    free(buffers.in);
    MPI_Finalize();
    return 0;
}
