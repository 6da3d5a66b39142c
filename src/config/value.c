#include "value.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/** The form of a schedule that is likely meant: of the kind that the value names, or a linear one. */
static void show_schedule(const config_key_t *key, given_t given, char text[KEYS_TEXT_SIZE]) {
    const char *const *kinds = keys_parts[KEYS_PART_KIND].choices,
                      *word = source_shape(given) == SHAPE_SCALAR ? source_text(given) : "";
    int kind = CONFIG_SCHEDULE_LINEAR;
    for (int i = 0; kinds[i]; i++) {
        kind = strcmp(word, kinds[i]) == 0 ? i : kind;
    }
    const bool is_cyclical = strncmp(word, "cycl", 4) == 0;
    size_t used = (size_t)snprintf(text, KEYS_TEXT_SIZE, ", such as {schedule: %s", kinds[kind]);
    for (int i = KEYS_PART_FROM; i < KEYS_PARTS; i++) {
        const config_key_t *part = &keys_parts[i];
        if (part->kinds & 1u << kind && (part->is_needed || i == KEYS_PART_FROM)) {
            const double value = i == KEYS_PART_FROM                                   ? key->start
                                 : part->takes_range                                   ? 1 - key->start
                                 : part->offset == offsetof(config_schedule_t, factor) ? 0.5
                                                                                       : 5;
            used += (size_t)snprintf(text + used, KEYS_TEXT_SIZE - used, ", %s: %g", part->path, value);
        }
    }
    snprintf(text + used, KEYS_TEXT_SIZE - used, "%s}; cvae_mpi --help-config has all forms",
        is_cyclical ? ", cycles: 4" : "");
}

/** Adds the fault "VALUE is not EXPECTED", followed by `more`. Returns false, as all that add one do. */
static bool reject(const config_key_t *key, given_t given, const char *more) {
    const bool is_number = key->type == KEY_SEED || key->type == KEY_INTEGER || key->type == KEY_REAL ||
                           key->type == KEY_SCHEDULE,
               is_quoted = source_shape(given) == SHAPE_SCALAR && source_is_quoted(given);
    char value[SOURCE_DESCRIPTION_SIZE], expected[KEYS_TEXT_SIZE], form[KEYS_TEXT_SIZE] = "";
    source_describe(given, value);
    keys_expected(key, expected);
    if (key->type == KEY_SCHEDULE) {
        show_schedule(key, given, form);
    }
    return source_fault(given, key->path, "%s %s %s%s%s", value,
        is_number && is_quoted ? "in quotes is a text, not" : "is not", expected, form, more);
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

/** A decimal number with or without fraction and exponent. NAN where the text is none, infinity where it is
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

/** Numbers are scalars without quotes; of a schedule, this is the plain number. */
static bool read_number(config_t *config, void *field, const config_key_t *key, given_t given) {
    (void)config;
    if (key->word && is_plain_word(given, key->word)) {
        return true;
    }
    if (source_shape(given) != SHAPE_SCALAR || source_is_quoted(given)) {
        return reject(key, given, "");
    }
    const char *text = source_text(given);
    uint64_t whole = 0;
    const bool is_whole = key->type == KEY_SEED || key->type == KEY_INTEGER;
    const double number = is_whole ? parse_whole(text, &whole) : parse_real(text);
    if (isnan(number)) {
        return reject(key, given, strchr(text, ',') ? ": a fraction stands behind a point, as in 0.5" : "");
    }
    const bool is_high = key->below_high ? number >= key->high : number > key->high;
    const bool is_low = key->above_low ? number <= key->low : number < key->low;
    if (!isfinite(number) || (key->type != KEY_SEED && (is_high || is_low))) {
        char excerpt[SOURCE_EXCERPT_SIZE], range[KEYS_TEXT_SIZE];
        source_excerpt(excerpt, text, strlen(text));
        keys_range(key, range);
        return source_fault(given, key->path, "%s is out of range (%s)", excerpt, range);
    }
    if (key->type == KEY_SEED) {
        *(uint64_t *)field = whole;
    } else if (key->type == KEY_INTEGER) {
        *(int *)field = (int)whole;
    } else {
        *(double *)field = number;
    }
    return true;
}

static bool read_flag(config_t *config, void *field, const config_key_t *key, given_t given) {
    (void)config;
    *(bool *)field = is_plain_word(given, "true");
    return *(bool *)field || is_plain_word(given, "false") || reject(key, given, "");
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

static bool read_choice(config_t *config, void *field, const config_key_t *key, given_t given) {
    (void)config;
    const int choice = read_word(key, given);
    _Static_assert(sizeof(config_format_t) == sizeof choice, "enums have the size of int");
    memcpy(field, &choice, sizeof choice);
    return choice >= 0;
}

static bool read_places(config_t *config, void *field, const config_key_t *key, given_t given) {
    (void)config;
    unsigned *set = field;
    if (source_shape(given) != SHAPE_LIST || (source_count(given) == 0 && !key->may_be_empty)) {
        return reject(key, given, "");
    }
    for (size_t i = 0; i < source_count(given); i++) {
        const int place = read_word(key, source_item(given, i));
        if (place >= 0 && *set & 1u << place) {
            source_fault(source_item(given, i), key->path, "\"%s\" is there twice", key->choices[place]);
        }
        *set |= place >= 0 ? 1u << place : 0;
    }
    return true;
}

/** A fault says which letter is none of a name's: a blank at an end is not seen. */
static bool read_name(config_t *config, void *field, const config_key_t *key, given_t given) {
    (void)config;
    const config_key_t name = {.path = key->path, .type = KEY_NAME};
    if (source_shape(given) != SHAPE_SCALAR) {
        return reject(&name, given, "");
    }
    const char *text = source_text(given);
    const size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    char reason[KEYS_TEXT_SIZE] = "", letter[SOURCE_EXCERPT_SIZE];
    if (text[length]) {
        uint32_t code_point;
        const int bytes = text_decode(text + length, strlen(text + length), &code_point);
        source_excerpt(letter, text + length, (size_t)bytes);
        snprintf(
            reason, sizeof reason, ": place %zu is %s", length + 1, code_point == ' ' ? "a blank" : letter);
    } else if (length >= CONFIG_NAME_SIZE) {
        snprintf(reason, sizeof reason, ": it has %zu", length);
    } else if (length > 0 && text[0] != '.') {
        strncpy(field, text, CONFIG_NAME_SIZE);
        return true;
    }
    // The run's name is a folder's, too: what begins with a dot is hidden, or another folder.
    return reject(&name, given, reason);
}

/**
 * Goes down into each folder of a path in turn. At "..", goes up from where the folder is and not from a
 * symbolic link to it, as the system does; one that does not exist yet is where its path says.
 */
static bool follow(char absolute[PATH_MAX], const char *path, size_t length) {
    for (const char *end = path + length, *next; path < end; path = next + 1) {
        next = memchr(path, '/', (size_t)(end - path));
        next = next ? next : end;
        const size_t letters = (size_t)(next - path), used = strlen(absolute);
        if (letters == 2 && memcmp(path, "..", 2) == 0) {
            char real[PATH_MAX];
            if (realpath(absolute, real)) {
                strcpy(absolute, real);
            }
            char *slash = strrchr(absolute, '/');
            *(slash ? slash : absolute) = '\0';
        } else if (letters > 0 && !(letters == 1 && path[0] == '.')) {
            if (used + 1 + letters >= PATH_MAX) {
                return false;
            }
            sprintf(absolute + used, "/%.*s", (int)letters, path);
        }
    }
    return true;
}

bool value_path(char *absolute, size_t size, const char *folder, const char *path, size_t length) {
    char whole[PATH_MAX] = "";
    if ((length == 0 || path[0] != '/') && !follow(whole, folder, strlen(folder))) {
        return false;
    }
    if (!follow(whole, path, length) || strlen(whole) >= size) {
        return false;
    }
    strncpy(absolute, whole[0] ? whole : "/", size);
    return true;
}

static bool read_path(config_t *config, void *field, const config_key_t *key, given_t given) {
    (void)config;
    if (key->word && source_shape(given) == SHAPE_EMPTY) {
        return true;
    }
    if (source_shape(given) != SHAPE_SCALAR || source_text(given)[0] == '\0') {
        return reject(key, given, "");
    }
    const char *text = source_text(given);
    if (key->type == KEY_TEXT) {
        strncpy(field, text, CONFIG_PATH_SIZE);
        return strlen(text) < CONFIG_PATH_SIZE ||
               source_fault(given, key->path, "the text is longer than %d bytes", CONFIG_PATH_SIZE - 1);
    }
    if (!value_path(field, CONFIG_PATH_SIZE, given.source->folder, text, strlen(text))) {
        return source_fault(
            given, key->path, "the absolute path is longer than %d bytes", CONFIG_PATH_SIZE - 1);
    }
    return text_is_utf8(field) || source_fault(given, key->path, "the absolute path is not UTF-8");
}

bool config_has_table(const config_data_t *data) {
    return data->format != CONFIG_FORMAT_ROWS && data->format != CONFIG_FORMAT_PAIRS;
}

/** The text's normal form, owned by the caller, NULL where it is its own or there is no memory: conditions
 * are named by it, as those of data are. */
static char *normal_name(const char *name) {
    char *normal;
    size_t length;
    return text_normal(name, strlen(name), &normal, &length) == STATUS_OK ? normal : NULL;
}

static int find_condition(const config_data_t *data, const char *name) {
    char *normal = normal_name(name);
    int found = -1;
    for (int i = 0; found < 0 && i < data->condition_count; i++) {
        found = strcmp(data->conditions[i], normal ? normal : name) == 0 ? i : -1;
    }
    free(normal);
    return found;
}

/** The name of a condition is any text that can be seen, without blanks at its ends. */
static bool read_condition_name(char *name, const config_key_t *key, given_t given) {
    const char *text = source_shape(given) == SHAPE_SCALAR ? source_text(given) : "";
    char *normal = normal_name(text), reason[KEYS_TEXT_SIZE] = "", flaw[TEXT_DESCRIPTION_SIZE];
    text = normal ? normal : text;
    const size_t length = strlen(text);
    size_t place = 0, number = 0;
    // A value is UTF-8: the YAML reader refuses others.
    for (uint32_t code_point; !reason[0] && place < length; number++) {
        const int bytes = text_decode(text + place, length - place, &code_point);
        if (bytes == 0 || text_flaw(code_point)) {
            text_describe(bytes > 0 ? code_point : 0xFFFD, flaw);
            snprintf(reason, sizeof reason, ": place %zu is %s", number + 1, flaw);
        }
        place += (size_t)(bytes > 0 ? bytes : 1);
    }
    if (!reason[0] && length > 0 && (text[0] == ' ' || text[length - 1] == ' ')) {
        snprintf(reason, sizeof reason, ": it %s with a blank", text[0] == ' ' ? "begins" : "ends");
    } else if (!reason[0] && length >= CONFIG_NAME_SIZE) {
        snprintf(reason, sizeof reason, ": it has %zu", length);
    } else if (!reason[0] && length > 0) {
        strncpy(name, text, CONFIG_NAME_SIZE);
        free(normal);
        return true;
    }
    free(normal);
    char value[SOURCE_DESCRIPTION_SIZE];
    source_describe(given, value);
    return source_fault(given, key->path,
        "%s is not the name of a condition: only letters that can be seen, no blank first or last, at most "
        "%d "
        "bytes%s",
        value, CONFIG_NAME_SIZE - 1, reason);
}

static bool read_conditions(config_t *config, void *field, const config_key_t *key, given_t given) {
    (void)field;
    config_data_t *data = &config->data;
    const size_t count = source_count(given);
    bool is_whole = true;
    if (source_shape(given) == SHAPE_SCALAR && strcmp(source_text(given), key->word) == 0) {
        return true;
    }
    if (count == 0) {
        return reject(key, given, "");
    }
    if (count > CONFIG_CONDITIONS_MAX) {
        return source_fault(given, key->path, "%zu names, expected at most %d", count, CONFIG_CONDITIONS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        char *name = data->conditions[data->condition_count];
        bool is_right = read_condition_name(name, key, source_item(given, i));
        if (is_right && find_condition(data, name) >= 0) {
            is_right = source_fault(source_item(given, i), key->path, "\"%s\" is there twice", name);
        }
        data->condition_count += is_right;
        is_whole = is_whole && is_right;
    }
    // Half a list would only make the lists of pairs look wrong, too.
    data->condition_count = is_whole ? data->condition_count : 0;
    return is_whole;
}

/** The number of the condition named in a pair, or -1 with a fault. */
static int read_condition(const config_data_t *data, const config_key_t *key, given_t given) {
    const bool is_name = source_shape(given) == SHAPE_SCALAR;
    const int number = is_name ? find_condition(data, source_text(given)) : -1;
    if (number < 0 && (!is_name || data->condition_count > 0)) {
        const char *names[CONFIG_CONDITIONS_MAX];
        for (int i = 0; i < data->condition_count; i++) {
            names[i] = data->conditions[i];
        }
        char value[SOURCE_DESCRIPTION_SIZE], suggestion[SOURCE_SUGGESTION_SIZE] = "";
        if (is_name) {
            source_suggest(suggestion, "", source_text(given), names, data->condition_count);
        }
        source_describe(given, value);
        source_fault(given, key->path, "%s is not %s%s", value,
            is_name ? "one of data.conditions" : "a condition", suggestion);
    }
    return number;
}

static bool read_pairs(config_t *config, void *field, const config_key_t *key, given_t given) {
    config_condition_pairs_t *pairs = field;
    const size_t count = source_count(given);
    if (source_shape(given) != SHAPE_LIST) {
        return reject(key, given, "");
    }
    if (count > CONFIG_PAIRS_MAX) {
        return source_fault(given, key->path, "%zu pairs, expected at most %d", count, CONFIG_PAIRS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        given_t item = source_item(given, i);
        if (source_count(item) == 2) {
            pairs->source[i] = read_condition(&config->data, key, source_item(item, 0));
            pairs->target[i] = read_condition(&config->data, key, source_item(item, 1));
        } else {
            char value[SOURCE_DESCRIPTION_SIZE];
            source_describe(item, value);
            source_fault(item, key->path, "%s is not a pair [source, target] of conditions", value);
        }
    }
    pairs->count = (int)count;
    return true;
}

/** Reads the value of a key, or of a schedule's part, into its member. False with a fault. */
static bool read_member(config_t *config, void *field, const config_key_t *key, given_t given) {
    static bool (*const readers[])(config_t * config, void *field, const config_key_t *key, given_t given) = {
        [KEY_NAME] = read_name,
        [KEY_SEED] = read_number,
        [KEY_INTEGER] = read_number,
        [KEY_REAL] = read_number,
        [KEY_FLAG] = read_flag,
        [KEY_CHOICE] = read_choice,
        [KEY_PLACES] = read_places,
        [KEY_PATH] = read_path,
        [KEY_TEXT] = read_path,
        [KEY_CONDITIONS] = read_conditions,
        [KEY_PAIRS] = read_pairs,
        [KEY_SCHEDULE] = read_number,
    };
    return readers[key->type](config, field, key, given);
}

bool value_report_missing(const config_key_t *key, given_t outer) {
    char expected[KEYS_TEXT_SIZE];
    keys_expected(key, expected);
    return source_fault(outer, NULL, "missing key \"%s\", expected %s", key->path, expected);
}

/** Reads a part, or its default where it is not given. A fault, where the kind has no use for it. */
static bool read_part(
    config_t *config, config_schedule_t *schedule, const config_key_t *part, given_t given, given_t outer) {
    void *member = (char *)schedule + part->offset;
    const int whole = (int)part->start;
    if (part->type == KEY_INTEGER || part->type == KEY_CHOICE) {
        memcpy(member, &whole, sizeof whole);
    } else {
        *(double *)member = part->start;
    }
    const bool is_used = part->kinds & 1u << schedule->kind;
    if (is_used) {
        return given.source      ? read_member(config, member, part, given)
               : part->is_needed ? value_report_missing(part, outer)
                                 : true;
    }
    // The key's default may be a schedule of another kind.
    if (!given.source || given.source->is_default) {
        return true;
    }
    char users[KEYS_TEXT_SIZE], chosen[KEYS_TEXT_SIZE];
    keys_kinds(part->kinds, users);
    keys_kinds(1u << schedule->kind, chosen);
    return source_fault(given, part->path, "goes with %s, not with %s", users, chosen);
}

/** A ceiling below the floor leaves no value. */
static void check_bounds(
    const config_schedule_t *schedule, const config_key_t *key, const setting_t *setting) {
    const int ceiling = keys_find(keys_parts, "ceiling");
    const given_t above = setting->parts[ceiling],
                  given = above.source ? above : setting->parts[keys_find(keys_parts, "floor")];
    if (schedule->ceiling > 0 && schedule->ceiling < schedule->floor && given.source) {
        char path[KEYS_PATH_SIZE];
        source_fault(given, keys_part_of(key, ceiling, path).path, "%g is below the floor, %g",
            schedule->ceiling, schedule->floor);
    }
}

static void read_schedule(
    config_t *config, config_schedule_t *schedule, const config_key_t *key, const setting_t *setting) {
    const bool is_number = source_shape(setting->value) != SHAPE_MAPPING;
    const given_t kind = setting->parts[KEYS_PART_KIND], outer = kind.source ? kind : setting->value;
    bool is_right = true;
    for (int i = 0; i < KEYS_PARTS; i++) {
        char path[KEYS_PATH_SIZE];
        config_key_t part = keys_part_of(key, i, path);
        const given_t given = setting->parts[i];
        if (i == KEYS_PART_KIND && !given.source && is_number) {
            continue;
        }
        if (i == KEYS_PART_FROM && is_number && given.node == setting->value.node) {
            // A plain number goes by the key's own name.
            part.path = key->path;
            part.type = KEY_SCHEDULE;
        }
        is_right = read_part(config, schedule, &part, given, outer) && is_right;
        if (i == KEYS_PART_KIND && !is_right) {
            return;
        }
    }
    if (is_right) {
        check_bounds(schedule, key, setting);
    }
}

void value_read(config_t *config, const config_key_t *key, const setting_t *setting) {
    void *member = (char *)config + key->offset;
    if (key->type == KEY_SCHEDULE) {
        read_schedule(config, member, key, setting);
    } else {
        read_member(config, member, key, setting->value);
    }
}
