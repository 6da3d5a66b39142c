#include <stdio.h>
#include <string.h>

#include "config.h"
#include "keys.h"
#include "write.h"

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
    int count = 0;
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < keys_count(); i++) {
        const config_key_t *key = keys_at(i);
        if (is_bound_to_epochs(key, config)) {
            const int length = snprintf(
                text + used, used < size ? size - used : 0, "%s%s", count > 0 ? ", " : "", key->path);
            used += (size_t)length < size - used ? (size_t)length : size - used - 1;
            count++;
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
    return write_decides(key, before) || write_decides(key, now);
}

/** How many bytes of a value a message shows: whole letters only. */
static int count_shown(const char *text) {
    enum { SHOWN_MAX = 300 };
    size_t shown = strnlen(text, SHOWN_MAX + 1);
    if (shown > SHOWN_MAX) {
        for (shown = SHOWN_MAX; ((unsigned char)text[shown] & 0xC0) == 0x80; shown--) {
        }
    }
    return (int)shown;
}

/** A line for each key that differs and decides, or does not. */
static int append_differences(const config_t *before, const config_t *now, bool deciding) {
    int count = 0;
    for (int i = 0; i < keys_count(); i++) {
        const config_key_t *key = keys_at(i);
        char old_text[CONFIG_TEXT_SIZE], new_text[CONFIG_TEXT_SIZE];
        write_value(key, before, old_text, sizeof old_text);
        write_value(key, now, new_text, sizeof new_text);
        if (strcmp(old_text, new_text) != 0 && decides(key, before, now) == deciding) {
            int old_shown = count_shown(old_text), new_shown = count_shown(new_text);
            status_append(STATUS_CONFIG, "%s: %.*s%s before, %.*s%s now", key->path, old_shown, old_text,
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
