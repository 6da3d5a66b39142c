#include "system.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

int64_t system_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

double system_seconds(int64_t nanoseconds) {
    return (double)nanoseconds / 1e9;
}

// Not getrusage(): its ru_maxrss also counts the process that this program was started in, before its exec.
int64_t system_peak_memory(void) {
    char line[256];
    long long kilobytes = 0;
    FILE *file = fopen("/proc/self/status", "re");
    if (!file) {
        return 0;
    }
    while (fgets(line, sizeof line, file) && sscanf(line, "VmHWM: %lld kB", &kilobytes) != 1) {
    }
    fclose(file);
    return (int64_t)kilobytes * 1024;
}

int system_start_thread(pthread_t *thread, void *(*work)(void *context), void *context) {
    sigset_t all, before;
    sigfillset(&all);
    // A new thread has the mask of the one that starts it.
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(thread, NULL, work, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}
