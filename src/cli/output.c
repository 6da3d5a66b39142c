#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "report/document.h"

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

status_t output_record(json_t *record) {
    errno = 0;
    const status_t status = document_print(record, stdout);
    return status == STATUS_OUTPUT ? refuse(errno) : status;
}
