#include "options_split.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_SIZE = 512 /**< space for a value as it should have been given */ };

/** May the word have been part of a value? A long option is none. */
static bool is_word(const char *word) {
    return word && strncmp(word, "--", 2) != 0;
}

/** A configuration or a checkpoint, which may well stand behind a --set. */
static bool is_file(const char *word) {
    const char *dot = strrchr(word, '.');
    return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0 || strcmp(dot, ".h5") == 0);
}

/** The length of the key of KEY=VALUE; 0: it is none. */
static size_t key_length(const char *word) {
    const size_t length = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_.");
    return word[length] == '=' ? length : 0;
}

/** How many more brackets the text opens than it closes. */
static int count_open(const char *text) {
    int open = 0;
    for (; *text; text++) {
        open += (*text == '[' || *text == '{') - (*text == ']' || *text == '}');
    }
    return open;
}

/** How many of the words behind a value in brackets it takes until they are closed; 0: it is none. */
static int count_bracketed(const char *value, char *const *behind) {
    const char *equals = strchr(value, '=');
    if (equals[1] != '[' && equals[1] != '{') {
        return 0;
    }
    int open = count_open(equals), count = 0;
    while (open > 0 && is_word(behind[count])) {
        open += count_open(behind[count++]);
    }
    return open == 0 ? count : 0;
}

/** The value and the words behind it are one. */
static status_t refuse(const char *value, char *const *behind, int count) {
    char shown[SHOWN_SIZE];
    size_t used = (size_t)snprintf(shown, sizeof shown, "%s", value);
    for (int i = 0; i < count && used < sizeof shown; i++) {
        used += (size_t)snprintf(shown + used, sizeof shown - used, " %s", behind[i]);
    }
    const char *quote = strchr(shown, '\'') ? "\"" : "'";
    return status_fail(STATUS_USAGE,
        "the shell split the value of --set %.*s at its blanks; it needs quotes: --set %s%s%s%s",
        (int)strcspn(value, "="), value, quote, shown, used < sizeof shown ? "" : "...", quote);
}

/** Behind the last word stands NULL. */
static status_t check_value(const char *value, char *const *behind) {
    const char *next = behind[0];
    if (!is_word(next)) {
        return STATUS_OK;
    }
    if (!strchr(value, '=')) {
        const char *meant = strcmp(next, "=") == 0 ? behind[1] : next[0] == '=' ? next + 1 : next;
        return status_fail(STATUS_USAGE,
            "--set %s: expected KEY=VALUE, one word without blanks around the \"=\": --set %s=%s", value,
            value[0] ? value : "KEY", is_word(meant) && !is_file(meant) ? meant : "VALUE");
    }
    const int bracketed = count_bracketed(value, behind);
    if (bracketed > 0) {
        return refuse(value, behind, bracketed);
    }
    const size_t key = key_length(value);
    if (key > 0 && strncmp(next, value, key + 1) == 0) {
        return status_fail(STATUS_USAGE,
            "\"%s\" stands without --set; where a shell made it of {...}, the value needs quotes: --set "
            "'%.*s={...}'",
            next, (int)key, value);
    }
    return STATUS_OK;
}

status_t options_split_check(options_split_t *split, int argument_count, char *const *arguments) {
    *split = (options_split_t){0};
    status_t status = STATUS_OK;
    for (int i = 1; status == STATUS_OK && i < argument_count && strcmp(arguments[i], "--") != 0; i++) {
        const char *value = NULL;
        if (strncmp(arguments[i], "--set=", 6) == 0) {
            value = arguments[i] + 6;
        } else if (strcmp(arguments[i], "--set") == 0 && i + 1 < argument_count) {
            value = arguments[++i];
        }
        if (value) {
            status = check_value(value, arguments + i + 1);
            const char *next = arguments[i + 1];
            if (!split->next && is_word(next) && !is_file(next)) {
                *split = (options_split_t){value, next};
            }
        }
    }
    return status;
}

status_t options_split_suspect(const options_split_t *split, int word_count, char *const *words) {
    for (int i = 0; i < word_count; i++) {
        if (key_length(words[i]) > 0 && !is_file(words[i])) {
            return status_fail(STATUS_USAGE, "\"%s\" stands without --set: --set '%s'", words[i], words[i]);
        }
    }
    if (split->next) {
        const char *gap = split->value[strlen(split->value) - 1] == '=' ? "" : " ";
        return status_fail(STATUS_USAGE,
            "\"%s\" behind --set %s is one word too many; a value with blanks needs quotes: --set '%s%s%s'",
            split->next, split->value, split->value, gap, split->next);
    }
    return STATUS_OK;
}
