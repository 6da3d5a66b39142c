#include "comm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/log.h"
#include "cores.h"
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

status_t comm_start(comm_t **comm) {
    comm_t *created = calloc(1, sizeof *created);
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
    *comm = created;
    return STATUS_OK;
}

void comm_finish(comm_t *comm) {
    if (comm) {
        cores_withdraw();
        comm->transport.finish();
        free(comm);
    }
}

int comm_rank(const comm_t *comm) {
    return comm->transport.rank;
}

int comm_size(const comm_t *comm) {
    return comm->transport.size;
}

int comm_hosts(const comm_t *comm) {
    return comm->transport.hosts;
}

const char *comm_host(const comm_t *comm) {
    return comm->transport.host;
}

void comm_broadcast(comm_t *comm, void *bytes, size_t size) {
    ranks_enter(comm, STALL_WAITS);
    comm->transport.broadcast(bytes, size, 0);
    ranks_leave(comm);
}

void comm_barrier(comm_t *comm) {
    ranks_enter(comm, STALL_REDUCES);
    comm->transport.barrier();
    ranks_leave(comm);
}

void comm_gather(comm_t *comm, const void *own, void *all, size_t size) {
    ranks_enter(comm, STALL_WAITS);
    comm->transport.gather(own, all, size);
    ranks_leave(comm);
}

void comm_sum(comm_t *comm, int64_t *numbers, size_t count) {
    ranks_enter(comm, STALL_REDUCES);
    comm->transport.sum(numbers, count);
    ranks_leave(comm);
}

void comm_sum_floats(comm_t *comm, float *numbers, size_t count) {
    ranks_enter(comm, STALL_REDUCES);
    comm->transport.sum_floats(numbers, count);
    ranks_leave(comm);
}

int64_t comm_minimum(comm_t *comm, int64_t number) {
    ranks_enter(comm, STALL_WAITS);
    const int64_t least = comm->transport.minimum(number);
    ranks_leave(comm);
    return least;
}

bool comm_is_first_of_host(const comm_t *comm) {
    return comm->transport.rank_here == 0;
}

void comm_broadcast_to_hosts(comm_t *comm, void *bytes, size_t size) {
    if (comm_is_first_of_host(comm)) {
        ranks_enter(comm, STALL_WAITS);
        comm->transport.broadcast_hosts(bytes, size);
        ranks_leave(comm);
    }
}

void comm_broadcast_on_host(comm_t *comm, void *bytes, size_t size) {
    ranks_enter(comm, STALL_WAITS);
    comm->transport.broadcast_here(bytes, size);
    ranks_leave(comm);
}

void *comm_share(comm_t *comm, size_t size) {
    const transport_t *transport = &comm->transport;
    return transport->size_here > 1 ? transport->share(comm_is_first_of_host(comm) ? size : 0) : NULL;
}

void comm_meet_host(comm_t *comm) {
    ranks_enter(comm, STALL_WAITS);
    comm->transport.meet();
    ranks_leave(comm);
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

status_t comm_agree(comm_t *comm, status_t own) {
    ranks_enter(comm, STALL_WAITS);
    const status_t status = agree(&comm->transport, own);
    ranks_leave(comm);
    return status;
}

typedef struct {
    int core; /**< -1: shared with no other training */
    char host[COMM_HOST_SIZE];
} shared_core_t;

static void warn_of_shared_cores(const shared_core_t *ranks, int count) {
    const shared_core_t *first = NULL;
    int shared = 0;
    for (int i = 0; i < count; i++) {
        first = first || ranks[i].core < 0 ? first : &ranks[i];
        shared += ranks[i].core >= 0;
    }
    if (shared > 0) {
        log_warning(
            "core %d of %s is another training's as well, and each goes at a part of its speed (%d of %d "
            "rank%s %s bound so); mpirun --bind-to none, or OMPI_MCA_hwloc_base_binding_policy=none, "
            "binds none; --cpu-set and taskset choose other cores",
            first->core, first->host, shared, count, count == 1 ? "" : "s", shared == 1 ? "is" : "are");
    }
}

void comm_announce_cores(comm_t *comm) {
    const int size = comm_size(comm), core = cores_own();
    uint64_t job = 0;
    if (comm_rank(comm) == 0 && getrandom(&job, sizeof job, 0) != sizeof job) {
        job = (uint64_t)getpid();
    }
    comm_broadcast(comm, &job, sizeof job);
    shared_core_t own = {.core = -1};
    memcpy(own.host, comm_host(comm), sizeof own.host);
    if (core >= 0) {
        cores_announce(core, job);
        own.core = cores_is_shared(core, job) ? core : -1;
    }
    if (comm_minimum(comm, -(int64_t)(own.core + 1)) == 0) {
        return;
    }
    shared_core_t *all = comm_rank(comm) == 0 ? malloc((size_t)size * sizeof *all) : NULL;
    // Without memory for a warning there is none.
    if (comm_minimum(comm, comm_rank(comm) > 0 || all)) {
        comm_gather(comm, &own, all, sizeof own);
    }
    if (all) {
        warn_of_shared_cores(all, size);
    }
    free(all);
}

/** Whether all ranks have slots. */
static bool share_slots(comm_t *comm) {
    transport_t *transport = &comm->transport;
    if (!comm->slots) {
        comm->slots = transport->size_here == 1 ? &comm->alone : transport->share(sizeof *comm->slots);
    }
    if (comm->slots) {
        stall_prepare(&comm->slots[transport->rank_here], transport->rank);
    }
    // Nobody looks before all are prepared; where one has nothing to show, nobody looks at all.
    return transport->minimum(comm->slots != NULL) != 0;
}

status_t comm_watch(comm_t *comm, int seconds) {
    const transport_t *transport = &comm->transport;
    if (seconds == 0) {
        return STATUS_OK;
    }
    if (!share_slots(comm)) {
        log_warning("no memory is shared: a rank that does not go on will not be named");
        return STATUS_OK;
    }
    const watch_settings_t settings = {.slots = comm->slots,
        .own = transport->rank_here,
        .count = transport->size_here,
        .host = transport->host,
        .hosts = transport->hosts,
        .seconds = seconds};
    comm->slot = &comm->slots[transport->rank_here];
    return comm_agree(comm, watch_start(&comm->watch, &settings));
}

void comm_unwatch(comm_t *comm) {
    watch_stop(comm->watch);
    comm->watch = NULL;
    comm->slot = NULL;
}

void comm_alive(comm_t *comm, int64_t step) {
    if (comm->slot) {
        stall_alive(comm->slot, step);
    }
}
