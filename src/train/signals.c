#include "signals.h"

#include <signal.h>
#include <stddef.h>

static const struct {
    int number;
    const char *stops; /**< its name, of those that ask for the end */
} table[] = {
    [SIGNALS_USR1] = {SIGUSR1, NULL},
    [SIGNALS_USR2] = {SIGUSR2, "SIGUSR2"},
    [SIGNALS_TERM] = {SIGTERM, "SIGTERM"},
    [SIGNALS_INT] = {SIGINT, "SIGINT"},
};

static volatile sig_atomic_t received[SIGNALS_COUNT];
static volatile sig_atomic_t was_interrupted;

/** The handler: flags alone, and for the second INT what a signal's handler may call. */
static void note(int number) {
    if (number == SIGINT && was_interrupted) {
        // Blocked while this runs: it ends the process on return.
        signal(SIGINT, SIG_DFL);
        raise(SIGINT);
        return;
    }
    was_interrupted |= number == SIGINT;
    for (int i = 0; i < SIGNALS_COUNT; i++) {
        received[i] |= table[i].number == number;
    }
}

static bool is_ignored(int number) {
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void signals_watch(void) {
    // So that no call that waits, of whatever library, comes back with EINTR.
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    was_interrupted = 0;
    for (int i = 0; i < SIGNALS_COUNT; i++) {
        received[i] = 0;
        if (i != SIGNALS_INT || !is_ignored(SIGINT)) {
            sigaction(table[i].number, &action, NULL);
        }
    }
}

bool signals_take(signals_t which) {
    const bool has_come = received[which];
    if (has_come) {
        received[which] = 0;
    }
    return has_come;
}

bool signals_ask_to_stop(void) {
    bool asked = false;
    for (int i = 0; i < SIGNALS_COUNT; i++) {
        asked |= table[i].stops && received[i];
    }
    return asked;
}

const char *signals_stop_name(const bool asked[SIGNALS_COUNT]) {
    const char *name = NULL;
    for (int i = 0; i < SIGNALS_COUNT && !name; i++) {
        name = asked[i] ? table[i].stops : NULL;
    }
    return name;
}
