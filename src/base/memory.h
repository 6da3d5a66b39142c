/**
 * One memory block, sized once from a plan and freed once.
 *
 * A layout function takes its arrays from the block one after another. It runs twice: on an empty block,
 * where memory_take() only counts and returns NULL; then, after memory_reserve(), on the real one, where the
 * same calls give out the same pieces. So the size is never written down a second time.
 */
#ifndef CVAE_MEMORY_H
#define CVAE_MEMORY_H

#include <stddef.h>

#include "status.h"

/** Every piece starts at a multiple of this many bytes: a cache line, and a vector of AVX-512. */
#define MEMORY_ALIGNMENT 64

/** Initialise with {0}. */
typedef struct {
    void *block;         /**< owned */
    unsigned char *base; /**< aligned, in the block; NULL while counting */
    size_t size;         /**< bytes reserved */
    size_t used;         /**< bytes given out, or counted */
} memory_t;

/**
 * The next `count` elements of `element_size` bytes, zeroed: NULL while counting. Taking more than was
 * counted is a programming error and ends the program.
 */
void *memory_take(memory_t *memory, size_t count, size_t element_size);

/**
 * Allocates what was counted, zeroed, and starts to give out. The system gives pages when they are first
 * used. STATUS_MEMORY when there is too little, and when the count itself went beyond what a size_t holds.
 */
status_t memory_reserve(memory_t *memory);

/**
 * Allocates at least `size` bytes, aligned to MEMORY_ALIGNMENT, which the caller fills right away and frees
 * with free(). The system gives all their pages at once, huge ones where it can: one by one, that takes
 * longer than reading a file into them. NULL when there is too little memory.
 */
void *memory_to_fill(size_t size);

/** Frees the block and makes it empty again. NULL-safe for an empty block. */
void memory_release(memory_t *memory);

#endif
