/**
 * Moments of time, for measuring. Nothing that decides a result looks at them.
 */
#ifndef CVAE_MOMENT_H
#define CVAE_MOMENT_H

#include <stdint.h>

/**
 * Nanoseconds of the monotonic clock, which is the same one for all processes of a host. Local; fine for any
 * thread.
 */
int64_t moment_now(void);

/** Nanoseconds as seconds. */
double moment_seconds(int64_t nanoseconds);

#endif
