#include "schedule_parts.h"

#include <string.h>

#include "keys_text.h"
#include "value.h"

/** Puts the default of a part into the schedule. */
static void set_start(config_schedule_t *schedule, const config_key_t *part) {
    void *field = (char *)schedule + part->offset;
    int whole = (int)part->start;
    if (part->type == KEY_INTEGER || part->type == KEY_CHOICE) {
        memcpy(field, &whole, sizeof whole);
    } else {
        *(double *)field = part->start;
    }
}

static void report_missing(const config_key_t *part, place_t place, faults_t *faults) {
    char expected[KEYS_TEXT_SIZE];
    keys_text_expected(part, expected);
    faults_add(faults, place, NULL, "missing key \"%s\", expected %s", part->path, expected);
}

/** A part that the kind has no use for: a fault, unless it is left over from the key's default schedule. */
static void refuse_part(
    config_schedule_kind_t kind, const config_key_t *part, given_t given, faults_t *faults) {
    if (given.source->is_default) {
        return;
    }
    char users[KEYS_TEXT_SIZE], chosen[KEYS_TEXT_SIZE];
    keys_text_kinds(part->kinds, users);
    keys_text_kinds(1u << kind, chosen);
    faults_add(faults, source_place(given), part->path, "goes with %s, not with %s", users, chosen);
}

/** The kind, or false with a fault. */
static bool read_kind(
    config_schedule_t *schedule, const config_key_t *key, const setting_t *setting, faults_t *faults) {
    char path[KEYS_PATH_SIZE];
    config_key_t part = keys_part_of(key, KEYS_PART_KIND, path);
    given_t kind = setting->parts[KEYS_PART_KIND];
    size_t faults_before = faults->count;
    if (kind.source) {
        value_read(schedule, &part, kind, faults);
    } else if (setting->is_mapping) {
        report_missing(&part, source_place(setting->value), faults);
    } else {
        schedule->kind = CONFIG_SCHEDULE_CONSTANT;
    }
    return faults->count == faults_before;
}

/** The part `from` of a plain number goes by the key's own name. */
static config_key_t part_of(
    const config_key_t *key, int index, const setting_t *setting, char path[KEYS_PATH_SIZE]) {
    config_key_t part = keys_part_of(key, index, path);
    bool is_value = setting->parts[index].node == setting->value.node && !setting->is_mapping;
    if (index == KEYS_PART_FROM && is_value) {
        part.path = key->path;
        part.type = KEY_SCHEDULE;
    }
    return part;
}

/** A ceiling below the floor leaves no value. Parts that are faulty themselves are not compared. */
static void check_bounds(
    const config_schedule_t *schedule, const config_key_t *key, const setting_t *setting, faults_t *faults) {
    int index = keys_find_part("ceiling");
    given_t given =
        setting->parts[index].source ? setting->parts[index] : setting->parts[keys_find_part("floor")];
    if (schedule->ceiling > 0 && schedule->ceiling < schedule->floor && given.source) {
        char path[KEYS_PATH_SIZE];
        config_key_t part = keys_part_of(key, index, path);
        faults_add(faults, source_place(given), part.path, "%g is below the floor, %g", schedule->ceiling,
            schedule->floor);
    }
}

void schedule_parts_read(
    config_schedule_t *schedule, const config_key_t *key, const setting_t *setting, faults_t *faults) {
    if (!read_kind(schedule, key, setting, faults)) {
        return;
    }
    given_t kind = setting->parts[KEYS_PART_KIND];
    size_t faults_before = faults->count;
    for (int i = KEYS_PART_KIND + 1; i < KEYS_PARTS; i++) {
        char path[KEYS_PATH_SIZE];
        config_key_t part = part_of(key, i, setting, path);
        given_t given = setting->parts[i];
        bool is_used = part.kinds & 1u << schedule->kind;
        set_start(schedule, &part);
        if (given.source && is_used) {
            value_read(schedule, &part, given, faults);
        } else if (given.source) {
            refuse_part(schedule->kind, &part, given, faults);
        } else if (part.needed & 1u << schedule->kind) {
            report_missing(&part, source_place(kind.source ? kind : setting->value), faults);
        }
    }
    if (faults->count == faults_before) {
        check_bounds(schedule, key, setting, faults);
    }
}
