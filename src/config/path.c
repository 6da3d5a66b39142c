#include "path.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/**
 * Goes up from a folder, from where it is and not from a symbolic link to it, as the system does. One that
 * does not exist yet is where its path says.
 */
static bool go_up(char *absolute, size_t size, size_t *length) {
    char real[PATH_MAX];
    absolute[*length] = '\0';
    if (*length > 0 && realpath(absolute, real)) {
        *length = strlen(real);
        if (*length >= size) {
            return false;
        }
        memcpy(absolute, real, *length);
    }
    while (*length > 0 && absolute[--*length] != '/') {
    }
    return true;
}

/** Goes down into each folder of the path in turn, and up again at "..". */
static bool follow(char *absolute, size_t size, size_t *length, const char *path) {
    while (*path) {
        size_t letters = strcspn(path, "/");
        if (letters == 2 && strncmp(path, "..", 2) == 0) {
            if (!go_up(absolute, size, length)) {
                return false;
            }
        } else if (letters > 0 && !(letters == 1 && path[0] == '.')) {
            if (*length + 1 + letters >= size) {
                return false;
            }
            absolute[(*length)++] = '/';
            memcpy(absolute + *length, path, letters);
            *length += letters;
        }
        path += letters;
        path += strspn(path, "/");
    }
    return true;
}

bool path_absolute(char *absolute, size_t size, const char *folder, const char *path) {
    size_t length = 0;
    if (path[0] != '/' && !follow(absolute, size, &length, folder)) {
        return false;
    }
    if (!follow(absolute, size, &length, path)) {
        return false;
    }
    if (length == 0) {
        absolute[length++] = '/';
    }
    memset(absolute + length, 0, size - length);
    return true;
}
