#include "stall.h"

#include <string.h>

void stall_look(stall_view_t *view, const stall_slot_t *slot) {
    const int64_t looks = atomic_load(&slot->looks), signs = atomic_load(&slot->signs);
    view->frozen = looks == view->looks && looks != STALL_GONE ? view->frozen + 1 : 0;
    view->silent = signs == view->signs && looks != STALL_GONE ? view->silent + 1 : 0;
    view->looks = looks;
    view->signs = signs;
}

int64_t stall_newest(const stall_slot_t *slots, int count) {
    int64_t newest = 0;
    for (int i = 0; i < count; i++) {
        const int64_t arrivals = atomic_load(&slots[i].arrivals);
        newest = arrivals > newest ? arrivals : newest;
    }
    return newest;
}

bool stall_stands_still(const stall_view_t *view, int64_t limit) {
    // Its thread has looked once or twice more after the last sign of life.
    return view->frozen > limit / 2;
}

bool stall_is_to_blame(const stall_slot_t *slot, const stall_view_t *view, int64_t limit) {
    return atomic_load(&slot->place) == STALL_WORKS || stall_stands_still(view, limit);
}

stall_verdict_t stall_judge(const stall_slot_t *slots, const stall_view_t *views, int count, int64_t limit) {
    bool all_reduce = true;
    for (int i = 0; i < count; i++) {
        // As long as one gets anywhere, those who seem late may just have been called.
        if (views[i].silent < limit) {
            return STALL_NONE;
        }
    }
    for (int i = 0; i < count; i++) {
        if (stall_is_to_blame(&slots[i], &views[i], limit)) {
            return STALL_HERE;
        }
        all_reduce &= atomic_load(&slots[i].place) == STALL_REDUCES;
    }
    return all_reduce ? STALL_ELSEWHERE : STALL_NONE;
}

void stall_prepare(stall_slot_t *slot, int rank) {
    memset(slot, 0, sizeof *slot);
    atomic_store(&slot->rank, rank);
    atomic_store(&slot->named_at, -1);
}

void stall_enter(stall_slot_t *slot, stall_place_t place) {
    atomic_fetch_add(&slot->arrivals, 1);
    atomic_store(&slot->place, place);
    atomic_fetch_add(&slot->signs, 1);
}

void stall_leave(stall_slot_t *slot) {
    atomic_store(&slot->place, STALL_WORKS);
    atomic_fetch_add(&slot->signs, 1);
}

void stall_alive(stall_slot_t *slot, int64_t step) {
    atomic_store(&slot->step, step);
    atomic_fetch_add(&slot->signs, 1);
}
