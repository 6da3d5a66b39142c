#include "consistency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "library/trained.h"
#include "optim/optimizer.h"
#include "state.h"

/** The optimizer's moments are as many and of the same shapes as the weights. */
static status_t check_moments(const trained_t *trained) {
    optimizer_t optimizer;
    optimizer_layout(&optimizer, &(memory_t){0}, &trained->config.optimizer, trained->table.size);
    status_t status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < optimizer.moments; i++) {
        char folder[64];
        snprintf(folder, sizeof folder, "optimizer/%s", optimizer_moment_names[i]);
        status = trained_check_block(&trained->checkpoint, folder, &trained->table);
    }
    return status;
}

static status_t check_position(const checkpoint_t *checkpoint, consistency_t *found) {
    const struct {
        const char *name;
        int64_t *number;
    } numbers[] = {{"position/epoch", &found->epoch}, {"position/epoch_step", &found->epoch_step},
        {"position/step", &found->step}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const status_t status =
            checkpoint_copy(checkpoint, numbers[i].name, CHECKPOINT_INT64, 0, NULL, numbers[i].number);
        if (status != STATUS_OK) {
            return status;
        }
    }
    bool is_inside = found->epoch >= 0 && found->epoch <= found->config.train.epochs &&
                     found->epoch_step >= 0 && found->step >= found->epoch_step;
    if (is_inside) {
        // The epochs that are done had equally many steps.
        const int64_t before = found->step - found->epoch_step;
        is_inside = found->epoch == 0 ? before == 0 : before > 0 && before % found->epoch == 0;
    }
    if (!is_inside) {
        return status_fail(STATUS_CHECKPOINT,
            "its position is outside its run: epoch %lld, step %lld of it, "
            "step %lld in all",
            (long long)found->epoch, (long long)found->epoch_step, (long long)found->step);
    }
    return STATUS_OK;
}

/** Checkpoints of older programs know nothing of diverged steps. */
static status_t check_recovery(const checkpoint_t *checkpoint, int64_t step) {
    const struct {
        const char *name;
        int64_t most;
    } counts[] = {{"recovery/skipped_in_epoch", INT64_MAX}, {"recovery/skipped", step},
        {"recovery/skipped_in_a_row", INT64_MAX}, {"recovery/made_in_a_row", INT64_MAX},
        {"recovery/good_step", step}, {"recovery/gone_back", INT64_MAX}};
    static const char factor_name[] = "recovery/learning_rate_factor";
    status_t status = STATUS_OK;
    double factor = 1;
    bool is_possible = true;
    for (size_t i = 0; status == STATUS_OK && i < sizeof counts / sizeof *counts; i++) {
        int64_t count = 0;
        if (checkpoint_find(checkpoint, counts[i].name)) {
            status = checkpoint_copy(checkpoint, counts[i].name, CHECKPOINT_INT64, 0, NULL, &count);
        }
        is_possible = is_possible && count >= 0 && count <= counts[i].most;
    }
    if (status == STATUS_OK && checkpoint_find(checkpoint, factor_name)) {
        status = checkpoint_copy(checkpoint, factor_name, CHECKPOINT_FLOAT64, 0, NULL, &factor);
    }
    if (status == STATUS_OK && !(is_possible && factor >= 0 && factor <= 1)) {
        status =
            status_fail(STATUS_CHECKPOINT, "its counts of skipped steps and going back are not possible");
    }
    return status;
}

static status_t check_history(const checkpoint_t *checkpoint, int64_t epochs) {
    const char *columns;
    const checkpoint_array_t *values;
    const status_t status = state_history(checkpoint, &columns, &values);
    if (status == STATUS_OK && values->dimension[0] != (size_t)epochs) {
        return status_fail(STATUS_CHECKPOINT, "history/values has %zu rows, %lld were expected",
            values->dimension[0], (long long)epochs);
    }
    return status == STATUS_OK ? history_read(NULL, columns, NULL, 0, values->dimension[1]) : status;
}

status_t consistency_check(const checkpoint_t *checkpoint, consistency_t *found) {
    *found = (consistency_t){0};
    trained_t *trained = calloc(1, sizeof *trained);
    if (!trained) {
        return status_fail(STATUS_MEMORY, "out of memory for a table of the parameters");
    }
    trained->checkpoint = *checkpoint; // The arrays stay the caller's.
    status_t status = trained_describe(trained);
    if (status == STATUS_OK) {
        found->config = trained->config;
        status = check_moments(trained);
    }
    free(trained);
    if (status == STATUS_OK) {
        status = check_position(checkpoint, found);
    }
    if (status == STATUS_OK) {
        status = check_recovery(checkpoint, found->step);
    }
    return status == STATUS_OK ? check_history(checkpoint, found->epoch) : status;
}
