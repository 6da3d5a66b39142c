#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys.h"
#include "source.h"
#include "value.h"

enum { NAME_SIZE = 2 * KEYS_PATH_SIZE };

typedef struct {
    faults_t faults;
    char working_folder[PATH_MAX]; /**< what paths in overrides are relative to */
    char file_folder[PATH_MAX];    /**< what paths in the file are relative to */
    source_t
        *sources; /**< [source_count] owned: the keys' defaults, by their index, the file, and overrides */
    size_t source_count;
    setting_t settings[KEYS_MAX]; /**< what is in force, by the index of the key */
} parse_t;

static status_t find_folders(parse_t *parse, const char *file) {
    if (!getcwd(parse->working_folder, sizeof parse->working_folder)) {
        return status_fail(STATUS_NO_INPUT, "the working folder is not known: %s", strerror(errno));
    }
    // Cut behind the last slash, the file's path is its folder.
    const char *slash = strrchr(file, '/');
    const size_t length = slash ? (size_t)(slash - file) + 1 : 0;
    if (!value_path(parse->file_folder, sizeof parse->file_folder, parse->working_folder, file, length)) {
        return status_fail(STATUS_CONFIG, "%.64s...: the path is too long", file);
    }
    return STATUS_OK;
}

const char *config_find_key(const char *path) {
    static const char *const others[][2] = {
        {"learning_rate", "optimizer.lr"},
        {"batch", "train.batch_size"},
        {"beta", "train.kl_weight"},
        {"data", "data.train"},
        {"hidden_size", "model.hidden"},
    };
    // A section that was forgotten, or mistaken.
    const char *dot = strrchr(path, '.'), *name = dot ? dot + 1 : path, *found = NULL;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(name, others[i][0]) == 0) {
            return others[i][1];
        }
    }
    for (const config_key_t *key = keys_table; key->path; key++) {
        const char *key_dot = strchr(key->path, '.');
        if (key->type != KEY_SECTION && strcmp(key_dot ? key_dot + 1 : key->path, name) == 0) {
            if (found) {
                return NULL;
            }
            found = key->path;
        }
    }
    return found;
}

/** schedule: the path of the schedule that has no such part, or "" for a key. */
static void report_unknown(const char *schedule, const char *name, given_t key) {
    const bool is_part = schedule[0] != '\0';
    const config_key_t *table = is_part ? keys_parts : keys_table;
    const char *candidates[KEYS_MAX], *namesake = is_part ? NULL : config_find_key(name);
    int count = 0;
    for (; table[count].path; count++) {
        candidates[count] = table[count].path;
    }
    char prefix[KEYS_PATH_SIZE], excerpt[SOURCE_EXCERPT_SIZE], suggestion[SOURCE_SUGGESTION_SIZE];
    snprintf(prefix, sizeof prefix, "%s%s", schedule, is_part ? "." : "");
    if (!source_suggest(suggestion, prefix, name, candidates, count) && namesake) {
        snprintf(suggestion, sizeof suggestion, ": did you mean \"%s\"?", namesake);
    } else if (is_part && !suggestion[0]) {
        size_t used = (size_t)snprintf(suggestion, sizeof suggestion, ": a schedule has the keys ");
        for (int i = 0; i < count && used < sizeof suggestion; i++) {
            used += (size_t)snprintf(
                suggestion + used, sizeof suggestion - used, "%s%s", i > 0 ? ", " : "", candidates[i]);
        }
    }
    source_excerpt(excerpt, name, strlen(name));
    source_fault(key, NULL, "unknown key \"%s%s\"%s", prefix, excerpt, suggestion);
}

static void report_duplicate(const char *path, given_t key, given_t first) {
    source_fault(
        key, NULL, "duplicate key \"%s\", first given in line %zu", path, first.node->start_mark.line + 1);
}

/** Puts a whole value in force. */
static void give(parse_t *parse, int index, given_t value) {
    const config_key_t *schedule = &keys_table[index];
    setting_t *setting = &parse->settings[index];
    *setting = (setting_t){.value = value};
    if (schedule->type != KEY_SCHEDULE) {
        return;
    }
    if (source_shape(value) != SHAPE_MAPPING) {
        setting->parts[KEYS_PART_FROM] = value;
        return;
    }
    given_t keys[KEYS_PARTS] = {{0}}, key, part_value;
    for (size_t place = 0; source_next_entry(value, &place, &key, &part_value);) {
        const int part = keys_find(keys_parts, source_text(key));
        if (part < 0) {
            report_unknown(schedule->path, source_text(key), key);
        } else if (keys[part].source) {
            char path[KEYS_PATH_SIZE];
            report_duplicate(keys_part_of(schedule, part, path).path, key, keys[part]);
        } else {
            keys[part] = key;
            setting->parts[part] = part_value;
        }
    }
}

static void give_defaults(parse_t *parse) {
    for (int i = 0; keys_table[i].path; i++) {
        const char *text = keys_table[i].fallback;
        source_t *source = &parse->sources[i];
        if (text) {
            *source = (source_t){.faults = &parse->faults,
                .override = SOURCE_FILE,
                .folder = parse->file_folder,
                .is_default = true};
            source_load(source, text, strlen(text));
            give(parse, i, source_root(source));
        }
    }
}

/** Gives the keys that were not given the defaults of a table of forms, where the format in force is one. */
static void give_forms_defaults(parse_t *parse) {
    static const char *const others[] = {"rows", "pairs"};
    const given_t format = parse->settings[keys_find(keys_table, "data.format")].value;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (source_shape(format) != SHAPE_SCALAR || strcmp(source_text(format), others[i]) == 0) {
            return;
        }
    }
    for (int i = 0; keys_table[i].path; i++) {
        source_t *source = &parse->sources[i];
        const char *text = keys_table[i].forms_fallback;
        if (text && parse->settings[i].value.source == source) {
            source_release(source);
            source_load(source, text, strlen(text));
            give(parse, i, source_root(source));
        }
    }
}

/** Whether the value is a mapping, or empty; else a fault. section: its name, or NULL for the whole file. */
static bool holds_keys(given_t value, const char *section) {
    char text[SOURCE_DESCRIPTION_SIZE];
    source_describe(value, text);
    return source_shape(value) == SHAPE_MAPPING || source_shape(value) == SHAPE_EMPTY ||
           source_fault(value, section, "%s is not a mapping of keys", text);
}

/** Puts the values of the whole file in force, or of a section. */
static void give_entries(parse_t *parse, const char *section, given_t entries) {
    given_t key, value;
    for (size_t place = 0; source_next_entry(entries, &place, &key, &value);) {
        char path[NAME_SIZE];
        snprintf(path, sizeof path, "%s%s%s", section ? section : "", section ? "." : "", source_text(key));
        const int index = keys_find(keys_table, path);
        const char *dot = strchr(path, '.');
        if (index < 0) {
            report_unknown("", path, key);
            continue;
        }
        given_t *first = &parse->settings[index].value;
        const bool is_section = keys_table[index].type == KEY_SECTION;
        if (dot && !section) {
            source_fault(key, NULL, "unknown key \"%s\": write \"%s\" inside \"%.*s\"", path, dot + 1,
                (int)(dot - path), path);
        } else if (first->source == key.source) {
            report_duplicate(path, key, *first);
        } else if (is_section) {
            *first = key;
        } else {
            give(parse, index, value);
        }
        if (is_section && holds_keys(value, path)) {
            give_entries(parse, path, value);
        }
    }
}

/** Puts every value of the file in force. False when the file is no mapping of keys at all. */
static bool give_file(parse_t *parse, const char *text, size_t length) {
    source_t *file = &parse->sources[KEYS_MAX];
    *file = (source_t){.faults = &parse->faults, .override = SOURCE_FILE, .folder = parse->file_folder};
    if (length > CONFIG_FILE_MAX) {
        return source_fault(source_root(file), NULL, "%zu bytes, expected a configuration of at most %d",
            length, CONFIG_FILE_MAX);
    }
    source_load(file, text, length);
    give_entries(parse, NULL, source_root(file));
    return holds_keys(source_root(file), NULL) && file->is_loaded;
}

/** The schedule and its part that a path names. False, with a fault, where it names none. */
static bool find_part(const char *path, int *schedule, int *part, given_t here) {
    const char *dot = strrchr(path, '.');
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "%.*s", dot ? (int)(dot - path) : 0, path);
    *schedule = keys_find(keys_table, name);
    if (*schedule < 0 || keys_table[*schedule].type != KEY_SCHEDULE) {
        report_unknown("", path, here);
        return false;
    }
    *part = keys_find(keys_parts, dot + 1);
    if (*part < 0) {
        report_unknown(keys_table[*schedule].path, dot + 1, here);
    }
    return *part >= 0;
}

/** Puts the value of an override "path=value" in force. */
static void give_override(parse_t *parse, source_t *source, const char *text) {
    const given_t here = {source, NULL};
    char path[NAME_SIZE] = "";
    const size_t length = strcspn(text, "="), faults_before = parse->faults.count;
    // What is longer than any key is cut, and stays unknown.
    memcpy(path, text, length < sizeof path ? length : sizeof path - 1);
    int index = keys_find(keys_table, path), part = -1;
    if (text[length] == '\0') {
        source_fault(here, NULL, "expected KEY=VALUE");
        return;
    }
    if (index >= 0 && keys_table[index].type == KEY_SECTION) {
        source_fault(here, NULL, "\"%s\" is a section: its keys are set one by one", path);
        return;
    }
    if (index < 0 && !find_part(path, &index, &part, here)) {
        return;
    }
    const config_key_t *key = &keys_table[index];
    const char *value = text + length + 1;
    if (key->type != KEY_NAME && key->type != KEY_PATH && key->type != KEY_TEXT) {
        source_load_value(source, value);
    } else if (value[0] != '\0' && !(key->word && strcmp(value, key->word) == 0)) {
        // Nothing, or the key's word for it, is an empty value.
        source_load_text(source, value);
    }
    if (parse->faults.count > faults_before) {
        return;
    }
    if (part < 0) {
        give(parse, index, source_root(source));
    } else {
        parse->settings[index].parts[part] = source_root(source);
    }
}

/** Turns the values in force into the struct. */
static void read_values(parse_t *parse, config_t *config, bool knows_missing) {
    const given_t file = {&parse->sources[KEYS_MAX], NULL};
    given_t outside = file; // what a missing key belongs in: its section, if the file has it
    for (int i = 0; keys_table[i].path; i++) {
        const given_t given = parse->settings[i].value;
        if (keys_table[i].type == KEY_SECTION) {
            outside = given.source ? given : file;
        } else if (given.source) {
            value_read(config, &keys_table[i], &parse->settings[i]);
        } else if (knows_missing) {
            value_report_missing(&keys_table[i], outside);
        }
    }
}

/** Refuses values that exclude each other. */
static void check_together(const parse_t *parse, const config_t *config) {
    const config_schedule_t *target = &config->train.kl_target;
    const bool has_target = target->kind != CONFIG_SCHEDULE_CONSTANT || target->from > 0;
    // Two ways to keep the divergence up: the fault of the one that is a plain number.
    if (config->train.free_bits > 0 && has_target) {
        source_fault(parse->settings[keys_find(keys_table, "train.free_bits")].value, "train.free_bits",
            "not together with train.kl_target: one of the two must be 0");
    }
    // Which column would be which condition?
    if (config->data.format == CONFIG_FORMAT_ROWS && config->data.condition_count == 0 &&
        parse->faults.count == 0) {
        source_fault(parse->settings[keys_find(keys_table, "data.conditions")].value, "data.conditions",
            "a row's columns need a list of names: the names of the data are those of pairs and tables");
    }
    const config_condition_pairs_t *const pairs[] = {
        &config->data.pair_conditions, &config->evaluate.test_pairs};
    static const char *const pairs_keys[] = {"data.pair_conditions", "evaluate.test_pairs"};
    for (int i = 0; i < 2 && config->data.condition_count == 0 && parse->faults.count == 0; i++) {
        if (pairs[i]->count > 0) {
            source_fault(parse->settings[keys_find(keys_table, pairs_keys[i])].value, pairs_keys[i],
                "it names conditions, and data.conditions has no list of them");
        }
    }
    if (config->compute.precision == CONFIG_PRECISION_BF16 && config->compute.gemm == CONFIG_GEMM_OPENBLAS) {
        source_fault(parse->settings[keys_find(keys_table, "compute.precision")].value, "compute.precision",
            "bf16 not together with compute.gemm: openblas, which multiplies in fp32 alone");
    }
    // Dropout is between layers: with a single one it would do nothing, and nobody would know.
    if (config->model.dropout > 0 && config->model.layers == 1) {
        source_fault(parse->settings[keys_find(keys_table, "model.dropout")].value, "model.dropout",
            "it is between recurrent layers: model.layers must be 2 or more");
    }
}

status_t config_parse(config_t *config, const char *file, const char *text, size_t length,
    const char *const *overrides, int override_count) {
    parse_t parse = {.faults = {.file = file, .overrides = overrides}};
    config_t parsed;
    // Padding, too: equal configurations are equal byte by byte.
    memset(&parsed, 0, sizeof parsed);
    status_t status = find_folders(&parse, file);
    if (status != STATUS_OK) {
        return status;
    }
    parse.source_count = KEYS_MAX + 1 + (size_t)override_count;
    parse.sources = calloc(parse.source_count, sizeof *parse.sources);
    if (!parse.sources) {
        return status_fail(STATUS_MEMORY, "out of memory for the configuration");
    }
    give_defaults(&parse);
    const bool is_usable = give_file(&parse, text, length);
    for (int i = 0; i < override_count; i++) {
        source_t *source = &parse.sources[KEYS_MAX + 1 + i];
        *source = (source_t){.faults = &parse.faults, .override = i, .folder = parse.working_folder};
        give_override(&parse, source, overrides[i]);
    }
    give_forms_defaults(&parse);
    read_values(&parse, &parsed, is_usable);
    check_together(&parse, &parsed);
    status = source_report_faults(&parse.faults);
    if (status == STATUS_OK) {
        memcpy(config, &parsed, sizeof parsed);
    }
    for (size_t i = 0; i < parse.source_count; i++) {
        source_release(&parse.sources[i]);
    }
    free(parse.sources);
    return status;
}
