#include "runs.h"

#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "document.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

enum {
    DEPTH_MAX = 8, /**< parts of a configuration's key */
    PART_SIZE = 64 /**< of one of them, with a point or zero */
};

/** Lines that are no epoch are warned of; where no line is one it is no run. */
static status_t read_epochs(run_t *run, const char *path) {
    static const char expected[] = "a JSON object with a whole \"epoch\" was expected";
    file_content_t file;
    const status_t status = file_read(path, &file);
    size_t others = 0, first = 0, length;
    const char *line = file.text, *left = line + file.length;
    for (size_t number = 1; run->epochs && line < left; number++, line += length + 1) {
        const char *end = memchr(line, '\n', (size_t)(left - line));
        length = (size_t)((end ? end : left) - line);
        json_t *object = json_loadb(line, length, JSON_ALLOW_NUL, NULL);
        if (json_is_integer(json_object_get(object, "epoch"))) {
            run->last = object;
            if (json_is_object(json_object_get(object, "evaluation"))) {
                json_t *before = json_object_get(run->evaluation, "evaluation");
                json_object_del(before, "conversions");
                json_object_del(before, "samples");
                run->evaluation = object;
            }
            document_append(&run->epochs, object);
            continue;
        }
        json_decref(object);
        // A last line without its end was left by a crash, and is worth no warning.
        if (end && others++ == 0) {
            first = number;
        }
    }
    file_release(&file);
    if (others > 0 && !run->last) {
        return status_fail(STATUS_DATA, "%s:%zu: %s, and no other line is one", path, first, expected);
    }
    if (others == 1) {
        log_warning("%s:%zu: left out, %s", path, first, expected);
    } else if (others > 1) {
        log_warning("%s: %zu lines left out, the first is line %zu: %s", path, others, first, expected);
    }
    return status;
}

/** Sets a key to a scalar of YAML, or adds it to the list that the key is. */
static void set(json_t **settings, const char *key, const char *scalar, bool is_item) {
    json_t *quoted = scalar[0] == '"' ? json_loads(scalar, JSON_DECODE_ANY, NULL) : NULL;
    const char *before = is_item ? json_string_value(json_object_get(*settings, key)) : NULL;
    const char *text = quoted ? json_string_value(quoted) : scalar;
    json_t *value = before ? json_sprintf("%s, %s", before, text) : json_string(text);
    document_set(settings, key, value);
    json_decref(quoted);
}

/**
 * Takes the lines "    key: value" and "    - item" of a file as config_write() writes it: two blanks a
 * level, a value on one line, in double quotes or plain. Other lines are left out.
 */
static void take_settings(json_t **settings, char *text) {
    char key[DEPTH_MAX * PART_SIZE] = "";
    size_t ends[DEPTH_MAX + 1] = {0}; // of the key at hand, by depth, from 1
    for (char *line; (line = strsep(&text, "\n"));) {
        char *part = line + strspn(line, " "), *colon = strstr(part, ": ");
        const size_t depth = (size_t)(part - line) / 2;
        const size_t length = colon ? (size_t)(colon - part) : strcspn(part, ":");
        line[strcspn(line, "\r")] = '\0';
        if (strncmp(part, "- ", 2) == 0 && key[0]) {
            set(settings, key, part + 2, true);
        } else if (!strchr("#-", part[0]) && part[length] == ':' && length > 0 && length < PART_SIZE &&
                   depth < DEPTH_MAX) {
            snprintf(key + ends[depth], sizeof key - ends[depth], "%s%.*s", depth > 0 ? "." : "", (int)length,
                part);
            for (size_t below = depth + 1; below <= DEPTH_MAX; below++) {
                ends[below] = strlen(key);
            }
            if (colon) {
                set(settings, key, colon + 2, false);
            }
        }
    }
}

/** What it allocates is runs_release()'s to free, also after an error. given: the folder, or a file in it. */
static status_t read_run(run_t *run, const char *given) {
    char folder[PATH_MAX], path[PATH_MAX + NAME_MAX]; // a longer one could not be opened
    const bool is_file = access(given, F_OK) == 0 && !file_is_folder(given);
    snprintf(path, sizeof path, "%s", given);
    snprintf(folder, sizeof folder, "%s", is_file ? dirname(path) : given);
    *run = (run_t){.folder = text_clean(folder), .epochs = json_array(), .settings = json_object()};
    snprintf(path, sizeof path, "%s/metrics.jsonl", folder);
    const status_t status = read_epochs(run, path);
    if (status == STATUS_NO_INPUT && file_find_below(folder, "metrics.jsonl", path)) {
        return status_fail(status, "%s: no run is in this folder, but in %s", folder, path);
    }
    if (status == STATUS_OK) {
        snprintf(path, sizeof path, "%s/config.yaml", folder);
        // Without the file there are no settings.
        file_content_t file;
        char *text = file_read(path, &file) == STATUS_MEMORY ? NULL : text_clean(file.text ? file.text : "");
        take_settings(&run->settings, text);
        run->recipe = text ? json_copy(run->settings) : NULL;
        free(text);
        file_release(&file);
        json_object_del(run->recipe, "name");
        json_object_del(run->recipe, "checkpoint.directory");
        json_object_del(run->recipe, "seed");
        const char *name = json_string_value(json_object_get(run->settings, "name"));
        snprintf(path, sizeof path, "%s", folder);
        run->own_name = text_clean(name && name[0] ? name : basename(path));
    }
    const bool is_whole = run->folder && run->own_name && run->epochs && run->settings && run->recipe;
    return status != STATUS_OK || is_whole
               ? status
               : status_fail(STATUS_MEMORY, "out of memory for the report of %s", folder);
}

/** Calls runs by their own names, and those of the same name by their folders. */
static void tell_apart(run_t *runs, int count) {
    for (int run = 0; run < count; run++) {
        int same = 0;
        for (int other = 0; other < count; other++) {
            same += strcmp(runs[other].own_name, runs[run].own_name) == 0;
        }
        runs[run].name = same > 1 ? runs[run].folder : runs[run].own_name;
    }
}

status_t runs_read(run_t **runs, const char *const *folders, int count) {
    *runs = calloc((size_t)count, sizeof **runs);
    status_t status = *runs ? STATUS_OK : status_fail(STATUS_MEMORY, "out of memory for the report");
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        status = read_run(&(*runs)[i], folders[i]);
    }
    if (status == STATUS_OK) {
        tell_apart(*runs, count);
    }
    return status;
}

void runs_release(run_t *runs, int count) {
    for (int i = 0; runs && i < count; i++) {
        json_decref(runs[i].epochs);
        json_decref(runs[i].settings);
        json_decref(runs[i].recipe);
        free(runs[i].own_name);
        free(runs[i].folder);
    }
    free(runs);
}

status_t runs_write(const char *path, const char *start, const char *kind, runs_make_t *make,
    const char *const *folders, int count) {
    run_t *runs = NULL;
    char *text = NULL;
    size_t size = 0;
    status_t status = path ? file_check_kind(path, start, kind) : STATUS_OK;
    if (status == STATUS_OK) {
        status = runs_read(&runs, folders, count);
    }
    if (status == STATUS_OK && !make(runs, count, &text, &size)) {
        status = status_fail(STATUS_MEMORY, "out of memory for the report");
    }
    if (status == STATUS_OK && path) {
        status = file_replace(path, text, size);
    } else if (status == STATUS_OK) {
        fwrite(text, 1, size, stdout);
    }
    free(text);
    runs_release(runs, count);
    return status;
}
