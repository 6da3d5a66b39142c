#include "comm.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cores.h"
#include "shared_memory.h"
#include "stall.h"
#include "transport.h"

/** An MPI count is an int: larger arrays go in pieces. */
static const size_t PIECE = 1 << 24;

enum { SHARED_MAX = 8 };

struct comm {
    const transport_t *transport; /**< NULL: this process stands alone */
    int rank, size, hosts;
    int rank_here, size_here;
    char host[COMM_HOST_SIZE];
    shared_memory_t shared[SHARED_MAX];
    int shared_count;
    stall_watch_t *watch; /**< NULL: nobody watches */
    stall_slot_t *slots;  /**< [size_here] what the ranks of this host show to who watches, or NULL */
    stall_slot_t *slot;   /**< this rank's among them while it is watched, or NULL */
    stall_slot_t alone;   /**< the slots of a host with one rank */
};

/** To be called around what waits for other ranks, for who watches. */
static void enter(comm_t *comm, stall_place_t place) {
    if (comm->slot) {
        stall_enter(comm->slot, place);
    }
}

static void leave(comm_t *comm) {
    if (comm->slot) {
        stall_leave(comm->slot);
    }
}

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
                    "--mpi=pmix, or mpirun, makes them ranks of one training",
            tasks);
    }
}

/** Where a build links the functions in, as launch/smpi.cmake wants it; else its address is NULL. */
#pragma weak transport_mpi

/** The functions, loaded where they are not linked in: from the build folder, or from the installation. */
static status_t load(const transport_t **transport) {
    static const char *const places[] = {"cvae_mpi_transport.so", "../lib/cvae_mpi/cvae_mpi_transport.so"};
    static const transport_t *loaded = &transport_mpi;
    char path[PATH_MAX];
    for (int i = 0; i < 2 && !loaded; i++) {
        // Global: there Open MPI's own modules look for its functions.
        void *module = file_of_program(places[i], path) ? dlopen(path, RTLD_NOW | RTLD_GLOBAL) : NULL;
        loaded = module ? dlsym(module, "transport_mpi") : NULL;
    }
    *transport = loaded;
    const char *reason = loaded ? NULL : dlerror();
    return loaded ? STATUS_OK
                  : status_fail(STATUS_INTERNAL,
                        "MPI cannot be loaded, and a training needs it: %s (Debian: apt-get install "
                        "openmpi-bin libopenmpi3)",
                        reason ? reason : "cvae_mpi_transport.so is not beside the program");
}

status_t comm_load(void) {
    const transport_t *transport;
    return load(&transport);
}

static status_t join(comm_t *comm) {
    const status_t status = load(&comm->transport);
    if (status != STATUS_OK) {
        return status;
    }
    const char *failed = comm->transport->start(&comm->rank, &comm->size, &comm->rank_here, &comm->size_here);
    if (failed) {
        return status_fail(STATUS_INTERNAL, "%s", failed);
    }
    int64_t hosts = comm->rank_here == 0;
    comm_sum(comm, &hosts, 1);
    comm->hosts = (int)hosts;
    return STATUS_OK;
}

status_t comm_start(comm_t **comm) {
    comm_t *created = malloc(sizeof *created);
    if (!created) {
        return status_fail(STATUS_MEMORY, "out of memory at the start");
    }
    *created = (comm_t){.size = 1, .hosts = 1, .size_here = 1};
    gethostname(created->host, sizeof created->host - 1);
    const status_t status = is_launched() ? join(created) : STATUS_OK;
    if (status != STATUS_OK) {
        free(created);
        return status;
    }
    log_enable(created->rank == 0);
    if (!is_launched()) {
        warn_of_tasks();
    }
    *comm = created;
    return STATUS_OK;
}

void comm_finish(comm_t *comm) {
    if (!comm) {
        return;
    }
    cores_withdraw();
    while (comm->shared_count > 0) {
        shared_memory_release(&comm->shared[--comm->shared_count]);
    }
    if (comm->transport) {
        comm->transport->finish();
    }
    free(comm);
}

int comm_rank(const comm_t *comm) {
    return comm->rank;
}

int comm_size(const comm_t *comm) {
    return comm->size;
}

int comm_hosts(const comm_t *comm) {
    return comm->hosts;
}

const char *comm_host(const comm_t *comm) {
    return comm->host;
}

int comm_rank_here(const comm_t *comm) {
    return comm->rank_here;
}

int comm_size_here(const comm_t *comm) {
    return comm->size_here;
}

static int piece_of(size_t left) {
    return (int)(left < PIECE ? left : PIECE);
}

/** Whether this rank is in the group, with MPI to talk to it. */
static bool is_in(const comm_t *comm, transport_group_t group) {
    return comm->transport && (group != TRANSPORT_FIRSTS || comm->rank_here == 0);
}

static void broadcast(comm_t *comm, transport_group_t group, void *bytes, size_t size, int from) {
    enter(comm, STALL_WAITS);
    for (size_t first = 0; is_in(comm, group) && first < size; first += PIECE) {
        comm->transport->broadcast(group, (char *)bytes + first, piece_of(size - first), from);
    }
    leave(comm);
}

void comm_broadcast(comm_t *comm, void *bytes, size_t size) {
    broadcast(comm, TRANSPORT_ALL, bytes, size, 0);
}

void comm_broadcast_to_hosts(comm_t *comm, void *bytes, size_t size) {
    broadcast(comm, TRANSPORT_FIRSTS, bytes, size, 0);
}

void comm_broadcast_on_host(comm_t *comm, void *bytes, size_t size) {
    broadcast(comm, TRANSPORT_HERE, bytes, size, 0);
}

/** width: of a number of that type. */
static void sum(
    comm_t *comm, transport_group_t group, void *numbers, size_t count, size_t width, transport_type_t type) {
    enter(comm, STALL_REDUCES);
    for (size_t first = 0; is_in(comm, group) && first < count; first += PIECE) {
        comm->transport->reduce(
            group, (char *)numbers + first * width, piece_of(count - first), type, TRANSPORT_SUM);
    }
    leave(comm);
}

void comm_sum(comm_t *comm, int64_t *numbers, size_t count) {
    sum(comm, TRANSPORT_ALL, numbers, count, sizeof *numbers, TRANSPORT_INT64);
}

void comm_sum_hosts(comm_t *comm, int64_t *numbers, size_t count) {
    sum(comm, TRANSPORT_FIRSTS, numbers, count, sizeof *numbers, TRANSPORT_INT64);
}

void comm_sum_narrow(comm_t *comm, int32_t *numbers, size_t count) {
    sum(comm, TRANSPORT_ALL, numbers, count, sizeof *numbers, TRANSPORT_INT32);
}

void comm_sum_narrow_hosts(comm_t *comm, int32_t *numbers, size_t count) {
    sum(comm, TRANSPORT_FIRSTS, numbers, count, sizeof *numbers, TRANSPORT_INT32);
}

void comm_sum_floats(comm_t *comm, float *numbers, size_t count) {
    sum(comm, TRANSPORT_ALL, numbers, count, sizeof *numbers, TRANSPORT_FLOAT);
}

int64_t comm_minimum(comm_t *comm, int64_t number) {
    enter(comm, STALL_WAITS);
    if (comm->transport) {
        comm->transport->reduce(TRANSPORT_ALL, &number, 1, TRANSPORT_INT64, TRANSPORT_MINIMUM);
    }
    leave(comm);
    return number;
}

static void barrier(comm_t *comm, transport_group_t group) {
    enter(comm, STALL_REDUCES);
    // A barrier orders no memory by itself, as the standard has it.
    atomic_thread_fence(memory_order_seq_cst);
    if (comm->transport) {
        comm->transport->barrier(group);
    }
    atomic_thread_fence(memory_order_seq_cst);
    leave(comm);
}

void comm_barrier(comm_t *comm) {
    barrier(comm, TRANSPORT_ALL);
}

void comm_meet_host(comm_t *comm) {
    barrier(comm, TRANSPORT_HERE);
}

void comm_gather(comm_t *comm, const void *own, void *all, size_t size) {
    enter(comm, STALL_WAITS);
    if (comm->rank == 0) {
        memcpy(all, own, size);
    }
    // One rank after another: MPI_Gather's pieces of all ranks would not lie one behind the other.
    for (int from = 1; from < comm->size; from++) {
        for (size_t first = 0; first < size; first += PIECE) {
            const int piece = piece_of(size - first);
            if (comm->rank == 0) {
                comm->transport->receive((char *)all + (size_t)from * size + first, piece, from);
            } else if (comm->rank == from) {
                comm->transport->send((const char *)own + first, piece, 0);
            }
        }
    }
    leave(comm);
}

/** The memory that the first rank of the host makes, opened by all. Whether this rank could. */
static bool open_shared(comm_t *comm, shared_memory_t *memory, size_t size) {
    shared_memory_name_t name = {0};
    bool is_open = comm->rank_here == 0 && shared_memory_create(memory, size, &name);
    comm_broadcast_on_host(comm, &name, sizeof name);
    if (comm->rank_here > 0) {
        is_open = shared_memory_open(memory, &name);
    }
    return is_open;
}

void *comm_share(comm_t *comm, size_t size) {
    if (comm->size_here == 1) {
        return NULL;
    }
    // Where this rank's bytes end among those of its host, and the last one's: all of them.
    const int64_t end = comm->transport->sum_so_far((int64_t)size);
    int64_t whole = (int64_t)size;
    comm->transport->reduce(TRANSPORT_HERE, &whole, 1, TRANSPORT_INT64, TRANSPORT_SUM);
    if (comm->shared_count == SHARED_MAX || whole == 0) {
        return NULL;
    }
    shared_memory_t *memory = &comm->shared[comm->shared_count];
    int64_t works =
        open_shared(comm, memory, (size_t)whole) && shared_memory_reserve(memory, (size_t)end - size, size);
    comm->transport->reduce(TRANSPORT_HERE, &works, 1, TRANSPORT_INT64, TRANSPORT_MINIMUM);
    if (!works) {
        shared_memory_release(memory);
        return NULL;
    }
    shared_memory_close(memory);
    comm->shared_count++;
    return memory->bytes;
}

status_t comm_agree(comm_t *comm, status_t own) {
    const int failed = (int)comm_minimum(comm, own != STATUS_OK ? comm->rank : comm->size);
    if (failed == comm->size) {
        return STATUS_OK;
    }
    int64_t failures = own != STATUS_OK;
    comm_sum(comm, &failures, 1);
    struct {
        status_t status;
        char host[COMM_HOST_SIZE];
        char message[STATUS_MESSAGE_SIZE];
    } report = {.status = own};
    memcpy(report.host, comm->host, sizeof report.host);
    strncpy(report.message, status_message(), sizeof report.message - 1);
    broadcast(comm, TRANSPORT_ALL, &report, sizeof report, failed);
    status_fail(report.status, "%s", report.message);
    if (failures < comm->size) {
        status_prefix(report.status, "rank %d on %s", failed, report.host);
    }
    return report.status;
}

void comm_announce_cores(comm_t *comm) {
    const int core = cores_own();
    uint64_t job = 0;
    if (comm->rank == 0 && getrandom(&job, sizeof job, 0) != sizeof job) {
        job = (uint64_t)getpid();
    }
    comm_broadcast(comm, &job, sizeof job);
    if (core >= 0) {
        cores_announce(core, job);
    }
    int64_t shared = core >= 0 && cores_is_shared(core, job);
    const int first = (int)comm_minimum(comm, shared ? comm->rank : comm->size);
    if (first == comm->size) {
        return;
    }
    struct {
        int core;
        char host[COMM_HOST_SIZE];
    } report = {.core = core};
    memcpy(report.host, comm->host, sizeof report.host);
    broadcast(comm, TRANSPORT_ALL, &report, sizeof report, first);
    comm_sum(comm, &shared, 1);
    log_warning("core %d of %s is another training's as well, and each goes at a part of its speed (%d of %d "
                "rank%s %s bound so); mpirun --bind-to none, or OMPI_MCA_hwloc_base_binding_policy=none, "
                "binds none; --cpu-set and taskset choose other cores",
        report.core, report.host, (int)shared, comm->size, text_plural((size_t)comm->size),
        shared == 1 ? "is" : "are");
}

/** Whether all ranks have slots. */
static bool share_slots(comm_t *comm) {
    if (!comm->slots) {
        comm->slots = comm->size_here == 1 ? &comm->alone : comm_share(comm, sizeof *comm->slots);
    }
    if (comm->slots) {
        stall_prepare(&comm->slots[comm->rank_here], comm->rank);
    }
    // Nobody looks before all are prepared; where one has nothing to show, nobody looks at all.
    return comm_minimum(comm, comm->slots != NULL) != 0;
}

status_t comm_watch(comm_t *comm, int seconds) {
    if (seconds == 0) {
        return STATUS_OK;
    }
    if (!share_slots(comm)) {
        log_warning("no memory is shared: a rank that does not go on will not be named");
        return STATUS_OK;
    }
    const stall_host_t host = {.slots = comm->slots,
        .own = comm->rank_here,
        .count = comm->size_here,
        .name = comm->host,
        .hosts = comm->hosts};
    comm->slot = &comm->slots[comm->rank_here];
    return comm_agree(comm, stall_watch_start(&comm->watch, &host, seconds));
}

void comm_unwatch(comm_t *comm) {
    stall_watch_stop(comm->watch);
    comm->watch = NULL;
    comm->slot = NULL;
}

void comm_alive(comm_t *comm, int64_t step) {
    if (comm->slot) {
        stall_alive(comm->slot, step);
    }
}

void comm_library(char *text, size_t size) {
    const transport_t *transport;
    if (load(&transport) == STATUS_OK) {
        transport->version(text, size);
    } else {
        status_clear();
        snprintf(text, size, "none");
    }
    text[strcspn(text, "\n")] = '\0';
}
