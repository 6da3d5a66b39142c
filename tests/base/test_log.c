#include "test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/system.h"

static int kept_standard_error, read_end;
static char captured[65536];

/** Standard error becomes a pipe whose read() gives one write() at a time. */
static int start_capture(void **state) {
    (void)state;
    int ends[2];
    if (pipe2(ends, O_DIRECT | O_NONBLOCK) != 0) {
        return -1;
    }
    fflush(stderr);
    kept_standard_error = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    read_end = ends[0];
    log_enable(true);
    return 0;
}

static int end_capture(void **state) {
    (void)state;
    dup2(kept_standard_error, STDERR_FILENO);
    close(kept_standard_error);
    close(read_end);
    return 0;
}

/** What one write() put out, "" when there was none. */
static const char *next_write(void) {
    ssize_t got = read(read_end, captured, sizeof captured - 1);
    captured[got > 0 ? got : 0] = '\0';
    return captured;
}

static void test_a_line_is_one_write(void **state) {
    (void)state;
    log_line("epoch %d: loss %.2f", 3, 1.5);
    log_line("%s", "");
    assert_string_equal(next_write(), "epoch 3: loss 1.50\n");
    assert_string_equal(next_write(), "\n");
    assert_string_equal(next_write(), "");
}

static void test_a_warning_says_so(void **state) {
    (void)state;
    log_warning("%s differs", "SkylakeX");
    assert_string_equal(next_write(), "warning: SkylakeX differs\n");
    assert_string_equal(next_write(), "");
}

/** Fills standard error. Returns how many lines it took. */
static int fill(void) {
    int lines = 0;
    fcntl(STDERR_FILENO, F_SETFL, fcntl(STDERR_FILENO, F_GETFL) | O_NONBLOCK);
    while (write(STDERR_FILENO, "-\n", 2) == 2) {
        lines++;
    }
    fcntl(STDERR_FILENO, F_SETFL, fcntl(STDERR_FILENO, F_GETFL) & ~O_NONBLOCK);
    return lines;
}

static void give_up(int number) {
    (void)number;
    log_wait(false);
}

/** A line waits for its reader until a signal says that there is no time to. */
static void test_a_line_that_nobody_reads_is_left_out(void **state) {
    (void)state;
    int lines = fill();
    assert_true(lines > 0);
    log_wait(true);
    signal(SIGALRM, give_up);
    alarm(1);
    log_line("waits");
    log_line("does not");
    log_text("nor this\n");
    log_progress("nor this");
    log_end_progress();
    while (lines-- > 0) {
        assert_string_equal(next_write(), "-\n");
    }
    assert_string_equal(next_write(), "");
    log_line("now it is read");
    assert_string_equal(next_write(), "now it is read\n");
    log_text("cvae_mpi: a\ncvae_mpi: b\n");
    assert_string_equal(next_write(), "cvae_mpi: a\ncvae_mpi: b\n");
    log_wait(true);
}

static void test_a_silent_process_says_nothing(void **state) {
    (void)state;
    log_enable(false);
    log_line("line");
    log_warning("warning");
    log_progress("progress");
    assert_string_equal(next_write(), "");
    log_enable(true);
    // The progress text that was not shown needs no clearing either.
    log_line("line");
    assert_string_equal(next_write(), "line\n");
}

static void test_progress_is_replaced_by_progress(void **state) {
    (void)state;
    log_progress("step %d", 10);
    assert_string_equal(next_write(), "\rstep 10\033[K");
    log_progress("step %d", 9);
    assert_string_equal(next_write(), "\rstep 9\033[K");
    log_line("done");
    next_write();
}

static void test_a_line_after_progress_clears_it_first(void **state) {
    (void)state;
    log_progress("step 10");
    next_write();
    log_line("saved");
    assert_string_equal(next_write(), "\r\033[Ksaved\n");
    log_line("next");
    assert_string_equal(next_write(), "next\n");
    log_progress("step 11");
    next_write();
    log_warning("slow");
    assert_string_equal(next_write(), "\r\033[Kwarning: slow\n");
    log_warning("slower");
    assert_string_equal(next_write(), "warning: slower\n");
}

/** All that was written, put together. */
static size_t collect_writes(char *text, size_t space) {
    size_t used = 0;
    ssize_t got;
    while (used + 1 < space && (got = read(read_end, text + used, space - 1 - used)) > 0) {
        used += (size_t)got;
    }
    text[used] = '\0';
    return used;
}

static void test_what_is_too_long_is_cut(void **state) {
    (void)state;
    static char text[20000];
    memset(text, 'x', sizeof text - 1);
    log_line("%s", text);
    assert_int_equal(collect_writes(captured, sizeof captured), 8192);
    assert_string_equal(captured + 8189, "xx\n");
    log_warning("%s", text);
    assert_int_equal(collect_writes(captured, sizeof captured), 8192);
    assert_memory_equal(captured, "warning: xxx", 12);
    assert_string_equal(captured + 8189, "xx\n");
    log_progress("%s", text);
    assert_int_equal(collect_writes(captured, sizeof captured), 1 + 1023 + 3);
    assert_string_equal(captured + 1 + 1022, "x\033[K");
    log_line("%s", text);
    assert_int_equal(collect_writes(captured, sizeof captured), 8192);
    assert_memory_equal(captured, "\r\033[Kxxx", 7);
}

static void test_progress_is_removed(void **state) {
    (void)state;
    log_end_progress();
    assert_string_equal(next_write(), "");
    log_progress("step 10");
    next_write();
    log_end_progress();
    assert_string_equal(next_write(), "\r\033[K");
    log_line("done");
    assert_string_equal(next_write(), "done\n");
}

/** Takes what a terminal shows, which may come in several pieces. */
static void take_screen(int terminal) {
    size_t used = 0;
    struct pollfd output = {.fd = terminal, .events = POLLIN};
    while (used < sizeof captured - 1 && poll(&output, 1, 200) > 0) {
        const ssize_t got = read(terminal, captured + used, sizeof captured - 1 - used);
        if (got <= 0) {
            break;
        }
        used += (size_t)got;
    }
    captured[used] = '\0';
}

/** Standard error leads to a terminal, which is asked for its columns at most once a second. */
static void test_a_terminal_is_not_asked_for_each_line(void **state) {
    (void)state;
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) || unlockpt(terminal)) {
        skip();
    }
    const int screen = open(ptsname(terminal), O_RDWR | O_NOCTTY), before = dup(STDERR_FILENO);
    struct winsize narrow = {.ws_col = 20}, wide = {.ws_col = 60};
    bool is_held = false, was_busy;
    // A machine that is busy for a second between two lines has it tried again.
    do {
        sleep(1); // what was asked before holds no longer
        const int64_t began = system_now();
        ioctl(screen, TIOCSWINSZ, &narrow);
        dup2(screen, STDERR_FILENO);
        log_line("one two three four five six");
        ioctl(screen, TIOCSWINSZ, &wide);
        log_line("one two three four five six");
        dup2(before, STDERR_FILENO);
        was_busy = system_seconds(system_now() - began) > 0.9;
        take_screen(terminal);
        is_held = strstr(captured, "six\r\none two three four\r\n") != NULL;
    } while (!is_held && was_busy);
    assert_true(is_held);
    sleep(1);
    dup2(screen, STDERR_FILENO);
    log_line("one two three four five six");
    dup2(before, STDERR_FILENO);
    take_screen(terminal);
    assert_non_null(strstr(captured, "one two three four five six\r\n"));
    close(before);
    close(screen);
    close(terminal);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_line_is_one_write, start_capture, end_capture),
        cmocka_unit_test_setup_teardown(test_a_warning_says_so, start_capture, end_capture),
        cmocka_unit_test_setup_teardown(
            test_a_line_that_nobody_reads_is_left_out, start_capture, end_capture),
        cmocka_unit_test_setup_teardown(test_a_silent_process_says_nothing, start_capture, end_capture),
        cmocka_unit_test_setup_teardown(test_progress_is_replaced_by_progress, start_capture, end_capture),
        cmocka_unit_test_setup_teardown(
            test_a_line_after_progress_clears_it_first, start_capture, end_capture),
        cmocka_unit_test_setup_teardown(test_what_is_too_long_is_cut, start_capture, end_capture),
        cmocka_unit_test_setup_teardown(test_progress_is_removed, start_capture, end_capture),
        cmocka_unit_test(test_a_terminal_is_not_asked_for_each_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
