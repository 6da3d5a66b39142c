#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/thread.h"
#include "watch.h"

enum { LOOKS_PER_SECOND = 4, TEXT_SIZE = 4096 };

struct watch {
    watch_settings_t settings;
    stall_view_t *views; /**< [count] */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wakes;
    bool is_over;
};

/** The line of a rank that holds up the others. Returns its length. */
static int describe_rank(
    const watch_t *watch, int index, int64_t limit, const char *start, char *text, int size) {
    const stall_slot_t *slot = &watch->settings.slots[index];
    return snprintf(text, (size_t)size,
        "%srank %lld on %s has not got through step %lld for %lld s: its process %s\n", start,
        (long long)atomic_load(&slot->rank), watch->settings.host, (long long)atomic_load(&slot->step),
        (long long)limit / LOOKS_PER_SECOND,
        stall_stands_still(&watch->views[index], limit) ? "stands still" : "runs");
}

/** Lines that begin with `start`: who holds up the others, or who waits for somebody that cannot be seen from
 * here. */
static void describe(
    const watch_t *watch, stall_verdict_t verdict, int64_t limit, const char *start, char text[TEXT_SIZE]) {
    const watch_settings_t *settings = &watch->settings;
    int used = 0;
    text[0] = '\0';
    for (int i = 0; verdict == STALL_HERE && i < settings->count && used < TEXT_SIZE; i++) {
        if (stall_is_to_blame(&settings->slots[i], &watch->views[i], limit)) {
            used += describe_rank(watch, i, limit, start, text + used, TEXT_SIZE - used);
        }
    }
    if (verdict == STALL_ELSEWHERE) {
        snprintf(text, TEXT_SIZE, "%s%d rank%s on %s waited %lld s in the reduction of step %lld%s\n", start,
            settings->count, settings->count == 1 ? "" : "s", settings->host,
            (long long)limit / LOOKS_PER_SECOND, (long long)atomic_load(&settings->slots[settings->own].step),
            settings->hosts > 1 ? " for a rank of another host" : ", and all are there");
    }
}

/** Names a stall, unless another rank of the host did. */
static void name_stall(const watch_t *watch, stall_verdict_t verdict, int64_t limit) {
    char text[TEXT_SIZE];
    const int64_t newest = stall_newest(watch->settings.slots, watch->settings.count);
    if (atomic_exchange(&watch->settings.slots[0].named_at, newest) != newest &&
        !atomic_load(&watch->settings.slots[0].is_ending)) {
        describe(watch, verdict, limit, "warning: stalled: ", text);
        fputs(text, stderr);
    }
}

/**
 * The main thread waits in MPI and cannot end anything: a process that goes makes mpirun end the job. All of
 * this host go, because mpirun may be where the link to this host is gone.
 */
static void end_job(const watch_t *watch, stall_verdict_t verdict, int64_t limit) {
    char text[TEXT_SIZE];
    if (atomic_exchange(&watch->settings.slots[0].is_ending, 1) == 0) {
        describe(watch, verdict, limit, "cvae_mpi: ended: ", text);
        fputs(text, stderr);
        fputs("cvae_mpi: the same command with --resume goes on from the last checkpoint\n", stderr);
    }
    _exit(status_exit(STATUS_STALLED));
}

static void look_around(watch_t *watch) {
    const int64_t limit = (int64_t)watch->settings.seconds * LOOKS_PER_SECOND;
    atomic_fetch_add(&watch->settings.slots[watch->settings.own].looks, 1);
    for (int i = 0; i < watch->settings.count; i++) {
        stall_look(&watch->views[i], &watch->settings.slots[i]);
    }
    stall_verdict_t verdict = stall_judge(watch->settings.slots, watch->views, watch->settings.count, limit);
    if (verdict != STALL_NONE) {
        name_stall(watch, verdict, limit);
    }
    verdict = stall_judge(watch->settings.slots, watch->views, watch->settings.count, 2 * limit);
    if (verdict != STALL_NONE) {
        end_job(watch, verdict, 2 * limit);
    }
}

/** Waits for the next look. Returns whether the watch is over. */
static bool pause_until_next(watch_t *watch) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += 1000000000 / LOOKS_PER_SECOND;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&watch->mutex);
    int result = 0;
    while (!watch->is_over && result != ETIMEDOUT) {
        result = pthread_cond_timedwait(&watch->wakes, &watch->mutex, &until);
    }
    const bool is_over = watch->is_over;
    pthread_mutex_unlock(&watch->mutex);
    return is_over;
}

static void *look_again(void *context) {
    watch_t *watch = context;
    while (!pause_until_next(watch)) {
        look_around(watch);
    }
    return NULL;
}

/** Returns whether it could. */
static bool start_thread(watch_t *watch) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&watch->mutex, NULL);
    pthread_cond_init(&watch->wakes, &attributes);
    pthread_condattr_destroy(&attributes);
    return thread_start(&watch->thread, look_again, watch) == 0;
}

static void release(watch_t *watch) {
    pthread_cond_destroy(&watch->wakes);
    pthread_mutex_destroy(&watch->mutex);
    free(watch->views);
    free(watch);
}

status_t watch_start(watch_t **watch, const watch_settings_t *settings) {
    watch_t *created = calloc(1, sizeof *created);
    stall_view_t *views = calloc((size_t)settings->count, sizeof *views);
    if (!created || !views) {
        free(created);
        free(views);
        return status_fail(STATUS_MEMORY, "out of memory for the watch over stalled ranks");
    }
    *created = (watch_t){.settings = *settings, .views = views};
    if (!start_thread(created)) {
        release(created);
        return status_fail(STATUS_INTERNAL, "no thread for the watch over stalled ranks");
    }
    *watch = created;
    return STATUS_OK;
}

void watch_stop(watch_t *watch) {
    if (!watch) {
        return;
    }
    pthread_mutex_lock(&watch->mutex);
    watch->is_over = true;
    pthread_cond_signal(&watch->wakes);
    pthread_mutex_unlock(&watch->mutex);
    pthread_join(watch->thread, NULL);
    atomic_store(&watch->settings.slots[watch->settings.own].looks, STALL_GONE);
    release(watch);
}
