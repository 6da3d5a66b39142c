#include "trace_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/timeline.h"

/** What a rank says of itself. */
typedef struct {
    char host[COMM_HOST_SIZE];
    int64_t first_here; /**< the first rank of its host, which no other host has; a name may be */
    int64_t zero;
    int64_t count; /**< events */
} rank_t;

/** The ranks' traces, on rank 0. */
typedef struct {
    int size;
    rank_t *ranks;         /**< [size] */
    size_t most;           /**< events of a rank */
    trace_event_t *events; /**< [size, most] */
} traces_t;

/**
 * On a host, where there is one clock, zero is when its first rank left the barrier: the others may have had
 * to wait for a core.
 */
static int64_t find_zero(const traces_t *traces, int rank) {
    int64_t zero = traces->ranks[rank].zero;
    for (int i = 0; i < traces->size; i++) {
        if (traces->ranks[i].first_here == traces->ranks[rank].first_here && traces->ranks[i].zero < zero) {
            zero = traces->ranks[i].zero;
        }
    }
    return zero;
}

static void add_event(timeline_t *timeline, int rank, int64_t zero, const trace_event_t *event) {
    const timeline_argument_t arguments[] = {
        {"step", event->step}, {"shard", event->shard}, {"words", event->words}};
    timeline_add(timeline, &(timeline_event_t){.process = rank,
                               .thread = event->thread,
                               .name = phase_name((phase_t)event->phase),
                               .from = event->from - zero,
                               .to = event->to - zero,
                               .arguments = arguments,
                               .argument_count = event->shard < 0 ? 1 : 3});
}

static void add_rank(timeline_t *timeline, const traces_t *traces, int rank) {
    char name[320];
    const trace_event_t *events = traces->events + (size_t)rank * traces->most;
    const int64_t zero = find_zero(traces, rank);
    snprintf(name, sizeof name, "rank %d on %s", rank, traces->ranks[rank].host);
    timeline_name_process(timeline, rank, name);
    timeline_name_thread(timeline, rank, TRACE_TRAINING, "training");
    if (rank == 0) {
        timeline_name_thread(timeline, rank, TRACE_WRITER, "writing checkpoints");
    }
    for (int64_t i = 0; i < traces->ranks[rank].count; i++) {
        add_event(timeline, rank, zero, &events[i]);
    }
}

/** Rank 0's part. */
static status_t write_all(const traces_t *traces, const char *path) {
    timeline_t *timeline;
    status_t status = timeline_create(&timeline);
    if (status != STATUS_OK) {
        return status;
    }
    for (int rank = 0; rank < traces->size; rank++) {
        add_rank(timeline, traces, rank);
    }
    status = timeline_write(timeline, path);
    timeline_destroy(timeline);
    return status;
}

/** Room for what rank 0 gathers. Collective. */
static status_t make_room(comm_t *comm, const char *path, traces_t *traces) {
    status_t status = STATUS_OK;
    if (comm_rank(comm) == 0) {
        const size_t size = (size_t)traces->size;
        traces->ranks = calloc(size, sizeof *traces->ranks);
        traces->events = calloc(size * traces->most, sizeof *traces->events);
        if (!traces->ranks || !traces->events) {
            status = status_fail(STATUS_MEMORY, "out of memory for %s", path);
        }
    }
    return comm_agree(comm, status);
}

status_t trace_file_write(comm_t *comm, const trace_t *trace, const char *path) {
    rank_t own = {.zero = trace->zero, .count = (int64_t)trace->count};
    strncpy(own.host, comm_host(comm), sizeof own.host - 1);
    own.first_here = comm_rank(comm);
    comm_broadcast_on_host(comm, &own.first_here, sizeof own.first_here);
    traces_t traces = {.size = comm_size(comm), .most = (size_t)-comm_minimum(comm, -own.count)};
    status_t status = make_room(comm, path, &traces);
    if (status == STATUS_OK) {
        comm_gather(comm, &own, traces.ranks, sizeof own);
        comm_gather(comm, trace->events, traces.events, traces.most * sizeof *traces.events);
        status = comm_agree(comm, comm_rank(comm) == 0 ? write_all(&traces, path) : STATUS_OK);
    }
    free(traces.ranks);
    free(traces.events);
    return status;
}
