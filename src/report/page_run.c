#include "page_run.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

/** The parts of a configuration's key, from the outermost group; deeper ones do not occur. */
enum { DEPTH_MAX = 8, KEY_SIZE = 512 };

static status_t no_memory(const page_run_t *run) {
    return status_fail(STATUS_MEMORY, "out of memory for the report of %s", run->folder);
}

/** Takes over a line of metrics, with a reference of its own. False when memory is out. */
static bool take_epoch(page_run_t *run, json_t *line) {
    run->last = line;
    if (json_is_object(json_object_get(line, "evaluation"))) {
        if (run->evaluation) {
            json_object_del(run->evaluation, "evaluation");
        }
        run->evaluation = line;
    }
    return json_array_append(run->epochs, line) == 0;
}

/** Warns of lines that are no epoch, `count` of them from the line `first`; where no line is one it is no
 * run. */
static status_t judge_others(const page_run_t *run, size_t count, size_t first, const char *path) {
    static const char expected[] = "a JSON object with a whole \"epoch\" was expected";
    if (count > 0 && !run->last) {
        return status_fail(STATUS_DATA, "%s:%zu: %s, and no other line is one", path, first, expected);
    }
    if (count == 1) {
        log_warning("%s:%zu: left out, %s", path, first, expected);
    } else if (count > 1) {
        log_warning("%s: %zu lines left out, the first is line %zu: %s", path, count, first, expected);
    }
    return STATUS_OK;
}

static status_t read_epochs(page_run_t *run, FILE *file, const char *path) {
    status_t status = STATUS_OK;
    size_t others = 0, first = 0, space = 0;
    char *line = NULL;
    ssize_t length;
    for (size_t number = 1; status == STATUS_OK && (length = getline(&line, &space, file)) > 0; number++) {
        json_t *object = json_loadb(line, (size_t)length, JSON_ALLOW_NUL, NULL);
        if (json_is_integer(json_object_get(object, "epoch"))) {
            status = take_epoch(run, object) ? STATUS_OK : no_memory(run);
        } else if (line[length - 1] == '\n' && others++ == 0) {
            // A last line without its end was left by a crash, and is worth no warning.
            first = number;
        }
        json_decref(object);
    }
    if (status == STATUS_OK && ferror(file)) {
        status = status_fail(STATUS_NO_INPUT, "%s: %s", path, strerror(errno));
    }
    free(line);
    return status == STATUS_OK ? judge_others(run, others, first, path) : status;
}

static status_t read_metrics(page_run_t *run, const char *path) {
    FILE *file = fopen(path, "re");
    if (!file) {
        return status_fail(STATUS_NO_INPUT, "%s: %s", path, strerror(errno));
    }
    status_t status = read_epochs(run, file, path);
    fclose(file);
    return status;
}

/** A scalar of YAML without its quotes, in place. */
static char *unquote(char *text) {
    const size_t length = strlen(text);
    const char quote = text[0];
    if (length < 2 || (quote != '"' && quote != '\'') || text[length - 1] != quote) {
        return text;
    }
    char *to = text;
    for (const char *from = text + 1; from < text + length - 1; from++) {
        const bool is_escaped = quote == '"' ? from[0] == '\\' && (from[1] == '"' || from[1] == '\\')
                                             : from[0] == '\'' && from[1] == '\'';
        from += is_escaped;
        *to++ = *from;
    }
    *to = '\0';
    return text;
}

/** Sets a key, or adds an item to the list that it is. False when memory is out. */
static bool set(page_run_t *run, const char *key, const char *value, bool is_item) {
    const char *before = is_item ? page_run_setting(run, key) : NULL;
    char *clean = text_clean(value);
    json_t *text = clean ? json_sprintf("%s%s%s", before ? before : "", before ? ", " : "", clean) : NULL;
    free(clean);
    return json_object_set_new(run->settings, key, text) == 0;
}

/**
 * Takes a line "    key: value" or "    - item" of the file as config_write() writes it: two blanks a level,
 * a value on one line. Other lines are left out: the report needs no reader of YAML for a file of this
 * program's. groups: the keys above, by depth; last: the last key, of which items are. False when memory is
 * out.
 */
static bool take_setting(page_run_t *run, char *line, char groups[DEPTH_MAX][KEY_SIZE], char last[KEY_SIZE]) {
    const size_t indent = strspn(line, " "), depth = indent / 2;
    char *text = line + indent, *colon = strstr(text, ": ");
    line[strcspn(line, "\r\n")] = '\0';
    if (strncmp(text, "- ", 2) == 0) {
        return !last[0] || set(run, last, unquote(text + 2), true);
    }
    const size_t length = colon ? (size_t)(colon - text) : strcspn(text, ":");
    if (text[0] == '#' || length == 0 || text[length] != ':' || depth >= DEPTH_MAX) {
        return true;
    }
    text[length] = '\0';
    char *clean = text_clean(text);
    if (!clean) {
        return false;
    }
    snprintf(groups[depth], KEY_SIZE, "%s%s%.64s", depth > 0 ? groups[depth - 1] : "", depth > 0 ? "." : "",
        clean);
    free(clean);
    memcpy(last, groups[depth], KEY_SIZE);
    return !colon || set(run, last, unquote(colon + 2), false);
}

static status_t read_settings(page_run_t *run, const char *path) {
    char groups[DEPTH_MAX][KEY_SIZE] = {{0}}, last[KEY_SIZE] = {0};
    FILE *file = fopen(path, "re");
    status_t status = STATUS_OK;
    char *line = NULL;
    size_t space = 0;
    while (status == STATUS_OK && file && getline(&line, &space, file) > 0) {
        status = take_setting(run, line, groups, last) ? STATUS_OK : no_memory(run);
    }
    if (file) {
        fclose(file);
    }
    free(line);
    return status;
}

/** The last part of a folder's path, without slashes at its end; for free(). */
static char *folder_name(const char *folder) {
    size_t end = strlen(folder);
    while (end > 1 && folder[end - 1] == '/') {
        end--;
    }
    size_t start = end;
    while (start > 0 && folder[start - 1] != '/') {
        start--;
    }
    char *name = strndup(folder + start, end - start);
    char *clean = name ? text_clean(name) : NULL;
    free(name);
    return clean;
}

status_t page_run_read(page_run_t *run, const char *folder) {
    *run = (page_run_t){.folder = folder, .epochs = json_array(), .settings = json_object()};
    char *path;
    if (!run->epochs || !run->settings || asprintf(&path, "%s/metrics.jsonl", folder) < 0) {
        return no_memory(run);
    }
    status_t status = read_metrics(run, path);
    if (status == STATUS_OK) {
        snprintf(path, strlen(path) + 1, "%s/config.yaml", folder);
        status = read_settings(run, path);
    }
    free(path);
    if (status == STATUS_OK) {
        const char *name = page_run_setting(run, "name");
        run->name = name && name[0] ? strdup(name) : folder_name(folder);
        status = run->name ? STATUS_OK : no_memory(run);
    }
    return status;
}

void page_run_release(page_run_t *run) {
    json_decref(run->epochs);
    json_decref(run->settings);
    free(run->name);
    *run = (page_run_t){0};
}

const char *page_run_setting(const page_run_t *run, const char *key) {
    return json_string_value(json_object_get(run->settings, key));
}

static bool has_namesake(const page_run_t *runs, int count, int run) {
    for (int i = 0; i < count; i++) {
        if (i != run && strcmp(runs[i].name, runs[run].name) == 0) {
            return true;
        }
    }
    return false;
}

status_t page_run_tell_apart(page_run_t *runs, int count) {
    bool *is_ambiguous = calloc((size_t)count, sizeof *is_ambiguous);
    status_t status = is_ambiguous ? STATUS_OK : no_memory(runs);
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        is_ambiguous[i] = has_namesake(runs, count, i);
    }
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        char *name = is_ambiguous[i] ? text_clean(runs[i].folder) : runs[i].name;
        if (!name) {
            status = no_memory(&runs[i]);
        } else if (is_ambiguous[i]) {
            free(runs[i].name);
            runs[i].name = name;
        }
    }
    free(is_ambiguous);
    return status;
}
