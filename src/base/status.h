/**
 * Status codes: the one list of everything that can go wrong, and the message that goes with it.
 *
 * Every function that can fail returns a status_t. The place that notices a failure describes it with
 * status_fail() (one clear line: what, where, what was expected) and returns the code; callers pass the code
 * on and clean up. Only main prints the message and turns the code into an exit status. The message is kept
 * per thread, like errno.
 */
#ifndef CVAE_STATUS_H
#define CVAE_STATUS_H

/** code, exit status (the values of sysexits.h where one fits), general meaning */
#define STATUS_LIST(X)                                                                                       \
    X(STATUS_OK, 0, "success")                                                                               \
    X(STATUS_USAGE, 64, "wrong command line")                                                                \
    X(STATUS_DATA, 65, "invalid data")                                                                       \
    X(STATUS_NO_INPUT, 66, "a file cannot be read")                                                          \
    X(STATUS_STALLED, 69, "a rank does not go on")                                                           \
    X(STATUS_INTERNAL, 70, "internal error")                                                                 \
    X(STATUS_MEMORY, 71, "out of memory")                                                                    \
    X(STATUS_OUTPUT, 73, "a file cannot be written")                                                         \
    X(STATUS_STOPPED, 75, "stopped before the end, --resume goes on")                                        \
    X(STATUS_DIVERGED, 76, "training diverged")                                                              \
    X(STATUS_CHECKPOINT, 77, "unusable checkpoint")                                                          \
    X(STATUS_CONFIG, 78, "invalid configuration")

typedef enum {
#define STATUS_ENUM(code, exit_status, text) code,
    STATUS_LIST(STATUS_ENUM)
#undef STATUS_ENUM
} status_t;

/** Space for a message, the terminating zero included; what is longer is cut. */
#define STATUS_MESSAGE_SIZE 8192

/** Records a message (printf-like, no newline at its end) in place of the last one. Returns code. */
status_t status_fail(status_t code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Like status_fail(), but adds the message as a further line: for errors that are reported all at once. */
status_t status_append(status_t code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Puts text in front of the recorded message: `name: message`. Returns code. */
status_t status_prefix(status_t code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** The message recorded last in this thread, "" for none. Valid until the next call that records. */
const char *status_message(void);

/** Forgets the recorded message. */
void status_clear(void);

/** The general meaning of a code. */
const char *status_text(status_t code);

/** The program's exit status for a code. */
int status_exit(status_t code);

#endif
