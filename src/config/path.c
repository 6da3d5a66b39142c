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

/** How many bytes 10xxxxxx have to follow a first byte; -1 when it is none. */
static int bytes_behind(unsigned char first) {
    return first < 0x80 ? 0 : first < 0xC2 ? -1 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF5 ? 3 : -1;
}

bool path_is_text(const char *path) {
    const unsigned char *byte = (const unsigned char *)path;
    while (*byte) {
        int behind = bytes_behind(*byte);
        if (behind < 0) {
            return false;
        }
        // Neither longer than needed, nor half of a UTF-16 pair, nor beyond U+10FFFF.
        bool is_wrong = (byte[0] == 0xE0 && byte[1] < 0xA0) || (byte[0] == 0xED && byte[1] > 0x9F) ||
                        (byte[0] == 0xF0 && byte[1] < 0x90) || (byte[0] == 0xF4 && byte[1] > 0x8F);
        for (byte++; behind > 0; behind--, byte++) {
            is_wrong = is_wrong || (*byte & 0xC0) != 0x80;
            if (is_wrong) {
                return false;
            }
        }
    }
    return true;
}
