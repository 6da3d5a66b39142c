/**
 * Shared libraries that are loaded when a command first needs them, so that others start without them.
 */
#ifndef CVAE_DYNAMIC_H
#define CVAE_DYNAMIC_H

#include "status.h"

/** A function of a library, and the pointer that gets it. */
typedef struct {
    const char *name;
    void *pointer; /**< to a pointer to a function of that type */
} dynamic_function_t;

/**
 * Loads the shared library `file`, which stays loaded, and fills in the pointers of functions [count].
 * Loading it again is cheap. STATUS_INTERNAL with the loader's message and the Debian package to install; the
 * pointers must not be used then. Local.
 */
status_t dynamic_load(const char *file, const char *package, const dynamic_function_t *functions, int count);

#endif
