#include "host_memory.h"

status_t host_memory_create(host_memory_t *memory, comm_t *comm, size_t size) {
    // Each rank gives a piece, which is near it: on a host of several sockets all of them carry the memory.
    const size_t rank = (size_t)comm_rank_here(comm), ranks = (size_t)comm_size_here(comm);
    const size_t piece = size / ranks;
    void *shared = comm_share(comm, rank + 1 < ranks ? piece : size - piece * rank);
    *memory = (host_memory_t){.bytes = shared, .size = size, .is_shared = shared != NULL};
    status_t status = STATUS_OK;
    if (!shared) {
        memory_take(&memory->own, size, 1);
        status = memory_reserve(&memory->own);
        memory->bytes = memory->own.base;
    }
    return comm_agree(comm, status);
}

bool host_memory_is_written_here(const host_memory_t *memory, const comm_t *comm) {
    return !memory->is_shared || comm_rank_here(comm) == 0;
}

void host_memory_meet(const host_memory_t *memory, comm_t *comm) {
    if (memory->is_shared) {
        comm_meet_host(comm);
    }
}

void host_memory_spread(const host_memory_t *memory, comm_t *comm, void *bytes, size_t size) {
    comm_broadcast_to_hosts(comm, bytes, size);
    if (!memory->is_shared) {
        comm_broadcast_on_host(comm, bytes, size);
    }
}

void host_memory_destroy(host_memory_t *memory) {
    memory_release(&memory->own);
    *memory = (host_memory_t){0};
}
