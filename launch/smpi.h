/**
 * Included before every source that launch/smpi.cmake builds.
 *
 * SMPI promises MPI_THREAD_SINGLE only, and the program refuses to start with less than
 * MPI_THREAD_FUNNELED: it may have threads that watch and write. In a simulation they are switched off
 * (train.stall_seconds=0, checkpoint.background=false), so that SINGLE is enough.
 */
#ifndef CVAE_LAUNCH_SMPI_H
#define CVAE_LAUNCH_SMPI_H

#include <mpi.h>
// What else it defines is not for a whole program.
#undef SEED

static inline int smpi_init_thread(int *argument_count, char ***arguments, int required, int *provided) {
    *provided = required;
    return MPI_Init(argument_count, arguments);
}
#define MPI_Init_thread smpi_init_thread

#endif
