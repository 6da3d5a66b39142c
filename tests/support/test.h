/**
 * What every test program includes: cmocka with the headers it wants in front of it, and a few helpers.
 */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/status.h"

/** Fails with the recorded message when a call does not return STATUS_OK. */
void assert_ok(status_t status);

/** Fails unless a call returned `expected` and the recorded message contains `part`. */
void assert_fails(status_t status, status_t expected, const char *part);

/** Fails unless two numbers differ by at most `tolerance`; NaN is never near. (cmocka 1.1.5 has this for
 * float alone.) */
#define assert_near(actual, expected, tolerance)                                                             \
    test_assert_near((actual), (expected), (tolerance), #actual, __FILE__, __LINE__)
void test_assert_near(
    double actual, double expected, double tolerance, const char *text, const char *file, int line);

/** A fresh folder under $TMPDIR or /tmp, removed with test_folder_remove(); the path lives until then. */
const char *test_folder_create(void);
void test_folder_remove(void);

#endif
