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

status_t output_record(record_t *record) {
    errno = 0;
    status_t status = record_print(record, stdout, 0);
    if (status == STATUS_OUTPUT) {
        status = refuse(errno);
    }
    record_destroy(record);
    return status;
}
