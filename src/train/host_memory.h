/**
 * Memory with a content that is the same for all ranks: one piece a host where its ranks can share memory,
 * else one a rank. All functions but the last are collective. Private to src/train.
 */
#ifndef CVAE_HOST_MEMORY_H
#define CVAE_HOST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "comm/comm.h"
#include "base/status.h"

/** Initialise with {0}. */
typedef struct {
    void *bytes;
    size_t size;
    bool is_shared; /**< with the other ranks of this host */
} host_memory_t;

/** Takes `size` bytes, zeroed, the same number on all ranks. STATUS_MEMORY, on all of them. */
status_t host_memory_create(host_memory_t *memory, comm_t *comm, size_t size);

/** Everybody's content becomes rank 0's. */
void host_memory_spread(host_memory_t *memory, comm_t *comm);

/**
 * Between these two a content is written anew that every rank could compute: by those of whom the first says
 * so, one for each piece. No rank looks at the old content behind the first, and all see the new one behind
 * the second.
 */
bool host_memory_begin(host_memory_t *memory, comm_t *comm);
void host_memory_end(host_memory_t *memory, comm_t *comm);

/** Frees what is this rank's own; shared memory stays until comm_finish(). Local. */
void host_memory_release(host_memory_t *memory);

#endif
