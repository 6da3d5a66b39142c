/**
 * Standard error into a file and back, for what is printed through log.h.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

static int capture_before = -1;
static FILE *capture_file;

static inline void capture_start(void) {
    fflush(stderr);
    capture_file = tmpfile();
    assert_non_null(capture_file);
    capture_before = dup(STDERR_FILENO);
    assert_true(capture_before >= 0);
    assert_true(dup2(fileno(capture_file), STDERR_FILENO) >= 0);
}

/** What was printed since capture_start(), valid until the next capture. */
static inline const char *capture_end(void) {
    static char text[16384];
    fflush(stderr);
    dup2(capture_before, STDERR_FILENO);
    close(capture_before);
    rewind(capture_file);
    text[fread(text, 1, sizeof text - 1, capture_file)] = '\0';
    fclose(capture_file);
    return text;
}

#endif
