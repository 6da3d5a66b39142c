#include "report/progress.h"

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "base/log.h"
#include "test.h"

// No test here asserts how long anything took. Where a rate or a time left is compared, the clocks are set
// back so far that the seconds a slow machine may add make no difference to the text.

static void test_duration(void **state) {
    (void)state;
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {
        {0, "0:00"},
        {0.4, "0:00"},
        {0.6, "0:01"},
        {7, "0:07"},
        {59.4, "0:59"},
        {59.6, "1:00"},
        {60, "1:00"},
        {245, "4:05"},
        {3599.4, "59:59"},
        {3599.6, "1:00:00"},
        {3753, "1:02:33"},
        {86400, "24:00:00"},
        {360000 + 61, "100:01:01"},
        {-1, "0:00"},
        {NAN, "0:00"},
        {INFINITY, "277777777777:46:40"},
        {1e300, "277777777777:46:40"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[32];
        progress_duration(cases[i].seconds, text);
        assert_string_equal(text, cases[i].text);
    }
}

/** 30 epochs of 10 steps, resumed after step 100 so long ago that each step so far took `pace` seconds by
 * `step`. */
static progress_t started_before(uint64_t step, double pace) {
    progress_t progress;
    progress_start(&progress, 30, 300, 100);
    progress.is_terminal = false;
    progress.pace.told_at -= pace * (double)(step - 100);
    return progress;
}

static const char *epoch_line(progress_t *progress, uint64_t step, double words_per_second) {
    capture_start();
    progress_epoch_line(progress, 3, step, 4.1234, 2.3456, words_per_second);
    return capture_end();
}

static void test_epoch_line(void **state) {
    (void)state;
    progress_t progress = started_before(299, 245);
    assert_string_equal(
        epoch_line(&progress, 299, 1234.4), "epoch 3/30  loss 4.123  KL 2.346  1,234 words/s  4:05 left\n");
}

static void test_the_time_left_goes_by_the_own_pace(void **state) {
    (void)state;
    // 10 million steps in 245 million seconds, 10 left: the 5 million steps before this process count for
    // nothing.
    progress_t progress;
    progress_start(&progress, 2, 15000010, 5000000);
    progress.pace.told_at -= 245e6;
    capture_start();
    progress_epoch_line(&progress, 1, 15000000, 1, 1, 1);
    assert_non_null(strstr(capture_end(), "  4:05 left\n"));
}

static void test_the_time_left_at_the_ends(void **state) {
    (void)state;
    progress_t progress = started_before(200, 1000);
    assert_non_null(strstr(epoch_line(&progress, 300, 1), "  0:00 left\n"));
    assert_non_null(strstr(epoch_line(&progress, 301, 1), "  0:00 left\n"));
    assert_non_null(strstr(epoch_line(&progress, 100, 1), "  -:-- left\n"));
    assert_non_null(strstr(epoch_line(&progress, 0, 1), "  -:-- left\n"));
}

static void test_thousands(void **state) {
    (void)state;
    static const struct {
        double rate;
        const char *text;
    } cases[] = {
        {0, "  0 words/s"},
        {7.4, "  7 words/s"},
        {999.4, "  999 words/s"},
        {999.6, "  1,000 words/s"},
        {12345, "  12,345 words/s"},
        {123456, "  123,456 words/s"},
        {1000001, "  1,000,001 words/s"},
        {NAN, "  0 words/s"},
        {-5, "  0 words/s"},
        {INFINITY, "  1,000,000,000,000,000 words/s"},
    };
    progress_t progress = started_before(200, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_non_null(strstr(epoch_line(&progress, 200, cases[i].rate), cases[i].text));
    }
}

static void test_values_of_a_diverged_run_are_shown(void **state) {
    (void)state;
    progress_t progress = started_before(200, 1);
    capture_start();
    progress_epoch_line(&progress, 30, 200, NAN, INFINITY, 5);
    assert_non_null(strstr(capture_end(), "epoch 30/30  loss nan  KL inf  5 words/s"));
    capture_start();
    progress_epoch_line(&progress, 30, 200, 1e308, -1e308, 5);
    assert_non_null(strstr(capture_end(), "epoch 30/30  loss 1000"));
}

static const char *step(progress_t *progress, int epoch, int words) {
    capture_start();
    progress_step(progress, epoch, 299, words, 1.5, 0.25);
    return capture_end();
}

static void test_steps_on_a_terminal(void **state) {
    (void)state;
    progress_t progress = started_before(299, 3600);
    progress.is_terminal = true;
    // 1,234 words a second for ten million seconds.
    progress.epoch_started -= 1e7;
    progress.epoch_words = 12340000000 - 64;
    assert_string_equal(
        step(&progress, 7, 64), "\repoch 7/30  loss 1.500  KL 0.250  1,234 words/s  1:00:00 left\033[K");
    // A line that stays takes the place of the one that is kept up to date.
    const char *line = epoch_line(&progress, 290, 1);
    assert_int_equal(strncmp(line, "\r\033[Kepoch 3/30", 14), 0);
}

/** As if the process had been stopped for most of a million seconds since the last step. */
static void stop_once(progress_pace_t *pace) {
    pace->told_at -= 1e6;
    raise(SIGCONT);
}

static void test_stops_are_left_out(void **state) {
    (void)state;
    progress_t progress = started_before(298, 245);
    progress_step(&progress, 7, 298, 64, 1.5, 0.25);
    stop_once(&progress.pace);
    step(&progress, 7, 64);
    assert_non_null(strstr(epoch_line(&progress, 299, 1), "  4:05 left\n"));
    // What only takes long is work: 199 steps that took 245 s each, and a million seconds more together.
    progress = started_before(299, 245);
    progress.pace.told_at -= 1e6;
    step(&progress, 7, 64);
    assert_non_null(strstr(epoch_line(&progress, 299, 1), "  1:27:50 left\n"));
    // Nor does a stop take away what the steps before it took. It may come before an epoch's line, too.
    stop_once(&progress.pace);
    assert_non_null(strstr(epoch_line(&progress, 299, 1), "  1:27:50 left\n"));
    // What came before the start is no stop of this training.
    raise(SIGCONT);
    progress = started_before(299, 245);
    step(&progress, 7, 64);
    assert_non_null(strstr(epoch_line(&progress, 299, 1), "  4:05 left\n"));
}

static void test_a_step_with_a_stop_has_no_pace(void **state) {
    (void)state;
    progress_t progress;
    progress_start(&progress, 1, 1000009, 0);
    stop_once(&progress.pace);
    assert_non_null(strstr(epoch_line(&progress, 1, 1), "  -:-- left\n"));
    // A million steps of 245 s each are what counts for the 8 that are left.
    progress.pace.told_at -= 245e6;
    assert_non_null(strstr(epoch_line(&progress, 1000001, 1), "  32:40 left\n"));
}

static void test_a_terminal_is_not_flooded(void **state) {
    (void)state;
    progress_t progress = started_before(200, 1);
    progress.is_terminal = true;
    // As if shown an hour ahead: the next time is not yet there, however slow this machine is.
    progress.last_shown = progress.epoch_started + 3600;
    assert_string_equal(step(&progress, 7, 64), "");
    assert_int_equal(progress.epoch_words, 64);
    progress.last_shown = progress.epoch_started - 0.1;
    double before = progress.last_shown;
    assert_int_not_equal(strlen(step(&progress, 7, 64)), 0);
    assert_true(progress.last_shown > before);
    assert_int_equal(progress.epoch_words, 128);
}

static void test_the_first_step_is_shown_at_once(void **state) {
    (void)state;
    progress_t progress;
    progress_start(&progress, 30, 300, 0);
    progress.is_terminal = true;
    assert_non_null(strstr(step(&progress, 1, 64), "epoch 1/30"));
    log_line("%s", "");
}

static void test_steps_elsewhere_are_only_counted(void **state) {
    (void)state;
    progress_t progress = started_before(200, 1);
    assert_string_equal(step(&progress, 7, 64), "");
    assert_string_equal(step(&progress, 7, 36), "");
    assert_int_equal(progress.epoch_words, 100);
}

static void test_silent_ranks_show_nothing(void **state) {
    (void)state;
    progress_t progress = started_before(200, 1);
    progress.is_terminal = true;
    log_enable(false);
    const char *shown = step(&progress, 7, 64);
    assert_string_equal(shown, "");
    shown = epoch_line(&progress, 290, 1);
    log_enable(true);
    assert_string_equal(shown, "");
}

static void test_epochs(void **state) {
    (void)state;
    progress_t progress = started_before(200, 1);
    double seconds, words_per_second;
    progress_step(&progress, 1, 101, 300, 1, 1);
    progress_step(&progress, 1, 102, 200, 1, 1);
    progress.epoch_started -= 1e6;
    progress_end_epoch(&progress, &seconds, &words_per_second);
    assert_true(seconds >= 1e6);
    assert_true(fabs(words_per_second * seconds - 500) < 1e-6);

    progress_start_epoch(&progress);
    assert_int_equal(progress.epoch_words, 0);
    progress_step(&progress, 2, 103, 50, 1, 1);
    assert_int_equal(progress.epoch_words, 50);
    progress_end_epoch(&progress, &seconds, &words_per_second);
    assert_true(seconds >= 0 && seconds < 1e6);
}

static void test_an_epoch_without_time_has_no_pace(void **state) {
    (void)state;
    progress_t progress = started_before(200, 1);
    double seconds, words_per_second;
    progress.epoch_words = 5;
    progress.epoch_started += 1e9;
    progress_end_epoch(&progress, &seconds, &words_per_second);
    assert_true(words_per_second == 0);
}

static void test_start_looks_for_a_terminal(void **state) {
    (void)state;
    progress_t progress;
    capture_start();
    progress_start(&progress, 30, 300, 100);
    capture_end();
    assert_false(progress.is_terminal);
    assert_int_equal(progress.epochs, 30);
    assert_int_equal(progress.steps, 300);
    assert_true(progress.pace.told == 100 && progress.pace.work == 0);
    assert_int_equal(progress.epoch_words, 0);

    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) || unlockpt(terminal)) {
        skip();
    }
    int screen = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    int before = dup(STDERR_FILENO);
    assert_true(screen >= 0 && before >= 0);
    dup2(screen, STDERR_FILENO);
    progress_start(&progress, 30, 300, 100);
    progress_step(&progress, 7, 200, 64, 1.5, 0.25);
    dup2(before, STDERR_FILENO);
    assert_true(progress.is_terminal);
    // So that the test fails, and does not hang, should nothing be shown.
    struct pollfd shows = {.fd = terminal, .events = POLLIN};
    assert_int_equal(poll(&shows, 1, 10000), 1);
    char shown[512];
    ssize_t length = read(terminal, shown, sizeof shown - 1);
    close(before);
    close(screen);
    close(terminal);
    assert_true(length > 0);
    shown[length] = '\0';
    assert_non_null(strstr(shown, "epoch 7/30  loss 1.500  KL 0.250  "));
}

static void test_pauses_are_added_up(void **state) {
    (void)state;
    progress_t progress = started_before(200, 1);
    int count;
    double seconds;
    progress_take_pauses(&progress, &count, &seconds);
    assert_int_equal(count, 0);
    assert_true(seconds == 0);
    for (int i = 0; i < 3; i++) {
        progress_start_pause(&progress);
        progress.pause_started -= i == 1 ? 2e6 : 1e6;
        progress_end_pause(&progress, false);
    }
    assert_near(progress.longest_pause, 2e6, 1e3);
    progress_take_pauses(&progress, &count, &seconds);
    assert_int_equal(count, 3);
    assert_near(seconds, 4e6, 1e3);
    progress_start_pause(&progress);
    progress.pause_started -= 5e6;
    progress_end_pause(&progress, false);
    // The last one, after the training, is none of its pauses.
    progress_start_pause(&progress);
    progress.pause_started -= 7e6;
    progress_end_pause(&progress, true);
    progress_take_pauses(&progress, &count, &seconds);
    assert_int_equal(count, 1);
    assert_near(seconds, 5e6, 1e3);
    assert_int_equal(progress.pauses, 4);
    assert_near(progress.paused, 9e6, 1e3);
    assert_near(progress.last_wait, 7e6, 1e3);
}

static void test_a_pause_with_a_stop_has_no_seconds(void **state) {
    (void)state;
    progress_t progress = started_before(200, 1);
    int count;
    double seconds;
    for (int i = 0; i < 2; i++) {
        progress_start_pause(&progress);
        progress.pause_started -= i == 0 ? 2e6 : 1e6;
        if (i == 0) {
            raise(SIGCONT);
        }
        progress_end_pause(&progress, false);
    }
    assert_near(progress.paused, 1e6, 1e3);
    assert_near(progress.longest_pause, 1e6, 1e3);
    progress_take_pauses(&progress, &count, &seconds);
    assert_int_equal(count, 2);
    assert_near(seconds, 1e6, 1e3);
}

static const char *pauses_line(const progress_t *progress) {
    capture_start();
    progress_pauses_line(progress);
    return capture_end();
}

static void test_the_line_on_pauses(void **state) {
    (void)state;
    progress_t progress;
    progress_start(&progress, 30, 300, 100);
    capture_start();
    // What another test left on the terminal's line is cleared.
    log_line("%s", "");
    capture_end();
    assert_string_equal(pauses_line(&progress), "");
    progress.last_wait = 0.0471;
    assert_string_equal(pauses_line(&progress), "checkpoints 1: 47.1 ms for the last one\n");
    progress.started -= 1e9;
    progress.pauses = 2;
    progress.paused = 2e5;
    progress.longest_pause = 150000.06;
    assert_string_equal(pauses_line(&progress),
        "checkpoints 3: training paused 100000000.0 ms for each, 150000060.0 ms at most, 0.02% of the time; "
        "47.1 ms for the last one\n");
    progress.last_wait = -1;
    assert_string_equal(pauses_line(&progress),
        "checkpoints 2: training paused 100000000.0 ms for each, 150000060.0 ms at most, 0.02% of the "
        "time\n");
    // The time includes stops, which may also come in a step that had a pause.
    stop_once(&progress.pace);
    capture_start();
    progress_step(&progress, 7, 299, 64, 1.5, 0.25);
    capture_end();
    assert_non_null(strstr(pauses_line(&progress), " 0.02% of the time\n"));
}

static const char *work_at(progress_work_t *work, double share) {
    capture_start();
    progress_work(work, share);
    return capture_end();
}

static void test_work_of_another_kind(void **state) {
    (void)state;
    progress_work_t work;
    capture_start();
    progress_start_work(&work, "likelihood");
    capture_end();
    assert_false(work.is_terminal);
    work.last_shown -= 1e7;
    assert_string_equal(work_at(&work, 0.5), "");
    work.is_terminal = true;
    // Half of it took a million seconds.
    work.pace.told_at -= 1e6;
    assert_string_equal(work_at(&work, 0.5), "\rlikelihood 50%, 277:46:40 left\033[K");
    work.last_shown += 3600;
    assert_string_equal(work_at(&work, 0.6), "");
    work.last_shown -= 1e7;
    // Half of it and a tenth took a million seconds. What was done since then does not count after a stop.
    stop_once(&work.pace);
    assert_string_equal(work_at(&work, 0.9), "\rlikelihood 90%, 46:17:47 left\033[K");
    capture_start();
    progress_end_work(&work);
    assert_string_equal(capture_end(), "\r\033[K");
}

static void test_work_that_is_stopped_at_first_has_no_pace(void **state) {
    (void)state;
    progress_work_t work;
    progress_start_work(&work, "likelihood");
    work.is_terminal = true;
    work.last_shown -= 1e7;
    assert_string_equal(work_at(&work, 0), "\rlikelihood 0%, -:-- left\033[K");
    work.last_shown -= 1e7;
    stop_once(&work.pace);
    assert_string_equal(work_at(&work, 0.5), "\rlikelihood 50%, -:-- left\033[K");
    work.last_shown -= 1e7;
    work.pace.told_at -= 1e6;
    assert_string_equal(work_at(&work, 0.9), "\rlikelihood 90%, 69:26:40 left\033[K");
    capture_start();
    progress_end_work(&work);
    capture_end();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_work_of_another_kind),
        cmocka_unit_test(test_work_that_is_stopped_at_first_has_no_pace),
        cmocka_unit_test(test_duration),
        cmocka_unit_test(test_epoch_line),
        cmocka_unit_test(test_the_time_left_goes_by_the_own_pace),
        cmocka_unit_test(test_the_time_left_at_the_ends),
        cmocka_unit_test(test_thousands),
        cmocka_unit_test(test_values_of_a_diverged_run_are_shown),
        cmocka_unit_test(test_steps_on_a_terminal),
        cmocka_unit_test(test_stops_are_left_out),
        cmocka_unit_test(test_a_step_with_a_stop_has_no_pace),
        cmocka_unit_test(test_a_terminal_is_not_flooded),
        cmocka_unit_test(test_the_first_step_is_shown_at_once),
        cmocka_unit_test(test_steps_elsewhere_are_only_counted),
        cmocka_unit_test(test_silent_ranks_show_nothing),
        cmocka_unit_test(test_epochs),
        cmocka_unit_test(test_an_epoch_without_time_has_no_pace),
        cmocka_unit_test(test_start_looks_for_a_terminal),
        cmocka_unit_test(test_pauses_are_added_up),
        cmocka_unit_test(test_a_pause_with_a_stop_has_no_seconds),
        cmocka_unit_test(test_the_line_on_pauses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
