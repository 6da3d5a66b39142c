#include "cores.h"

#include <inttypes.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NAME_START "cvae_mpi-core-"

static int announcement = -1;

/** A number of the topology of a CPU, as "core_id"; -1: not known. */
static int topology(int cpu, const char *name) {
    char path[128];
    int number = -1;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/%s", cpu, name);
    FILE *file = fopen(path, "re");
    if (file) {
        if (fscanf(file, "%d", &number) != 1) {
            number = -1;
        }
        fclose(file);
    }
    return number;
}

/** Whether two CPUs are hardware threads of one core. */
static bool are_one_core(int a, int b) {
    return a == b || (topology(a, "core_id") >= 0 && topology(a, "core_id") == topology(b, "core_id") &&
                         topology(a, "physical_package_id") == topology(b, "physical_package_id"));
}

int cores_own(void) {
    cpu_set_t allowed;
    int first = -1;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 ||
        CPU_COUNT(&allowed) >= sysconf(_SC_NPROCESSORS_ONLN)) {
        return -1;
    }
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &allowed)) {
            continue;
        }
        first = first < 0 ? cpu : first;
        if (!are_one_core(first, cpu)) {
            return -1;
        }
    }
    return first;
}

void cores_announce(int core, uint64_t job) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    cores_withdraw();
    announcement = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int length =
        snprintf(address.sun_path + 1, sizeof address.sun_path - 1, NAME_START "%d-%016" PRIx64, core, job);
    const socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    // Where another rank of the job was first, that one's announcement does.
    if (announcement >= 0 && bind(announcement, (struct sockaddr *)&address, size) != 0) {
        cores_withdraw();
    }
}

bool cores_is_shared(int core, uint64_t job) {
    FILE *sockets = fopen("/proc/net/unix", "re");
    char *line = NULL;
    size_t space = 0;
    bool is_shared = false;
    while (sockets && !is_shared && getline(&line, &space, sockets) > 0) {
        const char *name = strstr(line, " @" NAME_START);
        int other_core;
        uint64_t other_job;
        is_shared = name && sscanf(name, " @" NAME_START "%d-%" SCNx64, &other_core, &other_job) == 2 &&
                    other_core == core && other_job != job;
    }
    free(line);
    if (sockets) {
        fclose(sockets);
    }
    return is_shared;
}

void cores_withdraw(void) {
    if (announcement >= 0) {
        close(announcement);
    }
    announcement = -1;
}
