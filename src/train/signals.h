/**
 * The signals by which a running training is asked for something: USR1 for a checkpoint, USR2, TERM and INT
 * for a checkpoint and the end. They are noted when they come; the training looks at a place where it can do
 * what they ask. All functions are local. Private to src/train.
 */
#ifndef CVAE_SIGNALS_H
#define CVAE_SIGNALS_H

#include <stdbool.h>

typedef enum { SIGNALS_USR1, SIGNALS_USR2, SIGNALS_TERM, SIGNALS_INT, SIGNALS_COUNT } signals_t;

/**
 * Notes these signals from now on until the process ends, so that one that comes late does not change its
 * exit status; forgets what was noted before. A second INT ends the process at once, as if nobody noted it;
 * an INT that the process was started to ignore, as a shell's background jobs are, stays ignored.
 */
void signals_watch(void);

/** Whether a signal has come since it was last asked for. */
bool signals_take(signals_t which);

/** Whether one that asks for the end has come and was not yet taken. */
bool signals_ask_to_stop(void);

/** Of those that are set in asked: the name of one that asks for the end, "SIGTERM"; NULL for none. */
const char *signals_stop_name(const bool asked[SIGNALS_COUNT]);

#endif
