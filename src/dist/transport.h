/**
 * What MPI and its serial twin each provide: dist.c builds the rest on it. Private to src/dist.
 */
#ifndef CVAE_TRANSPORT_H
#define CVAE_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#include "cvae/status.h"

typedef struct {
    int rank, size, hosts;
    char host[256];
    void (*broadcast)(void *bytes, size_t size, int from);
    void (*sum)(int64_t *numbers, size_t count);
    void (*sum_floats)(float *numbers, size_t count);
    int64_t (*minimum)(int64_t number);
    /**
     * Memory that the ranks of this host share: `size` bytes for each of *count ranks, of which this one is
     * number *own. Collective; a second call of the same size gives the same. It stays until finish(). NULL
     * when there is none.
     */
    void *(*share)(size_t size, int *own, int *count);
    void (*finish)(void);
} transport_t;

status_t transport_mpi_start(transport_t *transport);
status_t transport_serial_start(transport_t *transport);

#endif
