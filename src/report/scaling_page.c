#include <ctype.h>
#include <string.h>

#include "decimal.h"
#include "markup.h"
#include "page_parts.h"
#include "scaling_label.h"
#include "scaling_parts.h"

#define DASH "\xE2\x80\x93"

static void print_column(const char *title, FILE *stream) {
    page_print_element("th", " scope=\"col\"", title, stream);
}

static void print_columns(const char *const *titles, int count, FILE *stream) {
    fputs("<thead><tr>", stream);
    for (int i = 0; i < count; i++) {
        print_column(titles[i], stream);
    }
    fputs("</tr></thead><tbody>\n", stream);
}

/** A cell with a remark under its text; an element of the page that heads the row, or not. */
static void print_cell(const char *tag, const char *text, const char *remark, FILE *stream) {
    fprintf(stream, "<%s>", tag);
    markup_text(stream, text);
    if (remark[0]) {
        page_print_element("small", "", remark, stream);
    }
    fprintf(stream, "</%.2s>", tag);
}

static void print_ratio(const sample_t *ratios, FILE *stream) {
    char ratio[SCALING_LABEL_SIZE], spread[SCALING_LABEL_SIZE];
    scaling_label_ratio(ratios, ratio);
    scaling_label_spread(ratios, spread);
    print_cell("td", ratios->count > 0 ? ratio : DASH, spread, stream);
}

/** Words a second, from least to most. */
static void print_rate(const sample_t *rate, FILE *stream) {
    char median[DECIMAL_COUNT_SIZE], least[DECIMAL_COUNT_SIZE], most[DECIMAL_COUNT_SIZE];
    char spread[SCALING_LABEL_SIZE] = "";
    decimal_count(rate->median, median);
    decimal_count(rate->least, least);
    decimal_count(rate->most, most);
    if (rate->count > 1) {
        snprintf(spread, sizeof spread, "%s to %s", least, most);
    }
    print_cell("td", median, spread, stream);
}

/** The hash, broken where it is long, and whether it is what it should be. */
static void print_hash(const scaling_setting_t *setting, FILE *stream) {
    const scaling_run_t *what = scaling_setting_what(setting);
    fputs(setting->is_unequal ? "<td class=\"wrong\"><code>" : "<td><code>", stream);
    markup_text(stream, what->parameter_hash);
    fputs("</code>", stream);
    for (size_t i = 0; i < setting->run_count; i++) {
        const scaling_run_t *run = setting->runs[i];
        if (strcmp(run->parameter_hash, what->parameter_hash) != 0) {
            page_print_element("small", "", run->parameter_hash, stream);
        }
        if (run->other_hash) {
            page_print_element("small", "", run->other_hash, stream);
        }
    }
    if (setting->is_unequal) {
        fputs("<small>not equal</small>", stream);
    }
    fputs("</td>", stream);
}

/** What else is said of a setting: how its ranks started and how much memory they took. */
static void print_rest(const scaling_setting_t *setting, FILE *stream) {
    char slowest[SCALING_LABEL_SIZE], text[SCALING_LABEL_SIZE], runs[SCALING_LABEL_SIZE];
    scaling_label_slowest(setting, slowest);
    char *remark = strstr(slowest, ", ");
    if (remark) {
        *remark = '\0';
    }
    print_cell("td", slowest, remark ? remark + 2 : "", stream);
    snprintf(text, sizeof text, "%.2f s", setting->startup_seconds.median);
    print_cell("td", text, "", stream);
    snprintf(text, sizeof text, "%.0f MB", (double)setting->peak_memory / 1e6);
    print_cell("td", text, "", stream);
    snprintf(runs, sizeof runs, "%zu", setting->run_count);
    print_cell("td", runs, "", stream);
    print_hash(setting, stream);
}

static const char *const scaling_columns[] = {"Ranks", "Words a second", "Speed-up", "Efficiency",
    "Of separate runs", "Slowest rank", "Start-up", "Memory of a rank", "Runs", "Parameter hash"};
static const char *const micro_columns[] = {"Words in a shard", "Words a second", "Times the first",
    "Slowest rank", "Start-up", "Memory of a rank", "Runs", "Parameter hash"};

#define COUNT_OF(table) ((int)(sizeof(table) / sizeof(table)[0]))

/** Heads a row with the ranks, and under them on how many hosts and cores. */
static void print_ranks(const scaling_experiment_t *experiment, const scaling_run_t *run, FILE *stream) {
    char text[SCALING_LABEL_SIZE];
    scaling_label_ranks(experiment, run, text);
    char *remark = strstr(text, " on ");
    if (remark) {
        *remark = '\0';
    }
    print_cell("th scope=\"row\"", text, remark ? remark + 1 : "", stream);
}

static void print_point(const scaling_experiment_t *experiment, const scaling_point_t *point, FILE *stream) {
    fputs("<tr>", stream);
    print_ranks(experiment, scaling_setting_what(point->setting), stream);
    print_rate(&point->setting->words_per_second, stream);
    print_ratio(&point->speed_up, stream);
    print_ratio(&point->efficiency, stream);
    print_ratio(&point->of_separate, stream);
    print_rest(point->setting, stream);
    fputs("</tr>\n", stream);
}

static void print_micro_batch(const scaling_point_t *point, FILE *stream) {
    char text[SCALING_LABEL_SIZE];
    snprintf(text, sizeof text, "%lld", (long long)scaling_setting_what(point->setting)->micro_batch);
    fputs("<tr>", stream);
    print_cell("th scope=\"row\"", text, "", stream);
    print_rate(&point->setting->words_per_second, stream);
    print_ratio(&point->speed_up, stream);
    print_rest(point->setting, stream);
    fputs("</tr>\n", stream);
}

/** "Strong scaling, 256 words a step". */
static void label_series(const scaling_experiment_t *experiment, const scaling_series_t *series,
    char text[2 * SCALING_LABEL_SIZE]) {
    char label[SCALING_LABEL_SIZE];
    scaling_label_series(experiment, series, label);
    snprintf(text, 2 * SCALING_LABEL_SIZE, "%s, %s", scaling_label_kind(series->kind), label);
    text[0] = (char)toupper((unsigned char)text[0]);
}

static void print_series(
    const scaling_experiment_t *experiment, const scaling_series_t *series, FILE *stream) {
    const bool is_micro = series->kind == SCALING_MICRO_BATCH;
    char caption[2 * SCALING_LABEL_SIZE];
    label_series(experiment, series, caption);
    page_open_table(caption, "numbers figures", stream);
    print_columns(is_micro ? micro_columns : scaling_columns,
        is_micro ? COUNT_OF(micro_columns) : COUNT_OF(scaling_columns), stream);
    for (size_t i = 0; i < series->point_count; i++) {
        if (is_micro) {
            print_micro_batch(&series->points[i], stream);
        } else {
            print_point(experiment, &series->points[i], stream);
        }
    }
    for (size_t i = 0; i < series->bound_count; i++) {
        print_point(experiment, &series->bounds[i], stream);
    }
    page_close_table(stream);
}

/** A share's mean, and how far the ranks are apart. */
static void print_share(const scaling_share_t *share, FILE *stream) {
    char mean[SCALING_LABEL_SIZE], range[SCALING_LABEL_SIZE];
    snprintf(mean, sizeof mean, "%.1f%%", 100 * share->mean);
    snprintf(range, sizeof range, "%.1f to %.1f", 100 * share->least, 100 * share->most);
    print_cell("td", mean, range, stream);
}

static void print_shares(const scaling_experiment_t *experiment, size_t first, size_t end, FILE *stream) {
    const scaling_run_t *any = experiment->runs;
    char label[SCALING_LABEL_SIZE], work[SCALING_LABEL_SIZE];
    page_open_table(experiment->is_whole ? "Share of time: mean of the ranks, least to most"
                                         : "Share of the time in steps: mean of the ranks, least to most",
        "numbers figures", stream);
    fputs("<thead><tr>", stream);
    print_column("Setting", stream);
    print_column("Words a second", stream);
    for (int phase = 0; phase < any->phase_count; phase++) {
        scaling_label_phase(any->phases[phase], label);
        print_column(label, stream);
    }
    fputs("</tr></thead><tbody>\n", stream);
    for (size_t i = first; i < end; i++) {
        const scaling_setting_t *setting = &experiment->settings[i];
        scaling_label_ranks(experiment, scaling_setting_what(setting), label);
        scaling_label_work(experiment, scaling_setting_what(setting), work);
        fputs("<tr>", stream);
        print_cell("th scope=\"row\"", label, work, stream);
        print_rate(&setting->words_per_second, stream);
        for (int phase = 0; phase < any->phase_count; phase++) {
            print_share(&setting->shares[phase], stream);
        }
        fputs("</tr>\n", stream);
    }
    page_close_table(stream);
}

static bool is_within(
    const scaling_experiment_t *experiment, const scaling_series_t *series, size_t first, size_t end) {
    const size_t setting = (size_t)(series->points[0].setting - experiment->settings);
    return setting >= first && setting < end;
}

static status_t print_model(
    const scaling_experiment_t *experiment, size_t first, size_t end, int model, FILE *stream) {
    const scaling_run_t *what = scaling_setting_what(&experiment->settings[first]);
    char label[SCALING_LABEL_SIZE];
    scaling_label_model(experiment, what, label);
    fprintf(stream, "<section aria-labelledby=\"model-%d\"><h2 id=\"model-%d\">", model, model);
    markup_text(stream, label);
    fprintf(stream, "</h2>\n<p class=\"soft\">%lld steps a run, after %lld to warm up.</p>\n",
        (long long)what->steps, (long long)what->warmup_steps);
    const status_t status = scaling_charts_print(experiment, first, end, model, stream);
    fputs("<h3>Figures</h3>\n", stream);
    for (size_t i = 0; i < experiment->series_count; i++) {
        if (is_within(experiment, &experiment->series[i], first, end)) {
            print_series(experiment, &experiment->series[i], stream);
        }
    }
    print_shares(experiment, first, end, stream);
    fputs("</section>\n", stream);
    return status;
}

/** The point of a series with most ranks, cores for all of them. */
static const scaling_point_t *last_point(const scaling_series_t *series) {
    const scaling_point_t *last = series->points;
    for (size_t i = 1; i < series->point_count; i++) {
        last = series->points[i].setting->is_oversubscribed ? last : &series->points[i];
    }
    return last;
}

static void print_overview_row(
    const scaling_experiment_t *experiment, const scaling_series_t *series, FILE *stream) {
    const scaling_point_t *point = last_point(series);
    char model[SCALING_LABEL_SIZE], text[2 * SCALING_LABEL_SIZE];
    scaling_label_model(experiment, scaling_setting_what(point->setting), model);
    label_series(experiment, series, text);
    fputs("<tr>", stream);
    print_cell("th scope=\"row\"", text, model, stream);
    scaling_label_ranks(experiment, scaling_setting_what(point->setting), text);
    print_cell("td", text, "", stream);
    print_rate(&point->setting->words_per_second, stream);
    print_ratio(&point->speed_up, stream);
    print_ratio(&point->efficiency, stream);
    print_ratio(&point->of_separate, stream);
    fputs("</tr>\n", stream);
}

/** Each curve's end. */
static void print_overview(const scaling_experiment_t *experiment, FILE *stream) {
    static const char *const columns[] = {
        "Series", "Ranks", "Words a second", "Speed-up", "Efficiency", "Of separate runs"};
    size_t count = 0;
    for (size_t i = 0; i < experiment->series_count; i++) {
        if (experiment->series[i].kind == SCALING_MICRO_BATCH) {
            continue;
        }
        if (count++ == 0) {
            page_open_table("With most ranks that have a core each", "numbers figures", stream);
            print_columns(columns, COUNT_OF(columns), stream);
        }
        print_overview_row(experiment, &experiment->series[i], stream);
    }
    if (count > 0) {
        page_close_table(stream);
    }
}

/** The strong series, and how many of them are of equal work. */
static void print_verdict(const scaling_experiment_t *experiment, FILE *stream) {
    size_t strong = 0, equal = 0, runs = 0;
    for (size_t i = 0; i < experiment->series_count; i++) {
        const scaling_series_t *series = &experiment->series[i];
        if (series->kind == SCALING_STRONG) {
            strong++;
            equal += scaling_experiment_is_equal(series);
            runs += scaling_experiment_runs(series);
        }
    }
    if (scaling_experiment_has_unequal(experiment)) {
        fputs("<p class=\"verdict wrong\"><small>Not equal</small> Runs of equal work did not end with equal "
              "parameters: they are marked below, and the figures compare different work.</p>\n",
            stream);
    } else if (strong > 0 && equal == strong) {
        fprintf(stream,
            "<p class=\"verdict right\"><small>Equal work</small> The %zu runs of %zu strong-scaling series "
            "did equal work to the last bit: within a series every number of ranks ended with the same "
            "parameters.</p>\n",
            runs, strong);
    } else if (strong > 0) {
        fputs("<p class=\"verdict\">Where sums are not exact, the parameters depend on the number of ranks, "
              "and equal work is not shown to be equal.</p>\n",
            stream);
    }
}

/** What all runs have in common, or the first of them. */
static void print_header(const scaling_experiment_t *experiment, FILE *stream) {
    const scaling_run_t *run = scaling_setting_what(&experiment->settings[0]);
    fprintf(stream, "<p class=\"soft\">%zu runs", experiment->run_count);
    if (experiment->cores > 0) {
        fprintf(stream, ", %d core%s", experiment->cores, experiment->cores == 1 ? "" : "s");
    }
    fputs(", ", stream);
    markup_text(stream, run->library);
    fputs(", ", stream);
    markup_text(stream, run->kernels);
    fputs(" kernels.</p>\n", stream);
}

static void print_notes(const scaling_experiment_t *experiment, FILE *stream) {
    fputs(
        "<section aria-labelledby=\"notes\"><h2 id=\"notes\">What the numbers mean</h2>\n"
        "<p><b>Words a second</b> are those of all ranks in the measured steps; medians of the rounds, with "
        "least and most. <b>Speed-up</b> is over the series' first setting, round by round: what the "
        "machine did to one round does not enter into another. <b>Efficiency</b> is the speed-up over the "
        "growth of the ranks, more ranks than cores included. In <b>strong scaling</b> the batch is the "
        "same for all ranks together, in <b>weak scaling</b> for each.</p>\n"
        "<p><b>Separate runs</b> are trainings of one rank each, at the same time, without a word between "
        "them: what this machine does at most with so many cores at work, whose clock, caches and memory "
        "are shared. <b>Of separate runs</b> is what of it is left when they train together; more ranks "
        "than cores are marked, and compared with one separate run a core.</p>\n"
        "<p><b>Waiting</b> is the time until the last rank has come to the reduction, <b>allreduce</b> the "
        "reduction itself. The <b>slowest rank</b> is the one that was busy with the rest of its steps for "
        "longest. <b>Start-up</b> is the time from the program's own start to its first step: what "
        "mpirun and the system took before is not in it. <b>Memory</b> is the most that any rank had "
        "resident. ",
        stream);
    fputs(experiment->is_whole
              ? "Of the time, evaluations and checkpoints count too, the one that ends each run included.</p>"
              : "Only the time in steps counts: not evaluations, not the checkpoint that ends each run.</p>",
        stream);
    fputs("</section>\n", stream);
}

status_t scaling_page_print(const scaling_experiment_t *experiment, FILE *stream) {
    status_t status = STATUS_OK;
    int model = 0;
    page_open("Scaling", "", stream);
    print_header(experiment, stream);
    print_verdict(experiment, stream);
    print_overview(experiment, stream);
    for (size_t first = 0, end; status == STATUS_OK && first < experiment->setting_count; first = end) {
        end = scaling_experiment_model_end(experiment, first);
        status = print_model(experiment, first, end, model++, stream);
    }
    print_notes(experiment, stream);
    page_close(stream);
    return status;
}
