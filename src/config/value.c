#include "value.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "keys_text.h"
#include "number.h"
#include "path.h"
#include "suggest.h"

typedef void (*reader_t)(void *field, const config_key_t *key, given_t given, faults_t *faults);

static void reject(const config_key_t *key, given_t given, faults_t *faults) {
    char value[SOURCE_DESCRIPTION_SIZE], expected[KEYS_TEXT_SIZE];
    source_describe(given, value);
    keys_text_expected(key, expected);
    faults_add(faults, source_place(given), key->path, "%s is not %s", value, expected);
}

/** ... with the nearest of the words that would have been right. */
static void reject_word(
    const config_key_t *key, given_t given, faults_t *faults, const char *const *words, int count) {
    const char *nearest = NULL;
    if (source_shape(given) == SHAPE_SCALAR) {
        nearest = suggest_nearest(source_text(given), words, count);
    }
    char value[SOURCE_DESCRIPTION_SIZE], expected[KEYS_TEXT_SIZE];
    source_describe(given, value);
    keys_text_expected(key, expected);
    faults_add(faults, source_place(given), key->path, "%s is not %s%s%s%s", value, expected,
        nearest ? ": did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
}

static int count_choices(const config_key_t *key) {
    int count = 0;
    while (key->choices[count]) {
        count++;
    }
    return count;
}

/** Is it that one word, not in quotes? */
static bool is_plain_word(given_t given, const char *word) {
    return source_shape(given) == SHAPE_SCALAR && !source_is_quoted(given) &&
           strcmp(source_text(given), word) == 0;
}

static void reject_range(const config_key_t *key, given_t given, faults_t *faults) {
    char value[FAULTS_EXCERPT_SIZE], range[KEYS_TEXT_SIZE];
    faults_excerpt(value, source_text(given), strlen(source_text(given)));
    keys_text_range(key, range);
    faults_add(faults, source_place(given), key->path, "%s is out of range (%s)", value, range);
}

/** Numbers are scalars without quotes. */
static bool may_be_number(const config_key_t *key, given_t given, faults_t *faults) {
    if (source_shape(given) != SHAPE_SCALAR) {
        reject(key, given, faults);
        return false;
    }
    if (source_is_quoted(given)) {
        char value[SOURCE_DESCRIPTION_SIZE], expected[KEYS_TEXT_SIZE];
        source_describe(given, value);
        keys_text_expected(key, expected);
        faults_add(faults, source_place(given), key->path, "%s in quotes is a text, not %s", value, expected);
        return false;
    }
    return true;
}

static bool is_in_range(const config_key_t *key, double number) {
    bool is_above = key->above_low ? number > key->low : number >= key->low;
    bool is_below = key->below_high ? number < key->high : number <= key->high;
    return is_above && is_below;
}

/** The common end of reading a number: is there one, and is it in the range? */
static bool is_accepted(
    const config_key_t *key, given_t given, faults_t *faults, number_result_t result, double number) {
    if (result == NUMBER_MALFORMED) {
        reject(key, given, faults);
        return false;
    }
    if (result == NUMBER_OUTSIDE || !is_in_range(key, number)) {
        reject_range(key, given, faults);
        return false;
    }
    return true;
}

static void read_integer(void *field, const config_key_t *key, given_t given, faults_t *faults) {
    uint64_t number = 0;
    if (key->word && is_plain_word(given, key->word)) {
        *(int *)field = 0;
    } else if (may_be_number(key, given, faults)) {
        number_result_t result = number_read_whole(source_text(given), &number);
        if (is_accepted(key, given, faults, result, (double)number)) {
            *(int *)field = (int)number;
        }
    }
}

static void read_seed(void *field, const config_key_t *key, given_t given, faults_t *faults) {
    if (may_be_number(key, given, faults)) {
        number_result_t result = number_read_whole(source_text(given), field);
        if (result == NUMBER_OUTSIDE) {
            reject_range(key, given, faults);
        } else if (result == NUMBER_MALFORMED) {
            reject(key, given, faults);
        }
    }
}

static void read_real(void *field, const config_key_t *key, given_t given, faults_t *faults) {
    double number = 0;
    if (may_be_number(key, given, faults)) {
        number_result_t result = number_read_real(source_text(given), &number);
        if (is_accepted(key, given, faults, result, number)) {
            *(double *)field = number;
        }
    }
}

static void read_flag(void *field, const config_key_t *key, given_t given, faults_t *faults) {
    *(bool *)field = is_plain_word(given, "true");
    if (!is_plain_word(given, "true") && !is_plain_word(given, "false")) {
        reject(key, given, faults);
    }
}

/** The position of a word among the key's choices, or -1 with a fault. */
static int read_word(const config_key_t *key, given_t given, faults_t *faults) {
    const config_key_t one = {.path = key->path, .type = KEY_CHOICE, .choices = key->choices};
    for (int i = 0; source_shape(given) == SHAPE_SCALAR && key->choices[i]; i++) {
        if (strcmp(source_text(given), key->choices[i]) == 0) {
            return i;
        }
    }
    reject_word(&one, given, faults, key->choices, count_choices(key));
    return -1;
}

static void read_choice(void *field, const config_key_t *key, given_t given, faults_t *faults) {
    int choice = read_word(key, given, faults);
    _Static_assert(sizeof(config_format_t) == sizeof choice, "enums have the size of int");
    memcpy(field, &choice, sizeof choice);
}

static void read_places(void *field, const config_key_t *key, given_t given, faults_t *faults) {
    unsigned set = 0;
    if (source_shape(given) != SHAPE_LIST || (source_count(given) == 0 && !key->may_be_empty)) {
        reject(key, given, faults);
        return;
    }
    for (size_t i = 0; i < source_count(given); i++) {
        given_t item = source_item(given, i);
        int place = read_word(key, item, faults);
        if (place >= 0 && set & 1u << place) {
            faults_add(faults, source_place(item), key->path, "\"%s\" is there twice", key->choices[place]);
        }
        set |= place >= 0 ? 1u << place : 0;
    }
    *(unsigned *)field = set;
}

static size_t count_name_letters(const char *text) {
    return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
}

/** Reads a name, zero-padded. True when it is one. */
static bool read_name_text(char name[CONFIG_NAME_SIZE], given_t given) {
    if (source_shape(given) != SHAPE_SCALAR) {
        return false;
    }
    const char *text = source_text(given);
    size_t length = count_name_letters(text);
    // The run's name is a folder's, too: what begins with a dot is hidden, or another folder.
    if (length == 0 || text[0] == '.' || text[length] != '\0' || length >= CONFIG_NAME_SIZE) {
        return false;
    }
    memset(name, 0, CONFIG_NAME_SIZE);
    memcpy(name, text, length);
    return true;
}

/** key: with the type KEY_NAME. Says which letter is none of a name's: a blank at an end is not seen. */
static void reject_name(const config_key_t *key, given_t given, faults_t *faults) {
    if (source_shape(given) != SHAPE_SCALAR) {
        reject(key, given, faults);
        return;
    }
    const char *text = source_text(given), *letter = text + count_name_letters(text);
    char value[SOURCE_DESCRIPTION_SIZE], expected[KEYS_TEXT_SIZE], reason[KEYS_TEXT_SIZE] = "";
    source_describe(given, value);
    keys_text_expected(key, expected);
    if (*letter) {
        size_t bytes = 1;
        while (((unsigned char)letter[bytes] & 0xC0) == 0x80) {
            bytes++;
        }
        char shown[FAULTS_EXCERPT_SIZE];
        faults_excerpt(shown, letter, bytes);
        snprintf(reason, sizeof reason, *letter == ' ' ? ": place %zu is a blank" : ": place %zu is %s",
            (size_t)(letter - text) + 1, shown);
    } else if (letter - text >= CONFIG_NAME_SIZE) {
        snprintf(reason, sizeof reason, ": it has %zu", (size_t)(letter - text));
    }
    faults_add(faults, source_place(given), key->path, "%s is not %s%s", value, expected, reason);
}

static void read_name(void *field, const config_key_t *key, given_t given, faults_t *faults) {
    if (!read_name_text(field, given)) {
        reject_name(key, given, faults);
    }
}

static bool is_text(const config_key_t *key, given_t given, faults_t *faults) {
    if (source_shape(given) != SHAPE_SCALAR || source_text(given)[0] == '\0') {
        reject(key, given, faults);
        return false;
    }
    return true;
}

static void read_path(void *field, const config_key_t *key, given_t given, faults_t *faults) {
    if (key->word && source_shape(given) == SHAPE_EMPTY) {
        memset(field, 0, CONFIG_PATH_SIZE);
    } else if (!is_text(key, given, faults)) {
        return;
    } else if (!path_absolute(field, CONFIG_PATH_SIZE, given.source->folder, source_text(given))) {
        faults_add(faults, source_place(given), key->path, "the absolute path is longer than %d bytes",
            CONFIG_PATH_SIZE - 1);
    } else if (!text_is_utf8(field)) {
        faults_add(faults, source_place(given), key->path, "the absolute path is not UTF-8");
    }
}

static void read_text(void *field, const config_key_t *key, given_t given, faults_t *faults) {
    if (!is_text(key, given, faults)) {
        return;
    }
    size_t length = strlen(source_text(given));
    if (length >= CONFIG_PATH_SIZE) {
        faults_add(
            faults, source_place(given), key->path, "the text is longer than %d bytes", CONFIG_PATH_SIZE - 1);
        return;
    }
    memcpy(field, source_text(given), length);
}

static void read_conditions(config_data_t *data, const config_key_t *key, given_t given, faults_t *faults) {
    size_t count = source_count(given), faults_before = faults->count;
    if (count == 0) {
        reject(key, given, faults);
        return;
    }
    if (count > CONFIG_CONDITIONS_MAX) {
        faults_add(faults, source_place(given), key->path, "%zu names, expected at most %d", count,
            CONFIG_CONDITIONS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        given_t item = source_item(given, i);
        char *name = data->conditions[data->condition_count];
        if (!read_name_text(name, item)) {
            const config_key_t one = {.path = key->path, .type = KEY_NAME};
            reject_name(&one, item, faults);
        } else if (config_find_condition(data, name) >= 0) {
            faults_add(faults, source_place(item), key->path, "\"%s\" is there twice", name);
        } else {
            data->condition_count++;
        }
    }
    // Half a list would only make the lists of pairs look wrong, too.
    data->condition_count = faults->count > faults_before ? 0 : data->condition_count;
}

/** The number of the condition named in a pair, or -1 with a fault. */
static int read_condition(
    const config_data_t *data, const config_key_t *key, given_t given, faults_t *faults) {
    if (source_shape(given) != SHAPE_SCALAR) {
        char value[SOURCE_DESCRIPTION_SIZE];
        source_describe(given, value);
        faults_add(faults, source_place(given), key->path, "%s is not a condition", value);
        return -1;
    }
    int number = config_find_condition(data, source_text(given));
    if (number < 0 && data->condition_count > 0) {
        const char *names[CONFIG_CONDITIONS_MAX];
        for (int i = 0; i < data->condition_count; i++) {
            names[i] = data->conditions[i];
        }
        const char *nearest = suggest_nearest(source_text(given), names, data->condition_count);
        char value[SOURCE_DESCRIPTION_SIZE];
        source_describe(given, value);
        faults_add(faults, source_place(given), key->path, "%s is not one of data.conditions%s%s%s", value,
            nearest ? ": did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
    }
    return number;
}

static void read_pairs(config_condition_pairs_t *pairs, const config_data_t *data, const config_key_t *key,
    given_t given, faults_t *faults) {
    if (source_shape(given) != SHAPE_LIST) {
        reject(key, given, faults);
        return;
    }
    size_t count = source_count(given);
    if (count > CONFIG_PAIRS_MAX) {
        faults_add(faults, source_place(given), key->path, "%zu pairs, expected at most %d", count,
            CONFIG_PAIRS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        given_t item = source_item(given, i);
        if (source_count(item) != 2) {
            char value[SOURCE_DESCRIPTION_SIZE];
            source_describe(item, value);
            faults_add(faults, source_place(item), key->path,
                "%s is not a pair [source, target] of conditions", value);
            continue;
        }
        pairs->source[i] = read_condition(data, key, source_item(item, 0), faults);
        pairs->target[i] = read_condition(data, key, source_item(item, 1), faults);
    }
    pairs->count = (int)count;
}

void value_read(void *record, const config_key_t *key, given_t given, faults_t *faults) {
    static const reader_t readers[] = {
        [KEY_NAME] = read_name,
        [KEY_SEED] = read_seed,
        [KEY_INTEGER] = read_integer,
        [KEY_REAL] = read_real,
        [KEY_FLAG] = read_flag,
        [KEY_CHOICE] = read_choice,
        [KEY_PLACES] = read_places,
        [KEY_PATH] = read_path,
        [KEY_TEXT] = read_text,
        [KEY_SCHEDULE] = read_real,
    };
    void *field = (char *)record + key->offset;
    if (key->type == KEY_CONDITIONS) {
        read_conditions(&((config_t *)record)->data, key, given, faults);
    } else if (key->type == KEY_PAIRS) {
        read_pairs(field, &((config_t *)record)->data, key, given, faults);
    } else {
        readers[key->type](field, key, given, faults);
    }
}
