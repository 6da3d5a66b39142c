#include <stdlib.h>
#include <sys/stat.h>

#include "checkpoint/checkpoint.h"
#include "commands.h"
#include "report/document.h"
#include "train/state.h"

enum { LISTED_MAX = 65536 };

/** How many checkpoints were looked at, and what was wrong with them. */
typedef struct {
    const options_t *options;
    size_t count, bad, unreadable;
} tally_t;

/** A line on a file, or a folder that has none; hash, found: of a good one. Fails only where it cannot be
 * said, or where memory is out. */
static status_t report(
    tally_t *tally, const char *file, status_t checked, const char *hash, const state_content_t *found) {
    if (checked == STATUS_MEMORY) {
        return checked;
    }
    tally->count++;
    tally->bad += checked == STATUS_CHECKPOINT;
    tally->unreadable += checked == STATUS_NO_INPUT;
    const char *verdict = checked == STATUS_CHECKPOINT ? "bad" : "unreadable";
    json_t *record = json_pack(
        "{s:o, s:s}", "file", document_text(file), "verdict", checked == STATUS_OK ? "good" : verdict);
    if (checked == STATUS_OK) {
        commands_line(
            tally->options, "%s: good, step %lld, content hash %s", file, (long long)found->step, hash);
        document_add(&record, "{s:I, s:I, s:I, s:s}", "step", (json_int_t)found->step, "epoch",
            (json_int_t)found->epoch, "epoch_step", (json_int_t)found->epoch_step, "content_hash", hash);
    } else {
        commands_line(tally->options, "%s", status_message());
        document_set(&record, "error", document_text(status_message()));
    }
    return commands_record(tally->options, record);
}

/** Reads a checkpoint and checks it in itself. */
static status_t verify_file(const char *file, tally_t *tally) {
    checkpoint_t checkpoint = {0};
    state_content_t found;
    status_t status = checkpoint_read(file, &checkpoint);
    if (status == STATUS_OK && (status = state_check_content(&checkpoint, &found)) != STATUS_OK) {
        status_prefix(status, "%s", file);
    }
    status = report(tally, file, status, checkpoint.hashes.content, &found);
    checkpoint_destroy(&checkpoint);
    return status;
}

/** All checkpoints of a folder, the oldest first. */
static status_t verify_folder(const char *folder, tally_t *tally) {
    size_t count = 0;
    uint64_t *steps = malloc(LISTED_MAX * sizeof *steps);
    if (!steps) {
        return status_fail(STATUS_MEMORY, "out of memory for the list of checkpoints");
    }
    status_t status = checkpoint_list(folder, steps, LISTED_MAX, &count);
    if (status == STATUS_OK && count == 0) {
        status = status_fail(STATUS_NO_INPUT, "%s: no checkpoint is in this folder", folder);
    }
    if (status != STATUS_OK) {
        status = report(tally, folder, status, NULL, NULL);
        count = 0;
    }
    while (status == STATUS_OK && count-- > 0) {
        char name[32], *path;
        checkpoint_file_name(steps[count], name);
        if (asprintf(&path, "%s/%s", folder, name) < 0) {
            status = status_fail(STATUS_MEMORY, "out of memory for the name of a file");
        } else {
            status = verify_file(path, tally);
            free(path);
        }
    }
    free(steps);
    return status;
}

status_t commands_verify(const options_t *options) {
    tally_t tally = {.options = options};
    status_t status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < options->word_count; i++) {
        const char *name = options->words[i];
        struct stat properties;
        const bool is_folder = stat(name, &properties) == 0 && S_ISDIR(properties.st_mode);
        status = is_folder ? verify_folder(name, &tally) : verify_file(name, &tally);
    }
    if (status == STATUS_OK && tally.bad + tally.unreadable > 0) {
        status = status_fail(tally.bad > 0 ? STATUS_CHECKPOINT : STATUS_NO_INPUT,
            "of %zu, %zu %s not good and %zu cannot be read", tally.count, tally.bad,
            tally.bad == 1 ? "is" : "are", tally.unreadable);
    }
    return status;
}
