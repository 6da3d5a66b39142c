/**
 * Memory that processes of one host share: an anonymous file in memory, which the others open through the
 * process that made it. Nothing with a name stays behind, whoever is killed, and it is not limited by the
 * size of /dev/shm, which is small in containers. All functions are local. Private to src/comm.
 *
 * Why not MPI_Win_allocate_shared(): where the first rank cannot make the memory, Open MPI 4.1 leaves the
 * others waiting for it for ever, and memory that is short later on is a bus error.
 */
#ifndef COMM_SHARED_MEMORY_H
#define COMM_SHARED_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How other processes of the same user find it, and know it when they see it: a number of a process means
 * another one in another container. Plain data. */
typedef struct {
    char path[64];
    uint64_t device, inode, size;
} shared_memory_name_t;

typedef struct {
    char *bytes; /**< [size], at the beginning of a page; NULL: there is none */
    size_t size;
    int file; /**< -1 once it is closed */
} shared_memory_t;

/** Makes `size` bytes, from 1, zeroed. name: for other processes, until this one closes the file. False where
 * it cannot. */
bool shared_memory_create(shared_memory_t *memory, size_t size, shared_memory_name_t *name);

/** Those bytes, in another process. False where it cannot, or where that name leads to something else. */
bool shared_memory_open(shared_memory_t *memory, const shared_memory_name_t *name);

/** Takes the pages of some bytes from the system now, near this process. False where it has too few. */
bool shared_memory_reserve(const shared_memory_t *memory, size_t first, size_t size);

/** The bytes stay; no other process can open them any more once the one that made them has closed. */
void shared_memory_close(shared_memory_t *memory);

/** Gives them back, and closes. Fine without any. */
void shared_memory_release(shared_memory_t *memory);

#endif
