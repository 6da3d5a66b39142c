#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/** reason: an errno, 0 where it is no longer known. */
static status_t refuse(int reason) {
    return status_fail(STATUS_OUTPUT, "standard output cannot be written%s%s", reason ? ": " : "",
        reason ? strerror(reason) : "");
}

status_t output_flush(void) {
    errno = 0;
    // What a failed print has lost no flush brings back: then there may be nothing left that could fail.
    return fflush(stdout) == 0 && !ferror(stdout) ? STATUS_OK : refuse(errno);
}

status_t output_write(const char *bytes, size_t size) {
    errno = 0;
    return fwrite(bytes, 1, size, stdout) == size ? STATUS_OK : refuse(errno);
}

status_t output_record(const record_t *record) {
    errno = 0;
    const status_t status = record_print(record, stdout, 0);
    return status == STATUS_OUTPUT ? refuse(errno) : status;
}
