#include "page_run.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

/** Of a configuration's key: its parts, and the size of one, with a point or zero. */
enum { DEPTH_MAX = 8, PART_SIZE = 64 };

static status_t no_memory(const char *folder) {
    return status_fail(STATUS_MEMORY, "out of memory for the report of %s", folder);
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

static status_t read_epochs(page_run_t *run, const char *folder, const char *path) {
    file_content_t file;
    status_t status = file_read(path, &file);
    size_t others = 0, first = 0, length;
    const char *line = file.text, *left = line + file.length;
    for (size_t number = 1; status == STATUS_OK && line < left; number++, line += length + 1) {
        const char *end = memchr(line, '\n', (size_t)(left - line));
        length = (size_t)((end ? end : left) - line);
        json_t *object = json_loadb(line, length, JSON_ALLOW_NUL, NULL);
        if (json_is_integer(json_object_get(object, "epoch"))) {
            status = take_epoch(run, object) ? STATUS_OK : no_memory(folder);
        } else if (end && others++ == 0) {
            // A last line without its end was left by a crash, and is worth no warning.
            first = number;
        }
        json_decref(object);
    }
    file_release(&file);
    return status == STATUS_OK ? judge_others(run, others, first, path) : status;
}

/** Sets a key to a scalar of YAML, or adds it to the list that the key is. False when memory is out. */
static bool set(json_t *settings, const char *key, const char *scalar, bool is_item) {
    json_t *quoted = scalar[0] == '"' ? json_loads(scalar, JSON_DECODE_ANY, NULL) : NULL;
    const char *before = is_item ? json_string_value(json_object_get(settings, key)) : NULL;
    json_t *value = json_sprintf(
        "%s%s%s", before ? before : "", before ? ", " : "", quoted ? json_string_value(quoted) : scalar);
    json_decref(quoted);
    return json_object_set_new(settings, key, value) == 0;
}

/**
 * Takes the lines "    key: value" and "    - item" of a file as config_write() writes it: two blanks a
 * level, a value on one line, in double quotes or plain. Other lines are left out: the report needs no reader
 * of YAML for a file of this program's. False when memory is out.
 */
static bool take_settings(json_t *settings, char *text) {
    char key[DEPTH_MAX * PART_SIZE] = "";
    size_t ends[DEPTH_MAX + 1] = {0}; // of the key at hand, by depth, from 1
    bool is_whole = true;
    for (char *line; is_whole && (line = strsep(&text, "\n"));) {
        char *part = line + strspn(line, " "), *colon = strstr(part, ": ");
        const size_t depth = (size_t)(part - line) / 2;
        const size_t length = colon ? (size_t)(colon - part) : strcspn(part, ":");
        line[strcspn(line, "\r")] = '\0';
        if (strncmp(part, "- ", 2) == 0) {
            is_whole = !key[0] || set(settings, key, part + 2, true);
        } else if (part[0] != '#' && part[length] == ':' && length > 0 && length < PART_SIZE &&
                   depth < DEPTH_MAX) {
            snprintf(key + ends[depth], sizeof key - ends[depth], "%s%.*s", depth > 0 ? "." : "", (int)length,
                part);
            for (size_t below = depth + 1; below <= DEPTH_MAX; below++) {
                ends[below] = strlen(key);
            }
            is_whole = !colon || set(settings, key, colon + 2, false);
        }
    }
    return is_whole;
}

static status_t read_settings(page_run_t *run, const char *folder, const char *path) {
    static const char *const apart[] = {"name", "checkpoint.directory", "seed"};
    file_content_t file;
    const status_t status = file_read(path, &file);
    char *text = status == STATUS_MEMORY ? NULL : text_clean(file.text ? file.text : "");
    const bool is_read = text && take_settings(run->settings, text);
    free(text);
    file_release(&file);
    run->recipe = json_copy(run->settings);
    for (size_t i = 0; i < sizeof apart / sizeof apart[0]; i++) {
        json_object_del(run->recipe, apart[i]);
    }
    return is_read && run->recipe ? STATUS_OK : no_memory(folder);
}

/** The last part of a folder's path, without slashes at its end; for free(). */
static char *last_part(const char *folder) {
    size_t end = strlen(folder);
    while (end > 1 && folder[end - 1] == '/') {
        end--;
    }
    const char *slash = memrchr(folder, '/', end), *start = slash ? slash + 1 : folder;
    return strndup(start, (size_t)(folder + end - start));
}

status_t page_run_read(page_run_t *run, const char *folder) {
    *run = (page_run_t){.folder = text_clean(folder), .epochs = json_array(), .settings = json_object()};
    char *path;
    if (!run->folder || !run->epochs || !run->settings || asprintf(&path, "%s/metrics.jsonl", folder) < 0) {
        return no_memory(folder);
    }
    status_t status = read_epochs(run, folder, path);
    if (status == STATUS_OK) {
        snprintf(path, strlen(path) + 1, "%s/config.yaml", folder);
        status = read_settings(run, folder, path);
    }
    free(path);
    if (status == STATUS_OK) {
        const char *name = page_run_setting(run, "name");
        run->own_name = name && name[0] ? strdup(name) : last_part(run->folder);
        status = run->own_name ? STATUS_OK : no_memory(folder);
    }
    return status;
}

void page_run_release(page_run_t *run) {
    json_decref(run->epochs);
    json_decref(run->settings);
    json_decref(run->recipe);
    free(run->own_name);
    free(run->folder);
}

const char *page_run_setting(const page_run_t *run, const char *key) {
    return json_string_value(json_object_get(run->settings, key));
}

void page_run_tell_apart(page_run_t *runs, int count) {
    for (int run = 0; run < count; run++) {
        runs[run].name = runs[run].own_name;
        for (int other = 0; other < count; other++) {
            if (other != run && strcmp(runs[other].own_name, runs[run].own_name) == 0) {
                runs[run].name = runs[run].folder;
            }
        }
    }
}
