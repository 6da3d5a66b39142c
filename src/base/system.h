/**
 * What the operating system gives and tells: the clock, threads, the memory used. Local; fine for any thread.
 */
#ifndef CVAE_SYSTEM_H
#define CVAE_SYSTEM_H

#include <pthread.h>
#include <stdint.h>

/**
 * Nanoseconds of the monotonic clock, which is the same one for all processes of a host. For measuring:
 * nothing that decides a result looks at it.
 */
int64_t system_now(void);

/** Nanoseconds as seconds. */
double system_seconds(int64_t nanoseconds);

/**
 * Bytes that were resident at most since the program was started, what it shares with other processes
 * included, as exactly as the system counts; 0 where it does not say.
 */
int64_t system_peak_memory(void);

/**
 * Starts work(context) in a thread of its own, to be joined by the caller, with all signals blocked: they are
 * for the thread that trains. 0, or an errno.
 */
int system_start_thread(pthread_t *thread, void *(*work)(void *context), void *context);

#endif
