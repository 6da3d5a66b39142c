/**
 * What comm.c asks of MPI. The functions are in a module of its own, which is loaded when a launcher has
 * started this process, or a training wants to know MPI's version: loading Open MPI takes longer than
 * converting a word. The module knows nothing of the program. Private to src/comm.
 *
 * Functions with a group are collective over it. A rank is in TRANSPORT_FIRSTS if it is its host's first.
 */
#ifndef COMM_TRANSPORT_H
#define COMM_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The ranks; those of this host; the first ones of all hosts. */
typedef enum { TRANSPORT_ALL, TRANSPORT_HERE, TRANSPORT_FIRSTS, TRANSPORT_GROUPS } transport_group_t;
typedef enum { TRANSPORT_INT64, TRANSPORT_INT32, TRANSPORT_FLOAT } transport_type_t;
typedef enum { TRANSPORT_SUM, TRANSPORT_MINIMUM } transport_operation_t;

typedef struct {
    /** Joins the job, and fills in this rank's number in it and on its host, and the counts. NULL, or what
     * has failed. */
    const char *(*start)(int *rank, int *size, int *rank_here, int *size_here);
    void (*finish)(void);
    void (*broadcast)(transport_group_t group, void *bytes, int size, int from);
    /** In place, every rank gets the result. */
    void (*reduce)(transport_group_t group, void *numbers, int count, transport_type_t type,
        transport_operation_t operation);
    /** The sum of the numbers of this host's ranks up to this one. */
    int64_t (*sum_so_far)(int64_t number);
    void (*barrier)(transport_group_t group);
    /** Between two ranks of the job. */
    void (*send)(const void *bytes, int size, int to);
    void (*receive)(void *bytes, int size, int from);
    /** Also without start(). */
    void (*version)(char *text, size_t size);
} transport_t;

/** Of src/comm/transport_mpi.c, the module's only name. */
extern const transport_t transport_mpi;

#endif
