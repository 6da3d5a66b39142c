#include "faults.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(faults_t *faults) {
    if (faults->count < faults->capacity) {
        return true;
    }
    size_t capacity = faults->capacity > 0 ? 2 * faults->capacity : 16;
    fault_t *list = realloc(faults->list, capacity * sizeof *list);
    if (!list) {
        return false;
    }
    faults->list = list;
    faults->capacity = capacity;
    return true;
}

void faults_add(faults_t *faults, place_t place, const char *key, const char *format, ...) {
    char text[1024];
    size_t used = 0;
    if (key && place.override == FAULTS_FILE) {
        used = (size_t)snprintf(text, sizeof text, "%s: ", key);
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, sizeof text - used, format, arguments);
    va_end(arguments);
    char *copy = strdup(text);
    if (!copy || !make_room(faults)) {
        free(copy);
        faults->out_of_memory = true;
        return;
    }
    faults->list[faults->count] = (fault_t){place, faults->count, copy};
    faults->count++;
}

static int compare_sizes(size_t one, size_t other) {
    return (one > other) - (one < other);
}

static int compare_faults(const void *one, const void *other) {
    const fault_t *a = one, *b = other;
    if (a->place.override != b->place.override) {
        return a->place.override < b->place.override ? -1 : 1;
    }
    int lines = compare_sizes(a->place.line, b->place.line);
    int columns = compare_sizes(a->place.column, b->place.column);
    return lines != 0 ? lines : columns != 0 ? columns : compare_sizes(a->number, b->number);
}

/** One line of the message; how many bytes it would need when there is no room. */
static size_t write_line(const faults_t *faults, const fault_t *fault, char *line, size_t size) {
    if (fault->place.override == FAULTS_FILE) {
        return (size_t)snprintf(
            line, size, "%s:%zu:%zu: %s", faults->file, fault->place.line, fault->place.column, fault->text);
    }
    const char *override = faults->overrides[fault->place.override];
    char excerpt[FAULTS_EXCERPT_SIZE];
    faults_excerpt(excerpt, override, strlen(override));
    return (size_t)snprintf(line, size, "--set %s: %s", excerpt, fault->text);
}

status_t faults_report(faults_t *faults) {
    enum { LAST_LINE = 40 };
    if (faults->out_of_memory) {
        return status_fail(STATUS_MEMORY, "out of memory for the configuration");
    }
    if (faults->count == 0) {
        return STATUS_OK;
    }
    qsort(faults->list, faults->count, sizeof *faults->list, compare_faults);
    status_clear();
    size_t used = 0;
    for (size_t i = 0; i < faults->count; i++) {
        char line[STATUS_MESSAGE_SIZE];
        used += write_line(faults, &faults->list[i], line, sizeof line) + 1;
        // The first fault is shown in any case, cut if it must be.
        if (i > 0 && used > STATUS_MESSAGE_SIZE - LAST_LINE) {
            return status_append(STATUS_CONFIG, "and %zu more", faults->count - i);
        }
        status_append(STATUS_CONFIG, "%s", line);
    }
    return STATUS_CONFIG;
}

void faults_release(faults_t *faults) {
    for (size_t i = 0; i < faults->count; i++) {
        free(faults->list[i].text);
    }
    free(faults->list);
    faults->list = NULL;
    faults->count = faults->capacity = 0;
}

void faults_excerpt(char excerpt[FAULTS_EXCERPT_SIZE], const char *text, size_t length) {
    size_t most = FAULTS_EXCERPT_SIZE - sizeof "...";
    size_t shown = length <= most ? length : most;
    // A letter of several bytes is shown whole or not at all: its later bytes are 10xxxxxx.
    while (shown < length && shown > 0 && ((unsigned char)text[shown] & 0xC0) == 0x80) {
        shown--;
    }
    for (size_t i = 0; i < shown; i++) {
        unsigned char byte = (unsigned char)text[i];
        excerpt[i] = byte < 0x20 || byte == 0x7F ? '?' : text[i];
    }
    strcpy(excerpt + shown, shown < length ? "..." : "");
}
