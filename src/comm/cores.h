/**
 * Cores that two trainings are bound to. Open MPI binds the ranks of each mpirun from core 0 on, whatever
 * else is at work there. A rank that is bound to one core announces it by an abstract socket,
 * "cvae_mpi-core-CORE-JOB", which goes with the process and leaves no file; names of other jobs are looked up
 * in /proc/net/unix. Trainings in other network namespaces are not seen. All functions are local. Private to
 * src/comm.
 */
#ifndef CVAE_CORES_H
#define CVAE_CORES_H

#include <stdbool.h>
#include <stdint.h>

/**
 * The core that this process is bound to, by its lowest CPU number; -1 where it may run on several, or on all
 * that there are.
 */
int cores_own(void);

/** Announces a core until cores_withdraw(); ranks of one job may have the same. Where that fails nobody sees
 * it. */
void cores_announce(int core, uint64_t job);

/** Whether another job has announced the core. Of two that announce it first and then ask, one at least gets
 * true. */
bool cores_is_shared(int core, uint64_t job);

void cores_withdraw(void);

#endif
