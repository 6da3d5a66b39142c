#include "checkpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

/**
 * Whether the reason why a link cannot be made is that the file system has none of its kind. EPROTO and EROFS
 * are how folders that a virtual machine shares say so; one that is read-only has refused the checkpoint
 * before.
 */
static bool has_none(int reason) {
    return reason == EPERM || reason == EOPNOTSUPP || reason == ENOSYS || reason == EINVAL ||
           reason == EPROTO || reason == EROFS;
}

/** Makes a link under a temporary name: a symbolic one, a hard one to `file`, or none, as the file system
 * has. */
static int make_link(const char *temporary, const char *target, const char *file, bool *is_made) {
    *is_made = symlink(target, temporary) == 0;
    if (!*is_made && !has_none(errno)) {
        return -1;
    }
    if (!*is_made) {
        *is_made = link(file, temporary) == 0;
    }
    return *is_made || has_none(errno) || errno == EMLINK ? 0 : -1;
}

/** Makes the link under a temporary name and gives it its own. A leftover of a killed run is replaced. */
static int replace_link(const char *temporary, const char *path, const char *target, const char *file) {
    bool is_made;
    if ((unlink(temporary) != 0 && errno != ENOENT) || make_link(temporary, target, file, &is_made) != 0) {
        return -1;
    }
    if (is_made && rename(temporary, path) != 0) {
        int reason = errno;
        unlink(temporary);
        errno = reason;
        return -1;
    }
    // Of two names of one file rename() leaves both. A name that cannot be renewed would mislead.
    unlink(is_made ? temporary : path);
    return 0;
}

bool checkpoint_has_links(const char *directory) {
    char *probe;
    if (asprintf(&probe, "%s/.probe.tmp-link-%ld", directory, (long)getpid()) < 0) {
        return true;
    }
    const bool has_links = symlink("nowhere", probe) == 0 ? unlink(probe) == 0 : !has_none(errno);
    free(probe);
    return has_links;
}

status_t checkpoint_link(const char *directory, const char *link, const char *target) {
    char *temporary = NULL, *path = NULL, *file = NULL;
    status_t status = STATUS_OK;
    if (asprintf(&path, "%s/%s", directory, link) < 0) {
        path = NULL;
    }
    if (asprintf(&temporary, "%s/.%s.tmp-link", directory, link) < 0) {
        temporary = NULL;
    }
    if (asprintf(&file, "%s/%s", directory, target) < 0) {
        file = NULL;
    }
    if (!path || !temporary || !file) {
        status = status_fail(STATUS_MEMORY, "out of memory for the name of a link");
    } else if (replace_link(temporary, path, target, file) != 0) {
        status = status_fail(STATUS_OUTPUT, "%s: cannot be linked to %s: %s", path, target, strerror(errno));
    } else {
        status = file_sync_folder(directory, path);
    }
    free(file);
    free(temporary);
    free(path);
    return status;
}
