#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "config.h"
#include "keys.h"

// libyaml's emitter would write other bytes than these: lists in a mapping without indentation, "\t" for
// "\x09", "\N" for "\x85". But checkpoints hold this text, and their content hashes cover it.

/** Text that is written as far as there is room, and counted all the same. */
typedef struct {
    char *text;
    size_t size, length;
    bool is_block; /**< lists and schedules as lines of their own, not as [] and {} */
} writer_t;

static void put(writer_t *writer, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(writer_t *writer, const char *format, ...) {
    bool has_room = writer->length < writer->size;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(has_room ? writer->text + writer->length : NULL,
        has_room ? writer->size - writer->length : 0, format, arguments);
    va_end(arguments);
    writer->length += (size_t)length;
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/** Could every reader of YAML only take it for a text? */
static bool is_plain_text(const char *text) {
    static const char *const words[] = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            return false;
        }
    }
    return strspn(text, "/" LETTERS) > 0 && text[strspn(text, "0123456789._-/" LETTERS)] == '\0';
}

/** May it stand in double quotes as it is? Not so what YAML calls unprintable, or takes for the end of a
 * line. */
static bool is_printable(unsigned code) {
    return (code >= 0x20 && code < 0x7F) ||
           (code >= 0xA0 && code != 0x2028 && code != 0x2029 && code != 0xFEFF && (code & 0xFFFE) != 0xFFFE);
}

static void put_text(writer_t *writer, const char *text) {
    if (is_plain_text(text)) {
        put(writer, "%s", text);
        return;
    }
    put(writer, "\"");
    while (*text) {
        uint32_t code = (unsigned char)*text;
        const int bytes = text_decode(text, strnlen(text, TEXT_CHARACTER_MAX), &code);
        if (code == '"' || code == '\\') {
            put(writer, "\\%c", (char)code);
        } else if (is_printable(code)) {
            put(writer, "%.*s", bytes, text);
        } else {
            put(writer, code <= 0xFF ? "\\x%02X" : code <= 0xFFFF ? "\\u%04X" : "\\U%08X", code);
        }
        text += bytes > 0 ? bytes : 1;
    }
    put(writer, "\"");
}

/** The shortest decimal number of at most 17 digits that is read back to the same double. */
static void put_number(writer_t *writer, double value) {
    char text[32];
    int precision = 15;
    do {
        snprintf(text, sizeof text, "%.*g", precision, value);
    } while (strtod(text, NULL) != value && ++precision <= 17);
    put(writer, "%s", text);
}

/** What stands in front of item `index` of a list or schedule. */
static void put_start(writer_t *writer, int index, const char *open, const char *block) {
    put(writer, "%s", writer->is_block ? block : index == 0 ? open : ", ");
}

/** What stands behind the last of `count` items of a list. */
static void put_list_end(writer_t *writer, int count) {
    put(writer, "%s", count == 0 ? " []" : writer->is_block ? "" : "]");
}

static void put_conditions(writer_t *writer, const config_data_t *data) {
    for (int i = 0; i < data->condition_count; i++) {
        put_start(writer, i, " [", "\n    - ");
        put_text(writer, data->conditions[i]);
    }
    put_list_end(writer, data->condition_count);
}

static void put_places(writer_t *writer, const char *const *places, unsigned set) {
    int count = 0;
    for (int i = 0; places[i]; i++) {
        if (set & 1u << i) {
            put_start(writer, count++, " [", "\n    - ");
            put(writer, "%s", places[i]);
        }
    }
    put_list_end(writer, count);
}

static void put_pairs(writer_t *writer, const config_condition_pairs_t *pairs, const config_data_t *data) {
    for (int i = 0; i < pairs->count; i++) {
        put_start(writer, i, " [", "\n    - ");
        put(writer, "[");
        put_text(writer, data->conditions[pairs->source[i]]);
        put(writer, ", ");
        put_text(writer, data->conditions[pairs->target[i]]);
        put(writer, "]");
    }
    put_list_end(writer, pairs->count);
}

/** A number or word: what fits in a schedule, too. */
static void put_scalar(writer_t *writer, const config_key_t *key, const void *field) {
    put(writer, " ");
    switch (key->type) {
    case KEY_SEED:
        put(writer, "%llu", (unsigned long long)*(const uint64_t *)field);
        break;
    case KEY_INTEGER:
        if (key->word && *(const int *)field == 0) {
            put(writer, "%s", key->word);
        } else {
            put(writer, "%d", *(const int *)field);
        }
        break;
    case KEY_REAL:
        put_number(writer, *(const double *)field);
        break;
    case KEY_FLAG:
        put(writer, "%s", *(const bool *)field ? "true" : "false");
        break;
    case KEY_CHOICE: {
        int choice;
        memcpy(&choice, field, sizeof choice);
        put(writer, "%s", key->choices[choice]);
        break;
    }
    default: // a name, path or text
        if (key->word && *(const char *)field == '\0') {
            put(writer, "%s", key->word);
        } else {
            put_text(writer, field);
        }
    }
}

/** Does a part stand at its default that nobody needs to see? */
static bool is_unsaid(const config_key_t *part, const config_schedule_t *schedule) {
    const void *field = (const char *)schedule + part->offset;
    int whole;
    memcpy(&whole, field, sizeof whole);
    bool is_default =
        part->type == KEY_REAL ? *(const double *)field == part->start : whole == (int)part->start;
    return part->is_quiet && is_default;
}

static void put_schedule(writer_t *writer, const config_schedule_t *schedule) {
    if (schedule->kind == CONFIG_SCHEDULE_CONSTANT && schedule->warmup_steps == 0) {
        put_scalar(writer, keys_part(KEYS_PART_FROM), &schedule->from);
        return;
    }
    for (int i = 0; i < KEYS_PARTS; i++) {
        const config_key_t *part = keys_part(i);
        if (part->kinds & 1u << schedule->kind && !is_unsaid(part, schedule)) {
            put_start(writer, i, " {", "\n    ");
            put(writer, "%s:", part->path);
            put_scalar(writer, part, (const char *)schedule + part->offset);
        }
    }
    put(writer, "%s", writer->is_block ? "" : "}");
}

/** Writes what follows a key's colon: a blank and the value, or the lines of a list or schedule. */
static void put_value(writer_t *writer, const config_key_t *key, const config_t *config) {
    const void *field = (const char *)config + key->offset;
    switch (key->type) {
    case KEY_CONDITIONS:
        put_conditions(writer, &config->data);
        break;
    case KEY_PLACES:
        put_places(writer, key->choices, *(const unsigned *)field);
        break;
    case KEY_PAIRS:
        put_pairs(writer, field, &config->data);
        break;
    case KEY_SCHEDULE:
        put_schedule(writer, field);
        break;
    default:
        put_scalar(writer, key, field);
    }
}

/** Whether the key is among those of config_identity(). */
static bool is_deciding(const config_key_t *key, const config_t *config) {
    const bool has_patience = config->train.patience > 0;
    switch (key->decides) {
    case KEY_DECIDES_NEVER:
        return false;
    case KEY_DECIDES_WITH_PATIENCE:
        return has_patience;
    case KEY_DECIDES_WITH_PATIENCE_BY_DRAWS:
        return has_patience && config->checkpoint.best == CONFIG_BEST_GAUSSIAN;
    case KEY_DECIDES_WITH_GO_BACK:
        return config->train.go_back > 0;
    default:
        return true;
    }
}

static size_t write_keys(const config_t *config, char *text, size_t size, bool only_deciding) {
    writer_t writer = {text, size, 0, true};
    const char *section = "";
    size_t section_length = 0;
    put(&writer, "%s", "");
    for (int i = 0; i < keys_count(); i++) {
        const config_key_t *key = keys_at(i);
        if (only_deciding && !is_deciding(key, config)) {
            continue;
        }
        size_t length = keys_section_length(key->path);
        if (length > 0 && (length != section_length || strncmp(section, key->path, length) != 0)) {
            put(&writer, "%.*s:\n", (int)length, key->path);
        }
        section = key->path;
        section_length = length;
        put(&writer, "%s%s:", length > 0 ? "  " : "", key->path + (length > 0 ? length + 1 : 0));
        put_value(&writer, key, config);
        put(&writer, "\n");
    }
    return writer.length;
}

size_t config_write(const config_t *config, char *text, size_t size) {
    return write_keys(config, text, size, false);
}

size_t config_identity(const config_t *config, char *text, size_t size) {
    return write_keys(config, text, size, true);
}

/** Does the schedule go by shares of the run, so that it is another one where the run has other epochs? */
static bool stretches(const config_schedule_t *schedule) {
    return schedule->kind == CONFIG_SCHEDULE_LINEAR || schedule->kind == CONFIG_SCHEDULE_COSINE ||
           schedule->cycles > 1 || schedule->reset > 0;
}

static bool is_bound_to_epochs(const config_key_t *key, const config_t *config) {
    // Patience counts evaluations, and the run's last epoch has one of its own.
    if (key->offset == offsetof(config_t, train.patience)) {
        return config->train.patience > 0;
    }
    return key->type == KEY_SCHEDULE && stretches((const void *)((const char *)config + key->offset));
}

int config_bound_to_epochs(const config_t *config, char *text, size_t size) {
    writer_t writer = {.text = text, .size = size};
    int count = 0;
    put(&writer, "%s", "");
    for (int i = 0; i < keys_count(); i++) {
        if (is_bound_to_epochs(keys_at(i), config)) {
            put(&writer, "%s%s", count++ > 0 ? ", " : "", keys_at(i)->path);
        }
    }
    return count;
}

/** Is what is computed with one value another thing than with the other, or only where it ends? */
static bool decides(const config_key_t *key, const config_t *before, const config_t *now) {
    char names[KEYS_PATH_SIZE];
    if (key->offset == offsetof(config_t, train.epochs)) {
        return config_bound_to_epochs(before, names, sizeof names) > 0 ||
               config_bound_to_epochs(now, names, sizeof names) > 0;
    }
    return is_deciding(key, before) || is_deciding(key, now);
}

/** How many bytes of a value a message shows: whole letters only. */
static int count_shown(const char *text) {
    enum { SHOWN_MAX = 301 }; // with the blank in front
    size_t shown = strnlen(text, SHOWN_MAX + 1);
    if (shown > SHOWN_MAX) {
        for (shown = SHOWN_MAX; ((unsigned char)text[shown] & 0xC0) == 0x80; shown--) {
        }
    }
    return (int)shown;
}

/** Writes a key's value on one line: lists as [], schedules as {}. Returns how much of it a message shows. */
static int write_value(const config_key_t *key, const config_t *config, char text[CONFIG_TEXT_SIZE]) {
    writer_t writer = {.text = text, .size = CONFIG_TEXT_SIZE};
    put_value(&writer, key, config);
    return count_shown(text);
}

/** A line for each key that differs and decides, or does not. */
static int append_differences(const config_t *before, const config_t *now, bool deciding) {
    int count = 0;
    for (int i = 0; i < keys_count(); i++) {
        const config_key_t *key = keys_at(i);
        char old_text[CONFIG_TEXT_SIZE], new_text[CONFIG_TEXT_SIZE];
        const int old_shown = write_value(key, before, old_text), new_shown = write_value(key, now, new_text);
        if (strcmp(old_text, new_text) != 0 && decides(key, before, now) == deciding) {
            status_append(STATUS_CONFIG, "%s:%.*s%s before,%.*s%s now", key->path, old_shown, old_text,
                old_text[old_shown] ? "..." : "", new_shown, new_text, new_text[new_shown] ? "..." : "");
            count++;
        }
    }
    return count;
}

int config_differences(const config_t *before, const config_t *now) {
    return append_differences(before, now, true);
}

int config_free_differences(const config_t *before, const config_t *now) {
    return append_differences(before, now, false);
}
