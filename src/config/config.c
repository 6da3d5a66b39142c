#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults.h"
#include "keys.h"
#include "keys_text.h"
#include "path.h"
#include "schedule_parts.h"
#include "settings.h"
#include "source.h"
#include "value.h"

typedef struct {
    faults_t faults;
    settings_t settings;
    char working_folder[PATH_MAX]; /**< what paths in overrides are relative to */
    char file_folder[PATH_MAX];    /**< what paths in the file are relative to */
    source_t defaults[KEYS_MAX];
    source_t file;
    source_t *overrides; /**< owned */
    int override_count;
} parse_t;

static status_t find_folders(parse_t *parse, const char *file) {
    if (!getcwd(parse->working_folder, sizeof parse->working_folder)) {
        return status_fail(STATUS_NO_INPUT, "the working folder is not known: %s", strerror(errno));
    }
    // Cut behind the last slash, the file's path is its folder.
    const char *slash = strrchr(file, '/');
    size_t length = slash ? (size_t)(slash - file) + 1 : 0;
    char folder[PATH_MAX];
    if (length >= sizeof folder) {
        return status_fail(STATUS_CONFIG, "%.64s...: the path is too long", file);
    }
    memcpy(folder, file, length);
    folder[length] = '\0';
    if (!path_absolute(parse->file_folder, sizeof parse->file_folder, parse->working_folder, folder)) {
        return status_fail(STATUS_CONFIG, "%s: the path is too long", file);
    }
    return STATUS_OK;
}

static void give_defaults(parse_t *parse) {
    for (int i = 0; i < keys_count(); i++) {
        const char *text = keys_at(i)->fallback;
        source_t *source = &parse->defaults[i];
        if (text) {
            *source = (source_t){.override = FAULTS_FILE, .folder = parse->file_folder, .is_default = true};
            source_load(source, &parse->faults, text, strlen(text));
            settings_give(&parse->settings, i, source_root(source), &parse->faults);
        }
    }
}

static void give_file(parse_t *parse, const char *text, size_t length) {
    parse->file = (source_t){.override = FAULTS_FILE, .folder = parse->file_folder};
    if (length > CONFIG_FILE_MAX) {
        faults_add(&parse->faults, (place_t){FAULTS_FILE, 1, 1}, NULL,
            "%zu bytes, expected a configuration of at most %d", length, CONFIG_FILE_MAX);
        return;
    }
    source_load(&parse->file, &parse->faults, text, length);
}

static void give_overrides(parse_t *parse, const char *const *overrides) {
    for (int i = 0; i < parse->override_count; i++) {
        source_t *source = &parse->overrides[i];
        *source = (source_t){.override = i, .folder = parse->working_folder};
        settings_give_override(&parse->settings, source, overrides[i], &parse->faults);
    }
}

/** Nobody gave a required key: the fault of its section, or of the whole file. */
static void report_missing(parse_t *parse, const config_key_t *key) {
    char section[KEYS_PATH_SIZE], expected[KEYS_TEXT_SIZE];
    snprintf(section, sizeof section, "%.*s", (int)keys_section_length(key->path), key->path);
    int index = keys_find_section(section);
    place_t place = {FAULTS_FILE, 1, 1};
    if (index >= 0 && parse->settings.sections[index].source) {
        place = source_place(parse->settings.sections[index]);
    }
    keys_text_expected(key, expected);
    faults_add(&parse->faults, place, NULL, "missing key \"%s\", expected %s", key->path, expected);
}

/** Turns the values in force into the struct. */
static void read_values(parse_t *parse, config_t *config, bool knows_missing) {
    for (int i = 0; i < keys_count(); i++) {
        const config_key_t *key = keys_at(i);
        const setting_t *setting = &parse->settings.of[i];
        if (!setting->value.source) {
            if (knows_missing) {
                report_missing(parse, key);
            }
        } else if (key->type == KEY_SCHEDULE) {
            config_schedule_t *schedule = (config_schedule_t *)((char *)config + key->offset);
            schedule_parts_read(schedule, key, setting, &parse->faults);
        } else {
            value_read(config, key, setting->value, &parse->faults);
        }
    }
}

/** Two ways to keep the divergence up that exclude each other: a fault of the one that is a plain number. */
static void check_divergence(parse_t *parse, const config_t *config) {
    const config_train_t *train = &config->train;
    const bool has_target = train->kl_target.kind != CONFIG_SCHEDULE_CONSTANT || train->kl_target.from > 0;
    if (train->free_bits > 0 && has_target) {
        const given_t value = parse->settings.of[keys_find("train.free_bits")].value;
        faults_add(&parse->faults, source_place(value), "train.free_bits",
            "not together with train.kl_target: one of the two must be 0");
    }
}

/** Dropout is between layers: with a single one it would do nothing, and nobody would know. */
static void check_dropout(parse_t *parse, const config_t *config) {
    if (config->model.dropout > 0 && config->model.layers == 1) {
        const given_t value = parse->settings.of[keys_find("model.dropout")].value;
        faults_add(&parse->faults, source_place(value), "model.dropout",
            "it is between recurrent layers: model.layers must be 2 or more");
    }
}

static void release(parse_t *parse) {
    for (int i = 0; i < keys_count(); i++) {
        source_release(&parse->defaults[i]);
    }
    source_release(&parse->file);
    for (int i = 0; i < parse->override_count; i++) {
        source_release(&parse->overrides[i]);
    }
    free(parse->overrides);
    faults_release(&parse->faults);
}

status_t config_parse(config_t *config, const char *file, const char *text, size_t length,
    const char *const *overrides, int override_count) {
    parse_t parse = {.faults = {.file = file, .overrides = overrides}};
    config_t parsed;
    // Padding, too: equal configurations are equal byte by byte.
    memset(&parsed, 0, sizeof parsed);
    status_t status = find_folders(&parse, file);
    if (status != STATUS_OK) {
        goto cleanup;
    }
    parse.overrides = calloc((size_t)override_count + 1, sizeof *parse.overrides);
    if (!parse.overrides) {
        status = status_fail(STATUS_MEMORY, "out of memory for the configuration");
        goto cleanup;
    }
    parse.override_count = override_count;
    give_defaults(&parse);
    give_file(&parse, text, length);
    bool is_usable = settings_give_file(&parse.settings, &parse.file, &parse.faults);
    give_overrides(&parse, overrides);
    read_values(&parse, &parsed, is_usable);
    check_divergence(&parse, &parsed);
    check_dropout(&parse, &parsed);
    status = faults_report(&parse.faults);
    if (status == STATUS_OK) {
        memcpy(config, &parsed, sizeof parsed);
    }
cleanup:
    release(&parse);
    return status;
}

int config_find_condition(const config_data_t *data, const char *name) {
    for (int i = 0; i < data->condition_count; i++) {
        if (strcmp(data->conditions[i], name) == 0) {
            return i;
        }
    }
    return -1;
}
