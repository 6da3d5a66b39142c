#include "page_run.h"

#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

/** Of a configuration's key: its parts, and the size of one, with a point or zero. */
enum { DEPTH_MAX = 8, PART_SIZE = 64 };

/** Takes over a line of metrics. */
static void take_epoch(page_run_t *run, json_t *line) {
    run->last = line;
    if (json_is_object(json_object_get(line, "evaluation"))) {
        json_object_del(run->evaluation, "evaluation");
        run->evaluation = line;
    }
    document_append(&run->epochs, line);
}

/** Lines that are no epoch are warned of; where no line is one it is no run. */
static status_t read_epochs(page_run_t *run, const char *path) {
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
            take_epoch(run, object);
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
    document_set(settings, key,
        json_sprintf(
            "%s%s%s", before ? before : "", before ? ", " : "", quoted ? json_string_value(quoted) : scalar));
    json_decref(quoted);
}

/**
 * Takes the lines "    key: value" and "    - item" of a file as config_write() writes it: two blanks a
 * level, a value on one line, in double quotes or plain. Other lines are left out: the report needs no reader
 * of YAML for a file of this program's.
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
        } else if (part[0] != '#' && part[0] != '-' && part[length] == ':' && length > 0 &&
                   length < PART_SIZE && depth < DEPTH_MAX) {
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

/** Without the file there are none. */
static void read_settings(page_run_t *run, const char *path) {
    static const char *const apart[] = {"name", "checkpoint.directory", "seed"};
    file_content_t file;
    const status_t status = file_read(path, &file);
    char *text = status == STATUS_MEMORY ? NULL : text_clean(file.text ? file.text : "");
    if (text) {
        take_settings(&run->settings, text);
        run->recipe = json_copy(run->settings);
    }
    free(text);
    file_release(&file);
    for (size_t i = 0; i < sizeof apart / sizeof apart[0]; i++) {
        json_object_del(run->recipe, apart[i]);
    }
}

status_t page_run_read(page_run_t *run, const char *folder) {
    *run = (page_run_t){.folder = text_clean(folder), .epochs = json_array(), .settings = json_object()};
    char *path;
    status_t status = STATUS_OK;
    if (asprintf(&path, "%s/metrics.jsonl", folder) < 0) {
        path = NULL;
    } else if ((status = read_epochs(run, path)) == STATUS_OK) {
        snprintf(path, strlen(path) + 1, "%s/config.yaml", folder);
        read_settings(run, path);
        const char *name = json_string_value(json_object_get(run->settings, "name"));
        snprintf(path, strlen(folder) + 1, "%s", folder);
        run->own_name = text_clean(name && name[0] ? name : basename(path));
    }
    free(path);
    const bool is_whole = run->folder && run->own_name && run->epochs && run->settings && run->recipe;
    return status != STATUS_OK || is_whole
               ? status
               : status_fail(STATUS_MEMORY, "out of memory for the report of %s", folder);
}

void page_run_release(page_run_t *run) {
    json_decref(run->epochs);
    json_decref(run->settings);
    json_decref(run->recipe);
    free(run->own_name);
    free(run->folder);
}
