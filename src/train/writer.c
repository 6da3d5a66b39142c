#include "writer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/system.h"

struct writer {
    writer_work_t work;
    void *context;
    bool has_thread;
    pthread_t thread;
    pthread_mutex_t lock; // of all below
    pthread_cond_t changed;
    bool is_busy; // from writer_begin() until the work is done
    bool is_ending;
    status_t status;
    char message[STATUS_MESSAGE_SIZE];
};

/** Does the work and keeps how it ended. Without the lock: nobody else touches the two while it is busy. */
static void do_work(writer_t *writer) {
    writer->status = writer->work(writer->context);
    if (writer->status != STATUS_OK) {
        // The message belongs to the thread that recorded it.
        memcpy(writer->message, status_message(), strlen(status_message()) + 1);
    }
}

static void *run_thread(void *context) {
    writer_t *writer = context;
    pthread_mutex_lock(&writer->lock);
    for (;;) {
        while (!writer->is_busy && !writer->is_ending) {
            pthread_cond_wait(&writer->changed, &writer->lock);
        }
        // What was begun is done, even where the end is already wanted.
        if (!writer->is_busy) {
            break;
        }
        pthread_mutex_unlock(&writer->lock);
        do_work(writer);
        pthread_mutex_lock(&writer->lock);
        writer->is_busy = false;
        pthread_cond_broadcast(&writer->changed);
    }
    pthread_mutex_unlock(&writer->lock);
    return NULL;
}

status_t writer_create(writer_t **writer, writer_work_t work, void *context, bool background) {
    writer_t *created = *writer = calloc(1, sizeof *created);
    if (!created) {
        return status_fail(STATUS_MEMORY, "out of memory for writing checkpoints");
    }
    created->work = work;
    created->context = context;
    pthread_mutex_init(&created->lock, NULL);
    pthread_cond_init(&created->changed, NULL);
    if (background) {
        const int failed = system_start_thread(&created->thread, run_thread, created);
        if (failed) {
            writer_destroy(created);
            *writer = NULL;
            return status_fail(STATUS_MEMORY,
                "no thread for writing checkpoints (checkpoint.background: false needs none): %s",
                strerror(failed));
        }
        created->has_thread = true;
    }
    return STATUS_OK;
}

void writer_destroy(writer_t *writer) {
    if (!writer) {
        return;
    }
    if (writer->has_thread) {
        pthread_mutex_lock(&writer->lock);
        writer->is_ending = true;
        pthread_cond_broadcast(&writer->changed);
        pthread_mutex_unlock(&writer->lock);
        pthread_join(writer->thread, NULL);
    }
    pthread_cond_destroy(&writer->changed);
    pthread_mutex_destroy(&writer->lock);
    free(writer);
}

void writer_begin(writer_t *writer) {
    if (!writer->has_thread) {
        do_work(writer);
        return;
    }
    pthread_mutex_lock(&writer->lock);
    assert(!writer->is_busy);
    writer->is_busy = true;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
}

status_t writer_wait(writer_t *writer) {
    pthread_mutex_lock(&writer->lock);
    while (writer->is_busy) {
        pthread_cond_wait(&writer->changed, &writer->lock);
    }
    const status_t status = writer->status;
    writer->status = STATUS_OK;
    pthread_mutex_unlock(&writer->lock);
    return status == STATUS_OK ? status : status_fail(status, "%s", writer->message);
}

bool writer_is_busy(writer_t *writer) {
    pthread_mutex_lock(&writer->lock);
    const bool is_busy = writer->is_busy;
    pthread_mutex_unlock(&writer->lock);
    return is_busy;
}
