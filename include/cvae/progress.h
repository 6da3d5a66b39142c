/**
 * What a person sees of a running training: on a terminal one line that is kept up to date, elsewhere a plain
 * line an epoch. Time is looked at here and nowhere that decides a result.
 */
#ifndef CVAE_PROGRESS_H
#define CVAE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    bool is_terminal;
    int epochs;
    uint64_t steps;      /**< of the whole run */
    uint64_t first_step; /**< where this process began */
    double started;      /**< seconds of the monotonic clock, as the two below */
    double last_shown;   /**< when the terminal's line was last brought up to date */
    double epoch_started;
    uint64_t epoch_words; /**< since then */
} progress_t;

/**
 * Starts the clocks, the first epoch's too, and looks whether standard error is a terminal. steps: of the
 * whole run; first_step: done before, when resuming.
 */
void progress_start(progress_t *progress, int epochs, uint64_t steps, uint64_t first_step);

/** Starts an epoch's own clock and word count. */
void progress_start_epoch(progress_t *progress);

/**
 * After a step: shows `epoch 3/30  loss 4.123  KL 2.345  1,234 words/s  4:05 left` on a terminal, at most ten
 * times a second; epoch from 1, step counted over the run, loss and KL the epoch's means so far. The time
 * left goes by the pace of this process since progress_start(), evaluations and checkpoints included; before
 * its first step: "-:-- left". Elsewhere only the words are counted.
 */
void progress_step(progress_t *progress, int epoch, uint64_t step, int words, double loss, double kl);

/** Ends an epoch: the seconds it took and its words a second. */
void progress_end_epoch(progress_t *progress, double *seconds, double *words_per_second);

/** Prints the epoch's plain line: `epoch 3/30  loss 4.123  KL 2.345  1,234 words/s  4:05 left`. */
void progress_epoch_line(
    const progress_t *progress, int epoch, uint64_t step, double loss, double kl, double words_per_second);

/** Seconds, rounded to whole ones, as "4:05", "1:02:33", "0:07"; "0:00" for what is below zero or not a
 * number. */
void progress_duration(double seconds, char text[32]);

#endif
