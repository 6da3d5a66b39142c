#include "value.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/** Adds the fault "VALUE is not EXPECTED", followed by `more`. */
static void reject(const config_key_t *key, given_t given, const char *more) {
    char value[SOURCE_DESCRIPTION_SIZE], expected[KEYS_TEXT_SIZE];
    source_describe(given, value);
    keys_expected(key, expected);
    source_fault(given, key->path, "%s is not %s%s", value, expected, more);
}

/** Whether the value is that word, not in quotes. */
static bool is_plain_word(given_t given, const char *word) {
    return source_shape(given) == SHAPE_SCALAR && !source_is_quoted(given) &&
           strcmp(source_text(given), word) == 0;
}

/**
 * The whole number, exactly: decimal digits without a leading zero, 1000, but not 1e3, 0x10, 007 or 1.0.
 * Returns it, NAN where the text is none, INFINITY where it has no place in 64 bits.
 */
static double parse_whole(const char *text, uint64_t *whole) {
    const bool is_negative = text[0] == '-';
    const char *digits = text + is_negative;
    const size_t count = strspn(digits, "0123456789");
    if (count == 0 || digits[count] || (digits[0] == '0' && count > 1)) {
        return NAN;
    }
    errno = 0;
    *whole = strtoull(digits, NULL, 10);
    return errno == ERANGE || (is_negative && *whole > 0) ? INFINITY : (double)*whole;
}

/** A decimal number with or without fraction and exponent. NAN where the text is none; infinite where it is
 * too large. */
static double parse_real(const char *text) {
    char *end;
    const double number = strtod(text, &end);
    // strtod() alone would also take spaces, hexadecimal numbers, nan and inf.
    if (end == text || *end || text[strspn(text, "0123456789.eE+-")]) {
        return NAN;
    }
    // Two ways to write zero would make two identities of one configuration.
    return number == 0 ? 0 : number;
}

static bool is_in_range(const config_key_t *key, double number) {
    bool is_above = key->above_low ? number > key->low : number >= key->low;
    bool is_below = key->below_high ? number < key->high : number <= key->high;
    return isfinite(number) && (key->type == KEY_SEED || (is_above && is_below));
}

/** Numbers are scalars without quotes; of a schedule, this is the plain number. */
static void read_number(void *field, const config_key_t *key, given_t given) {
    if (key->word && is_plain_word(given, key->word)) {
        *(int *)field = 0;
        return;
    }
    if (source_shape(given) != SHAPE_SCALAR) {
        reject(key, given, "");
        return;
    }
    const char *text = source_text(given);
    char value[SOURCE_DESCRIPTION_SIZE], expected[KEYS_TEXT_SIZE];
    uint64_t whole = 0;
    const bool is_whole = key->type == KEY_SEED || key->type == KEY_INTEGER;
    const double number = is_whole ? parse_whole(text, &whole) : parse_real(text);
    if (source_is_quoted(given)) {
        source_describe(given, value);
        keys_expected(key, expected);
        source_fault(given, key->path, "%s in quotes is a text, not %s", value, expected);
    } else if (isnan(number)) {
        reject(key, given, "");
    } else if (!is_in_range(key, number)) {
        source_excerpt(value, text, strlen(text));
        keys_range(key, expected);
        source_fault(given, key->path, "%s is out of range (%s)", value, expected);
    } else if (key->type == KEY_SEED) {
        *(uint64_t *)field = whole;
    } else if (key->type == KEY_INTEGER) {
        *(int *)field = (int)whole;
    } else {
        *(double *)field = number;
    }
}

static void read_flag(void *field, const config_key_t *key, given_t given) {
    *(bool *)field = is_plain_word(given, "true");
    if (!is_plain_word(given, "true") && !is_plain_word(given, "false")) {
        reject(key, given, "");
    }
}

/** The position of a word among the key's choices, or -1 with a fault. */
static int read_word(const config_key_t *key, given_t given) {
    const config_key_t one = {.path = key->path, .type = KEY_CHOICE, .choices = key->choices};
    char suggestion[SOURCE_SUGGESTION_SIZE] = "";
    if (source_shape(given) == SHAPE_SCALAR) {
        int count = 0;
        for (; key->choices[count]; count++) {
            if (strcmp(source_text(given), key->choices[count]) == 0) {
                return count;
            }
        }
        source_suggest(suggestion, "", source_text(given), key->choices, count);
    }
    reject(&one, given, suggestion);
    return -1;
}

static void read_choice(void *field, const config_key_t *key, given_t given) {
    int choice = read_word(key, given);
    _Static_assert(sizeof(config_format_t) == sizeof choice, "enums have the size of int");
    memcpy(field, &choice, sizeof choice);
}

static void read_places(void *field, const config_key_t *key, given_t given) {
    unsigned set = 0;
    if (source_shape(given) != SHAPE_LIST || (source_count(given) == 0 && !key->may_be_empty)) {
        reject(key, given, "");
        return;
    }
    for (size_t i = 0; i < source_count(given); i++) {
        given_t item = source_item(given, i);
        int place = read_word(key, item);
        if (place >= 0 && set & 1u << place) {
            source_fault(item, key->path, "\"%s\" is there twice", key->choices[place]);
        }
        set |= place >= 0 ? 1u << place : 0;
    }
    *(unsigned *)field = set;
}

/**
 * Reads a name, zero-padded; false with a fault where it is none. That says which letter is none of a name's:
 * a blank at an end is not seen.
 */
static bool read_name_text(char name[CONFIG_NAME_SIZE], const char *path, given_t given) {
    const config_key_t key = {.path = path, .type = KEY_NAME};
    if (source_shape(given) != SHAPE_SCALAR) {
        reject(&key, given, "");
        return false;
    }
    const char *text = source_text(given);
    const size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    const char *letter = text + length;
    char reason[KEYS_TEXT_SIZE] = "";
    if (*letter) {
        size_t bytes = 1;
        while (((unsigned char)letter[bytes] & 0xC0) == 0x80) {
            bytes++;
        }
        char shown[SOURCE_EXCERPT_SIZE];
        source_excerpt(shown, letter, bytes);
        snprintf(reason, sizeof reason, ": place %zu is %s", length + 1, *letter == ' ' ? "a blank" : shown);
    } else if (length >= CONFIG_NAME_SIZE) {
        snprintf(reason, sizeof reason, ": it has %zu", length);
    } else if (length > 0 && text[0] != '.') {
        memset(name, 0, CONFIG_NAME_SIZE);
        memcpy(name, text, length);
        return true;
    }
    // The run's name is a folder's, too: what begins with a dot is hidden, or another folder.
    reject(&key, given, reason);
    return false;
}

static void read_name(void *field, const config_key_t *key, given_t given) {
    read_name_text(field, key->path, given);
}

/**
 * Goes up from a folder, from where it is and not from a symbolic link to it, as the system does. One that
 * does not exist yet is where its path says.
 */
static bool go_up(char *absolute, size_t size, size_t *length) {
    char real[PATH_MAX];
    absolute[*length] = '\0';
    if (*length > 0 && realpath(absolute, real)) {
        *length = strlen(real);
        if (*length >= size) {
            return false;
        }
        memcpy(absolute, real, *length);
    }
    while (*length > 0 && absolute[--*length] != '/') {
    }
    return true;
}

/** Goes down into each folder of the path in turn, and up again at "..". */
static bool follow(char *absolute, size_t size, size_t *length, const char *path) {
    while (*path) {
        size_t letters = strcspn(path, "/");
        if (letters == 2 && strncmp(path, "..", 2) == 0) {
            if (!go_up(absolute, size, length)) {
                return false;
            }
        } else if (letters > 0 && !(letters == 1 && path[0] == '.')) {
            if (*length + 1 + letters >= size) {
                return false;
            }
            absolute[(*length)++] = '/';
            memcpy(absolute + *length, path, letters);
            *length += letters;
        }
        path += letters;
        path += strspn(path, "/");
    }
    return true;
}

bool value_path(char *absolute, size_t size, const char *folder, const char *path) {
    size_t length = 0;
    if (path[0] != '/' && !follow(absolute, size, &length, folder)) {
        return false;
    }
    if (!follow(absolute, size, &length, path)) {
        return false;
    }
    if (length == 0) {
        absolute[length++] = '/';
    }
    memset(absolute + length, 0, size - length);
    return true;
}

static bool is_text(const config_key_t *key, given_t given) {
    if (source_shape(given) != SHAPE_SCALAR || source_text(given)[0] == '\0') {
        reject(key, given, "");
        return false;
    }
    return true;
}

static void read_path(void *field, const config_key_t *key, given_t given) {
    if (key->word && source_shape(given) == SHAPE_EMPTY) {
        memset(field, 0, CONFIG_PATH_SIZE);
    } else if (!is_text(key, given)) {
        return;
    } else if (!value_path(field, CONFIG_PATH_SIZE, given.source->folder, source_text(given))) {
        source_fault(given, key->path, "the absolute path is longer than %d bytes", CONFIG_PATH_SIZE - 1);
    } else if (!text_is_utf8(field)) {
        source_fault(given, key->path, "the absolute path is not UTF-8");
    }
}

static void read_text(void *field, const config_key_t *key, given_t given) {
    if (!is_text(key, given)) {
        return;
    }
    size_t length = strlen(source_text(given));
    if (length >= CONFIG_PATH_SIZE) {
        source_fault(given, key->path, "the text is longer than %d bytes", CONFIG_PATH_SIZE - 1);
        return;
    }
    memcpy(field, source_text(given), length);
}

int config_find_condition(const config_data_t *data, const char *name) {
    for (int i = 0; i < data->condition_count; i++) {
        if (strcmp(data->conditions[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

static void read_conditions(config_data_t *data, const config_key_t *key, given_t given) {
    const faults_t *faults = given.source->faults;
    const size_t count = source_count(given), faults_before = faults->count;
    if (count == 0) {
        reject(key, given, "");
        return;
    }
    if (count > CONFIG_CONDITIONS_MAX) {
        source_fault(given, key->path, "%zu names, expected at most %d", count, CONFIG_CONDITIONS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        given_t item = source_item(given, i);
        char *name = data->conditions[data->condition_count];
        if (!read_name_text(name, key->path, item)) {
            continue;
        }
        if (config_find_condition(data, name) >= 0) {
            source_fault(item, key->path, "\"%s\" is there twice", name);
        } else {
            data->condition_count++;
        }
    }
    // Half a list would only make the lists of pairs look wrong, too.
    data->condition_count = faults->count > faults_before ? 0 : data->condition_count;
}

/** The number of the condition named in a pair, or -1 with a fault. */
static int read_condition(const config_data_t *data, const config_key_t *key, given_t given) {
    if (source_shape(given) != SHAPE_SCALAR) {
        char value[SOURCE_DESCRIPTION_SIZE];
        source_describe(given, value);
        source_fault(given, key->path, "%s is not a condition", value);
        return -1;
    }
    int number = config_find_condition(data, source_text(given));
    if (number < 0 && data->condition_count > 0) {
        const char *names[CONFIG_CONDITIONS_MAX];
        for (int i = 0; i < data->condition_count; i++) {
            names[i] = data->conditions[i];
        }
        char value[SOURCE_DESCRIPTION_SIZE], suggestion[SOURCE_SUGGESTION_SIZE];
        source_suggest(suggestion, "", source_text(given), names, data->condition_count);
        source_describe(given, value);
        source_fault(given, key->path, "%s is not one of data.conditions%s", value, suggestion);
    }
    return number;
}

static void read_pairs(
    config_condition_pairs_t *pairs, const config_data_t *data, const config_key_t *key, given_t given) {
    if (source_shape(given) != SHAPE_LIST) {
        reject(key, given, "");
        return;
    }
    size_t count = source_count(given);
    if (count > CONFIG_PAIRS_MAX) {
        source_fault(given, key->path, "%zu pairs, expected at most %d", count, CONFIG_PAIRS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        given_t item = source_item(given, i);
        if (source_count(item) != 2) {
            char value[SOURCE_DESCRIPTION_SIZE];
            source_describe(item, value);
            source_fault(item, key->path, "%s is not a pair [source, target] of conditions", value);
            continue;
        }
        pairs->source[i] = read_condition(data, key, source_item(item, 0));
        pairs->target[i] = read_condition(data, key, source_item(item, 1));
    }
    pairs->count = (int)count;
}

/** Reads the value of a key or of a schedule's part. record: the config_t or config_schedule_t that it
 * belongs to. */
static void read_field(void *record, const config_key_t *key, given_t given) {
    static void (*const readers[])(void *field, const config_key_t *key, given_t given) = {
        [KEY_NAME] = read_name,
        [KEY_SEED] = read_number,
        [KEY_INTEGER] = read_number,
        [KEY_REAL] = read_number,
        [KEY_FLAG] = read_flag,
        [KEY_CHOICE] = read_choice,
        [KEY_PLACES] = read_places,
        [KEY_PATH] = read_path,
        [KEY_TEXT] = read_text,
        [KEY_SCHEDULE] = read_number,
    };
    void *field = (char *)record + key->offset;
    if (key->type == KEY_CONDITIONS) {
        read_conditions(&((config_t *)record)->data, key, given);
    } else if (key->type == KEY_PAIRS) {
        read_pairs(field, &((config_t *)record)->data, key, given);
    } else {
        readers[key->type](field, key, given);
    }
}

void value_report_missing(const config_key_t *key, given_t outer) {
    char expected[KEYS_TEXT_SIZE];
    keys_expected(key, expected);
    source_fault(outer, NULL, "missing key \"%s\", expected %s", key->path, expected);
}

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

/** A part that the kind has no use for: a fault, unless it is left over from the key's default schedule. */
static void refuse_part(config_schedule_kind_t kind, const config_key_t *part, given_t given) {
    if (given.source->is_default) {
        return;
    }
    char users[KEYS_TEXT_SIZE], chosen[KEYS_TEXT_SIZE];
    keys_kinds(part->kinds, users);
    keys_kinds(1u << kind, chosen);
    source_fault(given, part->path, "goes with %s, not with %s", users, chosen);
}

/** The kind, or false with a fault. */
static bool read_kind(config_schedule_t *schedule, const config_key_t *key, const setting_t *setting) {
    char path[KEYS_PATH_SIZE];
    config_key_t part = keys_part_of(key, KEYS_PART_KIND, path);
    given_t kind = setting->parts[KEYS_PART_KIND];
    const faults_t *faults = setting->value.source->faults;
    const size_t faults_before = faults->count;
    if (kind.source) {
        read_field(schedule, &part, kind);
    } else if (setting->is_mapping) {
        value_report_missing(&part, setting->value);
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
    const config_schedule_t *schedule, const config_key_t *key, const setting_t *setting) {
    int index = keys_find_part("ceiling");
    given_t given =
        setting->parts[index].source ? setting->parts[index] : setting->parts[keys_find_part("floor")];
    if (schedule->ceiling > 0 && schedule->ceiling < schedule->floor && given.source) {
        char path[KEYS_PATH_SIZE];
        config_key_t part = keys_part_of(key, index, path);
        source_fault(given, part.path, "%g is below the floor, %g", schedule->ceiling, schedule->floor);
    }
}

static void read_schedule(config_schedule_t *schedule, const config_key_t *key, const setting_t *setting) {
    if (!read_kind(schedule, key, setting)) {
        return;
    }
    given_t kind = setting->parts[KEYS_PART_KIND];
    const faults_t *faults = setting->value.source->faults;
    const size_t faults_before = faults->count;
    for (int i = KEYS_PART_KIND + 1; i < KEYS_PARTS; i++) {
        char path[KEYS_PATH_SIZE];
        config_key_t part = part_of(key, i, setting, path);
        given_t given = setting->parts[i];
        bool is_used = part.kinds & 1u << schedule->kind;
        set_start(schedule, &part);
        if (given.source && is_used) {
            read_field(schedule, &part, given);
        } else if (given.source) {
            refuse_part(schedule->kind, &part, given);
        } else if (part.needed & 1u << schedule->kind) {
            value_report_missing(&part, kind.source ? kind : setting->value);
        }
    }
    if (faults->count == faults_before) {
        check_bounds(schedule, key, setting);
    }
}

void value_read(config_t *config, const config_key_t *key, const setting_t *setting) {
    if (key->type == KEY_SCHEDULE) {
        read_schedule((config_schedule_t *)((char *)config + key->offset), key, setting);
    } else {
        read_field(config, key, setting->value);
    }
}
