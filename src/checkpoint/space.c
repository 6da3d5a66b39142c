#include "checkpoint.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "array.h"

/** What a file has besides the arrays' data: the seal, the groups and the root; then each array's
 * description. */
enum { SIZE_OF_FRAME = 8192, SIZE_OF_DESCRIPTION = 640 };

size_t checkpoint_size(const checkpoint_array_t *arrays, size_t count) {
    size_t size = SIZE_OF_FRAME + count * SIZE_OF_DESCRIPTION, bytes;
    for (size_t i = 0; i < count; i++) {
        size += array_bytes(&arrays[i], &bytes) ? bytes : 0;
    }
    return size;
}

status_t checkpoint_space(const char *directory, uint64_t *bytes) {
    struct statvfs system;
    if (TEMP_FAILURE_RETRY(statvfs(directory, &system)) != 0) {
        return status_fail(
            STATUS_OUTPUT, "%s: its free space cannot be told: %s", directory, strerror(errno));
    }
    const uint64_t block = system.f_frsize > 0 ? system.f_frsize : system.f_bsize;
    // A file system without blocks keeps its files elsewhere, and knows no end.
    if (system.f_blocks == 0 || __builtin_mul_overflow((uint64_t)system.f_bavail, block, bytes)) {
        *bytes = UINT64_MAX;
    }
    return STATUS_OK;
}
