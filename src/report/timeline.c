#include "timeline.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "document.h"
#include "base/file.h"

struct timeline {
    FILE *stream; /**< into text */
    char *text;
    size_t length;
    bool is_empty; /**< nothing was added */
    bool is_lost;  /**< memory was out for a record */
};

status_t timeline_create(timeline_t **timeline) {
    timeline_t *created = *timeline = calloc(1, sizeof *created);
    if (!created || !(created->stream = open_memstream(&created->text, &created->length))) {
        free(created);
        *timeline = NULL;
        return status_fail(STATUS_MEMORY, "out of memory for a timeline");
    }
    created->is_empty = true;
    fputs(TIMELINE_START "\"traceEvents\": [\n", created->stream);
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
static void add(timeline_t *timeline, json_t *record) {
    // Behind the record before, or the start, in front of its newline.
    fseek(timeline->stream, -1, SEEK_END);
    fputs(timeline->is_empty ? "\n" : ",\n", timeline->stream);
    timeline->is_empty = false;
    timeline->is_lost |= document_print(record, timeline->stream) != STATUS_OK;
}

static void add_name(timeline_t *timeline, const char *kind, int process, int thread, const char *text) {
    add(timeline, json_pack("{s:s, s:s, s:i, s:i, s:{s:o}}", "name", kind, "ph", "M", "pid", process, "tid",
                      thread, "args", "name", document_text(text)));
}

void timeline_name_process(timeline_t *timeline, int process, const char *text) {
    add_name(timeline, "process_name", process, 0, text);
    add(timeline, json_pack("{s:s, s:s, s:i, s:i, s:{s:i}}", "name", "process_sort_index", "ph", "M", "pid",
                      process, "tid", 0, "args", "sort_index", process));
}

void timeline_name_thread(timeline_t *timeline, int process, int thread, const char *text) {
    add_name(timeline, "thread_name", process, thread, text);
}

void timeline_add(timeline_t *timeline, int process, int thread, const char *name, int64_t from, int64_t to,
    json_t *arguments) {
    // Microseconds, as the format wants it.
    add(timeline, json_pack("{s:o, s:s, s:f, s:f, s:i, s:i, s:o}", "name", document_text(name), "ph", "X",
                      "ts", (double)from / 1e3, "dur", (double)(to - from) / 1e3, "pid", process, "tid",
                      thread, "args", arguments));
}

status_t timeline_write(timeline_t *timeline, const char *path) {
    fputs("]}\n", timeline->stream);
    int failed = ferror(timeline->stream);
    failed |= fclose(timeline->stream);
    timeline->stream = NULL;
    if (failed || timeline->is_lost) {
        return status_fail(STATUS_MEMORY, "out of memory for %s", path);
    }
    return file_replace(path, timeline->text, timeline->length);
}
