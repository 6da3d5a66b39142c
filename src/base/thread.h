/**
 * Threads beside the one that trains. Signals are for that one: all of them are blocked in a thread that
 * starts here.
 */
#ifndef CVAE_THREAD_H
#define CVAE_THREAD_H

#include <pthread.h>

/** Starts work(context) in a thread of its own, to be joined by the caller. 0, or an errno. */
int thread_start(pthread_t *thread, void *(*work)(void *context), void *context);

#endif
