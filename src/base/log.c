#include "log.h"

#include <stdarg.h>
#include <stdio.h>

static bool speaks = true;
static bool progress_is_shown; // whoever has stderr locked

void log_enable(bool enabled) {
    speaks = enabled;
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
    fprintf(stderr, "%s\n", line);
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
    fprintf(stderr, "\r%s\033[K", line);
    progress_is_shown = true;
    funlockfile(stderr);
}

void log_end_progress(void) {
    if (progress_is_shown) {
        fputs("\r\033[K", stderr);
    }
    progress_is_shown = false;
}
