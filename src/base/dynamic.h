/**
 * Libraries that are loaded where a command first needs them: what a start does not need, it does not pay
 * for.
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
 * Loads the shared library `file`, once for the life of the program, and fills in the pointers of functions
 * [count]. STATUS_INTERNAL with the loader's words and the Debian package to install; the pointers are of no
 * use then. Local.
 */
status_t dynamic_load(const char *file, const char *package, const dynamic_function_t *functions, int count);

#endif
