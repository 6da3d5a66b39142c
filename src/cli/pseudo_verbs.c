#include "data/pseudo_verbs.h"

#include "commands.h"
#include "output.h"

enum { DEFAULT_SEED = 1 /**< where none is given */ };

status_t commands_pseudo_verbs(const options_t *options) {
    pseudo_verbs_t *verbs;
    status_t status =
        pseudo_verbs_create(&verbs, options->has_seed ? options->seed : DEFAULT_SEED, options->count);
    if (status != STATUS_OK) {
        return status;
    }
    for (uint64_t i = 0; status == STATUS_OK && i < options->count; i++) {
        char row[PSEUDO_VERBS_ROW_SIZE];
        status = output_write(row, pseudo_verbs_next(verbs, row));
    }
    pseudo_verbs_destroy(verbs);
    return status;
}
