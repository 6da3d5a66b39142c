#include "test.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/train/signals.h"

static const int numbers[SIGNALS_COUNT] = {
    SIGUSR1, SIGUSR2, SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGXCPU, SIGALRM};

static int begin(void **state) {
    (void)state;
    for (int i = 0; i < SIGNALS_COUNT; i++) {
        signal(numbers[i], SIG_DFL);
    }
    signals_watch_output();
    signals_watch();
    return 0;
}

static void each_is_taken_once(void **state) {
    (void)state;
    for (int i = 0; i < SIGNALS_COUNT; i++) {
        assert_false(signals_take((signals_t)i));
        raise(numbers[i]);
        for (int j = 0; j < SIGNALS_COUNT; j++) {
            assert_int_equal(signals_take((signals_t)j), i == j);
        }
        assert_false(signals_take((signals_t)i));
    }
}

static void all_but_usr1_ask_for_the_end(void **state) {
    (void)state;
    static const char *const names[] = {
        NULL, "SIGUSR2", "SIGTERM", "SIGINT", "SIGHUP", "SIGPIPE", "SIGXCPU", "SIGALRM"};
    for (int i = 0; i < SIGNALS_COUNT; i++) {
        bool asked[SIGNALS_COUNT] = {false};
        assert_null(signals_stop_name(asked));
        asked[i] = true;
        if (names[i]) {
            assert_string_equal(signals_stop_name(asked), names[i]);
        } else {
            assert_null(signals_stop_name(asked));
        }
        raise(numbers[i]);
        assert_int_equal(signals_ask_to_stop(), i != SIGNALS_USR1);
        signals_take((signals_t)i);
        assert_false(signals_ask_to_stop());
    }
}

static void what_came_before_is_forgotten(void **state) {
    (void)state;
    raise(SIGTERM);
    signals_watch();
    assert_false(signals_ask_to_stop());
}

/** What is printed before the training may have lost its reader. */
static void a_lost_reader_is_not_forgotten(void **state) {
    (void)state;
    signal(SIGPIPE, SIG_DFL);
    signals_watch_output();
    assert_false(signals_ask_to_stop());
    raise(SIGPIPE);
    signals_watch();
    assert_true(signals_take(SIGNALS_PIPE));
    assert_false(signals_ask_to_stop());
}

/** What nohup, and a shell for the jobs in a script's background, have ignored. */
static void some_stay_ignored(void **state) {
    (void)state;
    for (int i = 0; i < SIGNALS_COUNT; i++) {
        signal(numbers[i], SIG_IGN);
    }
    signals_watch_output();
    signals_watch();
    for (int i = 0; i < SIGNALS_COUNT; i++) {
        raise(numbers[i]);
        const bool stays = i == SIGNALS_INT || i == SIGNALS_HUP || i == SIGNALS_PIPE;
        assert_int_equal(signals_take((signals_t)i), !stays);
    }
}

/** What a process ends with that gets a signal so many times; 0 when it ends by itself. */
static int signal_that_ends(int number, int times, bool is_ignored) {
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (is_ignored) {
            signal(number, SIG_IGN);
        }
        signals_watch();
        for (int i = 0; i < times; i++) {
            raise(number);
            signals_take(SIGNALS_INT);
        }
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void a_second_interrupt_ends_at_once(void **state) {
    (void)state;
    assert_int_equal(signal_that_ends(SIGINT, 1, false), 0);
    assert_int_equal(signal_that_ends(SIGINT, 2, false), SIGINT);
    assert_int_equal(signal_that_ends(SIGTERM, 3, false), 0);
    assert_int_equal(signal_that_ends(SIGUSR1, 3, false), 0);
    assert_int_equal(signal_that_ends(SIGHUP, 3, false), 0);
    assert_int_equal(signal_that_ends(SIGQUIT, 1, false), SIGQUIT);
    // As a job in a script's background, which the terminal's interrupt is not for.
    assert_int_equal(signal_that_ends(SIGINT, 3, true), 0);
    // But not those for which there is no such custom.
    assert_int_equal(signal_that_ends(SIGTERM, 3, true), 0);
}

static void *take_signal(void *context) {
    // By then it waits.
    usleep(100000);
    pthread_kill(*(pthread_t *)context, SIGUSR2);
    return NULL;
}

/** A call that waits goes on. */
static void waiting_is_not_cut_short(void **state) {
    (void)state;
    int ends[2];
    char byte = 0;
    pthread_t self = pthread_self(), thread;
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        // The signal comes before what it waits for.
        usleep(300000);
        _exit(write(ends[1], "x", 1) != 1);
    }
    assert_int_equal(pthread_create(&thread, NULL, take_signal, &self), 0);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(byte, 'x');
    pthread_join(thread, NULL);
    assert_true(signals_take(SIGNALS_USR2));
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_is_taken_once, begin),
        cmocka_unit_test_setup(all_but_usr1_ask_for_the_end, begin),
        cmocka_unit_test_setup(what_came_before_is_forgotten, begin),
        cmocka_unit_test_setup(a_lost_reader_is_not_forgotten, begin),
        cmocka_unit_test_setup(some_stay_ignored, begin),
        cmocka_unit_test_setup(a_second_interrupt_ends_at_once, begin),
        cmocka_unit_test_setup(waiting_is_not_cut_short, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
