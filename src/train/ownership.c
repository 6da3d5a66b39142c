#include "ownership.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

void ownership_release(ownership_t *ownership) {
    free(ownership->known);
    ownership->known = NULL;
    ownership->known_count = 0;
}

bool ownership_read(const char *path, ownership_run_t *run, uint64_t *step) {
    checkpoint_t checkpoint = {0};
    const char *text, *hash;
    const bool is_good =
        checkpoint_read(path, &checkpoint) == STATUS_OK &&
        checkpoint_copy(&checkpoint, "position/step", CHECKPOINT_INT64, 0, NULL, step) == STATUS_OK &&
        checkpoint_text(&checkpoint, "data/hash", &hash) == STATUS_OK &&
        checkpoint_text(&checkpoint, "config/text", &text) == STATUS_OK &&
        config_parse(&run->config, "config/text", text, strlen(text), NULL, 0) == STATUS_OK;
    if (is_good) {
        snprintf(run->data_hash, sizeof run->data_hash, "%s", hash);
    }
    checkpoint_destroy(&checkpoint);
    status_clear();
    return is_good;
}

/** Whether the training is the same, as far as the configuration decides the numbers. */
static bool is_equal(const config_t *one, const config_t *other) {
    const bool is_equal = config_differences(one, other) == 0;
    status_clear();
    return is_equal;
}

static bool is_own(const ownership_t *ownership, const ownership_run_t *run) {
    const ownership_run_t *own[] = {&ownership->run, &ownership->forced};
    for (int i = 0; i < 1 + ownership->has_forced; i++) {
        if (strcmp(own[i]->data_hash, run->data_hash) == 0 && is_equal(&own[i]->config, &run->config)) {
            return true;
        }
    }
    return false;
}

bool ownership_find(const char *directory, ownership_run_t *run) {
    enum { LISTED = 64 };
    uint64_t steps[LISTED], step;
    size_t count = 0;
    char path[PATH_MAX], name[32] = "last.h5";
    file_content_t input = {0};
    config_t config;
    bool is_found = false;
    snprintf(path, sizeof path, "%s/config.yaml", directory);
    const bool has_config = file_read(path, &input) == STATUS_OK &&
                            config_parse(&config, path, input.text, input.length, NULL, 0) == STATUS_OK;
    if (has_config) {
        checkpoint_list(directory, steps, LISTED, &count);
    }
    for (size_t i = 0; i <= count && !is_found; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, name);
        is_found = ownership_read(path, run, &step) && (!has_config || is_equal(&run->config, &config));
        if (i < count) {
            checkpoint_file_name(steps[i], name);
        }
    }
    file_release(&input);
    status_clear();
    return is_found;
}

static bool describe(const char *path, ownership_file_t *file) {
    struct stat found;
    const bool is_file = lstat(path, &found) == 0 && S_ISREG(found.st_mode);
    if (is_file) {
        *file = (ownership_file_t){found.st_dev, found.st_ino, found.st_mtim, false};
    }
    return is_file;
}

/** Without memory it is not remembered, and read when it is asked for. */
static void remember(ownership_t *ownership, ownership_file_t file) {
    const size_t count = ownership->known_count;
    if ((count & (count - 1)) == 0) {
        ownership_file_t *grown = realloc(ownership->known, (count > 0 ? 2 * count : 1) * sizeof *grown);
        if (!grown) {
            return;
        }
        ownership->known = grown;
    }
    ownership->known[ownership->known_count++] = file;
}

void ownership_note(ownership_t *ownership, const char *path) {
    ownership_file_t file;
    if (describe(path, &file)) {
        file.is_own = true;
        remember(ownership, file);
    }
}

bool ownership_has(ownership_t *ownership, const char *path) {
    ownership_file_t file;
    ownership_run_t run;
    uint64_t step;
    if (!describe(path, &file)) {
        return false;
    }
    for (size_t i = ownership->known_count; i-- > 0;) {
        const ownership_file_t *known = &ownership->known[i];
        if (known->device == file.device && known->number == file.number &&
            known->changed.tv_sec == file.changed.tv_sec && known->changed.tv_nsec == file.changed.tv_nsec) {
            return known->is_own;
        }
    }
    file.is_own = ownership_read(path, &run, &step) && is_own(ownership, &run);
    remember(ownership, file);
    return file.is_own;
}

checkpoint_claim_t ownership_claim(void *ownership, uint64_t step, const char *path) {
    (void)step;
    return ownership_has(ownership, path) ? CHECKPOINT_OWN : CHECKPOINT_FOREIGN;
}

bool ownership_is_link(ownership_t *ownership, const char *directory, const char *path) {
    char name[32], original[PATH_MAX];
    struct stat file;
    ownership_run_t run;
    uint64_t step;
    if (lstat(path, &file) != 0 || S_ISLNK(file.st_mode) || (S_ISREG(file.st_mode) && file.st_nlink > 1)) {
        return true;
    }
    if (!ownership_read(path, &run, &step) || !is_own(ownership, &run)) {
        return false;
    }
    checkpoint_file_name(step, name);
    snprintf(original, sizeof original, "%s/%s", directory, name);
    return ownership_has(ownership, original);
}
