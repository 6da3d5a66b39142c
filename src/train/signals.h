/**
 * The signals to a running training: USR1 asks for a checkpoint, all others for a checkpoint and the end. A
 * handler notes them; the training looks where it can do what they ask. Local. Private to src/train.
 */
#ifndef CVAE_SIGNALS_H
#define CVAE_SIGNALS_H

#include <stdbool.h>

typedef enum {
    SIGNALS_USR1,
    SIGNALS_USR2,
    SIGNALS_TERM,
    SIGNALS_INT,
    SIGNALS_HUP,  /**< the terminal has closed */
    SIGNALS_PIPE, /**< the reader of standard error has gone */
    SIGNALS_XCPU, /**< the limit of CPU time is reached */
    SIGNALS_ALRM,
    SIGNALS_COUNT
} signals_t;

/** Notes PIPE from now on until the process ends: a reader that has gone must not end it in mid-line. */
void signals_watch_output(void);

/**
 * Notes all of these signals from now on until the process ends, so that one that comes late does not change
 * its exit status. Forgets what was noted before, except PIPE. A second INT ends the process at once, as if
 * nobody noted it. INT, HUP and PIPE stay ignored where the process was started to ignore them, as by nohup,
 * or in the background of a script. Once one that asks for the end has come, log.h no longer waits.
 */
void signals_watch(void);

/** Whether a signal has come since it was last asked for. */
bool signals_take(signals_t which);

/** Whether one that asks for the end has come and was not yet taken. */
bool signals_ask_to_stop(void);

/** Of those that are set in asked: the name of one that asks for the end, "SIGTERM"; NULL for none. */
const char *signals_stop_name(const bool asked[SIGNALS_COUNT]);

#endif
