#include "report/scaling.h"

#include "commands.h"

status_t commands_scaling(const options_t *options) {
    return scaling_write(&(scaling_options_t){.files = options->paths,
                             .file_count = (size_t)options->path_count,
                             .folder = options->output ? options->output : ".",
                             .cores = options->cores,
                             .is_whole = options->whole},
        stdout);
}
