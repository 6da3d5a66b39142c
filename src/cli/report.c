#include "commands.h"
#include "cvae/log.h"
#include "cvae/page.h"

status_t commands_report(const options_t *options) {
    status_t status = page_write(options->output, options->folders, options->folder_count);
    if (status == STATUS_OK) {
        log_line(
            "%s: %d run%s", options->output, options->folder_count, options->folder_count == 1 ? "" : "s");
    }
    return status;
}
