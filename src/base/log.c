#include "log.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "system.h"
#include "terminal.h"
#include "text.h"

enum { LINE_SIZE = 8192, PROGRESS_SIZE = 1024 };

/** Seconds for which a terminal's columns hold: under mpirun they are those of another process's terminal,
 * whose changes no signal tells. */
#define COLUMNS_HOLD 1.0

static bool speaks = true;
static volatile sig_atomic_t gives_up; // on lines that nobody reads
static bool progress_is_shown;         // whoever has stderr locked

void log_enable(bool enabled) {
    speaks = enabled;
}

void log_wait(bool waits) {
    gives_up = !waits;
}

/**
 * Waits until standard error takes more, a pipe whose reader is slow or a terminal that is halted. Returns
 * false where the line is to be left out. A write would wait in the kernel, where no signal ends it.
 */
static bool is_taken(void) {
    struct pollfd output = {.fd = STDERR_FILENO, .events = POLLOUT};
    bool is_last;
    int ready;
    do {
        is_last = gives_up;
        ready = poll(&output, 1, 100);
    } while ((ready == 0 && !is_last) || (ready < 0 && errno == EINTR));
    return ready != 0;
}

/** The columns of standard error; 0: it is no terminal. Whoever asks has stderr locked. */
static int find_columns(void) {
    static int columns;
    static int64_t asked; // when; 0: never
    const int64_t now = system_now();
    if (asked == 0 || system_seconds(now - asked) >= COLUMNS_HOLD) {
        columns = terminal_columns(STDERR_FILENO);
        asked = now;
    }
    return columns;
}

/** Prints less than `size` bytes in one write: mpirun mixes the ranks' output by chunks, not by lines. */
static void print(size_t size, const char *start, const char *end, const char *format, va_list arguments) {
    if (!speaks) {
        return;
    }
    const bool is_progress = *start == '\r';
    char line[LINE_SIZE], wrapped[2 * LINE_SIZE];
    flockfile(stderr);
    const int columns = find_columns();
    const char *before = is_progress ? start : progress_is_shown ? "\r\033[K" : "", *shown = line;
    const int used = snprintf(line, sizeof line, "%s", is_progress ? "" : start);
    vsnprintf(line + used, size - (is_progress ? 0 : strlen(before)) - (size_t)used, format, arguments);
    if (is_progress && columns > 0) {
        line[text_fitting(line, columns - 1)] = '\0';
    } else if (columns > 0) {
        shown = text_wrap(line, columns, wrapped, sizeof wrapped);
    }
    const bool taken = is_taken();
    if (taken) {
        fprintf(stderr, "%s%s%s", before, shown, end);
    }
    progress_is_shown = is_progress && (taken || progress_is_shown);
    funlockfile(stderr);
}

void log_line(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print(LINE_SIZE, "", "\n", format, arguments);
    va_end(arguments);
}

void log_warning(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print(LINE_SIZE, "warning: ", "\n", format, arguments);
    va_end(arguments);
}

void log_text(const char *text) {
    if (!speaks) {
        return;
    }
    flockfile(stderr);
    if (is_taken()) {
        log_end_progress();
        fputs(text, stderr);
    }
    funlockfile(stderr);
}

void log_progress(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print(PROGRESS_SIZE, "\r", "\033[K", format, arguments);
    va_end(arguments);
}

void log_end_progress(void) {
    if (progress_is_shown) {
        fputs("\r\033[K", stderr);
    }
    progress_is_shown = false;
}
