#include "writer.h"

#include <assert.h>
#include <stdio.h>

#include "base/system.h"

static void *do_work(void *context) {
    writer_t *writer = context;
    writer->status = writer->work(writer->context);
    // The message belongs to the thread that recorded it.
    snprintf(writer->message, sizeof writer->message, "%s", status_message());
    writer->is_busy = false;
    return NULL;
}

void writer_begin(writer_t *writer) {
    assert(!writer->has_thread);
    writer->is_busy = true;
    writer->has_thread = writer->background && system_start_thread(&writer->thread, do_work, writer) == 0;
    if (!writer->has_thread) {
        do_work(writer);
    }
}

void writer_finish(writer_t *writer) {
    if (writer->has_thread) {
        pthread_join(writer->thread, NULL);
    }
    writer->has_thread = false;
}

status_t writer_wait(writer_t *writer) {
    writer_finish(writer);
    const status_t status = writer->status;
    writer->status = STATUS_OK;
    return status == STATUS_OK ? status : status_fail(status, "%s", writer->message);
}
