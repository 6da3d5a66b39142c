#include "keys_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "number.h"

void keys_text_kinds(unsigned kinds, char text[KEYS_TEXT_SIZE]) {
    const char *const *words = keys_part(KEYS_PART_KIND)->choices;
    size_t used = 0;
    if (kinds == keys_part(KEYS_PART_KIND)->kinds) {
        snprintf(text, KEYS_TEXT_SIZE, "every kind");
        return;
    }
    text[0] = '\0';
    for (int kind = 0; words[kind]; kind++) {
        if (kinds & 1u << kind) {
            const char *comma = kinds >> kind == 1u ? " and " : ", ";
            used += (size_t)snprintf(
                text + used, KEYS_TEXT_SIZE - used, "%s%s", used > 0 ? comma : "", words[kind]);
        }
    }
}

void keys_text_range(const config_key_t *key, char text[KEYS_TEXT_SIZE]) {
    if (key->type == KEY_SEED) {
        snprintf(text, KEYS_TEXT_SIZE, "0 to %llu", (unsigned long long)UINT64_MAX);
        return;
    }
    char low[NUMBER_TEXT_SIZE], high[NUMBER_TEXT_SIZE];
    number_write(key->low, low);
    number_write(key->high, high);
    const char *above = key->above_low ? "greater than" : "at least";
    if (isinf(key->high)) {
        snprintf(text, KEYS_TEXT_SIZE, "%s %s", above, low);
    } else if (key->above_low || key->below_high) {
        snprintf(text, KEYS_TEXT_SIZE, "%s %s, %s %s", above, low, key->below_high ? "less than" : "at most",
            high);
    } else {
        snprintf(text, KEYS_TEXT_SIZE, "%s to %s", low, high);
    }
}

/** "INTRODUCTION rows, pairs" */
static void list_choices(const config_key_t *key, const char *introduction, char text[KEYS_TEXT_SIZE]) {
    size_t used = (size_t)snprintf(text, KEYS_TEXT_SIZE, "%s", introduction);
    for (int i = 0; key->choices[i]; i++) {
        used +=
            (size_t)snprintf(text + used, KEYS_TEXT_SIZE - used, "%s%s", i > 0 ? ", " : " ", key->choices[i]);
    }
}

void keys_text_expected(const config_key_t *key, char text[KEYS_TEXT_SIZE]) {
    static const char *const nouns[] = {
        [KEY_NAME] = "a name of at most 63 of a-z, A-Z, 0-9, '.', '_' and '-', no '.' first",
        [KEY_SEED] = "a whole number (RANGE)",
        [KEY_INTEGER] = "a whole number (RANGE)",
        [KEY_REAL] = "a number (RANGE)",
        [KEY_FLAG] = "true or false",
        [KEY_PATH] = "a path",
        [KEY_TEXT] = "a text",
        [KEY_CONDITIONS] = "a list of 1 to 16 names",
        [KEY_PAIRS] = "a list of at most 256 pairs [source, target] of conditions",
        [KEY_SCHEDULE] = "a number (RANGE) or a schedule",
    };
    _Static_assert(CONFIG_NAME_SIZE == 64 && CONFIG_CONDITIONS_MAX == 16 && CONFIG_PAIRS_MAX == 256,
        "the nouns name these limits");
    if (key->choices) {
        const char *some = key->may_be_empty ? "a list of" : "a list of one or more of";
        list_choices(key, key->type == KEY_CHOICE ? "one of" : some, text);
        return;
    }
    const char *noun = nouns[key->type], *gap = strstr(noun, "RANGE");
    char range[KEYS_TEXT_SIZE];
    keys_text_range(key, range);
    int used = gap ? snprintf(text, KEYS_TEXT_SIZE, "%.*s%s%s", (int)(gap - noun), noun, range, gap + 5)
                   : snprintf(text, KEYS_TEXT_SIZE, "%s", noun);
    if (key->word) {
        snprintf(text + used, KEYS_TEXT_SIZE - (size_t)used, " or %s", key->word);
    }
}
