#include "commands.h"
#include "base/log.h"
#include "report/page.h"

status_t commands_report(const options_t *options) {
    const char *file = options->output ? options->output : "report.html";
    status_t status = page_write(file, options->paths, options->path_count);
    if (status == STATUS_OK) {
        log_line("%s: %d run%s", file, options->path_count, options->path_count == 1 ? "" : "s");
    }
    return status;
}
