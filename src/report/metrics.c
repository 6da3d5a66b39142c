#include "metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/file.h"
#include "document.h"

/** Appends bytes to an open file and closes it. Returns 0 or an errno. */
static int append(int file, const char *bytes, size_t size) {
    char last = '\n';
    const off_t before = lseek(file, 0, SEEK_END);
    // A line cut off by a crash stays a line of its own: it must not spoil the new one as well.
    const bool is_cut = before > 0 && pread(file, &last, 1, before - 1) == 1 && last != '\n';
    bool failed = (is_cut && file_write(file, "\n", 1)) || file_write(file, bytes, size);
    // Synced: a machine that stops must not lose lines of epochs that a checkpoint has. A pipe has no sync.
    failed = failed || (fdatasync(file) && errno != EINVAL);
    const int error = errno;
    if (failed && before >= 0) {
        // Of the half line that a full disk takes nothing stays, or else as much as a crash would have left.
        (void)!ftruncate(file, before);
    }
    return close(file) && !failed ? errno : failed ? error : 0;
}

status_t metrics_append(const char *path, json_t *record) {
    char *line;
    size_t length;
    status_t status = document_line(record, &line, &length);
    if (status != STATUS_OK) {
        status_prefix(status, "%s", path);
    } else {
        const int file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
        const int error = file < 0 ? errno : append(file, line, length);
        if (error) {
            status = status_fail(STATUS_OUTPUT, "%s: cannot be appended to: %s", path, strerror(error));
        }
    }
    free(line);
    return status;
}

typedef enum { LINE_KEPT, LINE_LATER, LINE_BROKEN, LINE_NO_MEMORY } line_t;

/** What a line is for a run that goes on after `step`. */
static line_t judge(const char *line, size_t length, uint64_t step) {
    json_error_t error;
    json_t *object = json_loadb(line, length, 0, &error);
    const json_t *found = json_object_get(object, "step");
    const json_int_t at = json_is_integer(found) ? json_integer_value(found) : -1;
    const enum json_error_code code = json_error_code(&error);
    // jansson describes every fault of the text, but not always that its memory was out.
    if (!object && (code == json_error_unknown || code == json_error_out_of_memory)) {
        return LINE_NO_MEMORY;
    }
    json_decref(object);
    return at < 0 ? LINE_BROKEN : (uint64_t)at <= step ? LINE_KEPT : LINE_LATER;
}

status_t metrics_rewind(const char *path, uint64_t step) {
    if (access(path, F_OK) && errno == ENOENT) {
        return STATUS_OK;
    }
    file_content_t file;
    status_t status = file_read(path, &file);
    if (status == STATUS_NO_INPUT) {
        status = status_fail(STATUS_OUTPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    bool is_changed = false;
    // The lines that stay move to the front, each with a newline; the text has room for the last one's.
    char *line = file.text, *kept = line, *end = line + file.length;
    for (int number = 1; status == STATUS_OK && line < end; number++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const size_t length = (size_t)((newline ? newline : end) - line);
        const line_t verdict = judge(line, length, step);
        if (verdict == LINE_KEPT) {
            memmove(kept, line, length);
            kept += length;
            *kept++ = '\n';
        } else if (verdict == LINE_NO_MEMORY) {
            status = status_fail(STATUS_MEMORY, "out of memory for %s", path);
        } else if (verdict == LINE_BROKEN && newline) {
            // Without a newline it is what a crash leaves, and nothing special.
            log_warning("%s:%d: left out, a JSON object with a whole \"step\" was expected", path, number);
        }
        is_changed |= verdict != LINE_KEPT || !newline;
        line += length + 1;
    }
    if (status == STATUS_OK && is_changed) {
        status = file_replace(path, file.text, (size_t)(kept - file.text));
    }
    file_release(&file);
    return status;
}
