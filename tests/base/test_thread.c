#include "test.h"

#include <signal.h>

#include "base/thread.h"

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

static void test_signals_are_for_the_one_that_starts_it(void **state) {
    (void)state;
    pthread_t thread;
    int blocked = -1;
    assert_int_equal(blocked_count(), 0);
    assert_int_equal(thread_start(&thread, count_blocked, &blocked), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(blocked, SIGNALS);
    assert_int_equal(blocked_count(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_signals_are_for_the_one_that_starts_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
