#include "page_run.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static const char *const keys[] = {
#define PAGE_KEY(code, key, title) [code] = key,
    PAGE_QUANTITY_LIST(PAGE_KEY)
#undef PAGE_KEY
};

/** The parts of a configuration's key, from the outermost group; deeper ones do not occur. */
enum { DEPTH_MAX = 8, KEY_SIZE = 512 };

static status_t no_memory(const page_run_t *run) {
    return status_fail(STATUS_MEMORY, "out of memory for the report of %s", run->folder);
}

static bool add_point(page_curve_t *curve, double epoch, double value) {
    if (curve->count == curve->space) {
        const size_t space = curve->space > 0 ? 2 * curve->space : 64;
        double *epochs = realloc(curve->epoch, space * sizeof *epochs);
        curve->epoch = epochs ? epochs : curve->epoch;
        double *values = realloc(curve->value, space * sizeof *values);
        curve->value = values ? values : curve->value;
        if (!epochs || !values) {
            return false;
        }
        curve->space = space;
    }
    curve->epoch[curve->count] = epoch;
    curve->value[curve->count++] = value;
    return true;
}

static bool is_epoch(const json_t *line) {
    return json_is_integer(json_object_get(line, "epoch"));
}

/** Takes a line of metrics over. False when memory is out. */
static bool take_epoch(page_run_t *run, json_t *line) {
    const json_t *epoch = json_object_get(line, "epoch");
    bool is_added = true;
    for (int quantity = 0; is_added && quantity < PAGE_QUANTITIES; quantity++) {
        const json_t *value = json_object_get(line, keys[quantity]);
        if (json_is_number(value) || json_is_null(value)) {
            is_added = add_point(&run->curves[quantity], json_number_value(epoch),
                json_is_null(value) ? NAN : json_number_value(value));
        }
    }
    json_decref(run->last);
    run->last = json_incref(line);
    if (json_is_object(json_object_get(line, "evaluation"))) {
        json_decref(run->evaluation);
        run->evaluation = json_incref(line);
    }
    return is_added;
}

/** Lines that are no epoch. */
typedef struct {
    size_t count, first; /**< how many, and the first one's number */
} strange_t;

/** Says which lines are no epoch; it is no run where none is. */
static status_t judge_strange(const page_run_t *run, strange_t strange, const char *path) {
    static const char expected[] = "a JSON object with a whole \"epoch\" was expected";
    if (strange.count > 0 && !run->last) {
        return status_fail(
            STATUS_DATA, "%s:%zu: %s, and no other line is one", path, strange.first, expected);
    }
    if (strange.count == 1) {
        log_warning("%s:%zu: left out, %s", path, strange.first, expected);
    } else if (strange.count > 1) {
        log_warning("%s: %zu lines left out, the first is line %zu: %s", path, strange.count, strange.first,
            expected);
    }
    return STATUS_OK;
}

static status_t read_lines(page_run_t *run, FILE *file, const char *path) {
    status_t status = STATUS_OK;
    strange_t strange = {0};
    char *line = NULL;
    size_t space = 0;
    ssize_t length;
    for (size_t number = 1; status == STATUS_OK && (length = getline(&line, &space, file)) > 0; number++) {
        json_t *object = json_loadb(line, (size_t)length, JSON_ALLOW_NUL, NULL);
        if (is_epoch(object)) {
            status = take_epoch(run, object) ? STATUS_OK : no_memory(run);
        } else if (line[length - 1] == '\n' && strange.count++ == 0) {
            // A last line without its end a crash has left there, which is nothing strange.
            strange.first = number;
        }
        json_decref(object);
    }
    if (status == STATUS_OK && ferror(file)) {
        status = status_fail(STATUS_NO_INPUT, "%s: %s", path, strerror(errno));
    }
    free(line);
    return status == STATUS_OK ? judge_strange(run, strange, path) : status;
}

static status_t read_metrics(page_run_t *run, const char *path) {
    FILE *file = fopen(path, "re");
    if (!file) {
        return status_fail(STATUS_NO_INPUT, "%s: %s", path, strerror(errno));
    }
    status_t status = read_lines(run, file, path);
    fclose(file);
    return status;
}

/** A YAML text without its quotes. */
static void unquote(char *text) {
    const size_t length = strlen(text);
    if (length < 2 || text[0] != '"' || text[length - 1] != '"') {
        return;
    }
    char *to = text;
    for (const char *from = text + 1; from < text + length - 1; from++) {
        from += from[0] == '\\' && (from[1] == '"' || from[1] == '\\');
        *to++ = *from;
    }
    *to = '\0';
}

static bool add_setting(page_run_t *run, const char *key, const char *value) {
    page_setting_t *grown = realloc(run->settings, (run->setting_count + 1) * sizeof *grown);
    if (!grown) {
        return false;
    }
    run->settings = grown;
    page_setting_t *setting = &grown[run->setting_count++];
    *setting = (page_setting_t){.key = strdup(key), .value = strdup(value)};
    return setting->key && setting->value;
}

/** Adds an item to the list that the last setting is. */
static bool add_item(page_run_t *run, const char *item) {
    page_setting_t *setting = run->setting_count > 0 ? &run->settings[run->setting_count - 1] : NULL;
    char *joined;
    if (!setting || asprintf(&joined, "%s%s%s", setting->value, setting->value[0] ? ", " : "", item) < 0) {
        return setting == NULL;
    }
    free(setting->value);
    setting->value = joined;
    return true;
}

/** Whether the setting is a group: its first key follows it. */
static bool is_group_of(const page_setting_t *setting, const char *key) {
    const size_t length = strlen(setting->key);
    return setting->value[0] == '\0' && strncmp(key, setting->key, length) == 0 && key[length] == '.';
}

/**
 * A line "    key: value" or "    - item" of the file as config_write() writes it: two blanks a level, a
 * value on one line. Anything else is left out: the report depends on no reader of YAML, and what it shows of
 * an unknown file is not worth one.
 */
static bool take_setting(page_run_t *run, char *line, char groups[DEPTH_MAX][KEY_SIZE]) {
    const size_t indent = strspn(line, " "), depth = indent / 2;
    char *text = line + indent, *colon = strstr(text, ": ");
    line[strcspn(line, "\r\n")] = '\0';
    if (strncmp(text, "- ", 2) == 0) {
        unquote(text + 2);
        return add_item(run, text + 2);
    }
    const size_t length = colon ? (size_t)(colon - text) : strcspn(text, ":");
    if (text[0] == '#' || length == 0 || text[length] != ':' || depth >= DEPTH_MAX) {
        return true;
    }
    snprintf(groups[depth], KEY_SIZE, "%s%s%.*s", depth > 0 ? groups[depth - 1] : "", depth > 0 ? "." : "",
        (int)(length < 64 ? length : 64), text);
    if (run->setting_count > 0 && is_group_of(&run->settings[run->setting_count - 1], groups[depth])) {
        page_setting_t *group = &run->settings[--run->setting_count];
        free(group->key);
        free(group->value);
    }
    char *value = colon ? colon + 2 : text + length + 1;
    unquote(value);
    return add_setting(run, groups[depth], value);
}

static status_t read_settings(page_run_t *run, const char *path) {
    char(*groups)[KEY_SIZE] = calloc(DEPTH_MAX, KEY_SIZE);
    FILE *file = groups ? fopen(path, "re") : NULL;
    status_t status = groups ? STATUS_OK : no_memory(run);
    char *line = NULL;
    size_t space = 0;
    while (status == STATUS_OK && file && getline(&line, &space, file) > 0) {
        if (!take_setting(run, line, groups)) {
            status = no_memory(run);
        }
    }
    if (file) {
        fclose(file);
    }
    free(line);
    free(groups);
    return status;
}

/** The last part of a folder's path, without slashes at its end. */
static char *folder_name(const char *folder) {
    size_t end = strlen(folder);
    while (end > 1 && folder[end - 1] == '/') {
        end--;
    }
    size_t start = end;
    while (start > 0 && folder[start - 1] != '/') {
        start--;
    }
    return strndup(folder + start, end - start);
}

status_t page_run_read(page_run_t *run, const char *folder) {
    *run = (page_run_t){.folder = folder};
    char *path;
    if (asprintf(&path, "%s/metrics.jsonl", folder) < 0) {
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
    for (int quantity = 0; quantity < PAGE_QUANTITIES; quantity++) {
        free(run->curves[quantity].epoch);
        free(run->curves[quantity].value);
    }
    for (size_t i = 0; i < run->setting_count; i++) {
        free(run->settings[i].key);
        free(run->settings[i].value);
    }
    free(run->settings);
    free(run->name);
    json_decref(run->last);
    json_decref(run->evaluation);
    *run = (page_run_t){0};
}

const char *page_run_setting(const page_run_t *run, const char *key) {
    for (size_t i = 0; i < run->setting_count; i++) {
        if (strcmp(run->settings[i].key, key) == 0) {
            return run->settings[i].value;
        }
    }
    return NULL;
}
