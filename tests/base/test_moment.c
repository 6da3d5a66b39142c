#include "base/moment.h"

#include <unistd.h>

#include "test.h"

static void time_never_goes_back(void **state) {
    (void)state;
    int64_t before = moment_now();
    assert_true(before > 0);
    for (int i = 0; i < 100000; i++) {
        const int64_t now = moment_now();
        assert_true(now >= before);
        before = now;
    }
}

static void a_wait_is_not_shorter_than_asked_for(void **state) {
    (void)state;
    const int64_t before = moment_now();
    usleep(20000);
    assert_true(moment_seconds(moment_now() - before) >= 0.02);
}

static void nanoseconds_become_seconds(void **state) {
    (void)state;
    assert_true(moment_seconds(0) == 0);
    assert_true(moment_seconds(1500000000) == 1.5);
    assert_true(moment_seconds(-250000000) == -0.25);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_never_goes_back),
        cmocka_unit_test(a_wait_is_not_shorter_than_asked_for),
        cmocka_unit_test(nanoseconds_become_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
