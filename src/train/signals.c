#include "signals.h"

#include <signal.h>
#include <stddef.h>

#include "base/log.h"

static const struct {
    int number;
    const char *stops;     /**< its name, of those that ask for the end */
    bool may_stay_ignored; /**< whether one that is ignored at the start stays so */
} table[] = {
    [SIGNALS_USR1] = {SIGUSR1, NULL, false},
    [SIGNALS_USR2] = {SIGUSR2, "SIGUSR2", false},
    [SIGNALS_TERM] = {SIGTERM, "SIGTERM", false},
    [SIGNALS_INT] = {SIGINT, "SIGINT", true},
    [SIGNALS_HUP] = {SIGHUP, "SIGHUP", true},
    [SIGNALS_PIPE] = {SIGPIPE, "SIGPIPE", true},
    [SIGNALS_XCPU] = {SIGXCPU, "SIGXCPU", false},
    [SIGNALS_ALRM] = {SIGALRM, "SIGALRM", false},
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
        if (table[i].number == number) {
            received[i] = 1;
            // Where nobody reads what is printed, waiting for a reader would be for ever.
            log_wait(!signals_ask_to_stop());
        }
    }
}

static void watch(signals_t which) {
    // SA_RESTART: calls that wait go on after a signal, of whatever library they are. Only few still fail
    // with EINTR, as poll() and nanosleep().
    struct sigaction before, action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    if (!table[which].may_stay_ignored || sigaction(table[which].number, NULL, &before) != 0 ||
        before.sa_handler != SIG_IGN) {
        sigaction(table[which].number, &action, NULL);
    }
}

void signals_watch_output(void) {
    received[SIGNALS_PIPE] = 0;
    watch(SIGNALS_PIPE);
}

void signals_watch(void) {
    was_interrupted = 0;
    log_wait(true);
    for (int i = 0; i < SIGNALS_COUNT; i++) {
        received[i] &= i == SIGNALS_PIPE;
        watch((signals_t)i);
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
