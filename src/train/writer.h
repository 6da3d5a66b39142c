/**
 * Work that is done in a thread while the training goes on: in src/train/save.c, the writing of a checkpoint.
 * From writer_begin() until writer_wait() has returned, what it uses belongs to that thread, which takes no
 * signals and must not call MPI. All functions are called by one other thread. Private to src/train.
 */
#ifndef CVAE_WRITER_H
#define CVAE_WRITER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/status.h"

/** Begins with the first three given and all else zero. It must stay where it is. */
typedef struct {
    status_t (*work)(void *context); /**< what it returns, with its message, writer_wait() gives */
    void *context;
    bool background; /**< in a thread; otherwise writer_begin() returns when the work is done */
    bool has_thread; /**< to be joined */
    pthread_t thread;
    atomic_bool is_busy; /**< whether writer_wait() would have to wait */
    status_t status;     /**< the thread's until it has ended, as the message */
    char message[STATUS_MESSAGE_SIZE];
} writer_t;

/**
 * Begins the work once more. writer_wait() comes before the next one. Where no thread can be started, the
 * work is done at once.
 */
void writer_begin(writer_t *writer);

/**
 * Waits until nothing is under way. Returns how the work ended that was begun last, with its message, as if
 * it had been done here; each end is told once: STATUS_OK where there is nothing to tell.
 */
status_t writer_wait(writer_t *writer);

/** Waits likewise, but what writer_wait() has not given is lost, and the last message stays. */
void writer_finish(writer_t *writer);

#endif
