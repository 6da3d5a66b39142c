#include "progress.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/system.h"
#include "base/terminal.h"

/** Seconds between two looks of the terminal's line. */
#define SHOW_EVERY 0.1

enum { NUMBER_SIZE = 32 };

static double now(void) {
    return system_seconds(system_now());
}

/** How many SIGCONT came. */
static volatile sig_atomic_t continuations;

static void note_continuation(int number) {
    (void)number;
    continuations = continuations + 1;
}

static void watch_continuations(void) {
    struct sigaction action = {.sa_handler = note_continuation, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGCONT, &action, NULL);
}

static progress_pace_t pace_start(double time, double done) {
    return (progress_pace_t){.told_at = time, .told = done, .continuations = continuations};
}

/** If the process was stopped since it was told last, leaves out the whole interval: SIGCONT does not say
 * when the stop began. */
static void pace_tell(progress_pace_t *pace, double time, double done) {
    const int count = continuations;
    if (count == pace->continuations) {
        pace->seconds += time - pace->told_at;
        pace->work += done - pace->told;
    }
    pace->told_at = time;
    pace->told = done;
    pace->continuations = count;
}

/** The time that the rest of `all` takes; "-:--" before any work that counts. */
static void pace_left(const progress_pace_t *pace, double all, char text[32]) {
    if (pace->work > 0) {
        progress_duration(pace->seconds * (all - pace->told) / pace->work, text);
    } else {
        snprintf(text, NUMBER_SIZE, "-:--");
    }
}

/** The nearest integer from 0 to 1e15, which fits an integer and its text; 0 for what is not a number. */
static unsigned long long whole(double value) {
    return value > 0 ? (unsigned long long)(fmin(value, 1e15) + 0.5) : 0;
}

void progress_count(double count, char text[32]) {
    char digits[NUMBER_SIZE];
    const int length = snprintf(digits, sizeof digits, "%llu", whole(count));
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            *text++ = ',';
        }
        *text++ = digits[i];
    }
    *text = '\0';
}

void progress_duration(double seconds, char text[32]) {
    const unsigned long long total = whole(seconds), minutes = total / 60 % 60, rest = total % 60;
    if (total >= 3600) {
        snprintf(text, NUMBER_SIZE, "%llu:%02llu:%02llu", total / 3600, minutes, rest);
    } else {
        snprintf(text, NUMBER_SIZE, "%llu:%02llu", minutes, rest);
    }
}

/** Prints the line of an epoch by log_line() or log_progress(). */
static void show(const progress_t *progress, int epoch, double loss, double kl, double words_per_second,
    void (*print)(const char *, ...)) {
    char rate[NUMBER_SIZE], left[NUMBER_SIZE];
    progress_count(words_per_second, rate);
    pace_left(&progress->pace, (double)progress->steps, left);
    print("epoch %d/%d  loss %.3f  KL %.3f  %s words/s  %s left", epoch, progress->epochs, loss, kl, rate,
        left);
}

void progress_start(progress_t *progress, int epochs, uint64_t steps, uint64_t first_step) {
    const double time = now();
    watch_continuations();
    *progress = (progress_t){
        .is_terminal = terminal_columns(STDERR_FILENO) > 0,
        .epochs = epochs,
        .steps = steps,
        .pace = pace_start(time, (double)first_step),
        .started = time,
        .last_shown = time - SHOW_EVERY, // the first step is shown at once
        .epoch_started = time,
        .last_wait = -1,
    };
}

void progress_start_epoch(progress_t *progress) {
    progress->epoch_started = now();
    progress->epoch_words = 0;
}

void progress_step(progress_t *progress, int epoch, uint64_t step, int words, double loss, double kl) {
    const double time = now();
    pace_tell(&progress->pace, time, (double)step);
    progress->epoch_words += (uint64_t)words;
    if (progress->is_terminal && time - progress->last_shown >= SHOW_EVERY) {
        double seconds, words_per_second;
        progress->last_shown = time;
        progress_end_epoch(progress, &seconds, &words_per_second);
        show(progress, epoch, loss, kl, words_per_second, log_progress);
    }
}

void progress_end_epoch(const progress_t *progress, double *seconds, double *words_per_second) {
    *seconds = now() - progress->epoch_started;
    *words_per_second = *seconds > 0 ? (double)progress->epoch_words / *seconds : 0;
}

void progress_epoch_line(
    progress_t *progress, int epoch, uint64_t step, double loss, double kl, double words_per_second) {
    pace_tell(&progress->pace, now(), (double)step);
    show(progress, epoch, loss, kl, words_per_second, log_line);
}

void progress_start_work(progress_work_t *work, const char *what) {
    const double time = now();
    watch_continuations();
    *work = (progress_work_t){.what = what,
        .is_terminal = terminal_columns(STDERR_FILENO) > 0,
        .last_shown = time,
        .pace = pace_start(time, 0)};
}

void progress_work(void *context, double share) {
    progress_work_t *work = context;
    const double time = now();
    pace_tell(&work->pace, time, share);
    if (work->is_terminal && time - work->last_shown >= SHOW_EVERY) {
        char left[NUMBER_SIZE];
        work->last_shown = time;
        pace_left(&work->pace, 1, left);
        log_progress("%s %.0f%%, %s left", work->what, 100 * fmin(share, 1), left);
    }
}

void progress_end_work(const progress_work_t *work) {
    if (work->is_terminal) {
        log_end_progress();
    }
}

void progress_start_pause(progress_t *progress) {
    progress->pause_started = now();
    progress->pause_continuations = continuations;
}

void progress_end_pause(progress_t *progress, bool is_last) {
    double seconds = now() - progress->pause_started;
    if (is_last) {
        progress->last_wait = seconds;
        return;
    }
    seconds = continuations == progress->pause_continuations ? seconds : 0;
    progress->pauses++;
    progress->new_pauses++;
    progress->paused += seconds;
    progress->newly_paused += seconds;
    progress->longest_pause = fmax(progress->longest_pause, seconds);
}

void progress_take_pauses(progress_t *progress, int *count, double *seconds) {
    *count = progress->new_pauses;
    *seconds = progress->newly_paused;
    progress->new_pauses = 0;
    progress->newly_paused = 0;
}

void progress_pauses_line(const progress_t *progress) {
    const bool has_last = progress->last_wait >= 0;
    char last[64] = "";
    if (has_last) {
        snprintf(last, sizeof last, "%.1f ms for the last one", 1e3 * progress->last_wait);
    }
    if (progress->pauses > 0) {
        log_line("checkpoints %d: training paused %.1f ms for each, %.1f ms at most, %.2f%% of the time%s%s",
            progress->pauses + has_last, 1e3 * progress->paused / progress->pauses,
            1e3 * progress->longest_pause, 100 * progress->paused / (now() - progress->started),
            has_last ? "; " : "", last);
    } else if (has_last) {
        log_line("checkpoints 1: %s", last);
    }
}
