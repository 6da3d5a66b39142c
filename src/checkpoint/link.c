#include "checkpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"

/** Makes the link under a temporary name and gives it its own. A leftover of a killed run is replaced. */
static int replace_link(const char *temporary, const char *path, const char *target) {
    if ((unlink(temporary) != 0 && errno != ENOENT) || symlink(target, temporary) != 0) {
        return -1;
    }
    if (rename(temporary, path) != 0) {
        int reason = errno;
        unlink(temporary);
        errno = reason;
        return -1;
    }
    return 0;
}

status_t checkpoint_link(const char *directory, const char *link, const char *target) {
    char *temporary = NULL, *path = NULL;
    status_t status = STATUS_OK;
    if (asprintf(&path, "%s/%s", directory, link) < 0) {
        path = NULL;
    }
    if (asprintf(&temporary, "%s/.%s.tmp-link", directory, link) < 0) {
        temporary = NULL;
    }
    if (!path || !temporary) {
        status = status_fail(STATUS_MEMORY, "out of memory for the name of a link");
    } else if (replace_link(temporary, path, target) != 0) {
        status = status_fail(STATUS_OUTPUT, "%s: cannot be linked to %s: %s", path, target, strerror(errno));
    } else {
        status = disk_sync_directory(directory, path);
    }
    free(temporary);
    free(path);
    return status;
}
