#include "page.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "page_run.h"
#include "base/file.h"

// One check for memory at the end is enough: see document.h.

/** The assembled page, zero-terminated, in which PLACE stands once for the data (see page.cmake). */
extern const unsigned char page_html[];
static const char PLACE[] = "@DATA@";

enum {
    DIGITS = 8,     /**< of the data's numbers: more than anybody reads from a chart */
    TEXT_SIZE = 512 /**< of what is made of a number */
};

static double number_in(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *text_in(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

// ---- Charts ----

/** What losses are measured in depends on the configuration. */
#define NATS NULL

enum { RESULTS, SCHEDULES, COURSE, SECTIONS };

static const char *const titles[SECTIONS] = {"Over the epochs", "Schedules", "How the training ran"};

typedef struct {
    const char *key;        /**< in metrics.jsonl */
    const char *evaluation; /**< the key of the same quantity in the evaluation; NULL: there is none */
    const char *title, *unit;
    int section;
    bool is_automatic; /**< its axis is logarithmic where that is better */
    bool is_optional;  /**< without a chart where it is 0 throughout, or not recorded: it is not used then */
} quantity_t;

static const quantity_t quantities[] = {
    {"cross_entropy", "evaluation_cross_entropy", "Cross-entropy", NATS, RESULTS, true, false},
    {"kl", "evaluation_kl", "KL divergence", "nats a word", RESULTS, false, false},
    {"loss", NULL, "Loss, training", NATS, RESULTS, true, true},
    {"bleu4", NULL, "BLEU-4", "score from 0 to 1", RESULTS, false, false},
    {"exact_match", NULL, "Exact match", "share of conversions", RESULTS, false, false},
    {"gaussian", NULL, "Gaussian score", "share of draws", RESULTS, false, false},
    {"kl_weight", NULL, "KL weight", "factor of KL in the loss", SCHEDULES, false, false},
    {"kl_target", NULL, "KL target", "nats a word", SCHEDULES, false, true},
    {"teacher_forcing", NULL, "Teacher forcing", "share of words", SCHEDULES, false, false},
    {"word_dropout", NULL, "Word dropout", "share of letters", SCHEDULES, false, true},
    {"learning_rate", NULL, "Learning rate", "step size (no unit)", SCHEDULES, false, false},
    {"gradient_norm", NULL, "Gradient norm", "mean over the steps", COURSE, true, true},
    {"words_per_second", NULL, "Speed", "words a second", COURSE, false, true},
    {"skipped_steps", NULL, "Skipped steps", "steps an epoch", COURSE, false, true},
};

enum { QUANTITIES = sizeof quantities / sizeof *quantities };

/** A word's cross-entropy is its sum over the letters, or, where the configuration says so, its mean. */
static const char *unit_of(const quantity_t *quantity, const page_run_t *runs, int count) {
    int means = 0;
    for (int i = 0; i < count; i++) {
        const char *loss = page_run_setting(&runs[i], "train.loss");
        means += loss && strncmp(loss, "mean", 4) == 0;
    }
    return quantity->unit   ? quantity->unit
           : means == 0     ? "nats a word"
           : means == count ? "nats a letter"
                            : "nats a word or letter (train.loss)";
}

/** Adds a run's curve to a chart's series, if it was recorded at all; null is a gap. */
static void add_series(
    json_t **series, const page_run_t *run, int number, const char *key, const char *name) {
    json_t *x = json_array(), *y = json_array();
    size_t i;
    json_t *epoch;
    json_array_foreach(run->epochs, i, epoch) {
        const json_t *value = json_object_get(epoch, key);
        if (json_is_number(value) || json_is_null(value)) {
            document_append(&x, json_incref(json_object_get(epoch, "epoch")));
            document_append(&y, document_number(number_in(epoch, key)));
        }
    }
    if (x && json_array_size(x) == 0) {
        json_decref(x);
        json_decref(y);
    } else {
        document_append(series, json_pack("{s:o, s:s, s:o, s:o, s:b}", "run", json_sprintf("%d", number),
                                    "name", name, "x", x, "y", y, "dashed", strcmp(name, "evaluation") == 0));
    }
}

static bool is_used(const quantity_t *quantity, const page_run_t *runs, int count) {
    bool is_used = !quantity->is_optional;
    for (int run = 0; run < count; run++) {
        for (size_t i = 0; !is_used && i < json_array_size(runs[run].epochs); i++) {
            is_used = number_in(json_array_get(runs[run].epochs, i), quantity->key) > 0;
        }
    }
    return is_used;
}

/** evaluation: the chart shows the quantity's evaluation alone, of all runs. */
static json_t *make_chart(const quantity_t *quantity, bool evaluation, const page_run_t *runs, int count) {
    const bool has_both = quantity->evaluation && count == 1;
    const char *suffix = !quantity->evaluation || has_both ? "" : evaluation ? ", evaluation" : ", training";
    const char *name = quantity->evaluation ? "training" : "";
    json_t *series = json_array();
    for (int run = 0; run < count; run++) {
        add_series(&series, &runs[run], run, evaluation ? quantity->evaluation : quantity->key, name);
    }
    if (has_both) {
        add_series(&series, runs, 0, quantity->evaluation, "evaluation");
    }
    return json_pack("{s:o, s:s, s:s, s:o, s:b, s:o}", "title", json_sprintf("%s%s", quantity->title, suffix),
        "x", "epoch", "y", unit_of(quantity, runs, count), "y_log",
        quantity->is_automatic ? json_string("auto") : json_false(), "step", quantity->section == SCHEDULES,
        "series", series);
}

/**
 * Adds a section with a chart a quantity, all runs in each, if there is any. Training and evaluation of a
 * single run share a chart: how they part is what one looks for.
 */
static void add_charts(json_t **sections, int section, const page_run_t *runs, int count) {
    json_t *charts = json_array();
    for (int i = 0; i < QUANTITIES; i++) {
        const quantity_t *quantity = &quantities[i];
        if (quantity->section == section && is_used(quantity, runs, count)) {
            document_append(&charts, make_chart(quantity, false, runs, count));
            if (quantity->evaluation && count > 1) {
                document_append(&charts, make_chart(quantity, true, runs, count));
            }
        }
    }
    if (charts && json_array_size(charts) == 0) {
        json_decref(charts);
    } else {
        document_append(sections,
            json_pack("{s:s, s:s, s:o}", "type", "charts", "title", titles[section], "charts", charts));
    }
}

// ---- Tables ----

static json_t *make_table(json_t *title, json_t *columns, json_t *rows, bool is_turned, bool is_collapsed) {
    return json_pack("{s:s, s:o, s:o, s:o, s:b, s:b}", "type", "table", "title", title, "columns", columns,
        "rows", rows, "turned", is_turned, "collapsed", is_collapsed);
}

/** text: NULL for a title alone. */
static json_t *make_text(const char *title, const char *text) {
    return json_pack("{s:s, s:s, s:o}", "type", "text", "title", title, "paragraphs",
        text ? json_pack("[s]", text) : json_array());
}

static json_t *names_of(const char *first, const page_run_t *runs, int count) {
    json_t *names = json_pack("[s]", first);
    for (int i = 0; i < count; i++) {
        document_append(&names, json_string(runs[i].name));
    }
    return names;
}

/** The last value that was recorded; NaN where there is none. */
static double last_value(const page_run_t *run, const char *key) {
    for (size_t i = json_array_size(run->epochs); i > 0; i--) {
        const json_t *value = json_object_get(json_array_get(run->epochs, i - 1), key);
        if (value) {
            return json_is_number(value) ? json_number_value(value) : NAN;
        }
    }
    return NAN;
}

static double sum_of(const page_run_t *run, const char *key) {
    double sum = 0;
    for (size_t i = 0; i < json_array_size(run->epochs); i++) {
        const double value = number_in(json_array_get(run->epochs, i), key);
        sum += isfinite(value) ? value : 0;
    }
    return sum;
}

/** A result, and under it on which pairs it was measured, or how many different rows were hit. */
static json_t *result_cell(const page_run_t *run, const char *key) {
    const json_t *evaluation = json_object_get(run->evaluation, "evaluation");
    const char *from = text_in(evaluation, strcmp(key, "bleu4") == 0 ? "bleu4_from" : "pairs_from");
    const double value = last_value(run, key), draws = number_in(run->evaluation, "draws");
    json_t *note = json_null();
    if (strcmp(key, "gaussian") == 0 && isfinite(value) && isfinite(draws)) {
        note = json_sprintf(
            "%.0f draws, %.0f different rows", draws, number_in(run->evaluation, "gaussian_distinct"));
    } else if (strcmp(key, "gaussian") != 0 && isfinite(value) && from[0]) {
        note = json_sprintf("%s pairs", from);
    }
    return json_pack("{s:o, s:o}", "value", document_number(value), "note", note);
}

static const char *epochs_text(const page_run_t *run, char text[TEXT_SIZE]) {
    const char *planned = page_run_setting(run, "train.epochs");
    const double epoch = number_in(run->last, "epoch");
    snprintf(text, TEXT_SIZE, "%.0f%s%s", isfinite(epoch) ? epoch : 0, planned ? " of " : "",
        planned ? planned : "");
    return text;
}

static const char *duration_text(double seconds, char text[TEXT_SIZE]) {
    const unsigned long long whole = (unsigned long long)fmin(fmax(seconds, 0), 1e15);
    if (whole >= 3600) {
        snprintf(text, TEXT_SIZE, "%llu h %02llu min", whole / 3600, whole / 60 % 60);
    } else if (whole >= 60) {
        snprintf(text, TEXT_SIZE, "%llu min %02llu s", whole / 60, whole % 60);
    } else {
        snprintf(text, TEXT_SIZE, "%.3g s", fmin(fmax(seconds, 0), 60));
    }
    return text;
}

/** "2026-11-28T17:05:00Z" as "2026-11-28 17:05 UTC"; "" where it was not recorded. */
static const char *date_text(const page_run_t *run, char text[TEXT_SIZE]) {
    const char *time = text_in(run->last, "time");
    if (strlen(time) != 20) {
        return time;
    }
    snprintf(text, TEXT_SIZE, "%.10s %.5s UTC", time, time + 11);
    return text;
}

static const char *or_dash(const char *text) {
    return text && text[0] ? text : "–";
}

static json_t *make_summary(const page_run_t *runs, int count) {
    static const char *const rows_of[][2] = {{"BLEU-4", "bleu4"}, {"Exact match", "exact_match"},
        {"Gaussian score", "gaussian"}, {"Cross-entropy (nats)", "evaluation_cross_entropy"},
        {"KL (nats a word)", "evaluation_kl"}};
    json_t *rows = json_array(), *epochs = json_pack("[s]", "Epochs");
    for (int run = 0; run < count; run++) {
        char text[TEXT_SIZE];
        document_append(&epochs, json_string(epochs_text(&runs[run], text)));
    }
    document_append(&rows, epochs);
    for (size_t i = 0; i < sizeof rows_of / sizeof rows_of[0]; i++) {
        json_t *row = json_pack("[s]", rows_of[i][0]);
        for (int run = 0; run < count; run++) {
            document_append(&row, result_cell(&runs[run], rows_of[i][1]));
        }
        document_append(&rows, row);
    }
    return make_table(json_string("Last evaluation"), names_of(count == 1 ? "Run" : "Runs", runs, count),
        rows, true, false);
}

/** Where and when each of several runs ran; a single run's head says so. */
static json_t *make_origins(const page_run_t *runs, int count) {
    json_t *rows = json_array();
    for (int i = 0; i < count; i++) {
        char date[TEXT_SIZE], duration[TEXT_SIZE];
        document_append(
            &rows, json_pack("[s, s, s, s, s]", runs[i].name, or_dash(page_run_setting(&runs[i], "seed")),
                       or_dash(text_in(runs[i].last, "host")), or_dash(date_text(&runs[i], date)),
                       duration_text(sum_of(&runs[i], "seconds"), duration)));
    }
    return make_table(json_string("Where and when"),
        json_pack("[s, s, s, s, s]", "Runs", "Seed", "Host", "Last epoch", "Training time"), rows, false,
        true);
}

/** Whether runs differ in a key, those without a configuration apart. */
static bool differs(const char *key, const page_run_t *runs, int count) {
    const char *first = NULL;
    bool differs = false;
    for (int i = 0; i < count; i++) {
        if (json_object_size(runs[i].settings) > 0) {
            const char *value = or_dash(page_run_setting(&runs[i], key));
            first = first ? first : value;
            differs |= strcmp(first, value) != 0;
        }
    }
    return differs;
}

/** All keys of a run; of several, those that they differ in. */
static json_t *make_configuration(const page_run_t *runs, int count) {
    const bool one = count == 1;
    json_t *rows = json_array(), *keys = json_object(), *value;
    const char *key;
    for (int i = 0; i < count; i++) {
        json_object_update_missing(keys, runs[i].settings);
    }
    json_object_foreach(keys, key, value) {
        // The name is in every row's or column's head already.
        if (one || (strcmp(key, "name") != 0 && differs(key, runs, count))) {
            json_t *row = json_pack("[s]", key);
            for (int i = 0; i < count; i++) {
                document_append(&row, json_string(or_dash(page_run_setting(&runs[i], key))));
            }
            document_append(&rows, row);
        }
    }
    json_decref(keys);
    if (rows && json_array_size(rows) == 0) {
        json_decref(rows);
        return make_text("Configuration",
            one ? "The folder holds no config.yaml." : "The runs have the same configuration.");
    }
    const bool is_turned = !one && json_array_size(rows) < (size_t)count;
    return make_table(json_string(one ? "Configuration: all keys, as the run used them"
                                      : "What the configurations differ in"),
        one ? json_pack("[s, s]", "Key", "Value") : names_of(is_turned ? "Runs" : "Key", runs, count), rows,
        is_turned, one);
}

static json_t *make_conversions(json_t *title, const json_t *conversions, bool is_collapsed) {
    json_t *rows = json_array(), *conversion;
    size_t i;
    json_array_foreach(conversions, i, conversion) {
        const char *expected = text_in(conversion, "expected"), *produced = text_in(conversion, "produced");
        const char *verdict = strcmp(expected, produced) == 0 ? "right" : "wrong";
        document_append(
            &rows, json_pack("[{s:s, s:s}, {s:s, s:s}, {s:s, s:s, s:s}]", "value",
                       text_in(conversion, "source"), "note", text_in(conversion, "source_condition"),
                       "value", expected, "note", text_in(conversion, "target_condition"), "value", produced,
                       "note", verdict, "mark", verdict));
    }
    return make_table(
        title, json_pack("[s, s, s]", "Source", "Expected", "Produced"), rows, false, is_collapsed);
}

/** A column a condition of the first sample. */
static json_t *make_samples(json_t *title, const json_t *samples, bool is_collapsed) {
    json_t *rows = json_array(), *columns = json_array(), *sample, *word;
    const char *condition;
    json_object_foreach(json_object_get(json_array_get(samples, 0), "forms"), condition, word) {
        document_append(&columns, json_string(condition));
    }
    size_t i;
    json_array_foreach(samples, i, sample) {
        json_t *row = json_array();
        json_object_foreach(json_object_get(sample, "forms"), condition, word) {
            document_append(&row, json_string(json_is_string(word) ? json_string_value(word) : ""));
        }
        document_append(&row, json_string(text_in(sample, "row")));
        document_append(&rows, row);
    }
    document_append(&columns, json_string("Data row"));
    return make_table(title, columns, rows, false, is_collapsed);
}

/** Adds conversions and samples of a run's last evaluation; those of several runs are folded. */
static void add_words(json_t **sections, const page_run_t *run, bool is_alone) {
    const json_t *evaluation = json_object_get(run->evaluation, "evaluation");
    const json_t *conversions = json_object_get(evaluation, "conversions");
    const json_t *samples = json_object_get(evaluation, "samples");
    const double epoch = number_in(run->evaluation, "epoch");
    const char *of = is_alone ? "" : run->name;
    if (json_array_size(conversions) > 0) {
        document_append(sections, make_conversions(json_sprintf("%s%s of %s pairs, epoch %.0f", of,
                                                       is_alone ? "Conversions" : ": conversions",
                                                       text_in(evaluation, "bleu4_from"), epoch),
                                      conversions, !is_alone));
    }
    if (json_array_size(samples) > 0) {
        document_append(sections, make_samples(json_sprintf("%s%s: z drawn from N(0, I), epoch %.0f", of,
                                                   is_alone ? "Samples" : ": samples", epoch),
                                      samples, !is_alone));
    }
    if (json_array_size(conversions) + json_array_size(samples) == 0) {
        document_append(sections, make_text(is_alone ? "Words" : run->name,
                                      "No conversions and no samples are recorded for this run."));
    }
}

// ---- The page ----

/** Runs of one recipe have one group, which the page may draw as one. */
static json_t *group_of(const page_run_t *runs, int run) {
    int first = 0;
    while (!json_equal(runs[first].recipe, runs[run].recipe)) {
        first++;
    }
    return json_object_size(runs[run].recipe) == 0 ? json_null() : json_sprintf("%d", first);
}

/** A single run's origin; of several, the training time in all. What an older run did not record is left out.
 */
static json_t *make_facts(const page_run_t *runs, int count) {
    const bool one = count == 1;
    const char *host = text_in(runs->last, "host");
    char epochs[TEXT_SIZE], date[TEXT_SIZE], duration[TEXT_SIZE];
    double seconds = 0;
    for (int i = 0; i < count; i++) {
        seconds += sum_of(&runs[i], "seconds");
    }
    return json_pack("{s:s, s:s*, s:s*, s:s*, s:s*, s:s*}", "program", "cvae_mpi " CVAE_VERSION, "epochs",
        one ? epochs_text(runs, epochs) : NULL, "seed", one ? page_run_setting(runs, "seed") : NULL, "host",
        one && host[0] ? host : NULL, "date",
        one && text_in(runs->last, "time")[0] ? date_text(runs, date) : NULL,
        one ? "training time" : "training time, all runs",
        seconds > 0 ? duration_text(seconds, duration) : NULL);
}

static json_t *make_data(const page_run_t *runs, int count) {
    json_t *sections = json_array(), *list = json_array();
    for (int i = 0; i < count; i++) {
        document_append(&list, json_pack("{s:o, s:s, s:o}", "id", json_sprintf("%d", i), "name", runs[i].name,
                                   "group", group_of(runs, i)));
    }
    document_append(&sections, make_summary(runs, count));
    for (int section = 0; section < SECTIONS; section++) {
        add_charts(&sections, section, runs, count);
    }
    document_append(&sections, make_configuration(runs, count));
    if (count > 1) {
        document_append(&sections, make_origins(runs, count));
        document_append(&sections, make_text("Conversions and samples", NULL));
    }
    for (int i = 0; i < count; i++) {
        add_words(&sections, &runs[i], count == 1);
    }
    json_t *title = count == 1 ? json_sprintf("Run %s", runs->name) : json_sprintf("%d runs", count);
    return json_pack("{s:o, s:o, s:o, s:o}", "title", title, "facts", make_facts(runs, count), "runs", list,
        "sections", sections);
}

/** For json_dump_callback(): text of the data must not end the page's <script>. */
static int write_escaped(const char *text, size_t size, void *stream) {
    for (size_t i = 0; i < size; i++) {
        text[i] == '<' ? fputs("\\u003c", stream) : fputc(text[i], stream);
    }
    return 0;
}

/** The page with the data in *text, for free() also on error. False when memory is out. */
static bool make_page(const page_run_t *runs, int count, char **text, size_t *size) {
    const char *page = (const char *)page_html, *place = strstr(page, PLACE);
    json_t *data = make_data(runs, count);
    FILE *stream = data ? open_memstream(text, size) : NULL;
    bool is_made = stream != NULL;
    if (stream) {
        fwrite(page, 1, (size_t)(place - page), stream);
        is_made =
            json_dump_callback(data, write_escaped, stream, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS)) == 0;
        fputs(place + sizeof PLACE - 1, stream);
        is_made = !ferror(stream) && is_made;
        is_made = fclose(stream) == 0 && is_made;
    }
    json_decref(data);
    return is_made;
}

status_t page_write(const char *path, const char *const *folders, int count) {
    page_run_t *runs = calloc((size_t)count, sizeof *runs);
    if (!runs) {
        return status_fail(STATUS_MEMORY, "out of memory for the report");
    }
    char *text = NULL;
    size_t size = 0;
    status_t status = file_check_kind(path, "<!DOCTYPE html>", "page of this program");
    for (int i = 0; status == STATUS_OK && i < count; i++) {
        status = page_run_read(&runs[i], folders[i]);
    }
    if (status == STATUS_OK) {
        page_run_tell_apart(runs, count);
        status = make_page(runs, count, &text, &size)
                     ? file_replace(path, text, size)
                     : status_fail(STATUS_MEMORY, "out of memory for the report");
    }
    free(text);
    for (int i = 0; i < count; i++) {
        page_run_release(&runs[i]);
    }
    free(runs);
    return status;
}
