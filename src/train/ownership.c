#include "ownership.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/** A file that was looked at. Its time changes with its content, its number when another takes its name. */
typedef struct {
    uint64_t step;
    dev_t device;
    ino_t number;
    struct timespec changed;
    bool is_own;
} known_t;

struct ownership {
    config_t config;
    char data_hash[HASH_TEXT_SIZE];
    struct ownership *other; // of a run whose checkpoints this one was forced to take
    known_t *known;
    size_t count, capacity;
};

status_t ownership_create(ownership_t **ownership, const config_t *config, const char *data_hash) {
    ownership_t *created = *ownership = calloc(1, sizeof *created);
    if (!created) {
        return status_fail(STATUS_MEMORY, "out of memory for the checkpoints' owner");
    }
    created->config = *config;
    strncpy(created->data_hash, data_hash, sizeof created->data_hash - 1);
    return STATUS_OK;
}

static status_t read_config(const checkpoint_t *checkpoint, config_t *config) {
    const char *text;
    const status_t status = checkpoint_text(checkpoint, "config/text", &text);
    return status == STATUS_OK ? config_parse(config, "config/text", text, strlen(text), NULL, 0) : status;
}

status_t ownership_of_checkpoint(ownership_t **ownership, const checkpoint_t *checkpoint) {
    const char *hash;
    *ownership = NULL;
    config_t *config = calloc(1, sizeof *config);
    status_t status = config ? read_config(checkpoint, config)
                             : status_fail(STATUS_MEMORY, "out of memory for a configuration");
    if (status == STATUS_OK) {
        status = checkpoint_text(checkpoint, "data/hash", &hash);
    }
    if (status == STATUS_OK) {
        status = ownership_create(ownership, config, hash);
    }
    free(config);
    return status;
}

void ownership_destroy(ownership_t *ownership) {
    if (ownership) {
        ownership_destroy(ownership->other);
        free(ownership->known);
        free(ownership);
    }
}

void ownership_join(ownership_t *ownership, ownership_t *other) {
    ownership_destroy(ownership->other);
    ownership->other = other;
}

bool ownership_is_of(const ownership_t *ownership, const config_t *config) {
    const bool is_equal = config_differences(&ownership->config, config) == 0;
    status_clear();
    return is_equal;
}

static bool is_same(const ownership_t *ownership, const ownership_t *of_file) {
    const bool is_equal = config_differences(&of_file->config, &ownership->config) == 0 &&
                          strcmp(of_file->data_hash, ownership->data_hash) == 0;
    return is_equal || (ownership->other && is_same(ownership->other, of_file));
}

/** What the file itself says. */
static bool read_owner(const ownership_t *ownership, const char *path) {
    checkpoint_t checkpoint = {0};
    ownership_t *of_file = NULL;
    const bool is_own = checkpoint_read(path, &checkpoint) == STATUS_OK &&
                        ownership_of_checkpoint(&of_file, &checkpoint) == STATUS_OK &&
                        is_same(ownership, of_file);
    status_clear();
    ownership_destroy(of_file);
    checkpoint_destroy(&checkpoint);
    return is_own;
}

static bool describe(uint64_t step, const char *path, known_t *file) {
    struct stat properties;
    if (lstat(path, &properties) != 0 || !S_ISREG(properties.st_mode)) {
        return false;
    }
    *file = (known_t){.step = step,
        .device = properties.st_dev,
        .number = properties.st_ino,
        .changed = properties.st_mtim};
    return true;
}

static known_t *find_step(const ownership_t *ownership, uint64_t step) {
    for (size_t i = ownership->count; i-- > 0;) {
        if (ownership->known[i].step == step) {
            return &ownership->known[i];
        }
    }
    return NULL;
}

/** Without memory it is not remembered, and read when it is asked for. */
static void remember(ownership_t *ownership, const known_t *file) {
    known_t *known = find_step(ownership, file->step);
    if (!known && ownership->count == ownership->capacity) {
        const size_t capacity = ownership->capacity > 0 ? 2 * ownership->capacity : 64;
        known_t *grown = realloc(ownership->known, capacity * sizeof *grown);
        if (!grown) {
            return;
        }
        ownership->known = grown;
        ownership->capacity = capacity;
    }
    known = known ? known : &ownership->known[ownership->count++];
    *known = *file;
}

void ownership_note(ownership_t *ownership, uint64_t step, const char *path) {
    known_t file;
    if (describe(step, path, &file)) {
        file.is_own = true;
        remember(ownership, &file);
    }
}

bool ownership_has(ownership_t *ownership, uint64_t step, const char *path) {
    known_t file;
    if (!describe(step, path, &file)) {
        return false;
    }
    const known_t *known = find_step(ownership, step);
    if (known && known->device == file.device && known->number == file.number &&
        known->changed.tv_sec == file.changed.tv_sec && known->changed.tv_nsec == file.changed.tv_nsec) {
        return known->is_own;
    }
    file.is_own = read_owner(ownership, path);
    remember(ownership, &file);
    return file.is_own;
}
