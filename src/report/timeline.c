#include "timeline.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "record.h"
#include "base/file.h"

struct timeline {
    FILE *stream; /**< into text */
    char *text;
    size_t length;
    bool is_empty; /**< nothing was added */
    status_t status;
};

status_t timeline_create(timeline_t **timeline) {
    timeline_t *created = *timeline = calloc(1, sizeof *created);
    if (created) {
        created->stream = open_memstream(&created->text, &created->length);
    }
    if (!created || !created->stream) {
        timeline_destroy(created);
        *timeline = NULL;
        return status_fail(STATUS_MEMORY, "out of memory for a timeline");
    }
    created->is_empty = true;
    fputs(TIMELINE_START "\"traceEvents\": [", created->stream);
    return STATUS_OK;
}

void timeline_destroy(timeline_t *timeline) {
    if (timeline) {
        if (timeline->stream) {
            fclose(timeline->stream);
        }
        free(timeline->text);
        free(timeline);
    }
}

/** Adds a record, which is taken over, on a line of its own. */
static void add(timeline_t *timeline, record_t *record) {
    char *line;
    size_t length;
    const status_t status = record_line(record, &line, &length);
    if (status == STATUS_OK) {
        // Without its newline.
        fprintf(timeline->stream, "%s%.*s", timeline->is_empty ? "\n" : ",\n", (int)length - 1, line);
    } else {
        timeline->status = status;
    }
    timeline->is_empty = false;
    free(line);
    record_destroy(record);
}

/** What is said about a process or a thread, in a record that has more to come. */
static record_t *begin_metadata(const char *kind, int process, int thread) {
    record_t *record = record_create();
    record_text(record, "name", kind);
    record_text(record, "ph", "M");
    record_integer(record, "pid", process);
    record_integer(record, "tid", thread);
    return record;
}

static void name(timeline_t *timeline, const char *kind, int process, int thread, const char *text) {
    record_t *record = begin_metadata(kind, process, thread);
    record_text(record_child(record, "args"), "name", text);
    add(timeline, record);
}

void timeline_name_process(timeline_t *timeline, int process, const char *text) {
    name(timeline, "process_name", process, 0, text);
    record_t *record = begin_metadata("process_sort_index", process, 0);
    record_integer(record_child(record, "args"), "sort_index", process);
    add(timeline, record);
}

void timeline_name_thread(timeline_t *timeline, int process, int thread, const char *text) {
    name(timeline, "thread_name", process, thread, text);
}

void timeline_add(timeline_t *timeline, const timeline_event_t *event) {
    record_t *record = record_create();
    record_text(record, "name", event->name);
    record_text(record, "ph", "X");
    // Microseconds, as the format wants it.
    record_number(record, "ts", (double)event->from / 1e3);
    record_number(record, "dur", (double)(event->to - event->from) / 1e3);
    record_integer(record, "pid", event->process);
    record_integer(record, "tid", event->thread);
    record_t *arguments = record_child(record, "args");
    for (int i = 0; i < event->argument_count; i++) {
        record_integer(arguments, event->arguments[i].key, event->arguments[i].value);
    }
    add(timeline, record);
}

status_t timeline_write(timeline_t *timeline, const char *path) {
    fputs("\n]}\n", timeline->stream);
    int failed = ferror(timeline->stream);
    failed |= fclose(timeline->stream);
    timeline->stream = NULL;
    if (failed || timeline->status != STATUS_OK) {
        return status_fail(STATUS_MEMORY, "out of memory for %s", path);
    }
    return file_replace(path, timeline->text, timeline->length);
}
