/**
 * What a person reads while the program runs: lines on standard error. Only rank 0 speaks: the other ranks
 * are made silent once, at start-up. Any thread may speak at any time: lines are never mixed. log_enable() is
 * called while there is one thread only.
 */
#ifndef CVAE_LOG_H
#define CVAE_LOG_H

#include <stdbool.h>

/** Lets this process speak, or not. It speaks until told otherwise. */
void log_enable(bool enabled);

/**
 * Whether a line waits until standard error takes it, as it does from the start; otherwise one that is not
 * taken within 0.1 s is left out. A handler of signals may call it, also while a line waits.
 */
void log_wait(bool waits);

/**
 * Prints one line (printf-like, the newline is added) to standard error; on a terminal (terminal.h) broken at
 * blanks where it is too long. The terminal is asked for its columns at most once a second.
 */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Prints one line that starts with "warning: ". */
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Prints text of any length as it is, in one write. */
void log_text(const char *text);

/**
 * Shows text in place of the last progress text, without a newline and cut to the columns that there are: for
 * a terminal. The next log_line() starts on a line of its own.
 */
void log_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Removes the progress text, if one is shown: for who writes to standard error by other ways. */
void log_end_progress(void);

#endif
