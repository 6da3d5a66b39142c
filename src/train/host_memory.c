#include "host_memory.h"

#include <stdlib.h>

status_t host_memory_create(host_memory_t *memory, dist_t *dist, size_t size) {
    void *shared = dist_share(dist, size);
    *memory = (host_memory_t){
        .bytes = shared ? shared : calloc(1, size), .size = size, .is_shared = shared != NULL};
    return dist_agree(dist,
        memory->bytes ? STATUS_OK
                      : status_fail(STATUS_MEMORY, "out of memory: %zu bytes were asked for the data", size));
}

void host_memory_spread(host_memory_t *memory, dist_t *dist) {
    dist_broadcast_to_hosts(dist, memory->bytes, memory->size);
    if (memory->is_shared) {
        dist_meet_host(dist);
    } else {
        dist_broadcast_on_host(dist, memory->bytes, memory->size);
    }
}

bool host_memory_begin(host_memory_t *memory, dist_t *dist) {
    if (memory->is_shared) {
        dist_meet_host(dist);
    }
    return !memory->is_shared || dist_is_first_of_host(dist);
}

void host_memory_end(host_memory_t *memory, dist_t *dist) {
    if (memory->is_shared) {
        dist_meet_host(dist);
    }
}

void host_memory_release(host_memory_t *memory) {
    if (!memory->is_shared) {
        free(memory->bytes);
    }
    *memory = (host_memory_t){0};
}
