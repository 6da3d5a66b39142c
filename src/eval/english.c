#include "english.h"

#include <string.h>

/** Whether past is the first `length` letters of base and then `ending`. */
static bool is(const char *past, const char *base, size_t length, const char *ending) {
    return strncmp(past, base, length) == 0 && strcmp(past + length, ending) == 0;
}

bool english_is_regular_past(const char *base, const char *past) {
    const size_t length = strlen(base);
    if (length == 0) {
        return false;
    }
    const char last = base[length - 1], doubled[] = {last, 'e', 'd', '\0'};
    switch (last) {
    case 'e':
        return is(past, base, length, "d");
    case 'y':
        return is(past, base, length - 1, "ied") || is(past, base, length, "ed");
    case 'c':
        return is(past, base, length, "ked") || is(past, base, length, "ed");
    default:
        return is(past, base, length, "ed") || is(past, base, length, doubled);
    }
}
