#include "shared_memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const shared_memory_t none = {.file = -1};

/** memory->file is open, or -1. */
static bool map(shared_memory_t *memory) {
    void *bytes = MAP_FAILED;
    if (memory->file >= 0) {
        bytes = mmap(NULL, memory->size, PROT_READ | PROT_WRITE, MAP_SHARED, memory->file, 0);
    }
    memory->bytes = bytes == MAP_FAILED ? NULL : bytes;
    if (!memory->bytes) {
        shared_memory_release(memory);
    }
    return memory->bytes != NULL;
}

/** What the open file is. */
static bool identify(const shared_memory_t *memory, shared_memory_name_t *name) {
    struct stat found;
    if (memory->file < 0 || fstat(memory->file, &found) != 0) {
        return false;
    }
    name->device = (uint64_t)found.st_dev;
    name->inode = (uint64_t)found.st_ino;
    name->size = (uint64_t)found.st_size;
    return true;
}

bool shared_memory_create(shared_memory_t *memory, size_t size, shared_memory_name_t *name) {
    *memory = none;
    *name = (shared_memory_name_t){0};
    memory->size = size;
    memory->file = memfd_create("cvae_mpi", MFD_CLOEXEC);
    if (memory->file >= 0 && ftruncate(memory->file, (off_t)size) != 0) {
        shared_memory_close(memory);
    }
    snprintf(name->path, sizeof name->path, "/proc/%ld/fd/%d", (long)getpid(), memory->file);
    return identify(memory, name) && map(memory);
}

bool shared_memory_open(shared_memory_t *memory, const shared_memory_name_t *name) {
    shared_memory_name_t found = {0};
    *memory = none;
    memory->size = (size_t)name->size;
    memory->file = open(name->path, O_RDWR | O_CLOEXEC);
    if (!identify(memory, &found) || found.device != name->device || found.inode != name->inode ||
        found.size != name->size) {
        shared_memory_close(memory);
        return false;
    }
    return map(memory);
}

bool shared_memory_reserve(const shared_memory_t *memory, size_t first, size_t size) {
    return size == 0 || posix_fallocate(memory->file, (off_t)first, (off_t)size) == 0;
}

void shared_memory_close(shared_memory_t *memory) {
    if (memory->file >= 0) {
        close(memory->file);
    }
    memory->file = -1;
}

void shared_memory_release(shared_memory_t *memory) {
    if (memory->bytes) {
        munmap(memory->bytes, memory->size);
    }
    shared_memory_close(memory);
    *memory = none;
}
