#include <stdlib.h>
#include <sys/stat.h>

#include "commands.h"
#include "checkpoint/checkpoint.h"
#include "train/state.h"
#include "output.h"
#include "report/document.h"

enum { LISTED_MAX = 65536 };

/** How many checkpoints were looked at, and what was wrong with them. */
typedef struct {
    bool json;
    size_t count, bad, unreadable;
} tally_t;

/** Reads a checkpoint and checks it in itself; *hashes and *found for a good one. */
static status_t check(const char *file, checkpoint_hashes_t *hashes, state_content_t *found) {
    checkpoint_t checkpoint = {0};
    status_t status = checkpoint_read(file, &checkpoint);
    if (status == STATUS_OK && (status = state_check_content(&checkpoint, found)) != STATUS_OK) {
        status_prefix(status, "%s", file);
    }
    *hashes = checkpoint.hashes;
    checkpoint_destroy(&checkpoint);
    return status;
}

static status_t print_json(
    const char *file, status_t checked, const checkpoint_hashes_t *hashes, const state_content_t *found) {
    json_t *record = json_pack("{s:o, s:s}", "file", document_text(file), "verdict",
        checked == STATUS_OK           ? "good"
        : checked == STATUS_CHECKPOINT ? "bad"
                                       : "unreadable");
    if (checked == STATUS_OK) {
        document_add(&record, "{s:I, s:I, s:I, s:s}", "step", (json_int_t)found->step, "epoch",
            (json_int_t)found->epoch, "epoch_step", (json_int_t)found->epoch_step, "content_hash",
            hashes->content);
    } else {
        document_set(&record, "error", document_text(status_message()));
    }
    return output_record(record);
}

/** A line on a file, or a folder that has none. Fails only where it cannot be said, or where memory is out.
 */
static status_t report(tally_t *tally, const char *file, status_t checked, const checkpoint_hashes_t *hashes,
    const state_content_t *found) {
    if (checked == STATUS_MEMORY) {
        return checked;
    }
    tally->count++;
    tally->bad += checked == STATUS_CHECKPOINT;
    tally->unreadable += checked == STATUS_NO_INPUT;
    if (tally->json) {
        return print_json(file, checked, hashes, found);
    }
    if (checked == STATUS_OK) {
        printf("%s: good, step %lld, content hash %s\n", file, (long long)found->step, hashes->content);
    } else {
        printf("%s\n", status_message());
    }
    return STATUS_OK;
}

static status_t verify_file(const char *file, tally_t *tally) {
    checkpoint_hashes_t hashes;
    state_content_t found;
    const status_t status = check(file, &hashes, &found);
    return report(tally, file, status, &hashes, &found);
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
    for (size_t i = count; status == STATUS_OK && i-- > 0;) {
        char name[32], *path;
        checkpoint_file_name(steps[i], name);
        if (asprintf(&path, "%s/%s", folder, name) < 0) {
            status = status_fail(STATUS_MEMORY, "out of memory for the name of a file");
            break;
        }
        status = verify_file(path, tally);
        free(path);
    }
    free(steps);
    return status;
}

static bool is_folder(const char *path) {
    struct stat properties;
    return stat(path, &properties) == 0 && S_ISDIR(properties.st_mode);
}

status_t commands_verify(const options_t *options) {
    tally_t tally = {.json = options->json};
    status_t status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < options->path_count; i++) {
        const char *name = options->paths[i];
        status = is_folder(name) ? verify_folder(name, &tally) : verify_file(name, &tally);
    }
    if (status == STATUS_OK && tally.bad + tally.unreadable > 0) {
        status = status_fail(tally.bad > 0 ? STATUS_CHECKPOINT : STATUS_NO_INPUT,
            "of %zu, %zu %s not good and %zu cannot be read", tally.count, tally.bad,
            tally.bad == 1 ? "is" : "are", tally.unreadable);
    }
    return status;
}
