#include "commands.h"
#include "data/epoch.h"
#include "train/folder.h"
#include "train/plan.h"

status_t commands_folder(const options_t *options) {
    config_t config;
    status_t status = plan_config(&config, options->file, options->overrides, options->override_count);
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
