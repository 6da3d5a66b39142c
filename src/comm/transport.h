/**
 * What MPI and its serial twin each provide: comm.c builds the rest on it. Private to src/comm.
 */
#ifndef CVAE_TRANSPORT_H
#define CVAE_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#include "comm.h"
#include "base/status.h"

typedef struct {
    int rank, size, hosts;
    int rank_here, size_here; /**< this rank's number among those of its host, and how many these are */
    char host[COMM_HOST_SIZE];
    void (*broadcast)(void *bytes, size_t size, int from);
    void (*sum)(int64_t *numbers, size_t count);
    void (*sum_floats)(float *numbers, size_t count);
    int64_t (*minimum)(int64_t number);
    void (*barrier)(void);
    /** `size` bytes of every rank to rank 0, whose `all` has room for size() times as many. */
    void (*gather)(const void *own, void *all, size_t size);
    /**
     * Memory that the ranks of this host share: each gives `size` bytes, zeroed, and gets where those of
     * the host's first begin; every rank's stand right behind those of the one before. Collective over the
     * host. It stays until finish(). NULL for all of them where there is none.
     */
    void *(*share)(size_t size);
    /** Waits for the ranks of this host: all see what all of them wrote into shared memory before. */
    void (*meet)(void);
    /** The bytes of this host's first rank to its others. Collective over the host. */
    void (*broadcast_here)(void *bytes, size_t size);
    /** Sums over the hosts, and a broadcast to them: called by the first ranks of all hosts, and only them.
     */
    void (*sum_hosts)(int64_t *numbers, size_t count);
    void (*broadcast_hosts)(void *bytes, size_t size);
    void (*finish)(void);
} transport_t;

status_t transport_mpi_start(transport_t *transport);
status_t transport_serial_start(transport_t *transport);

#endif
