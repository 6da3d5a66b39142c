/**
 * A timeline in Chrome's trace format, which chrome://tracing and Perfetto open: who did what from when to
 * when. Grouped by process, and in a process by thread.
 */
#ifndef CVAE_TIMELINE_H
#define CVAE_TIMELINE_H

#include <jansson.h>
#include <stdint.h>

#include "base/status.h"

/** How a timeline's file begins. */
#define TIMELINE_START "{\"displayTimeUnit\": \"ms\", "

typedef struct timeline timeline_t;

/** A new, empty timeline, owned by the caller. STATUS_MEMORY: *timeline is NULL then. */
status_t timeline_create(timeline_t **timeline);

/** Frees it. NULL is fine. */
void timeline_destroy(timeline_t *timeline);

/** Names a process, which stands in the order of the numbers, or one of its threads. */
void timeline_name_process(timeline_t *timeline, int process, const char *text);
void timeline_name_thread(timeline_t *timeline, int process, int thread, const char *text);

/**
 * Adds an event: from and to are nanoseconds since the timeline's zero; arguments, an object, is shown with
 * it and is taken over. The events of a thread do not overlap.
 */
void timeline_add(timeline_t *timeline, int process, int thread, const char *name, int64_t from, int64_t to,
    json_t *arguments);

/** Writes it, as file_replace() does, and ends it. STATUS_OUTPUT; STATUS_MEMORY, also where adding failed. */
status_t timeline_write(timeline_t *timeline, const char *path);

#endif
