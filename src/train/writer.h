/**
 * One thread that does one piece of work at a time while the training goes on. It knows neither the work nor
 * what it works on; src/train/save.c gives it checkpoints to write.
 *
 * There is no queue: writer_wait() comes before the next writer_begin(). From writer_begin() until
 * writer_wait() has returned, what the work uses belongs to the thread. All functions are called by the
 * thread that called writer_create(). The thread takes no signals, and must not call MPI. Private to
 * src/train.
 */
#ifndef CVAE_WRITER_H
#define CVAE_WRITER_H

#include <stdbool.h>

#include "base/status.h"

typedef struct writer writer_t;

/** The work. What it returns, with the message that it recorded, is what writer_wait() gives. */
typedef status_t (*writer_work_t)(void *context);

/**
 * A writer that does `work` with `context`, which must outlive it. background: in a thread of its own,
 * started here; otherwise there is none, and writer_begin() returns when the work is done. STATUS_MEMORY:
 * *writer is NULL then.
 */
status_t writer_create(writer_t **writer, writer_work_t work, void *context, bool background);

/** Ends the thread, after what it is at. What writer_wait() has not given is lost. NULL is fine. */
void writer_destroy(writer_t *writer);

/** Begins the work once more. Nothing may be under way. Allocates nothing. */
void writer_begin(writer_t *writer);

/**
 * Waits until nothing is under way. Returns how the work ended that was begun last, with its message, as if
 * it had been done here; each end is told once: STATUS_OK where there is nothing to tell.
 */
status_t writer_wait(writer_t *writer);

/** Whether writer_wait() would have to wait. */
bool writer_is_busy(writer_t *writer);

#endif
