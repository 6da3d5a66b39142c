/**
 * What a person sees of a running training: on a terminal one line that is kept up to date, elsewhere a plain
 * line an epoch. Time is looked at here and nowhere that decides a result.
 */
#ifndef CVAE_PROGRESS_H
#define CVAE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * How fast work goes. What is done is told now and then, in steps or as a share. If the process was stopped
 * between two tellings, neither the time nor the work between them counts: nobody knows how long it was
 * stopped.
 */
typedef struct {
    double told_at;       /**< when it was told last */
    double told;          /**< what was done then */
    double seconds, work; /**< what counts so far */
    int continuations;    /**< how many SIGCONT had come at told_at */
} progress_pace_t;

/** Times are seconds of the monotonic clock. */
typedef struct {
    bool is_terminal;
    int epochs;
    uint64_t steps; /**< of the whole run */
    progress_pace_t pace;
    double started, epoch_started;
    double last_shown;    /**< when the terminal's line was last brought up to date */
    uint64_t epoch_words; /**< since epoch_started */

    double pause_started;
    int pause_continuations;     /**< how many SIGCONT had come then */
    int pauses, new_pauses;      /**< times the training waited for a checkpoint; since the last take */
    double paused, newly_paused; /**< for how many seconds */
    double longest_pause;        /**< of them */
    double last_wait;            /**< for the last checkpoint, after the training; below 0: there was none */
} progress_t;

/**
 * Starts all clocks. steps: of the whole run; first_step: done before, when resuming. Installs a handler of
 * SIGCONT for the whole process, in place of any other.
 */
void progress_start(progress_t *progress, int epochs, uint64_t steps, uint64_t first_step);

/** Starts an epoch's own clock and word count. */
void progress_start_epoch(progress_t *progress);

/**
 * After a step: on a terminal, at most ten times a second, shows the line of progress_epoch_line(), loss and
 * KL being the epoch's means so far. Elsewhere only counts the words.
 */
void progress_step(progress_t *progress, int epoch, uint64_t step, int words, double loss, double kl);

/** The seconds that the epoch has taken so far, those in which the process was stopped included, and its
 * words a second. */
void progress_end_epoch(const progress_t *progress, double *seconds, double *words_per_second);

/**
 * Prints `epoch 3/30  loss 4.123  KL 2.345  1,234 words/s  4:05 left`: epoch from 1, step counted over the
 * run. The time left goes by the pace of this process since progress_start(), evaluations and checkpoints
 * included. Steps in which the process was stopped (SIGSTOP, Ctrl-Z) do not count, nor does their time.
 * Before the first step that counts: "-:-- left".
 */
void progress_epoch_line(
    progress_t *progress, int epoch, uint64_t step, double loss, double kl, double words_per_second);

/**
 * From the one to the other the training waits for a checkpoint: while it is copied for a thread or written.
 * is_last: the training is over, and this is no pause of it but a time of its own. A pause in which the
 * process was stopped counts as one of no seconds: how long it was stopped is not known.
 */
void progress_start_pause(progress_t *progress);
void progress_end_pause(progress_t *progress, bool is_last);

/** How many pauses there were since the last call, and their seconds, all together. */
void progress_take_pauses(progress_t *progress, int *count, double *seconds);

/**
 * Prints a line on the pauses and their share of the time since progress_start(), stops included:
 * `checkpoints 23: training paused 1.8 ms for each, 4.1 ms at most, 0.12% of the time; 47 ms for the last
 * one`; nothing without any.
 */
void progress_pauses_line(const progress_t *progress);

/** Work of another kind that takes a while. */
typedef struct {
    const char *what; /**< a noun, "evaluation" */
    bool is_terminal;
    double last_shown;
    progress_pace_t pace; /**< of the share that is done */
} progress_work_t;

/** Installs the handler of SIGCONT, as progress_start() does. */
void progress_start_work(progress_work_t *work, const char *what);

/**
 * On a terminal, at most ten times a second: `evaluation 43%, 0:12 left`. share: what is done, 0 to 1. work
 * is a progress_work_t: the function is one that can be told. The time left is as progress_epoch_line() has
 * it.
 */
void progress_work(void *work, double share);

/** Removes the line, if one is shown. */
void progress_end_work(const progress_work_t *work);

/** The nearest whole number, a comma before every third digit from the right: "12,947". */
void progress_count(double count, char text[32]);

/** Seconds, rounded, as "4:05", "1:02:33", "0:07"; "0:00" for what is below zero or not a number. */
void progress_duration(double seconds, char text[32]);

#endif
