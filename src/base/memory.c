#include "memory.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/** More than any allocation can have: a count that would pass it stays there, and is refused. */
static const size_t TOO_MUCH = SIZE_MAX / MEMORY_ALIGNMENT * MEMORY_ALIGNMENT;

/** Bytes of a huge page, on x86-64 and on AArch64 with pages of 4 KiB. */
static const size_t HUGE_PAGE = 2 << 20;

static size_t padded_size(size_t count, size_t element_size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, element_size, &bytes) || bytes > TOO_MUCH) {
        return TOO_MUCH;
    }
    return (bytes + MEMORY_ALIGNMENT - 1) / MEMORY_ALIGNMENT * MEMORY_ALIGNMENT;
}

void *memory_take(memory_t *memory, size_t count, size_t element_size) {
    size_t bytes = padded_size(count, element_size);
    if (!memory->base) {
        memory->used = bytes > TOO_MUCH - memory->used ? TOO_MUCH : memory->used + bytes;
        return NULL;
    }
    if (bytes > memory->size - memory->used) {
        fprintf(stderr, "memory_take: the layout took more than it had counted\n");
        abort();
    }
    unsigned char *piece = memory->base + memory->used;
    memory->used += bytes;
    return piece;
}

status_t memory_reserve(memory_t *memory) {
    assert(!memory->base);
    memory->size = memory->used > 0 ? memory->used : MEMORY_ALIGNMENT;
    if (memory->size > PTRDIFF_MAX) {
        return status_fail(
            STATUS_MEMORY, "out of memory: more bytes were asked for than a program can address");
    }
    // calloc() has zeroed pages of the system, which come when they are first used: a word needs few of them.
    memory->block = calloc(1, memory->size + MEMORY_ALIGNMENT);
    if (!memory->block) {
        return status_fail(STATUS_MEMORY, "out of memory: %zu bytes were asked for", memory->size);
    }
    memory->base =
        (unsigned char *)memory->block + MEMORY_ALIGNMENT - (uintptr_t)memory->block % MEMORY_ALIGNMENT;
    memory->used = 0;
    return STATUS_OK;
}

void *memory_to_fill(size_t size) {
    const size_t page = size < HUGE_PAGE ? (size_t)sysconf(_SC_PAGESIZE) : HUGE_PAGE;
    const size_t whole = size > PTRDIFF_MAX - page ? 0 : (size / page + 1) * page;
    void *bytes = whole > 0 ? aligned_alloc(page, whole) : NULL;
    if (bytes) {
        // Both calls are hints: without huge pages, or on an older system, pages come one by one. Small
        // pieces do not ask for huge pages, because each such piece would become a mapping of its own.
        if (page == HUGE_PAGE) {
            madvise(bytes, whole, MADV_HUGEPAGE);
        }
        madvise(bytes, size, MADV_POPULATE_WRITE);
    }
    return bytes;
}

void memory_release(memory_t *memory) {
    free(memory->block);
    *memory = (memory_t){0};
}
