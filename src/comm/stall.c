#include "stall.h"

#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/system.h"
#include "base/text.h"

enum { LOOKS_PER_SECOND = 4, TEXT_SIZE = 4096 };

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

void stall_look(stall_view_t *view, const stall_slot_t *slot) {
    const int64_t looks = atomic_load(&slot->looks), signs = atomic_load(&slot->signs);
    view->frozen = looks == view->looks && looks != STALL_GONE ? view->frozen + 1 : 0;
    view->silent = signs == view->signs && looks != STALL_GONE ? view->silent + 1 : 0;
    view->looks = looks;
    view->signs = signs;
}

/** Whether a rank's process has not run for most of `limit` looks. */
static bool stands_still(const stall_view_t *view, int64_t limit) {
    // Its thread has looked once or twice more after the last sign of life.
    return view->frozen > limit / 2;
}

bool stall_is_to_blame(const stall_slot_t *slot, const stall_view_t *view, int64_t limit) {
    return atomic_load(&slot->place) == STALL_WORKS || stands_still(view, limit);
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

struct stall_watch {
    stall_host_t host;
    int64_t limit;       /**< looks until a rank is named */
    stall_view_t *views; /**< [host.count] */
    pthread_t thread;
    sem_t is_over;
};

/** The line of a rank that holds up the others. Returns its length. */
static int describe_rank(
    const stall_watch_t *watch, int index, int64_t limit, const char *start, char *text, int size) {
    const stall_slot_t *slot = &watch->host.slots[index];
    return snprintf(text, (size_t)size,
        "%srank %lld on %s has not got through step %lld for %lld s: its process %s\n", start,
        (long long)atomic_load(&slot->rank), watch->host.name, (long long)atomic_load(&slot->step),
        (long long)limit / LOOKS_PER_SECOND,
        stands_still(&watch->views[index], limit) ? "stands still" : "runs");
}

/** Writes lines that begin with `start`: who holds up the others, or who waits for somebody that cannot be
 * seen from here. */
static void describe(const stall_watch_t *watch, stall_verdict_t verdict, int64_t limit, const char *start) {
    const stall_host_t *host = &watch->host;
    char text[TEXT_SIZE] = "";
    int used = 0;
    for (int i = 0; verdict == STALL_HERE && i < host->count && used < TEXT_SIZE; i++) {
        if (stall_is_to_blame(&host->slots[i], &watch->views[i], limit)) {
            used += describe_rank(watch, i, limit, start, text + used, TEXT_SIZE - used);
        }
    }
    if (verdict == STALL_ELSEWHERE) {
        snprintf(text, TEXT_SIZE, "%s%d rank%s on %s waited %lld s in the reduction of step %lld%s\n", start,
            host->count, text_plural((size_t)host->count), host->name, (long long)limit / LOOKS_PER_SECOND,
            (long long)atomic_load(&host->slots[host->own].step),
            host->hosts > 1 ? " for a rank of another host" : ", and all are there");
    }
    fputs(text, stderr);
}

/** Names a stall, unless another rank of the host did: each is told by the collective functions that have
 * been come to. */
static void name_stall(const stall_watch_t *watch, stall_verdict_t verdict) {
    stall_slot_t *slots = watch->host.slots;
    int64_t newest = 0;
    for (int i = 0; i < watch->host.count; i++) {
        const int64_t arrivals = atomic_load(&slots[i].arrivals);
        newest = arrivals > newest ? arrivals : newest;
    }
    if (atomic_exchange(&slots[0].named_at, newest) != newest && !atomic_load(&slots[0].is_ending)) {
        describe(watch, verdict, watch->limit, "warning: stalled: ");
    }
}

/**
 * The main thread waits in MPI and cannot end anything: a process that goes makes mpirun end the job. All of
 * this host go, because mpirun may be where the link to this host is gone.
 */
static void end_job(const stall_watch_t *watch, stall_verdict_t verdict) {
    if (atomic_exchange(&watch->host.slots[0].is_ending, 1) == 0) {
        describe(watch, verdict, 2 * watch->limit, "cvae_mpi: ended: ");
        fputs("cvae_mpi: the same command with --resume goes on from the last checkpoint\n", stderr);
    }
    _exit(status_exit(STATUS_STALLED));
}

static void look_around(stall_watch_t *watch) {
    const stall_host_t *host = &watch->host;
    atomic_fetch_add(&host->slots[host->own].looks, 1);
    for (int i = 0; i < host->count; i++) {
        stall_look(&watch->views[i], &host->slots[i]);
    }
    stall_verdict_t verdict = stall_judge(host->slots, watch->views, host->count, watch->limit);
    if (verdict != STALL_NONE) {
        name_stall(watch, verdict);
    }
    verdict = stall_judge(host->slots, watch->views, host->count, 2 * watch->limit);
    if (verdict != STALL_NONE) {
        end_job(watch, verdict);
    }
}

/** Waits for the next look. Returns whether the watch is over. */
static bool pause_until_next(stall_watch_t *watch) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += 1000000000 / LOOKS_PER_SECOND;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return TEMP_FAILURE_RETRY(sem_clockwait(&watch->is_over, CLOCK_MONOTONIC, &until)) == 0;
}

static void *look_again(void *context) {
    stall_watch_t *watch = context;
    while (!pause_until_next(watch)) {
        look_around(watch);
    }
    return NULL;
}

static void release(stall_watch_t *watch) {
    sem_destroy(&watch->is_over);
    free(watch->views);
    free(watch);
}

status_t stall_watch_start(stall_watch_t **watch, const stall_host_t *host, int seconds) {
    stall_watch_t *created = calloc(1, sizeof *created);
    stall_view_t *views = calloc((size_t)host->count, sizeof *views);
    if (!created || !views) {
        free(created);
        free(views);
        return status_fail(STATUS_MEMORY, "out of memory for the watch over stalled ranks");
    }
    *created = (stall_watch_t){.host = *host, .limit = (int64_t)seconds * LOOKS_PER_SECOND, .views = views};
    sem_init(&created->is_over, 0, 0);
    if (system_start_thread(&created->thread, look_again, created) != 0) {
        release(created);
        return status_fail(STATUS_INTERNAL, "no thread for the watch over stalled ranks");
    }
    *watch = created;
    return STATUS_OK;
}

void stall_watch_stop(stall_watch_t *watch) {
    if (watch) {
        sem_post(&watch->is_over);
        pthread_join(watch->thread, NULL);
        atomic_store(&watch->host.slots[watch->host.own].looks, STALL_GONE);
        release(watch);
    }
}
