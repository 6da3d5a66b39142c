#include "host_memory.h"

#include <stdlib.h>

status_t host_memory_create(host_memory_t *memory, comm_t *comm, size_t size) {
    void *shared = comm_share(comm, size);
    *memory = (host_memory_t){
        .bytes = shared ? shared : calloc(1, size), .size = size, .is_shared = shared != NULL};
    return comm_agree(comm,
        memory->bytes ? STATUS_OK
                      : status_fail(STATUS_MEMORY, "out of memory: %zu bytes were asked for the data", size));
}

void host_memory_spread(host_memory_t *memory, comm_t *comm) {
    comm_broadcast_to_hosts(comm, memory->bytes, memory->size);
    if (memory->is_shared) {
        comm_meet_host(comm);
    } else {
        comm_broadcast_on_host(comm, memory->bytes, memory->size);
    }
}

bool host_memory_begin(host_memory_t *memory, comm_t *comm) {
    if (memory->is_shared) {
        comm_meet_host(comm);
    }
    return !memory->is_shared || comm_is_first_of_host(comm);
}

void host_memory_end(host_memory_t *memory, comm_t *comm) {
    if (memory->is_shared) {
        comm_meet_host(comm);
    }
}

void host_memory_release(host_memory_t *memory) {
    if (!memory->is_shared) {
        free(memory->bytes);
    }
    *memory = (host_memory_t){0};
}
