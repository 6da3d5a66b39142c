#include "page.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "runs.h"

// One check for memory at the end is enough: see document.h.

/** The assembled page, zero-terminated, in which PLACE stands once for the data (see page.cmake). */
extern const unsigned char page_html[];
static const char PLACE[] = "@DATA@";

enum { DIGITS = 8 /**< of the data's numbers: more than anybody reads from a chart */ };

/** The distance, in epochs, between an epoch's last step and the next one's first step on the axis. */
static const double BEHIND = 0.001;

static double number_in(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *text_in(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static const char *or_dash(const char *text) {
    return text[0] ? text : "–";
}

/** What a key was over the epochs, as far as it was recorded. */
typedef struct {
    double last; /**< NaN: none, or not a number */
    double most, sum;
} totals_t;

static totals_t totals_of(const run_t *run, const char *key) {
    totals_t totals = {.last = NAN};
    size_t i;
    json_t *epoch;
    json_array_foreach(run->epochs, i, epoch) {
        const double value = number_in(epoch, key);
        totals.last = json_object_get(epoch, key) ? value : totals.last;
        totals.most = fmax(totals.most, value);
        totals.sum += isfinite(value) ? value : 0;
    }
    return totals;
}

// ---- Charts ----

/** Titles of sections. */
static const char RESULTS[] = "Over the epochs", SCHEDULES[] = "Schedules", COURSE[] = "How the training ran";

typedef struct {
    const char *key;        /**< in metrics.jsonl */
    const char *evaluation; /**< the key of the same quantity in the evaluation; NULL: there is none */
    const char *title;
    const char *unit; /**< NULL: nats, of what depends on the configuration */
    const char *section;
    bool is_automatic; /**< its axis is logarithmic where that is better */
    bool is_optional;  /**< without a chart where it is 0 throughout, or not recorded: it is not used then */
} quantity_t;

static const quantity_t quantities[] = {
    {"cross_entropy", "evaluation_cross_entropy", "Cross-entropy", NULL, RESULTS, true, false},
    {"kl", "evaluation_kl", "KL divergence", "nats a word", RESULTS, false, false},
    {"consistency", NULL, "Cross-entropy of consistency draws", NULL, RESULTS, true, true},
    {"loss", NULL, "Loss, training", NULL, RESULTS, true, true},
    {"bleu4", NULL, "BLEU-4", "score from 0 to 1", RESULTS, false, false},
    {"exact_match", NULL, "Exact match", "share of conversions", RESULTS, false, false},
    {"test_exact_match", NULL, "Exact match, test", "share of the test's conversions", RESULTS, false, true},
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

/** A word's cross-entropy is its sum over the letters, or, where the configuration says so, its mean. */
static const char *unit_of(const quantity_t *quantity, const run_t *runs, int count) {
    int means = 0;
    for (int i = 0; i < count; i++) {
        means += strncmp(text_in(runs[i].settings, "train.loss"), "mean", 4) == 0;
    }
    return quantity->unit   ? quantity->unit
           : means == 0     ? "nats a word"
           : means == count ? "nats a letter"
                            : "nats a word or letter (train.loss)";
}

/** A curve. */
typedef struct {
    json_t *x, *y, *low, *high;
    bool has_band; /**< at some point, low < high */
} curve_t;

static void add_point(curve_t *curve, json_t *x, double y, double low, double high) {
    document_append(&curve->x, x);
    document_append(&curve->y, document_number(y));
    document_append(&curve->low, document_number(low));
    document_append(&curve->high, document_number(high));
    curve->has_band |= low < high;
}

/** The first, least and greatest value of a schedule that moved within the epoch; else NULL. */
static const json_t *moves_of(const json_t *epoch, const char *key) {
    const json_t *moves = json_object_get(json_object_get(epoch, "schedules"), key);
    return json_array_size(moves) == 3 ? moves : NULL;
}

static bool has_moved(const run_t *run, const char *key) {
    bool has_moved = false;
    json_t *epoch;
    size_t i;
    json_array_foreach(run->epochs, i, epoch) {
        has_moved = has_moved || moves_of(epoch, key);
    }
    return has_moved;
}

/** Adds the epoch's value; if the schedule moves, also the value at the epoch's first step, before it. */
static void add_epoch(curve_t *curve, const json_t *epoch, const char *key, bool moves) {
    const json_t *moved = moves_of(epoch, key);
    const double number = number_in(epoch, "epoch"), value = number_in(epoch, key);
    double first = value, low = value, high = value;
    if (moved) {
        first = json_number_value(json_array_get(moved, 0));
        low = json_number_value(json_array_get(moved, 1));
        high = json_number_value(json_array_get(moved, 2));
    }
    if (moves) {
        add_point(curve, document_number(number - 1 + BEHIND), first, low, high);
    }
    add_point(curve, json_incref(json_object_get(epoch, "epoch")), value, low, high);
}

/** Adds a run's curve to a chart's series, if it was recorded at all; null is a gap. */
static void add_series(json_t **series, const run_t *run, int number, const char *key, const char *name) {
    curve_t curve = {json_array(), json_array(), json_array(), json_array(), false};
    const bool moves = has_moved(run, key);
    json_t *epoch;
    size_t i;
    json_array_foreach(run->epochs, i, epoch) {
        const json_t *value = json_object_get(epoch, key);
        if (json_is_number(value) || json_is_null(value)) {
            add_epoch(&curve, epoch, key, moves);
        }
    }
    const bool has_points = !curve.x || json_array_size(curve.x) > 0;
    json_t *added = json_pack("{s:o, s:s, s:o, s:o, s:b}", "run", json_sprintf("%d", number), "name", name,
        "x", curve.x, "y", curve.y, "dashed", strcmp(name, "evaluation") == 0);
    if (curve.has_band) {
        document_add(&added, "{s:o, s:o}", "low", curve.low, "high", curve.high);
    } else {
        json_decref(curve.low);
        json_decref(curve.high);
    }
    if (has_points) {
        document_append(series, added);
    } else {
        json_decref(added);
    }
}

static bool is_used(const quantity_t *quantity, const run_t *runs, int count) {
    bool is_used = !quantity->is_optional;
    for (int run = 0; !is_used && run < count; run++) {
        is_used = totals_of(&runs[run], quantity->key).most > 0;
    }
    return is_used;
}

/** A chart with a curve a run, and, unless `evaluation` is NULL, with that of the one run's evaluation. */
static void add_chart(json_t **charts, const quantity_t *quantity, const char *suffix, const char *key,
    const char *evaluation, const run_t *runs, int count) {
    json_t *series = json_array();
    for (int run = 0; run < count; run++) {
        add_series(&series, &runs[run], run, key, evaluation ? "training" : "");
    }
    if (evaluation) {
        add_series(&series, runs, 0, evaluation, "evaluation");
    }
    document_append(charts,
        json_pack("{s:o, s:s, s:s, s:o, s:b, s:o}", "title", json_sprintf("%s%s", quantity->title, suffix),
            "x", "epoch", "y", unit_of(quantity, runs, count), "y_log",
            quantity->is_automatic ? json_string("auto") : json_false(), "step",
            quantity->section == SCHEDULES, "series", series));
}

/** Training and evaluation of a single run share a chart: how they part is what one looks for. */
static void add_charts(json_t **sections, const char *section, const run_t *runs, int count) {
    json_t *charts = json_array();
    const quantity_t *quantity = quantities, *end = quantity + sizeof quantities / sizeof *quantities;
    for (; quantity < end; quantity++) {
        const bool is_here = quantity->section == section && is_used(quantity, runs, count);
        if (is_here && quantity->evaluation && count > 1) {
            add_chart(&charts, quantity, ", training", quantity->key, NULL, runs, count);
            add_chart(&charts, quantity, ", evaluation", quantity->evaluation, NULL, runs, count);
        } else if (is_here) {
            add_chart(&charts, quantity, "", quantity->key, quantity->evaluation, runs, count);
        }
    }
    document_append(
        sections, json_pack("{s:s, s:s, s:o}", "type", "charts", "title", section, "charts", charts));
}

// ---- Tables ----

static void add_table(
    json_t **sections, json_t *title, json_t *columns, json_t *rows, bool is_turned, bool is_collapsed) {
    document_append(
        sections, json_pack("{s:s, s:o, s:o, s:o, s:b, s:b}", "type", "table", "title", title, "columns",
                      columns, "rows", rows, "turned", is_turned, "collapsed", is_collapsed));
}

/** text: NULL for a title alone. */
static void add_text(json_t **sections, const char *title, const char *text) {
    document_append(
        sections, json_pack("{s:s, s:s, s:[s*]}", "type", "text", "title", title, "paragraphs", text));
}

static json_t *names_of(const char *first, const run_t *runs, int count) {
    json_t *names = json_pack("[s]", first);
    for (int i = 0; i < count; i++) {
        document_append(&names, json_string(runs[i].name));
    }
    return names;
}

/** A result, and under it on which pairs it was measured, how many different rows were hit, or what it is of
 * refined draws. */
static json_t *result_cell(const run_t *run, const char *key) {
    const json_t *evaluation = json_object_get(run->evaluation, "evaluation");
    const char *from = text_in(evaluation, strcmp(key, "bleu4") == 0 ? "bleu4_from" : "pairs_from");
    const double value = totals_of(run, key).last, draws = number_in(run->evaluation, "draws");
    const double refined = number_in(run->evaluation, "refined_agreement");
    const double test = number_in(run->evaluation, "test_exact_match");
    const bool is_drawn = strcmp(key, "gaussian") == 0, is_agreement = strcmp(key, "agreement") == 0;
    if (isfinite(value) && isfinite(test) && strcmp(key, "exact_match") == 0) {
        return json_pack("{s:o, s:o}", "value", document_number(value), "note",
            json_sprintf("%s pairs; %.4g of the test", from, test));
    }
    json_t *note = is_agreement && isfinite(refined) ? json_sprintf("%.3g after one refinement", refined)
                   : is_agreement || !isfinite(value) || (is_drawn ? !isfinite(draws) : !from[0])
                       ? json_null()
                   : is_drawn ? json_sprintf("%.0f draws, %.0f different rows", draws,
                                    number_in(run->evaluation, "gaussian_distinct"))
                              : json_sprintf("%s pairs", from);
    return json_pack("{s:o, s:o}", "value", document_number(value), "note", note);
}

static json_t *epochs_of(const run_t *run) {
    const char *planned = text_in(run->settings, "train.epochs");
    const double epoch = number_in(run->last, "epoch");
    return json_sprintf("%.0f%s%s", isfinite(epoch) ? epoch : 0, planned[0] ? " of " : "", planned);
}

static json_t *duration_of(double seconds) {
    const unsigned long long whole = (unsigned long long)fmin(fmax(seconds, 0), 1e15);
    return whole >= 3600 ? json_sprintf("%llu h %02llu min", whole / 3600, whole / 60 % 60)
           : whole >= 60 ? json_sprintf("%llu min %02llu s", whole / 60, whole % 60)
                         : json_sprintf("%.3g s", fmax(seconds, 0));
}

/** "2026-11-28T17:05:00Z" as "2026-11-28 17:05 UTC". */
static json_t *date_of(const run_t *run) {
    const char *time = text_in(run->last, "time");
    return strlen(time) == 20 ? json_sprintf("%.10s %.5s UTC", time, time + 11) : json_string(or_dash(time));
}

static void add_summary(json_t **sections, const run_t *runs, int count) {
    static const char *const results[][2] = {{"Epochs", NULL}, {"BLEU-4", "bleu4"},
        {"Exact match", "exact_match"}, {"Gaussian score", "gaussian"},
        {"Forms agree (share of draws)", "agreement"}, {"Cross-entropy (nats)", "evaluation_cross_entropy"},
        {"KL (nats a word)", "evaluation_kl"}};
    json_t *rows = json_array();
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        json_t *row = json_pack("[s]", results[i][0]);
        for (int run = 0; run < count; run++) {
            document_append(&row, i == 0 ? epochs_of(&runs[run]) : result_cell(&runs[run], results[i][1]));
        }
        document_append(&rows, row);
    }
    add_table(sections, json_string("Last evaluation"), names_of(count == 1 ? "Run" : "Runs", runs, count),
        rows, true, false);
}

static void add_origins(json_t **sections, const run_t *runs, int count) {
    json_t *rows = json_array();
    for (int i = 0; i < count; i++) {
        document_append(
            &rows, json_pack("[s, s, s, o, o]", runs[i].name, or_dash(text_in(runs[i].settings, "seed")),
                       or_dash(text_in(runs[i].last, "host")), date_of(&runs[i]),
                       duration_of(totals_of(&runs[i], "seconds").sum)));
    }
    add_table(sections, json_string("Where and when"),
        json_pack("[s, s, s, s, s]", "Runs", "Seed", "Host", "Last epoch", "Training time"), rows, false,
        true);
}

/** All keys of a run; of several, those that they differ in, runs without a configuration apart. */
static void add_configuration(json_t **sections, const run_t *runs, int count) {
    const bool one = count == 1;
    json_t *rows = json_array(), *keys = json_object(), *value;
    const char *key;
    for (int i = 0; i < count; i++) {
        json_object_update_missing(keys, runs[i].settings);
    }
    json_object_foreach(keys, key, value) {
        const char *first = NULL;
        bool is_shown = one;
        json_t *row = json_pack("[s]", key);
        for (int i = 0; i < count; i++) {
            const char *text = or_dash(text_in(runs[i].settings, key));
            if (json_object_size(runs[i].settings) > 0) {
                first = first ? first : text;
                // The name is in every row's or column's head already.
                is_shown |= strcmp(first, text) != 0 && strcmp(key, "name") != 0;
            }
            document_append(&row, json_string(text));
        }
        if (is_shown) {
            document_append(&rows, row);
        } else {
            json_decref(row);
        }
    }
    json_decref(keys);
    if (rows && json_array_size(rows) == 0) {
        json_decref(rows);
        add_text(sections, "Configuration",
            one ? "The folder holds no config.yaml." : "The runs have the same configuration.");
        return;
    }
    const bool is_turned = !one && json_array_size(rows) < (size_t)count;
    add_table(sections,
        json_string(
            one ? "Configuration: all keys, as the run used them" : "What the configurations differ in"),
        one ? json_pack("[s, s]", "Key", "Value") : names_of(is_turned ? "Runs" : "Key", runs, count), rows,
        is_turned, one);
}

static void add_conversions(json_t **sections, json_t *title, const json_t *conversions, bool is_collapsed) {
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
    add_table(
        sections, title, json_pack("[s, s, s]", "Source", "Expected", "Produced"), rows, false, is_collapsed);
}

/** A column a condition of the first sample. */
static void add_samples(json_t **sections, json_t *title, const json_t *samples, bool is_collapsed) {
    json_t *rows = json_array(), *columns = json_array(), *sample, *word;
    const char *condition;
    size_t i;
    json_array_foreach(samples, i, sample) {
        json_t *row = json_array(), *forms = json_object_get(sample, "forms");
        json_object_foreach(forms, condition, word) {
            if (i == 0) {
                document_append(&columns, json_string(condition));
            }
            document_append(&row, json_string(text_in(forms, condition)));
        }
        document_append(&row, json_string(text_in(sample, "row")));
        document_append(&rows, row);
    }
    document_append(&columns, json_string("Data row"));
    add_table(sections, title, columns, rows, false, is_collapsed);
}

/** Adds conversions and samples of a run's last evaluation; those of several runs are folded. */
static void add_words(json_t **sections, const run_t *run, bool is_alone) {
    const json_t *evaluation = json_object_get(run->evaluation, "evaluation");
    const json_t *conversions = json_object_get(evaluation, "conversions");
    const json_t *samples = json_object_get(evaluation, "samples");
    const double epoch = number_in(run->evaluation, "epoch");
    const char *of = is_alone ? "" : run->name;
    if (json_array_size(conversions) > 0) {
        json_t *title = json_sprintf("%s%s of %s pairs, epoch %.0f", of,
            is_alone ? "Conversions" : ": conversions", text_in(evaluation, "bleu4_from"), epoch);
        add_conversions(sections, title, conversions, !is_alone);
    }
    if (json_array_size(samples) > 0) {
        json_t *title = json_sprintf(
            "%s%s: z drawn from N(0, I), epoch %.0f", of, is_alone ? "Samples" : ": samples", epoch);
        add_samples(sections, title, samples, !is_alone);
    }
    if (json_array_size(conversions) + json_array_size(samples) == 0) {
        add_text(sections, is_alone ? "Words" : run->name,
            "No conversions and no samples are recorded for this run.");
    }
}

// ---- The page ----

/** Runs of one recipe have one group, which the page may draw as one. */
static json_t *group_of(const run_t *runs, int run) {
    int first = 0;
    while (!json_equal(runs[first].recipe, runs[run].recipe)) {
        first++;
    }
    return json_object_size(runs[run].recipe) == 0 ? json_null() : json_sprintf("%d", first);
}

/** A single run's origin; of several, the training time in all. What was not recorded is left out. */
static json_t *make_facts(const run_t *runs, int count) {
    const bool one = count == 1;
    const char *seed = text_in(runs->settings, "seed"), *host = text_in(runs->last, "host");
    double seconds = 0;
    for (int i = 0; i < count; i++) {
        seconds += totals_of(&runs[i], "seconds").sum;
    }
    json_t *facts = json_pack("{s:s}", "program", "cvae_mpi " CVAE_VERSION);
    if (one) {
        document_add(&facts, "{s:o, s:s*, s:s*}", "epochs", epochs_of(runs), "seed", seed[0] ? seed : NULL,
            "host", host[0] ? host : NULL);
    }
    if (one && text_in(runs->last, "time")[0]) {
        document_set(&facts, "date", date_of(runs));
    }
    if (seconds > 0) {
        document_set(&facts, one ? "training time" : "training time, all runs", duration_of(seconds));
    }
    return facts;
}

static json_t *make_data(const run_t *runs, int count) {
    json_t *sections = json_array(), *list = json_array();
    for (int i = 0; i < count; i++) {
        document_append(&list, json_pack("{s:o, s:s, s:o}", "id", json_sprintf("%d", i), "name", runs[i].name,
                                   "group", group_of(runs, i)));
    }
    add_summary(&sections, runs, count);
    add_charts(&sections, RESULTS, runs, count);
    add_charts(&sections, SCHEDULES, runs, count);
    add_charts(&sections, COURSE, runs, count);
    add_configuration(&sections, runs, count);
    if (count > 1) {
        add_origins(&sections, runs, count);
        add_text(&sections, "Conversions and samples", NULL);
    }
    for (int i = 0; i < count; i++) {
        add_words(&sections, &runs[i], count == 1);
    }
    json_t *title = count == 1 ? json_sprintf("Run %s", runs->name) : json_sprintf("%d runs", count);
    return json_pack("{s:o, s:o, s:o, s:o}", "title", title, "facts", make_facts(runs, count), "runs", list,
        "sections", sections);
}

/** Makes the page: the template with the data in it. */
static bool make_page(const run_t *runs, int count, char **text, size_t *size) {
    const char *page = (const char *)page_html, *place = strstr(page, PLACE);
    json_t *data = make_data(runs, count);
    char *json = data ? json_dumps(data, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS)) : NULL;
    FILE *stream = json ? open_memstream(text, size) : NULL;
    bool is_made = false;
    if (stream) {
        fwrite(page, 1, (size_t)(place - page), stream);
        for (const char *next = json; *next; next++) {
            // Text of the data must not end the page's <script>.
            *next == '<' ? fputs("\\u003c", stream) : fputc(*next, stream);
        }
        fputs(place + sizeof PLACE - 1, stream);
        is_made = !ferror(stream);
        is_made &= fclose(stream) == 0;
    }
    free(json);
    json_decref(data);
    return is_made;
}

status_t page_write(const char *path, const char *const *folders, int count) {
    return runs_write(path, "<!DOCTYPE html>", "page of this program", make_page, folders, count);
}
