#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "axis.h"
#include "markup.h"
#include "page_parts.h"

void page_open_table(const char *caption, const char *class, FILE *stream) {
    fprintf(stream, "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"");
    markup_text(stream, caption);
    fprintf(stream, "\"><table class=\"%s\">", class);
    page_print_element("caption", "", caption, stream);
    fputc('\n', stream);
}

void page_close_table(FILE *stream) {
    fputs("</tbody></table></div>\n", stream);
}

void page_print_element(const char *tag, const char *attributes, const char *text, FILE *stream) {
    fprintf(stream, "<%s%s>", tag, attributes);
    markup_text(stream, text);
    fprintf(stream, "</%s>", tag);
}

static void print_head(const char *first, const page_run_t *runs, int count, FILE *stream) {
    fputs("<thead><tr>", stream);
    page_print_element("th", " scope=\"col\"", first, stream);
    for (int i = 0; i < count; i++) {
        page_print_element("th", " scope=\"col\"", runs[i].name, stream);
    }
    fputs("</tr></thead><tbody>\n", stream);
}

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/** A number of the last epoch; NaN where there is none. */
static double number_of(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static double last_value(const page_run_t *run, page_quantity_t quantity) {
    const page_curve_t *curve = &run->curves[quantity];
    return curve->count > 0 ? curve->value[curve->count - 1] : NAN;
}

static void print_number_cell(double value, const char *remark, FILE *stream) {
    char text[AXIS_LABEL_SIZE];
    axis_value_text(value, text);
    fputs("<td>", stream);
    markup_text(stream, isnan(value) ? "\xE2\x80\x93" : text);
    if (remark[0] && !isnan(value)) {
        page_print_element("small", "", remark, stream);
    }
    fputs("</td>", stream);
}

/** What stands under a number: on which pairs it was measured, how many different rows were hit. */
static void remark_on(const page_run_t *run, page_quantity_t quantity, char *remark, size_t size) {
    const json_t *evaluation = json_object_get(run->evaluation, "evaluation");
    const char *from = text_of(evaluation, quantity == PAGE_BLEU4 ? "bleu4_from" : "pairs_from");
    remark[0] = '\0';
    if (quantity == PAGE_GAUSSIAN && !isnan(number_of(run->evaluation, "draws"))) {
        snprintf(remark, size, "%.0f draws, %.0f different rows", number_of(run->evaluation, "draws"),
            number_of(run->evaluation, "gaussian_distinct"));
    } else if (quantity != PAGE_GAUSSIAN && from[0]) {
        snprintf(remark, size, "%s pairs", from);
    }
}

static void print_summary_row(
    const char *title, page_quantity_t quantity, const page_run_t *runs, int count, FILE *stream) {
    char remark[128];
    fputs("<tr>", stream);
    page_print_element("th", " scope=\"row\"", title, stream);
    for (int i = 0; i < count; i++) {
        remark_on(&runs[i], quantity, remark, sizeof remark);
        print_number_cell(last_value(&runs[i], quantity), remark, stream);
    }
    fputs("</tr>\n", stream);
}

static void print_epochs_row(const page_run_t *runs, int count, FILE *stream) {
    fputs("<tr><th scope=\"row\">Epochs</th>", stream);
    for (int i = 0; i < count; i++) {
        const char *planned = page_run_setting(&runs[i], "train.epochs");
        const double epoch = number_of(runs[i].last, "epoch");
        fprintf(stream, "<td>%.0f", isnan(epoch) ? 0 : epoch);
        if (planned) {
            fputs(" of ", stream);
            markup_text(stream, planned);
        }
        fputs("</td>", stream);
    }
    fputs("</tr>\n", stream);
}

void page_print_summary(const page_run_t *runs, int count, FILE *stream) {
    page_open_table("Last evaluation", "numbers values", stream);
    print_head(count == 1 ? "Run" : "Runs", runs, count, stream);
    print_epochs_row(runs, count, stream);
    print_summary_row("BLEU-4", PAGE_BLEU4, runs, count, stream);
    print_summary_row("Exact match", PAGE_EXACT_MATCH, runs, count, stream);
    print_summary_row("Gaussian score", PAGE_GAUSSIAN, runs, count, stream);
    print_summary_row("Cross-entropy (nats)", PAGE_EVALUATION_CROSS_ENTROPY, runs, count, stream);
    print_summary_row("KL (nats a word)", PAGE_EVALUATION_KL, runs, count, stream);
    page_close_table(stream);
}

/** A key, which may be broken between its parts and nowhere else. */
static void print_key(const char *key, FILE *stream) {
    char part[256];
    while (*key) {
        const size_t length = strcspn(key, "._");
        const size_t end = length + (key[length] != '\0');
        snprintf(part, sizeof part, "%.*s", (int)end, key);
        markup_text(stream, part);
        fputs(key[end] ? "<wbr/>" : "", stream);
        key += end;
    }
}

static void print_setting(const char *key, const page_run_t *runs, int count, FILE *stream) {
    fputs("<tr><th scope=\"row\">", stream);
    print_key(key, stream);
    fputs("</th>", stream);
    for (int i = 0; i < count; i++) {
        const char *value = page_run_setting(&runs[i], key);
        page_print_element("td", "", value ? value : "\xE2\x80\x93", stream);
    }
    fputs("</tr>\n", stream);
}

static bool is_same(const char *left, const char *right) {
    return left == right || (left && right && strcmp(left, right) == 0);
}

/**
 * Whether the key is one in which the runs differ, those without a configuration apart. The name is every
 * column's heading already.
 */
static bool differs(const char *key, const page_run_t *runs, int count) {
    const page_run_t *first = NULL;
    for (int i = 0; i < count && strcmp(key, "name") != 0; i++) {
        if (runs[i].setting_count == 0) {
            continue;
        }
        first = first ? first : &runs[i];
        if (!is_same(page_run_setting(first, key), page_run_setting(&runs[i], key))) {
            return true;
        }
    }
    return false;
}

/** Whether an earlier run has the key too, whose row it then is. */
static bool has_earlier(const char *key, const page_run_t *runs, int run) {
    for (int i = 0; i < run; i++) {
        if (page_run_setting(&runs[i], key)) {
            return true;
        }
    }
    return false;
}

static void print_differences(const page_run_t *runs, int count, FILE *stream) {
    int rows = 0;
    for (int run = 0; run < count; run++) {
        for (size_t i = 0; i < runs[run].setting_count; i++) {
            const char *key = runs[run].settings[i].key;
            if (has_earlier(key, runs, run) || !differs(key, runs, count)) {
                continue;
            }
            if (rows++ == 0) {
                page_open_table("In which the configurations differ", "values", stream);
                print_head("Key", runs, count, stream);
            }
            print_setting(key, runs, count, stream);
        }
    }
    if (rows > 0) {
        page_close_table(stream);
    } else {
        fputs("<p class=\"soft\">The runs have the same configuration.</p>\n", stream);
    }
}

void page_print_settings(const page_run_t *runs, int count, FILE *stream) {
    fputs("<section aria-labelledby=\"settings\"><h2 id=\"settings\">Configuration</h2>\n", stream);
    if (count > 1) {
        print_differences(runs, count, stream);
    } else if (runs->setting_count == 0) {
        fputs("<p class=\"soft\">The folder holds no config.yaml.</p>\n", stream);
    } else {
        fputs("<details><summary>All keys, as the run used them</summary>\n", stream);
        page_open_table("config.yaml", "values", stream);
        print_head("Key", runs, 1, stream);
        for (size_t i = 0; i < runs->setting_count; i++) {
            print_setting(runs->settings[i].key, runs, 1, stream);
        }
        page_close_table(stream);
        fputs("</details>\n", stream);
    }
    fputs("</section>\n", stream);
}

/** A cell with a word, and under it its condition or what came of it. */
static void print_word(
    const char *tag, const char *attributes, const char *word, const char *remark, FILE *stream) {
    fprintf(stream, "<%s%s>", tag, attributes);
    markup_text(stream, word);
    page_print_element("small", "", remark, stream);
    fprintf(stream, "</%s>", tag);
}

static void print_conversions(const json_t *conversions, const char *caption, FILE *stream) {
    page_open_table(caption, "conversions", stream);
    fputs("<thead><tr><th scope=\"col\">Source</th><th scope=\"col\">Expected</th>"
          "<th scope=\"col\">Produced</th></tr></thead><tbody>\n",
        stream);
    for (size_t i = 0; i < json_array_size(conversions); i++) {
        const json_t *conversion = json_array_get(conversions, i);
        const char *expected = text_of(conversion, "expected"), *produced = text_of(conversion, "produced");
        const bool is_right = strcmp(expected, produced) == 0;
        fputs("<tr>", stream);
        print_word("th", " scope=\"row\"", text_of(conversion, "source"),
            text_of(conversion, "source_condition"), stream);
        print_word("td", "", expected, text_of(conversion, "target_condition"), stream);
        print_word("td", is_right ? " class=\"right\"" : " class=\"wrong\"", produced,
            is_right ? "right" : "wrong", stream);
        fputs("</tr>\n", stream);
    }
    page_close_table(stream);
}

/** Heads the columns of samples with the conditions of the first. */
static void print_sample_head(json_t *forms, FILE *stream) {
    const char *condition;
    json_t *word;
    fputs("<thead><tr>", stream);
    json_object_foreach(forms, condition, word) {
        page_print_element("th", " scope=\"col\"", condition, stream);
    }
    fputs("<th scope=\"col\">Data row</th></tr></thead><tbody>\n", stream);
}

static void print_samples(const json_t *samples, const char *caption, FILE *stream) {
    page_open_table(caption, "samples", stream);
    print_sample_head(json_object_get(json_array_get(samples, 0), "forms"), stream);
    for (size_t i = 0; i < json_array_size(samples); i++) {
        const json_t *sample = json_array_get(samples, i);
        const char *condition;
        json_t *word;
        fputs("<tr>", stream);
        json_object_foreach(json_object_get(sample, "forms"), condition, word) {
            page_print_element("td", "", json_is_string(word) ? json_string_value(word) : "", stream);
        }
        page_print_element("td", "", text_of(sample, "row"), stream);
        fputs("</tr>\n", stream);
    }
    page_close_table(stream);
}

void page_print_words(const page_run_t *run, FILE *stream) {
    const json_t *evaluation = json_object_get(run->evaluation, "evaluation");
    const json_t *conversions = json_object_get(evaluation, "conversions");
    const json_t *samples = json_object_get(evaluation, "samples");
    char caption[256];
    fputs("<section>", stream);
    page_print_element("h2", "", run->name, stream);
    const double epoch = number_of(run->evaluation, "epoch");
    if (json_array_size(conversions) > 0) {
        snprintf(caption, sizeof caption, "Conversions of %.64s pairs, epoch %.0f",
            text_of(evaluation, "bleu4_from"), epoch);
        print_conversions(conversions, caption, stream);
    }
    if (json_array_size(samples) > 0) {
        snprintf(caption, sizeof caption, "Samples: z drawn from N(0, I), epoch %.0f", epoch);
        print_samples(samples, caption, stream);
    }
    if (json_array_size(conversions) + json_array_size(samples) == 0) {
        fputs("<p class=\"soft\">No conversions and no samples are recorded for this run.</p>\n", stream);
    }
    fputs("</section>\n", stream);
}
