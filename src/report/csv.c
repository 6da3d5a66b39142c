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

enum { NAME_SIZE = 256 /**< of a column; a longer name is cut */ };

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

/** The table in *text, for free() also on error. False when memory is out. */
static bool make_table(const run_t *runs, int count, char **text, size_t *size) {
    json_t *header, *rows = make_rows(runs, count, &header), *row;
    FILE *stream = header && rows ? open_memstream(text, size) : NULL;
    bool is_made = stream && print_row(header, NULL, stream);
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

status_t csv_write(const char *path, const char *const *folders, int count) {
    run_t *runs = NULL;
    char *text = NULL;
    size_t size = 0;
    status_t status = path ? file_check_kind(path, "run,epoch,", "table of this program") : STATUS_OK;
    if (status == STATUS_OK) {
        status = runs_read(&runs, folders, count);
    }
    if (status == STATUS_OK && !make_table(runs, count, &text, &size)) {
        status = status_fail(STATUS_MEMORY, "out of memory for the table");
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
