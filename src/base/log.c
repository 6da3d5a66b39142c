#include "log.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

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

static void print_line(const char *start, const char *format, va_list arguments) {
    if (!speaks) {
        return;
    }
    // The whole line in one write: mpirun mixes the ranks' output by chunks, not by lines.
    char line[8192];
    flockfile(stderr);
    int used = snprintf(line, sizeof line, "%s%s", progress_is_shown ? "\r\033[K" : "", start);
    vsnprintf(line + used, sizeof line - (size_t)used, format, arguments);
    if (is_taken()) {
        fprintf(stderr, "%s\n", line);
    }
    progress_is_shown = false;
    funlockfile(stderr);
}

void log_line(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_line("", format, arguments);
    va_end(arguments);
}

void log_warning(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_line("warning: ", format, arguments);
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
    if (!speaks) {
        return;
    }
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    flockfile(stderr);
    if (is_taken()) {
        fprintf(stderr, "\r%s\033[K", line);
        progress_is_shown = true;
    }
    funlockfile(stderr);
}

void log_end_progress(void) {
    if (progress_is_shown) {
        fputs("\r\033[K", stderr);
    }
    progress_is_shown = false;
}
