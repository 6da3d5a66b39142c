#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "axis.h"
#include "bars.h"
#include "plot.h"
#include "page_parts.h"
#include "scaling_label.h"
#include "scaling_parts.h"

/**
 * Lines beyond this many are in the tables, but not in the charts; the ideal has a place and a style of its
 * own besides.
 */
enum {
    MEASURED_MAX = 2 * PLOT_STYLES - 1,
    LINES_MAX = MEASURED_MAX + 1,
    IDEAL_STYLE = PLOT_STYLES - 1,
    ID_SIZE = 64
};

typedef enum { RATE, SPEED_UP, EFFICIENCY } measure_t;

/** A chart that is put together line by line. */
typedef struct {
    const scaling_experiment_t *experiment;
    measure_t measure;
    scaling_kind_t kind;
    bool has_no_memory;
    int count;
    plot_series_t series[LINES_MAX];
    char names[LINES_MAX][SCALING_LABEL_SIZE];
    double *values[LINES_MAX]; /**< x, y, low, high */
    double least, most;        /**< of x */
} lines_t;

static const sample_t *sample_at(const scaling_point_t *point, measure_t measure) {
    return measure == RATE       ? &point->setting->words_per_second
           : measure == SPEED_UP ? &point->speed_up
                                 : &point->efficiency;
}

/** A new line with room for points; NULL where there are `most` lines already, or no memory. */
static plot_series_t *add_line(lines_t *lines, int most, const char *name, const char *rest, size_t count) {
    double *values = lines->count < most ? calloc(4 * count, sizeof *values) : NULL;
    lines->has_no_memory = lines->has_no_memory || (lines->count < most && !values);
    if (!values) {
        return NULL;
    }
    const int line = lines->count++;
    snprintf(lines->names[line], SCALING_LABEL_SIZE, "%s%s", name, rest);
    lines->values[line] = values;
    lines->series[line] = (plot_series_t){.name = lines->names[line],
        .count = count,
        .x = values,
        .y = values + count,
        .low = values + 2 * count,
        .high = values + 3 * count,
        .style = line < IDEAL_STYLE ? line : line + 1};
    return &lines->series[line];
}

static void set_point(lines_t *lines, size_t i, size_t count, const scaling_point_t *point) {
    double *values = lines->values[lines->count - 1];
    const sample_t *sample = sample_at(point, lines->measure);
    values[i] = scaling_series_place(lines->kind, point->setting);
    values[count + i] = sample->median;
    values[2 * count + i] = sample->count > 1 ? sample->least : NAN;
    values[3 * count + i] = sample->count > 1 ? sample->most : NAN;
    lines->least = fmin(lines->least, values[i]);
    lines->most = fmax(lines->most, values[i]);
}

static void add_points(lines_t *lines, const scaling_series_t *series) {
    char name[SCALING_LABEL_SIZE];
    scaling_label_series(lines->experiment, series, name);
    if (add_line(lines, MEASURED_MAX, name, "", series->point_count)) {
        for (size_t i = 0; i < series->point_count; i++) {
            set_point(lines, i, series->point_count, &series->points[i]);
        }
    }
}

/** The separate runs, from the series' first point on, which is the same thing where it is one rank. */
static void add_bounds(lines_t *lines, const scaling_series_t *series) {
    char name[SCALING_LABEL_SIZE];
    const size_t count = series->bound_count + 1;
    scaling_label_series(lines->experiment, series, name);
    if (series->bound_count > 0 && add_line(lines, MEASURED_MAX, name, ", separate runs", count)) {
        set_point(lines, 0, count, &series->points[0]);
        for (size_t i = 1; i < count; i++) {
            set_point(lines, i, count, &series->bounds[i - 1]);
        }
    }
}

/** Straight in a chart whose axes are both linear or both logarithmic: as many times the words as ranks. */
static void add_ideal(lines_t *lines) {
    const double least = lines->least, most = lines->most;
    plot_series_t *line = add_line(lines, LINES_MAX, "ideal", "", 2);
    if (line) {
        double *values = lines->values[lines->count - 1];
        memcpy(values, (double[]){least, most, 1, most / least, NAN, NAN, NAN, NAN}, 8 * sizeof *values);
        line->style = IDEAL_STYLE;
    }
}

/** Whether a series is of the model's settings [first, end) and of the kind. */
static bool is_among(const scaling_experiment_t *experiment, const scaling_series_t *series,
    scaling_kind_t kind, size_t first, size_t end) {
    const size_t setting = (size_t)(series->points[0].setting - experiment->settings);
    return series->kind == kind && setting >= first && setting < end;
}

/** The series of the model's settings [first, end) and of the kind. */
static void add_series(lines_t *lines, size_t first, size_t end) {
    const scaling_experiment_t *experiment = lines->experiment;
    for (int bounds = 0; bounds < 2; bounds++) {
        for (size_t i = 0; i < experiment->series_count; i++) {
            const scaling_series_t *series = &experiment->series[i];
            if (!is_among(experiment, series, lines->kind, first, end)) {
                continue;
            }
            if (bounds) {
                add_bounds(lines, series);
            } else {
                add_points(lines, series);
            }
        }
    }
}

static const struct {
    const char *id, *title, *unit;
    scaling_kind_t kind;
    measure_t measure;
} charts[] = {
    {"strong-rate", "Strong scaling: words a second", "words a second", SCALING_STRONG, RATE},
    {"strong-speed-up", "Strong scaling: speed-up", "times the fewest ranks", SCALING_STRONG, SPEED_UP},
    {"strong-efficiency", "Strong scaling: efficiency", "speed-up over growth of ranks", SCALING_STRONG,
        EFFICIENCY},
    {"weak-rate", "Weak scaling: words a second", "words a second", SCALING_WEAK, RATE},
    {"weak-efficiency", "Weak scaling: efficiency", "speed-up over growth of ranks", SCALING_WEAK,
        EFFICIENCY},
    {"micro-batch", "Micro-batch", "words a second", SCALING_MICRO_BATCH, RATE},
};

/** The bars stand behind the charts of strong scaling: higher than two charts, they have room there. */
enum { CHARTS = sizeof charts / sizeof charts[0], PHASES_BEFORE = 3 };

/** Room at both ends of x, so that markers do not lie on the axis. */
static void widen(lines_t *lines, bool is_doubling) {
    if (is_doubling) {
        lines->least /= 1.2;
        lines->most *= 1.2;
    } else {
        const double room = 0.08 * (lines->most - lines->least);
        lines->least -= room;
        lines->most += room;
    }
}

static void print_lines(lines_t *lines, int chart, int model, FILE *stream) {
    char id[ID_SIZE], mark[SCALING_LABEL_SIZE];
    const int cores = lines->experiment->cores;
    snprintf(id, sizeof id, "%s-%d", charts[chart].id, model);
    snprintf(mark, sizeof mark, "%d core%s", cores, cores == 1 ? "" : "s");
    // Where there are no more ranks than cores the mark says nothing.
    const bool is_marked = lines->kind != SCALING_MICRO_BATCH && lines->most > cores;
    // Both axes or none, so that the ideal stays a straight line: it is 1 to as many times as x, before the
    // room is added.
    const bool is_doubling = lines->most / lines->least >= 10;
    widen(lines, is_doubling);
    page_print_chart(&(plot_t){.id = id,
                         .title = charts[chart].title,
                         .unit = charts[chart].unit,
                         .x_title = lines->kind == SCALING_MICRO_BATCH ? "words in a shard" : "ranks",
                         .x_least = lines->least,
                         .x_most = lines->most,
                         .may_be_logarithmic = lines->measure == SPEED_UP && is_doubling,
                         .may_be_doubling = is_doubling,
                         .mark = is_marked ? cores : 0,
                         .mark_name = mark,
                         .series_count = lines->count,
                         .series = lines->series},
        stream);
}

/** Nothing where the model has no such series. STATUS_MEMORY. */
static status_t print_chart(
    const scaling_experiment_t *experiment, int chart, size_t first, size_t end, int model, FILE *stream) {
    lines_t *lines = calloc(1, sizeof *lines);
    if (!lines) {
        return status_fail(STATUS_MEMORY, "out of memory for a chart");
    }
    lines->experiment = experiment;
    lines->kind = charts[chart].kind;
    lines->measure = charts[chart].measure;
    lines->least = INFINITY;
    lines->most = -INFINITY;
    add_series(lines, first, end);
    if (lines->count > 0 && lines->measure == SPEED_UP) {
        add_ideal(lines);
    }
    if (lines->count > 0 && !lines->has_no_memory) {
        print_lines(lines, chart, model, stream);
    }
    const bool has_no_memory = lines->has_no_memory;
    for (int i = 0; i < lines->count; i++) {
        free(lines->values[i]);
    }
    free(lines);
    return has_no_memory ? status_fail(STATUS_MEMORY, "out of memory for a chart") : STATUS_OK;
}

/** What the bars are made of. */
typedef struct {
    bars_part_t parts[SCALING_PHASES_MAX];
    char part_names[SCALING_PHASES_MAX][SCALING_LABEL_SIZE];
    bar_t *bars;
    double (*shares)[SCALING_PHASES_MAX];     /**< [bars] */
    char (*texts)[3][2 * SCALING_LABEL_SIZE]; /**< heading, name, note */
} phases_t;

/** The part that is most of each bar has no stripes. */
static void name_parts(phases_t *phases, const scaling_run_t *run) {
    const int compute = scaling_run_phase(run, "compute");
    for (int i = 0; i < run->phase_count; i++) {
        scaling_label_phase(run->phases[i], phases->part_names[i]);
        phases->parts[i] = (bars_part_t){phases->part_names[i], i == compute ? 0 : i < compute ? i + 1 : i};
    }
}

static int find_largest(const scaling_setting_t *setting) {
    int largest = 0;
    for (int phase = 1; phase < scaling_setting_what(setting)->phase_count; phase++) {
        largest = setting->shares[phase].mean > setting->shares[largest].mean ? phase : largest;
    }
    return largest;
}

static void fill_bar(
    phases_t *phases, size_t i, const scaling_experiment_t *experiment, const scaling_setting_t *setting) {
    const scaling_run_t *what = scaling_setting_what(setting);
    char(*texts)[2 * SCALING_LABEL_SIZE] = phases->texts[i];
    const int largest = find_largest(setting);
    for (int phase = 0; phase < what->phase_count; phase++) {
        phases->shares[i][phase] = setting->shares[phase].mean;
    }
    scaling_label_work(experiment, what, texts[0]);
    scaling_label_ranks(experiment, what, texts[1]);
    snprintf(texts[2], sizeof texts[2], "%s %.1f%%", phases->part_names[largest],
        100 * setting->shares[largest].mean);
    const bool is_first = i == 0 || strcmp(texts[0], phases->texts[i - 1][0]) != 0;
    phases->bars[i] = (bar_t){.heading = is_first ? texts[0] : NULL,
        .name = texts[1],
        .note = texts[2],
        .shares = phases->shares[i]};
}

/** The parts with the range that they take over the bars. */
static void print_legend(const bars_t *bars, FILE *stream) {
    fputs("<ul class=\"legend\">", stream);
    for (int part = 0; part < bars->part_count; part++) {
        double least = INFINITY, most = 0;
        for (size_t i = 0; i < bars->bar_count; i++) {
            least = fmin(least, bars->bars[i].shares[part]);
            most = fmax(most, bars->bars[i].shares[part]);
        }
        fputs("<li>", stream);
        bars_print_sample(&bars->parts[part], stream);
        page_print_element("span", "", bars->parts[part].name, stream);
        fprintf(stream, "<b>%.1f%% to %.1f%%</b></li>", 100 * least, 100 * most);
    }
    fputs("</ul>\n", stream);
}

static void print_bars(
    const phases_t *phases, const char *title, int part_count, size_t count, int model, FILE *stream) {
    char id[ID_SIZE];
    snprintf(id, sizeof id, "phases-%d", model);
    const bars_t bars = {.id = id,
        .title = title,
        .part_count = part_count,
        .parts = phases->parts,
        .bar_count = count,
        .bars = phases->bars};
    fputs("<figure class=\"tall\">", stream);
    page_print_element("figcaption", "", bars.title, stream);
    bars_print(&bars, stream);
    print_legend(&bars, stream);
    fputs("</figure>\n", stream);
}

static status_t print_phases(
    const scaling_experiment_t *experiment, size_t first, size_t end, int model, FILE *stream) {
    const size_t count = end - first;
    phases_t phases = {.bars = calloc(count, sizeof *phases.bars),
        .shares = calloc(count, sizeof *phases.shares),
        .texts = calloc(count, sizeof *phases.texts)};
    const bool has_memory = phases.bars && phases.shares && phases.texts;
    if (has_memory) {
        name_parts(&phases, experiment->runs);
        for (size_t i = 0; i < count; i++) {
            fill_bar(&phases, i, experiment, &experiment->settings[first + i]);
        }
        const char *title = experiment->is_whole ? "Share of time, mean of the ranks"
                                                 : "Share of the time in steps, mean of the ranks";
        print_bars(&phases, title, experiment->runs->phase_count, count, model, stream);
    }
    free(phases.bars);
    free(phases.shares);
    free(phases.texts);
    return has_memory ? STATUS_OK : status_fail(STATUS_MEMORY, "out of memory for a chart");
}

/** Where a chart has no room for all lines of a kind, how many are drawn. */
static void print_limit(
    const scaling_experiment_t *experiment, scaling_kind_t kind, size_t first, size_t end, FILE *stream) {
    int count = 0;
    for (size_t i = 0; i < experiment->series_count; i++) {
        const scaling_series_t *series = &experiment->series[i];
        if (is_among(experiment, series, kind, first, end)) {
            count += 1 + (series->bound_count > 0);
        }
    }
    if (count > MEASURED_MAX) {
        fprintf(stream, "<p class=\"soft\">The first %d of %d lines of %s are drawn.</p>\n", MEASURED_MAX,
            count, scaling_label_kind(kind));
    }
}

status_t scaling_charts_print(
    const scaling_experiment_t *experiment, size_t first, size_t end, int model, FILE *stream) {
    status_t status = STATUS_OK;
    for (scaling_kind_t kind = 0; kind < SCALING_KINDS; kind++) {
        print_limit(experiment, kind, first, end, stream);
    }
    fputs("<div class=\"charts\">\n", stream);
    for (int chart = 0; status == STATUS_OK && chart < CHARTS; chart++) {
        if (chart == PHASES_BEFORE) {
            status = print_phases(experiment, first, end, model, stream);
        }
        if (status == STATUS_OK) {
            status = print_chart(experiment, chart, first, end, model, stream);
        }
    }
    fputs("</div>\n", stream);
    return status;
}
