/**
 * What comm_t is: known to comm.c and to what works on the ranks beside it. Private to src/comm.
 */
#ifndef COMM_RANKS_H
#define COMM_RANKS_H

#include "comm.h"
#include "transport.h"
#include "watch.h"

struct comm {
    transport_t transport;
    watch_t *watch;      /**< NULL: nobody watches */
    stall_slot_t *slots; /**< [size_here] what the ranks of this host show to who watches, or NULL */
    stall_slot_t *slot;  /**< this rank's among them while it is watched, or NULL */
    stall_slot_t alone;  /**< the slots of a host with one rank */
};

/** To be called around what waits for other ranks, for who watches. */
static inline void ranks_enter(comm_t *comm, stall_place_t place) {
    if (comm->slot) {
        stall_enter(comm->slot, place);
    }
}

static inline void ranks_leave(comm_t *comm) {
    if (comm->slot) {
        stall_leave(comm->slot);
    }
}

#endif
