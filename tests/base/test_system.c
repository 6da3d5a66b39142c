#include "base/system.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

static void time_never_goes_back(void **state) {
    (void)state;
    int64_t before = system_now();
    assert_true(before > 0);
    for (int i = 0; i < 100000; i++) {
        const int64_t now = system_now();
        assert_true(now >= before);
        before = now;
    }
}

static void a_wait_is_not_shorter_than_asked_for(void **state) {
    (void)state;
    const int64_t before = system_now();
    usleep(20000);
    assert_true(system_seconds(system_now() - before) >= 0.02);
}

static void nanoseconds_become_seconds(void **state) {
    (void)state;
    assert_true(system_seconds(0) == 0);
    assert_true(system_seconds(1500000000) == 1.5);
    assert_true(system_seconds(-250000000) == -0.25);
}

// What the system counts for each CPU on its own is not quite exact.
enum { MANY = 64 << 20, ABOUT = 4 << 20 };

static void it_grows_with_what_is_used_and_stays(void **state) {
    (void)state;
    const int64_t before = system_peak_memory();
    assert_true(before > 0);
    char *memory = malloc(MANY);
    assert_non_null(memory);
    memset(memory, 1, MANY);
    const int64_t used = system_peak_memory();
    // What the compiler may not leave out.
    assert_int_equal(memory[before % MANY], 1);
    free(memory);
    assert_true(used >= before + MANY - ABOUT);
    assert_true(system_peak_memory() >= used - ABOUT);
    assert_int_equal(used % 1024, 0);
}

enum { SIGNALS = 4 };

static const int signals[SIGNALS] = {SIGINT, SIGTERM, SIGUSR1, SIGUSR2};

static int blocked_count(void) {
    sigset_t mask;
    int count = 0;
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
    for (int i = 0; i < SIGNALS; i++) {
        count += sigismember(&mask, signals[i]);
    }
    return count;
}

static void *count_blocked(void *context) {
    *(int *)context = blocked_count();
    return NULL;
}

static void signals_are_for_the_one_that_starts_a_thread(void **state) {
    (void)state;
    pthread_t thread;
    int blocked = -1;
    assert_int_equal(blocked_count(), 0);
    assert_int_equal(system_start_thread(&thread, count_blocked, &blocked), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(blocked, SIGNALS);
    assert_int_equal(blocked_count(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_never_goes_back),
        cmocka_unit_test(a_wait_is_not_shorter_than_asked_for),
        cmocka_unit_test(nanoseconds_become_seconds),
        cmocka_unit_test(it_grows_with_what_is_used_and_stays),
        cmocka_unit_test(signals_are_for_the_one_that_starts_a_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
