#include "cvae/dist.h"

#include <stdlib.h>
#include <string.h>

#include "cvae/log.h"
#include "ranks.h"

/** Whether a launcher started this process as one of a job: Open MPI's mpirun, or Slurm's srun through PMIx.
 */
static bool is_launched(void) {
    return getenv("OMPI_COMM_WORLD_SIZE") || getenv("PMIX_RANK");
}

/** Without PMIx every task of srun is a rank 0 alone. */
static void warn_of_tasks(void) {
    const char *tasks = getenv("SLURM_STEP_NUM_TASKS");
    if (tasks && atoi(tasks) > 1) {
        log_warning("srun started %s tasks that do not know of each other, and this one works alone: srun "
                    "--mpi=pmix, or "
                    "mpirun, makes them ranks of one training",
            tasks);
    }
}

status_t dist_start(dist_t **dist) {
    dist_t *created = calloc(1, sizeof *created);
    if (!created) {
        return status_fail(STATUS_MEMORY, "out of memory at the start");
    }
    status_t status = is_launched() ? transport_mpi_start(&created->transport)
                                    : transport_serial_start(&created->transport);
    if (status != STATUS_OK) {
        free(created);
        return status;
    }
    log_enable(created->transport.rank == 0);
    if (!is_launched()) {
        warn_of_tasks();
    }
    *dist = created;
    return STATUS_OK;
}

void dist_finish(dist_t *dist) {
    if (dist) {
        dist->transport.finish();
        free(dist);
    }
}

int dist_rank(const dist_t *dist) {
    return dist->transport.rank;
}

int dist_size(const dist_t *dist) {
    return dist->transport.size;
}

int dist_hosts(const dist_t *dist) {
    return dist->transport.hosts;
}

const char *dist_host(const dist_t *dist) {
    return dist->transport.host;
}

void dist_broadcast(dist_t *dist, void *bytes, size_t size) {
    ranks_enter(dist, STALL_WAITS);
    dist->transport.broadcast(bytes, size, 0);
    ranks_leave(dist);
}

void dist_barrier(dist_t *dist) {
    ranks_enter(dist, STALL_REDUCES);
    dist->transport.barrier();
    ranks_leave(dist);
}

void dist_gather(dist_t *dist, const void *own, void *all, size_t size) {
    ranks_enter(dist, STALL_WAITS);
    dist->transport.gather(own, all, size);
    ranks_leave(dist);
}

void dist_sum(dist_t *dist, int64_t *numbers, size_t count) {
    ranks_enter(dist, STALL_REDUCES);
    dist->transport.sum(numbers, count);
    ranks_leave(dist);
}

void dist_sum_floats(dist_t *dist, float *numbers, size_t count) {
    ranks_enter(dist, STALL_REDUCES);
    dist->transport.sum_floats(numbers, count);
    ranks_leave(dist);
}

int64_t dist_minimum(dist_t *dist, int64_t number) {
    ranks_enter(dist, STALL_WAITS);
    const int64_t least = dist->transport.minimum(number);
    ranks_leave(dist);
    return least;
}

bool dist_is_first_of_host(const dist_t *dist) {
    return dist->transport.rank_here == 0;
}

void dist_broadcast_to_hosts(dist_t *dist, void *bytes, size_t size) {
    if (dist_is_first_of_host(dist)) {
        ranks_enter(dist, STALL_WAITS);
        dist->transport.broadcast_hosts(bytes, size);
        ranks_leave(dist);
    }
}

void dist_broadcast_on_host(dist_t *dist, void *bytes, size_t size) {
    ranks_enter(dist, STALL_WAITS);
    dist->transport.broadcast_here(bytes, size);
    ranks_leave(dist);
}

void *dist_share(dist_t *dist, size_t size) {
    const transport_t *transport = &dist->transport;
    return transport->size_here > 1 ? transport->share(dist_is_first_of_host(dist) ? size : 0) : NULL;
}

void dist_meet_host(dist_t *dist) {
    ranks_enter(dist, STALL_WAITS);
    dist->transport.meet();
    ranks_leave(dist);
}

static status_t agree(transport_t *transport, status_t own) {
    const int failed = (int)transport->minimum(own != STATUS_OK ? transport->rank : transport->size);
    if (failed == transport->size) {
        return STATUS_OK;
    }
    int64_t failures = own != STATUS_OK;
    transport->sum(&failures, 1);
    struct {
        status_t status;
        char host[sizeof transport->host];
        char message[STATUS_MESSAGE_SIZE];
    } report = {.status = own};
    memcpy(report.host, transport->host, sizeof report.host);
    strncpy(report.message, status_message(), sizeof report.message - 1);
    transport->broadcast(&report, sizeof report, failed);
    status_fail(report.status, "%s", report.message);
    if (failures < transport->size) {
        status_prefix(report.status, "rank %d on %s", failed, report.host);
    }
    return report.status;
}

status_t dist_agree(dist_t *dist, status_t own) {
    ranks_enter(dist, STALL_WAITS);
    const status_t status = agree(&dist->transport, own);
    ranks_leave(dist);
    return status;
}

/** Whether all ranks have slots. */
static bool share_slots(dist_t *dist) {
    transport_t *transport = &dist->transport;
    if (!dist->slots) {
        dist->slots = transport->size_here == 1 ? &dist->alone : transport->share(sizeof *dist->slots);
    }
    if (dist->slots) {
        stall_prepare(&dist->slots[transport->rank_here], transport->rank);
    }
    // Nobody looks before all are prepared; where one has nothing to show, nobody looks at all.
    return transport->minimum(dist->slots != NULL) != 0;
}

status_t dist_watch(dist_t *dist, int seconds) {
    const transport_t *transport = &dist->transport;
    if (seconds == 0) {
        return STATUS_OK;
    }
    if (!share_slots(dist)) {
        log_warning("no memory is shared: a rank that does not go on will not be named");
        return STATUS_OK;
    }
    const watch_settings_t settings = {.slots = dist->slots,
        .own = transport->rank_here,
        .count = transport->size_here,
        .host = transport->host,
        .hosts = transport->hosts,
        .seconds = seconds};
    dist->slot = &dist->slots[transport->rank_here];
    return dist_agree(dist, watch_start(&dist->watch, &settings));
}

void dist_unwatch(dist_t *dist) {
    watch_stop(dist->watch);
    dist->watch = NULL;
    dist->slot = NULL;
}

void dist_alive(dist_t *dist, int64_t step) {
    if (dist->slot) {
        stall_alive(dist->slot, step);
    }
}
