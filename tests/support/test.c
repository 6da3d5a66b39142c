#include "test.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void assert_ok(status_t status) {
    if (status != STATUS_OK) {
        fail_msg("%s: %s", status_text(status), status_message());
    }
}

void assert_fails(status_t status, status_t expected, const char *part) {
    if (status != expected) {
        fail_msg(
            "'%s' was expected, not '%s' (%s)", status_text(expected), status_text(status), status_message());
    }
    if (!strstr(status_message(), part)) {
        fail_msg("'%s' is not in the message '%s'", part, status_message());
    }
}

void test_assert_near(
    double actual, double expected, double tolerance, const char *text, const char *file, int line) {
    if (!(fabs(actual - expected) <= tolerance)) {
        print_error("%s = %.17g, %.17g was expected, within %g\n", text, actual, expected, tolerance);
        _fail(file, line);
    }
}

static char folder[4096];

const char *test_folder_create(void) {
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/cvae-test-XXXXXX", parent ? parent : "/tmp");
    assert_non_null(mkdtemp(folder));
    return folder;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void test_folder_remove(void) {
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
