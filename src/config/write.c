#include <stdarg.h>
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

static void put_number(writer_t *writer, double value) {
    put(writer, "%.*g", text_digits(value), value);
}

/** What stands in front of item `index` of a list or schedule. */
static void put_start(writer_t *writer, int index, const char *open, const char *block) {
    put(writer, "%s", writer->is_block ? block : index == 0 ? open : ", ");
}

/** A list's items: names of conditions, pairs of them, or places. */
static void put_list(
    writer_t *writer, const config_key_t *key, const void *field, const config_data_t *data) {
    const config_condition_pairs_t *pairs = field;
    const unsigned *set = field;
    int count = 0;
    for (int i = 0; key->type == KEY_CONDITIONS ? i < data->condition_count
                    : key->type == KEY_PAIRS    ? i < pairs->count
                                                : key->choices[i] != NULL;
         i++) {
        if (key->type == KEY_PLACES && !(*set & 1u << i)) {
            continue;
        }
        put_start(writer, count++, " [", "\n    - ");
        if (key->type == KEY_CONDITIONS) {
            put_text(writer, data->conditions[i]);
        } else if (key->type == KEY_PLACES) {
            put(writer, "%s", key->choices[i]);
        } else {
            put(writer, "[");
            put_text(writer, data->conditions[pairs->source[i]]);
            put(writer, ", ");
            put_text(writer, data->conditions[pairs->target[i]]);
            put(writer, "]");
        }
    }
    if (count == 0 && key->type == KEY_CONDITIONS) {
        put(writer, " %s", key->word);
    } else {
        put(writer, "%s", count == 0 ? " []" : writer->is_block ? "" : "]");
    }
}

/** A number or word: what fits in a schedule, too. */
static void put_scalar(writer_t *writer, const config_key_t *key, const void *field) {
    int whole; // of an integer or an enum
    memcpy(&whole, field, sizeof whole);
    put(writer, " ");
    if (key->type == KEY_SEED) {
        put(writer, "%llu", (unsigned long long)*(const uint64_t *)field);
    } else if (key->type == KEY_REAL) {
        put_number(writer, *(const double *)field);
    } else if (key->type == KEY_FLAG) {
        put(writer, "%s", *(const bool *)field ? "true" : "false");
    } else if (key->type == KEY_CHOICE) {
        put(writer, "%s", key->choices[whole]);
    } else if (key->word && (key->type == KEY_INTEGER ? whole : *(const char *)field) == 0) {
        put(writer, "%s", key->word);
    } else if (key->type == KEY_INTEGER) {
        put(writer, "%d", whole);
    } else {
        put_text(writer, field); // a name, path or text
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
        put_scalar(writer, &keys_parts[KEYS_PART_FROM], &schedule->from);
        return;
    }
    for (int i = 0; i < KEYS_PARTS; i++) {
        const config_key_t *part = &keys_parts[i];
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
    if (key->type == KEY_CONDITIONS || key->type == KEY_PLACES || key->type == KEY_PAIRS) {
        put_list(writer, key, field, &config->data);
    } else if (key->type == KEY_SCHEDULE) {
        put_schedule(writer, field);
    } else {
        put_scalar(writer, key, field);
    }
}

/** Whether the key is among those of config_identity(). */
static bool is_deciding(const config_key_t *key, const config_t *config) {
    const bool has_patience = config->train.patience > 0;
    const bool is_met[] = {
        [KEY_DECIDES_NEVER] = false,
        [KEY_DECIDES_ALWAYS] = true,
        [KEY_DECIDES_WITH_PATIENCE] = has_patience,
        [KEY_DECIDES_WITH_PATIENCE_BY_DRAWS] =
            has_patience && config->checkpoint.best == CONFIG_BEST_GAUSSIAN,
        [KEY_DECIDES_WITH_GO_BACK] = config->train.go_back > 0,
    };
    return is_met[key->decides];
}

static size_t write_keys(const config_t *config, char *text, size_t size, bool only_deciding) {
    writer_t writer = {text, size, 0, true};
    const config_key_t *section = NULL; // until its first key is written
    put(&writer, "%s", "");
    for (const config_key_t *key = keys_table; key->path; key++) {
        const char *dot = strchr(key->path, '.');
        if (key->type == KEY_SECTION) {
            section = key;
        } else if (!only_deciding || is_deciding(key, config)) {
            if (section) {
                put(&writer, "%s:\n", section->path);
                section = NULL;
            }
            put(&writer, "%s%s:", dot ? "  " : "", dot ? dot + 1 : key->path);
            put_value(&writer, key, config);
            put(&writer, "\n");
        }
    }
    return writer.length;
}

size_t config_write(const config_t *config, char *text, size_t size) {
    return write_keys(config, text, size, false);
}

size_t config_identity(const config_t *config, char *text, size_t size) {
    return write_keys(config, text, size, true);
}

/** Is the key's value another one where the run has other epochs? */
static bool is_bound_to_epochs(const config_key_t *key, const config_t *config) {
    // Patience counts evaluations, and the run's last epoch has one of its own.
    if (key->offset == offsetof(config_t, train.patience)) {
        return config->train.patience > 0;
    }
    if (key->offset == offsetof(config_t, train.consistency_from)) {
        return config->train.consistency > 0 && config->train.consistency_from > 0;
    }
    const config_schedule_t *schedule = (const void *)((const char *)config + key->offset);
    return key->type == KEY_SCHEDULE &&
           (schedule->kind == CONFIG_SCHEDULE_LINEAR || schedule->kind == CONFIG_SCHEDULE_COSINE ||
               schedule->cycles > 1 || schedule->reset > 0);
}

int config_bound_to_epochs(const config_t *config, char *text, size_t size) {
    writer_t writer = {.text = text, .size = size};
    int count = 0;
    put(&writer, "%s", "");
    for (const config_key_t *key = keys_table; key->path; key++) {
        if (is_bound_to_epochs(key, config)) {
            put(&writer, "%s%s", count++ > 0 ? ", " : "", key->path);
        }
    }
    return count;
}

/** Is what is computed with one value another thing than with the other, or only where it ends? */
static bool decides(const config_key_t *key, const config_t *before, const config_t *now) {
    if (key->offset == offsetof(config_t, train.epochs)) {
        return config_bound_to_epochs(before, NULL, 0) > 0 || config_bound_to_epochs(now, NULL, 0) > 0;
    }
    return is_deciding(key, before) || is_deciding(key, now);
}

/** Writes a key's value on one line: lists as [], schedules as {}. Returns how many bytes of it a message
 * shows: whole letters only. */
static int write_value(const config_key_t *key, const config_t *config, char text[CONFIG_TEXT_SIZE]) {
    enum { SHOWN_MAX = 301 }; // with the blank in front
    writer_t writer = {.text = text, .size = CONFIG_TEXT_SIZE};
    put_value(&writer, key, config);
    size_t shown = writer.length < SHOWN_MAX ? writer.length : SHOWN_MAX;
    while (((unsigned char)text[shown] & 0xC0) == 0x80) {
        shown--;
    }
    return (int)shown;
}

/** A line for each key that differs and decides, or does not. */
static int append_differences(const config_t *before, const config_t *now, bool deciding) {
    int count = 0;
    for (const config_key_t *key = keys_table; key->path; key++) {
        char old[CONFIG_TEXT_SIZE], new[CONFIG_TEXT_SIZE];
        if (key->type == KEY_SECTION || decides(key, before, now) != deciding) {
            continue;
        }
        const int old_shown = write_value(key, before, old), new_shown = write_value(key, now, new);
        if (strcmp(old, new) != 0) {
            status_append(STATUS_CONFIG, "%s:%.*s%s before,%.*s%s now", key->path, old_shown, old,
                old[old_shown] ? "..." : "", new_shown, new, new[new_shown] ? "..." : "");
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
