#include "csv.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "runs.h"
#include "base/file.h"

// One check for memory at the end is enough: see document.h.

/** The columns of every table. */
static const char *const columns[] = {"run", "epoch", "step", "loss", "cross_entropy", "kl", "consistency",
    "consistency_words", "kl_weight", "kl_target", "teacher_forcing", "word_dropout", "learning_rate",
    "gradient_norm", "skipped_steps", "bleu4", "exact_match", "gaussian", "gaussian_distinct", "draws",
    "agreement", "refined_agreement", "evaluation_cross_entropy", "evaluation_kl", "words_per_second",
    "seconds", "checkpoints", "checkpoint_pause", "host", "time", "test_exact_match", "evaluation.pairs",
    "evaluation.pairs_from", "evaluation.bleu4_from", "evaluation.gaussian_held_back"};

/** The kind of file that may be replaced, for messages. */
static const char KIND[] = "table of this program";

enum {
    NAME_SIZE = 256, /**< of a column; a longer name is cut */
    START_SIZE = 64  /**< of the text that file_check_kind() compares */
};

/** Adds the scalars of an object to a row. prefix: "outer.", or "" */
static void add_scalars(json_t **row, const char *prefix, json_t *object) {
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        char name[NAME_SIZE];
        snprintf(name, sizeof name - 1, "%s%s", prefix, key);
        if (json_is_object(value)) {
            strcat(name, ".");
            add_scalars(row, name, value);
        } else if (!json_is_array(value)) {
            document_set(row, name, json_incref(value));
        }
    }
}

/** The rows of all runs, in their order. *header gets the columns as keys. */
static json_t *make_rows(const run_t *runs, int count, json_t **header) {
    json_t *rows = json_array(), *epoch;
    size_t i;
    *header = json_object();
    for (i = 0; i < sizeof columns / sizeof *columns; i++) {
        document_set(header, columns[i], json_null());
    }
    for (int run = 0; run < count; run++) {
        json_array_foreach(runs[run].epochs, i, epoch) {
            json_t *row = json_object();
            add_scalars(&row, "", epoch);
            document_set(&row, "run", json_string(runs[run].name));
            if (json_object_update_missing(*header, row)) {
                json_decref(row);
                row = NULL;
            }
            document_append(&rows, row);
        }
    }
    return rows;
}

/** In quotes where it has to be. */
static void print_text(const char *text, FILE *stream) {
    if (!text[strcspn(text, "\",\r\n")]) {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (; *text; text++) {
        fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, stream);
    }
    fputc('"', stream);
}

/** False when memory is out. */
static bool print_row(json_t *header, const json_t *row, FILE *stream) {
    const char *column, *separator = "";
    json_t *unused;
    bool is_printed = true;
    json_object_foreach(header, column, unused) {
        const json_t *value = row ? json_object_get(row, column) : NULL;
        fputs(separator, stream);
        separator = ",";
        if (!row || json_is_string(value)) {
            print_text(row ? json_string_value(value) : column, stream);
        } else if (value && !json_is_null(value)) {
            is_printed = is_printed && document_scalar(value, stream);
        }
    }
    fputc('\n', stream);
    return is_printed;
}

/** Makes a table of objects: *text, to be freed by the caller, also on error. Takes over rows and header,
 * whose keys are the columns. False without memory. */
static bool make_table(json_t *rows, json_t *header, char **text, size_t *size) {
    FILE *stream = header && rows ? open_memstream(text, size) : NULL;
    bool is_made = stream && print_row(header, NULL, stream);
    json_t *row;
    size_t i;
    json_array_foreach(rows, i, row) {
        is_made = is_made && print_row(header, row, stream);
    }
    is_made = is_made && !ferror(stream);
    is_made &= !stream || fclose(stream) == 0;
    json_decref(rows);
    json_decref(header);
    return is_made;
}

static bool make_run_table(const run_t *runs, int count, char **text, size_t *size) {
    json_t *header, *rows = make_rows(runs, count, &header);
    return make_table(rows, header, text, size);
}

status_t csv_write(const char *path, const char *const *folders, int count) {
    return runs_write(path, "run,epoch,", KIND, make_run_table, folders, count);
}

/** Whether a path means lines of JSON. */
static bool is_json_lines(const char *path) {
    static const char ending[] = ".jsonl";
    const size_t length = strlen(path);
    return length >= sizeof ending - 1 && strcmp(path + length - (sizeof ending - 1), ending) == 0;
}

status_t csv_check_objects(const char *path, const char *key) {
    char start[START_SIZE];
    snprintf(start, sizeof start, is_json_lines(path) ? "{\"%s\": " : "%s,", key);
    const status_t status = file_check_kind(path, start, KIND);
    return status == STATUS_OK ? file_check(path) : status;
}

/** Like make_table(), with one line of JSON for each object. Does not take over rows. */
static bool make_lines(const json_t *rows, char **text, size_t *size) {
    FILE *stream = rows ? open_memstream(text, size) : NULL;
    bool is_made = stream != NULL;
    json_t *row;
    size_t i;
    json_array_foreach(rows, i, row) {
        is_made = is_made && document_print(json_incref(row), stream) == STATUS_OK;
    }
    is_made &= !stream || fclose(stream) == 0;
    return is_made;
}

status_t csv_write_objects(const char *path, json_t *rows) {
    char *text = NULL;
    size_t size = 0;
    const bool is_made = is_json_lines(path) ? make_lines(rows, &text, &size)
                                             : make_table(json_incref(rows),
                                                   json_incref(json_array_get(rows, 0)), &text, &size);
    const status_t status =
        is_made ? file_replace(path, text, size) : status_fail(STATUS_MEMORY, "out of memory for %s", path);
    free(text);
    return status;
}
