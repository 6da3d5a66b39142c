/**
 * Memory with a content that is the same for all ranks: one piece a host where its ranks can share memory,
 * else one a rank.
 */
#ifndef CVAE_HOST_MEMORY_H
#define CVAE_HOST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"
#include "comm.h"

/** Initialise with {0}. */
typedef struct {
    void *bytes;  /**< as memory.h aligns them */
    memory_t own; /**< where they stand, if they are not shared */
    size_t size;
    bool is_shared; /**< with the other ranks of this host */
} host_memory_t;

/** Takes `size` bytes, zeroed, the same number on all ranks. Collective. STATUS_MEMORY, on all of them. */
status_t host_memory_create(host_memory_t *memory, comm_t *comm, size_t size);

/** Whether this rank is one that writes to it: where it is shared, the first of the host. Local. */
bool host_memory_is_written_here(const host_memory_t *memory, const comm_t *comm);

/** Where it is shared, waits for the other ranks of the host: what was written before it all see behind it.
 * Collective over the ranks of the host. */
void host_memory_meet(const host_memory_t *memory, comm_t *comm);

/**
 * Rank 0's bytes, which stand in the memory, to all others; or where none was created, in a rank's own. They
 * may be read behind host_memory_meet(). Collective.
 */
void host_memory_spread(const host_memory_t *memory, comm_t *comm, void *bytes, size_t size);

/** Frees what is this rank's own; shared memory stays until comm_finish(). Local. */
void host_memory_destroy(host_memory_t *memory);

#endif
