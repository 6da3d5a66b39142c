#include <math.h>
#include <string.h>

#include "axis.h"
#include "plot.h"
#include "markup.h"
#include "page_parts.h"

/** Runs beyond this many are in the tables, but not in the charts: nobody could tell their lines apart. */
enum { SERIES_MAX = PLOT_STYLES * PLOT_STYLES };

/** What losses are measured in depends on the configuration. */
#define NATS NULL

static const struct {
    const char *id, *unit;
    bool may_be_logarithmic;
} charts[PAGE_QUANTITIES] = {
    [PAGE_CROSS_ENTROPY] = {"cross-entropy", NATS, true},
    [PAGE_EVALUATION_CROSS_ENTROPY] = {"evaluation-cross-entropy", NATS, true},
    [PAGE_KL] = {"kl", NATS, false},
    [PAGE_EVALUATION_KL] = {"evaluation-kl", NATS, false},
    [PAGE_BLEU4] = {"bleu4", "score from 0 to 1", false},
    [PAGE_EXACT_MATCH] = {"exact-match", "share of conversions", false},
    [PAGE_GAUSSIAN] = {"gaussian", "share of draws", false},
    [PAGE_KL_WEIGHT] = {"kl-weight", "factor of KL in the loss", false},
    [PAGE_KL_TARGET] = {"kl-target", "nats a word", false},
    [PAGE_TEACHER_FORCING] = {"teacher-forcing", "share of words", false},
    [PAGE_WORD_DROPOUT] = {"word-dropout", "share of letters", false},
    [PAGE_LEARNING_RATE] = {"learning-rate", "step size (no unit)", false},
};

static const char *const titles[] = {
#define PAGE_TITLE(code, key, title) [code] = title,
    PAGE_QUANTITY_LIST(PAGE_TITLE)
#undef PAGE_TITLE
};

static bool has_mean_loss(const page_run_t *run) {
    const char *loss = page_run_setting(run, "train.loss");
    return loss && strncmp(loss, "mean", 4) == 0;
}

/** A word's cross-entropy is its sum over the letters, or, where the configuration says so, its mean. */
static const char *loss_unit(page_quantity_t quantity, const page_run_t *runs, int count) {
    int means = 0;
    if (quantity == PAGE_CROSS_ENTROPY || quantity == PAGE_EVALUATION_CROSS_ENTROPY) {
        for (int i = 0; i < count; i++) {
            means += has_mean_loss(&runs[i]);
        }
    }
    return means == 0       ? "nats a word"
           : means == count ? "nats a letter"
                            : "nats a word or letter (train.loss)";
}

static plot_series_t series_of(const page_run_t *run, page_quantity_t quantity, const char *name, int style) {
    const page_curve_t *curve = &run->curves[quantity];
    return (plot_series_t){
        .name = name, .count = curve->count, .x = curve->epoch, .y = curve->value, .style = style};
}

static void print_legend(const plot_t *plot, FILE *stream) {
    char last[AXIS_LABEL_SIZE];
    fputs("<ul class=\"legend\">", stream);
    for (int i = 0; i < plot->series_count; i++) {
        const plot_series_t *series = &plot->series[i];
        fputs("<li>", stream);
        plot_print_sample(series, stream);
        page_print_element("span", "", series->name, stream);
        axis_value_text(series->count > 0 ? series->y[series->count - 1] : NAN, last);
        fprintf(stream, "<b>last %s</b></li>", last);
    }
    fputs("</ul>\n", stream);
}

void page_print_chart(const plot_t *plot, FILE *stream) {
    size_t points = 0;
    for (int i = 0; i < plot->series_count; i++) {
        points += plot->series[i].count;
    }
    fputs("<figure>", stream);
    page_print_element("figcaption", "", plot->title, stream);
    if (points > 0) {
        plot_print(plot, stream);
        print_legend(plot, stream);
    } else {
        fputs("<p class=\"soft\">Not recorded yet.</p>", stream);
    }
    fputs("</figure>\n", stream);
}

static const char *unit_of(page_quantity_t quantity, const page_run_t *runs, int count) {
    return charts[quantity].unit ? charts[quantity].unit : loss_unit(quantity, runs, count);
}

/** The epochs of all charts, so that what stands in one above another happened at the same time. */
static void find_epochs(const page_run_t *runs, int count, double *first, double *last) {
    *first = INFINITY;
    *last = -INFINITY;
    for (int i = 0; i < count; i++) {
        for (int quantity = 0; quantity < PAGE_QUANTITIES; quantity++) {
            const page_curve_t *curve = &runs[i].curves[quantity];
            for (size_t point = 0; point < curve->count; point++) {
                *first = fmin(*first, curve->epoch[point]);
                *last = fmax(*last, curve->epoch[point]);
            }
        }
    }
}

static void print_quantity(page_quantity_t quantity, const char *title, const plot_series_t *series,
    int series_count, const page_run_t *runs, int count, FILE *stream) {
    double first, last;
    find_epochs(runs, count, &first, &last);
    page_print_chart(&(plot_t){.id = charts[quantity].id,
                         .title = title,
                         .unit = unit_of(quantity, runs, count),
                         .x_title = "epoch",
                         .x_least = first,
                         .x_most = last,
                         .may_be_logarithmic = charts[quantity].may_be_logarithmic,
                         .series_count = series_count,
                         .series = series},
        stream);
}

static bool is_used(const page_curve_t *curve) {
    bool is_used = false;
    for (size_t point = 0; point < curve->count; point++) {
        is_used = is_used || curve->value[point] > 0;
    }
    return is_used;
}

/** Without a chart where it is 0 throughout: it is not used then. */
static bool is_optional(page_quantity_t quantity) {
    return quantity == PAGE_KL_TARGET || quantity == PAGE_WORD_DROPOUT;
}

/** Whether a quantity has a chart: optional ones only where a run uses them. */
static bool has_chart(page_quantity_t quantity, const page_run_t *runs, int count) {
    bool has_chart = !is_optional(quantity);
    for (int i = 0; i < count; i++) {
        has_chart = has_chart || is_used(&runs[i].curves[quantity]);
    }
    return has_chart;
}

static bool is_paired(page_quantity_t quantity) {
    return quantity == PAGE_CROSS_ENTROPY || quantity == PAGE_KL;
}

static bool is_second(page_quantity_t quantity) {
    return quantity == PAGE_EVALUATION_CROSS_ENTROPY || quantity == PAGE_EVALUATION_KL;
}

/** Training and evaluation of one run over one another: how they part is what one looks for. */
static void print_charts_of_one(const page_run_t *run, FILE *stream) {
    for (page_quantity_t quantity = 0; quantity < PAGE_QUANTITIES; quantity++) {
        if (is_second(quantity) || !has_chart(quantity, run, 1)) {
            continue;
        }
        const bool paired = is_paired(quantity);
        const plot_series_t series[] = {
            series_of(run, quantity, paired ? "training" : run->name, 0),
            series_of(run, paired ? quantity + 1 : quantity, "evaluation", 1),
        };
        const char *title = quantity == PAGE_CROSS_ENTROPY ? "Cross-entropy"
                            : quantity == PAGE_KL          ? "KL divergence"
                                                           : titles[quantity];
        const int series_count = paired && series[1].count > 0 ? 2 : 1;
        print_quantity(quantity, title, series, series_count, run, 1, stream);
    }
}

static void print_charts_of_many(const page_run_t *runs, int count, FILE *stream) {
    plot_series_t series[SERIES_MAX];
    const int shown = count < SERIES_MAX ? count : SERIES_MAX;
    for (page_quantity_t quantity = 0; quantity < PAGE_QUANTITIES; quantity++) {
        if (!has_chart(quantity, runs, shown)) {
            continue;
        }
        int series_count = 0;
        for (int i = 0; i < shown; i++) {
            // A run keeps its style from chart to chart, also where another has no values.
            if (runs[i].curves[quantity].count > 0) {
                series[series_count++] = series_of(&runs[i], quantity, runs[i].name, i);
            }
        }
        print_quantity(quantity, titles[quantity], series, series_count, runs, count, stream);
    }
}

void page_print_charts(const page_run_t *runs, int count, FILE *stream) {
    fputs("<section aria-labelledby=\"charts\"><h2 id=\"charts\">Over the epochs</h2>\n", stream);
    if (count > SERIES_MAX) {
        fprintf(stream, "<p class=\"soft\">The first %d of %d runs are drawn.</p>\n", SERIES_MAX, count);
    }
    fputs("<div class=\"charts\">\n", stream);
    if (count == 1) {
        print_charts_of_one(runs, stream);
    } else {
        print_charts_of_many(runs, count, stream);
    }
    fputs("</div></section>\n", stream);
}
