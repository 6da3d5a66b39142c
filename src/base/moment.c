#include "moment.h"

#include <time.h>

int64_t moment_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

double moment_seconds(int64_t nanoseconds) {
    return (double)nanoseconds / 1e9;
}
