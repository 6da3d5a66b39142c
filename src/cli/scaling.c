#include "cvae/scaling.h"

#include "commands.h"

status_t commands_scaling(const options_t *options) {
    return scaling_write(&(scaling_options_t){.files = options->folders,
                             .file_count = (size_t)options->folder_count,
                             .folder = options->output ? options->output : ".",
                             .cores = options->cores,
                             .is_whole = options->whole},
        stdout);
}
