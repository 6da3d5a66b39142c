#include "dynamic.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

status_t dynamic_load(const char *file, const char *package, const dynamic_function_t *functions, int count) {
    void *library = dlopen(file, RTLD_NOW);
    bool is_whole = library != NULL;
    for (int i = 0; i < count && is_whole; i++) {
        void *found = dlsym(library, functions[i].name);
        is_whole = found != NULL;
        memcpy(functions[i].pointer, &found, sizeof found);
    }
    return is_whole ? STATUS_OK
                    : status_fail(STATUS_INTERNAL,
                          "%s cannot be loaded, which this command needs: %s (Debian: apt-get install %s)",
                          file, dlerror(), package);
}
