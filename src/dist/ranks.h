/**
 * What dist_t is: known to dist.c and to what works on the ranks beside it. Private to src/dist.
 */
#ifndef DIST_RANKS_H
#define DIST_RANKS_H

#include "cvae/dist.h"
#include "transport.h"
#include "watch.h"

struct dist {
    transport_t transport;
    watch_t *watch;      /**< NULL: nobody watches */
    stall_slot_t *slots; /**< [size_here] what the ranks of this host show to who watches, or NULL */
    stall_slot_t *slot;  /**< this rank's among them while it is watched, or NULL */
    stall_slot_t alone;  /**< the slots of a host with one rank */
};

/** To be called around what waits for other ranks, for who watches. */
static inline void ranks_enter(dist_t *dist, stall_place_t place) {
    if (dist->slot) {
        stall_enter(dist->slot, place);
    }
}

static inline void ranks_leave(dist_t *dist) {
    if (dist->slot) {
        stall_leave(dist->slot);
    }
}

#endif
