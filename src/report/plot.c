#include "plot.h"

#include <math.h>

#include "axis.h"
#include "markup.h"

/** The drawing, in units of the viewBox: about pixels on a phone, a little less than one on a desktop. */
enum { WIDTH = 360, HEIGHT = 226, LEFT = 46, RIGHT = 348, TOP = 26, BOTTOM = 188 };

/** A series of at most this many points has a marker on each, a longer one about half as many. */
enum { MARKED_MAX = 16 };

/** Series with whiskers stand side by side: how far apart, and how far from the first to the last at most. */
#define APART 6.0
#define APART_MOST 24.0

/** Half a marker's width. */
#define MARKER 3.4

typedef struct {
    const plot_t *plot;
    axis_t x, y;
    double shift; /**< of the series at hand, to the right */
    FILE *stream;
} drawing_t;

typedef struct {
    double least, most;
} range_t;

static void widen(range_t *range, double value) {
    if (isfinite(value)) {
        range->least = fmin(range->least, value);
        range->most = fmax(range->most, value);
    }
}

static bool has_whisker(const plot_series_t *series, size_t i) {
    return series->low && series->high && isfinite(series->low[i]) && isfinite(series->high[i]) &&
           isfinite(series->y[i]);
}

static void find_ranges(const plot_t *plot, range_t *x, range_t *y) {
    *x = *y = (range_t){INFINITY, -INFINITY};
    for (int s = 0; s < plot->series_count; s++) {
        for (size_t i = 0; i < plot->series[s].count; i++) {
            widen(x, plot->series[s].x[i]);
            widen(y, plot->series[s].y[i]);
            if (has_whisker(&plot->series[s], i)) {
                widen(y, plot->series[s].low[i]);
                widen(y, plot->series[s].high[i]);
            }
        }
    }
}

static void choose_x_axis(drawing_t *drawing, range_t x) {
    if (drawing->plot->x_most > drawing->plot->x_least) {
        widen(&x, drawing->plot->x_least);
        widen(&x, drawing->plot->x_most);
    }
    if (x.most < x.least) {
        x = (range_t){0, 1};
    }
    if (drawing->plot->may_be_doubling && x.least > 0 && x.most / x.least >= 10) {
        axis_doubling(&drawing->x, x.least, x.most);
    } else {
        axis_whole(&drawing->x, x.least, x.most);
    }
}

static void choose_axes(drawing_t *drawing) {
    range_t x, y;
    find_ranges(drawing->plot, &x, &y);
    choose_x_axis(drawing, x);
    if (y.most < y.least) {
        y = (range_t){0, 1};
    }
    if (drawing->plot->may_be_logarithmic && y.least > 0 && y.most / y.least >= 10) {
        axis_logarithmic(&drawing->y, y.least, y.most);
        return;
    }
    // Zero is always there, so that heights can be compared; a line of zeros runs along the bottom.
    y = (range_t){fmin(y.least, 0), fmax(y.most, 0)};
    axis_linear(&drawing->y, y.least, y.least == y.most ? 1 : y.most);
}

static double place_x(const drawing_t *drawing, double value) {
    return LEFT + axis_place(&drawing->x, value) * (RIGHT - LEFT) + drawing->shift;
}

static double place_y(const drawing_t *drawing, double value) {
    return BOTTOM - axis_place(&drawing->y, value) * (BOTTOM - TOP);
}

static void print_point(FILE *stream, double x, double y) {
    markup_coordinate(stream, x);
    fputc(' ', stream);
    markup_coordinate(stream, y);
}

static void print_line(FILE *stream, const char *class, double x1, double y1, double x2, double y2) {
    fprintf(stream, "<path class=\"%s\" d=\"M", class);
    print_point(stream, x1, y1);
    fputc('L', stream);
    print_point(stream, x2, y2);
    fputs("\"/>", stream);
}

static void print_label(FILE *stream, double x, double y, const char *anchor, const char *text) {
    fputs("<text x=\"", stream);
    markup_coordinate(stream, x);
    fputs("\" y=\"", stream);
    markup_coordinate(stream, y);
    fprintf(stream, "\" text-anchor=\"%s\">", anchor);
    markup_text(stream, text);
    fputs("</text>", stream);
}

static void print_x_axis(const drawing_t *drawing) {
    FILE *stream = drawing->stream;
    char label[AXIS_LABEL_SIZE];
    for (int i = 0; i < drawing->x.tick_count; i++) {
        const double x = place_x(drawing, drawing->x.tick[i]);
        print_line(stream, "axis", x, BOTTOM, x, BOTTOM + 4);
        axis_label(&drawing->x, i, label);
        print_label(stream, x, BOTTOM + 17, "middle", label);
    }
    print_line(stream, "axis", LEFT, BOTTOM, RIGHT, BOTTOM);
    print_label(stream, (LEFT + RIGHT) / 2.0, HEIGHT - 5, "middle", drawing->plot->x_title);
    fputc('\n', stream);
}

static void print_y_axis(const drawing_t *drawing) {
    FILE *stream = drawing->stream;
    char label[AXIS_LABEL_SIZE];
    for (int i = 0; i < drawing->y.tick_count; i++) {
        const double y = place_y(drawing, drawing->y.tick[i]);
        print_line(stream, "grid", LEFT, y, RIGHT, y);
        axis_label(&drawing->y, i, label);
        print_label(stream, LEFT - 6, y + 4, "end", label);
    }
    print_line(stream, "axis", LEFT, TOP, LEFT, BOTTOM);
    // Upright above its axis: easier to read than turned by a quarter, and it leaves the width to the lines.
    fputs("<text x=\"4\" y=\"13\">", stream);
    markup_text(stream, drawing->plot->unit);
    fputs(drawing->y.is_logarithmic ? ", logarithmic</text>\n" : "</text>\n", stream);
}

/** The upright line that plot->mark asks for, where it lies within the drawing. */
static void print_mark(const drawing_t *drawing) {
    const double mark = drawing->plot->mark;
    if (mark == 0 || !drawing->plot->mark_name || mark < drawing->x.low || mark > drawing->x.high) {
        return;
    }
    const double x = place_x(drawing, mark);
    print_line(drawing->stream, "mark", x, TOP, x, BOTTOM);
    const bool is_left = x < (LEFT + RIGHT) / 2.0;
    print_label(drawing->stream, x + (is_left ? 4 : -4), BOTTOM - 6, is_left ? "start" : "end",
        drawing->plot->mark_name);
    fputc('\n', drawing->stream);
}

/** A marker's outline around a point, closed or, for the last two, of strokes. */
static void print_marker(FILE *stream, int shape, double x, double y) {
    static const struct {
        int count;
        float corner[8][2];
    } outlines[PLOT_STYLES] = {
        // circle (an octagon, at this size), square, triangle, diamond, triangle down, bar, plus, cross
        {8, {{-.4f, -1}, {.4f, -1}, {1, -.4f}, {1, .4f}, {.4f, 1}, {-.4f, 1}, {-1, .4f}, {-1, -.4f}}},
        {4, {{-.9f, -.9f}, {.9f, -.9f}, {.9f, .9f}, {-.9f, .9f}}},
        {3, {{0, -1.2f}, {1.1f, .9f}, {-1.1f, .9f}}},
        {4, {{0, -1.3f}, {1.3f, 0}, {0, 1.3f}, {-1.3f, 0}}},
        {3, {{0, 1.2f}, {1.1f, -.9f}, {-1.1f, -.9f}}},
        {4, {{-.4f, -1.3f}, {.4f, -1.3f}, {.4f, 1.3f}, {-.4f, 1.3f}}},
        {4, {{-1.2f, 0}, {1.2f, 0}, {0, -1.2f}, {0, 1.2f}}},
        {4, {{-1, -1}, {1, 1}, {-1, 1}, {1, -1}}},
    };
    const int is_strokes = shape >= PLOT_STYLES - 2;
    fputs("<path class=\"marker\" d=\"", stream);
    for (int i = 0; i < outlines[shape].count; i++) {
        fputc(i == 0 || (is_strokes && i == 2) ? 'M' : 'L', stream);
        print_point(
            stream, x + MARKER * outlines[shape].corner[i][0], y + MARKER * outlines[shape].corner[i][1]);
    }
    fputs(is_strokes ? "\"/>" : "Z\"/>", stream);
}

static int colour_of(const plot_series_t *series) {
    return series->style % PLOT_STYLES;
}

/** Shifted against the colours from the second round on, so that a combination comes again only after 64. */
static int dash_of(const plot_series_t *series) {
    return (series->style + series->style / PLOT_STYLES) % PLOT_STYLES;
}

static bool is_alone(const plot_series_t *series, size_t i) {
    return (i == 0 || !isfinite(series->y[i - 1])) && (i + 1 == series->count || !isfinite(series->y[i + 1]));
}

/**
 * Whether point i has a marker. Those of a long series stand apart, at other places for each style: where
 * lines lie on one another their markers do not. A point between two gaps would not be seen without one.
 */
static bool is_marked(const plot_series_t *series, size_t i) {
    const size_t every = (series->count + MARKED_MAX - 1) / MARKED_MAX * (series->count > MARKED_MAX ? 2 : 1);
    const size_t shift = (size_t)series->style * every / 3;
    return every <= 1 || (i + shift) % every == every / 2 || is_alone(series, i);
}

static void print_curve(const drawing_t *drawing, const plot_series_t *series) {
    FILE *stream = drawing->stream;
    bool is_drawing = false;
    fputs("<path class=\"line\" d=\"", stream);
    for (size_t i = 0; i < series->count; i++) {
        if (!isfinite(series->y[i])) {
            is_drawing = false;
            continue;
        }
        fputc(is_drawing ? 'L' : 'M', stream);
        print_point(stream, place_x(drawing, series->x[i]), place_y(drawing, series->y[i]));
        is_drawing = true;
    }
    fputs("\"/>", stream);
}

/** From low to high, with a short stroke across each end. */
static void print_whisker(const drawing_t *drawing, const plot_series_t *series, size_t i) {
    const double x = place_x(drawing, series->x[i]);
    const double ends[] = {place_y(drawing, series->low[i]), place_y(drawing, series->high[i])};
    fputs("<path class=\"whisker\" d=\"M", drawing->stream);
    print_point(drawing->stream, x, ends[0]);
    fputc('L', drawing->stream);
    print_point(drawing->stream, x, ends[1]);
    for (int end = 0; end < 2; end++) {
        fputc('M', drawing->stream);
        print_point(drawing->stream, x - MARKER, ends[end]);
        fputc('L', drawing->stream);
        print_point(drawing->stream, x + MARKER, ends[end]);
    }
    fputs("\"/>", drawing->stream);
}

static void print_series(const drawing_t *drawing, const plot_series_t *series) {
    FILE *stream = drawing->stream;
    fprintf(stream, "<g class=\"colour%d dash%d\">", colour_of(series), dash_of(series));
    print_curve(drawing, series);
    for (size_t i = 0; i < series->count; i++) {
        if (has_whisker(series, i)) {
            print_whisker(drawing, series, i);
        }
    }
    for (size_t i = 0; i < series->count; i++) {
        if (isfinite(series->y[i]) && is_marked(series, i)) {
            print_marker(
                stream, colour_of(series), place_x(drawing, series->x[i]), place_y(drawing, series->y[i]));
        }
    }
    fputs("</g>\n", stream);
}

static bool has_whiskers(const plot_series_t *series) {
    bool has_one = false;
    for (size_t i = 0; i < series->count; i++) {
        has_one = has_one || has_whisker(series, i);
    }
    return has_one;
}

/** Whiskers at one x would lie on one another: those series are drawn a little to the left and the right. */
static void print_all_series(drawing_t *drawing) {
    const plot_t *plot = drawing->plot;
    int count = 0, number = 0;
    for (int s = 0; s < plot->series_count; s++) {
        count += has_whiskers(&plot->series[s]);
    }
    const double apart = count > 1 ? fmin(APART, APART_MOST / (count - 1)) : 0;
    for (int s = 0; s < plot->series_count; s++) {
        const bool is_shifted = has_whiskers(&plot->series[s]);
        drawing->shift = is_shifted ? (number++ - (count - 1) / 2.0) * apart : 0;
        print_series(drawing, &plot->series[s]);
    }
}

/** One sentence a series, for who does not see the lines. */
static void print_description(const plot_t *plot, FILE *stream) {
    char first[AXIS_LABEL_SIZE], last[AXIS_LABEL_SIZE];
    for (int s = 0; s < plot->series_count; s++) {
        const plot_series_t *series = &plot->series[s];
        markup_text(stream, series->name);
        if (series->count == 0) {
            fputs(": no values. ", stream);
            continue;
        }
        axis_value_text(series->y[0], first);
        axis_value_text(series->y[series->count - 1], last);
        fprintf(stream, ": %zu value%s, ", series->count, series->count == 1 ? "" : "s");
        fprintf(stream, "first %s at %.0f, last %s at %.0f. ", first, series->x[0], last,
            series->x[series->count - 1]);
    }
}

void plot_print(const plot_t *plot, FILE *stream) {
    drawing_t drawing = {.plot = plot, .stream = stream};
    choose_axes(&drawing);
    fprintf(stream,
        "<svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-title %s-description\" "
        "xmlns=\"http://www.w3.org/2000/svg\">\n<title id=\"%s-title\">",
        WIDTH, HEIGHT, plot->id, plot->id, plot->id);
    markup_text(stream, plot->title);
    fputs(" (", stream);
    markup_text(stream, plot->unit);
    fputs(") by ", stream);
    markup_text(stream, plot->x_title);
    fprintf(stream, "</title>\n<desc id=\"%s-description\">", plot->id);
    print_description(plot, stream);
    fputs("</desc>\n", stream);
    print_y_axis(&drawing);
    print_x_axis(&drawing);
    print_mark(&drawing);
    print_all_series(&drawing);
    fputs("</svg>\n", stream);
}

void plot_print_sample(const plot_series_t *series, FILE *stream) {
    fprintf(stream,
        "<svg class=\"sample\" viewBox=\"0 0 44 12\" aria-hidden=\"true\" "
        "xmlns=\"http://www.w3.org/2000/svg\">"
        "<g class=\"colour%d dash%d\">",
        colour_of(series), dash_of(series));
    print_line(stream, "line", 0, 6, 44, 6);
    print_marker(stream, colour_of(series), 22, 6);
    fputs("</g></svg>", stream);
}

void plot_print_style(FILE *stream) {
    static const struct {
        const char *light, *dark, *dash;
    } styles[PLOT_STYLES] = {
        {"#0b5fa5", "#6cb6ff", "none"},
        {"#b3390a", "#ff9a62", "7 3"},
        {"#12734a", "#5fd39a", "2 3"},
        {"#8a2c8f", "#e59aee", "9 3 2 3"},
        {"#6e5a00", "#e3c64f", "14 4"},
        {"#a01446", "#ff8fb0", "4 2"},
        {"#006b75", "#55cfdb", "9 2 2 2 2 2"},
        {"#4b4b4b", "#c4c4c4", "1 2"},
    };
    for (int i = 0; i < PLOT_STYLES; i++) {
        fprintf(stream, ".colour%d{--colour:%s}.dash%d .line{stroke-dasharray:%s}\n", i, styles[i].light, i,
            styles[i].dash);
    }
    fputs("@media (prefers-color-scheme:dark){", stream);
    for (int i = 0; i < PLOT_STYLES; i++) {
        fprintf(stream, ".colour%d{--colour:%s}", i, styles[i].dark);
    }
    fputs("}\n"
          ".plot{display:block;width:100%;height:auto}\n"
          ".plot text{font-size:12px;fill:var(--soft)}\n"
          ".axis{stroke:var(--soft);fill:none}\n.grid{stroke:var(--grid);fill:none}\n"
          ".line{stroke:var(--colour);stroke-width:1.8;fill:none;stroke-linejoin:round}\n"
          ".whisker{stroke:var(--colour);stroke-width:1.2;fill:none}\n"
          ".mark{stroke:var(--soft);stroke-dasharray:3 3;fill:none}\n"
          ".marker{stroke:var(--colour);stroke-width:1.4;fill:var(--colour)}\n"
          ".sample{width:44px;height:12px;flex:none}\n",
        stream);
}
