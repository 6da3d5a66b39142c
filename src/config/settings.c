#include "settings.h"

#include <string.h>

#include "suggest.h"

enum { NAME_SIZE = 2 * KEYS_PATH_SIZE };

/** The only key whose name behind the dot is this one: the section was forgotten, or mistaken. */
static const char *find_only_namesake(const char *path) {
    const char *dot = strrchr(path, '.');
    const char *name = dot ? dot + 1 : path, *found = NULL;
    for (int i = 0; i < keys_count(); i++) {
        const char *candidate = keys_at(i)->path;
        size_t section = keys_section_length(candidate);
        if (strcmp(candidate + (section > 0 ? section + 1 : 0), name) == 0) {
            if (found) {
                return NULL;
            }
            found = candidate;
        }
    }
    return found;
}

static void report_unknown(const char *path, place_t place, faults_t *faults) {
    const char *candidates[2 * KEYS_MAX];
    char sections[KEYS_MAX][KEYS_PATH_SIZE];
    int count = 0;
    for (int i = 0; i < keys_count(); i++) {
        candidates[count++] = keys_at(i)->path;
        size_t length = keys_section_length(keys_at(i)->path);
        snprintf(sections[i], sizeof sections[i], "%.*s", (int)length, keys_at(i)->path);
        if (keys_find_section(sections[i]) == i) {
            candidates[count++] = sections[i];
        }
    }
    const char *nearest = suggest_nearest(path, candidates, count);
    nearest = nearest ? nearest : find_only_namesake(path);
    char excerpt[FAULTS_EXCERPT_SIZE];
    faults_excerpt(excerpt, path, strlen(path));
    faults_add(faults, place, NULL, "unknown key \"%s\"%s%s%s", excerpt, nearest ? ": did you mean \"" : "",
        nearest ? nearest : "", nearest ? "\"?" : "");
}

static void report_unknown_part(const char *schedule, const char *name, place_t place, faults_t *faults) {
    const char *candidates[KEYS_PARTS];
    for (int i = 0; i < KEYS_PARTS; i++) {
        candidates[i] = keys_part(i)->path;
    }
    const char *nearest = suggest_nearest(name, candidates, KEYS_PARTS);
    char excerpt[FAULTS_EXCERPT_SIZE], suggestion[NAME_SIZE] = "";
    faults_excerpt(excerpt, name, strlen(name));
    if (nearest) {
        snprintf(suggestion, sizeof suggestion, ": did you mean \"%s.%s\"?", schedule, nearest);
    }
    faults_add(faults, place, NULL, "unknown key \"%s.%s\"%s", schedule, excerpt, suggestion);
}

static void report_duplicate(const char *path, given_t key, given_t first, faults_t *faults) {
    faults_add(faults, source_place(key), NULL, "duplicate key \"%s\", first given in line %zu", path,
        source_place(first).line);
}

/** Keys are words; a list or nothing in the place of a key is a fault. */
static bool is_word(given_t key, faults_t *faults) {
    if (source_shape(key) == SHAPE_SCALAR) {
        return true;
    }
    char text[SOURCE_DESCRIPTION_SIZE];
    source_describe(key, text);
    faults_add(faults, source_place(key), NULL, "%s is not a key", text);
    return false;
}

static void give_parts(setting_t *setting, const config_key_t *schedule, given_t mapping, faults_t *faults) {
    given_t keys[KEYS_PARTS] = {{0}};
    for (size_t i = 0; i < source_entries(mapping); i++) {
        given_t key = source_entry_key(mapping, i);
        if (!is_word(key, faults)) {
            continue;
        }
        int part = keys_find_part(source_text(key));
        if (part < 0) {
            report_unknown_part(schedule->path, source_text(key), source_place(key), faults);
        } else if (keys[part].source) {
            char path[NAME_SIZE];
            snprintf(path, sizeof path, "%s.%s", schedule->path, source_text(key));
            report_duplicate(path, key, keys[part], faults);
        } else {
            keys[part] = key;
            setting->parts[part] = source_entry_value(mapping, i);
        }
    }
}

void settings_give(settings_t *settings, int index, given_t value, faults_t *faults) {
    setting_t *setting = &settings->of[index];
    *setting = (setting_t){.value = value, .is_mapping = source_shape(value) == SHAPE_MAPPING};
    if (keys_at(index)->type != KEY_SCHEDULE) {
        return;
    }
    if (setting->is_mapping) {
        give_parts(setting, keys_at(index), value, faults);
    } else {
        setting->parts[KEYS_PART_FROM] = value;
    }
}

/** One entry of the file whose path is known to be no section. */
static void give_entry(settings_t *settings, const char *path, given_t key, given_t value, faults_t *faults) {
    int index = keys_find(path);
    if (index < 0) {
        report_unknown(path, source_place(key), faults);
    } else if (settings->of[index].value.source == value.source) {
        report_duplicate(path, key, settings->of[index].value, faults);
    } else {
        settings_give(settings, index, value, faults);
    }
}

static void give_section(settings_t *settings, const char *section, given_t value, faults_t *faults) {
    shape_t shape = source_shape(value);
    if (shape != SHAPE_MAPPING && shape != SHAPE_EMPTY) {
        char text[SOURCE_DESCRIPTION_SIZE];
        source_describe(value, text);
        faults_add(faults, source_place(value), section, "%s is not a mapping of keys", text);
    }
    for (size_t i = 0; i < source_entries(value); i++) {
        given_t key = source_entry_key(value, i);
        if (is_word(key, faults)) {
            char path[NAME_SIZE];
            snprintf(path, sizeof path, "%s.%s", section, source_text(key));
            give_entry(settings, path, key, source_entry_value(value, i), faults);
        }
    }
}

static void give_top_entry(settings_t *settings, given_t key, given_t value, faults_t *faults) {
    const char *name = source_text(key);
    int section = keys_find_section(name), known = keys_find(name);
    if (section >= 0) {
        if (settings->sections[section].source) {
            report_duplicate(name, key, settings->sections[section], faults);
        } else {
            settings->sections[section] = key;
        }
        give_section(settings, name, value, faults);
    } else if (known >= 0 && strchr(name, '.')) {
        faults_add(faults, source_place(key), NULL, "unknown key \"%s\": write \"%s\" inside \"%.*s\"", name,
            strchr(name, '.') + 1, (int)keys_section_length(name), name);
    } else {
        give_entry(settings, name, key, value, faults);
    }
}

bool settings_give_file(settings_t *settings, source_t *file, faults_t *faults) {
    given_t root = source_root(file);
    shape_t shape = source_shape(root);
    if (shape != SHAPE_MAPPING && shape != SHAPE_EMPTY) {
        char text[SOURCE_DESCRIPTION_SIZE];
        source_describe(root, text);
        faults_add(faults, source_place(root), NULL, "%s is not a mapping of keys", text);
        return false;
    }
    for (size_t i = 0; i < source_entries(root); i++) {
        given_t key = source_entry_key(root, i);
        if (is_word(key, faults)) {
            give_top_entry(settings, key, source_entry_value(root, i), faults);
        }
    }
    return file->is_loaded;
}

/** The part of a schedule that a path names. False, with a fault, where it names none. */
static bool find_part(char *path, int *schedule, int *part, place_t place, faults_t *faults) {
    char *dot = strrchr(path, '.');
    *schedule = -1;
    if (dot) {
        *dot = '\0';
        *schedule = keys_find(path);
        *dot = '.';
    }
    if (*schedule < 0 || keys_at(*schedule)->type != KEY_SCHEDULE) {
        report_unknown(path, place, faults);
        return false;
    }
    *part = keys_find_part(dot + 1);
    if (*part < 0) {
        report_unknown_part(keys_at(*schedule)->path, dot + 1, place, faults);
    }
    return *part >= 0;
}

/** The value of a key of text. Nothing, or the key's word for it, is an empty value. */
static given_t load_text(source_t *source, const config_key_t *key, const char *value, faults_t *faults) {
    if (value[0] == '\0' || (key->word && strcmp(value, key->word) == 0)) {
        return (given_t){source, NULL};
    }
    source_load_text(source, faults, value);
    return source_root(source);
}

void settings_give_override(settings_t *settings, source_t *source, const char *text, faults_t *faults) {
    const place_t place = source_place((given_t){source, NULL});
    char path[NAME_SIZE] = "";
    const size_t length = strcspn(text, "="), faults_before = faults->count;
    // What is longer than any key is cut, and stays unknown.
    memcpy(path, text, length < sizeof path ? length : sizeof path - 1);
    const int index = keys_find(path);
    int schedule = -1, part = -1;
    if (text[length] == '\0') {
        faults_add(faults, place, NULL, "expected KEY=VALUE");
        return;
    }
    if (keys_find_section(path) >= 0) {
        faults_add(faults, place, NULL, "\"%s\" is a section: its keys are set one by one", path);
        return;
    }
    if (index < 0 && !find_part(path, &schedule, &part, place, faults)) {
        return;
    }
    const char *value = text + length + 1;
    given_t given;
    if (index >= 0 && keys_is_text(keys_at(index))) {
        given = load_text(source, keys_at(index), value, faults);
    } else {
        source_load_value(source, faults, value);
        given = source_root(source);
    }
    if (faults->count > faults_before) {
        return;
    }
    if (index >= 0) {
        settings_give(settings, index, given, faults);
    } else {
        settings->of[schedule].parts[part] = given;
    }
}
