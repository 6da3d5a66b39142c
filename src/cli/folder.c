#include "commands.h"
#include "config/config.h"
#include "data/epoch.h"
#include "train/folder.h"
#include "base/file.h"

status_t commands_folder(const options_t *options) {
    config_t config;
    file_content_t text;
    status_t status = file_read(options->file, &text);
    if (status != STATUS_OK) {
        return status;
    }
    status = config_parse(
        &config, options->file, text.text, text.length, options->overrides, options->override_count);
    file_release(&text);
    if (status != STATUS_OK) {
        return status;
    }
    if (options->ranks) {
        printf("%d\n", epoch_shards(config.train.batch_size, config.train.micro_batch));
    } else {
        folder_t folder;
        status = folder_name(&folder, &config);
        if (status == STATUS_OK) {
            printf("%s\n", folder.path);
        }
    }
    return status;
}
