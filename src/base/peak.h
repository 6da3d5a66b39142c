/**
 * How much memory this process has used at most.
 */
#ifndef CVAE_PEAK_H
#define CVAE_PEAK_H

#include <stdint.h>

/**
 * Bytes that were resident at most since the program was started, what it shares with other processes
 * included, as exactly as the system counts; 0 where it does not say. Local.
 */
int64_t peak_memory(void);

#endif
