#include "bars.h"

#include "plot.h"
#include "markup.h"

/**
 * The drawing, in units of the viewBox, as wide as a plot. A row is a line of text and a bar under it, and
 * where it has a heading a line more.
 */
enum {
    WIDTH = 360,
    LEFT = 4,
    RIGHT = 348,
    HEADING = 20,
    HEADING_AT = 15,
    ROW = 37,
    TEXT_AT = 13,
    BAR_AT = 18,
    BAR = 13,
    FOOT = 24
};

static double place(double share) {
    return LEFT + share * (RIGHT - LEFT);
}

static void print_coordinates(FILE *stream, double x, double y) {
    markup_coordinate(stream, x);
    fputc(' ', stream);
    markup_coordinate(stream, y);
}

static void print_text(
    FILE *stream, const char *class, double x, double y, const char *anchor, const char *text) {
    fprintf(stream, "<text class=\"%s\" x=\"", class);
    markup_coordinate(stream, x);
    fputs("\" y=\"", stream);
    markup_coordinate(stream, y);
    fprintf(stream, "\" text-anchor=\"%s\">", anchor);
    markup_text(stream, text);
    fputs("</text>", stream);
}

/** A part's piece of a bar: a pale ground, the stripes, and an outline. */
static void print_piece(FILE *stream, int style, double x1, double x2, double y, double height) {
    fprintf(stream, "<g class=\"colour%d dash%d\"><path class=\"ground\" d=\"M", style % PLOT_STYLES,
        (style + style / PLOT_STYLES) % PLOT_STYLES);
    print_coordinates(stream, x1, y);
    fputc('L', stream);
    print_coordinates(stream, x2, y);
    fputc('L', stream);
    print_coordinates(stream, x2, y + height);
    fputc('L', stream);
    print_coordinates(stream, x1, y + height);
    fputs("Z\"/><path class=\"line stripes\" d=\"M", stream);
    print_coordinates(stream, x1, y + height / 2);
    fputc('L', stream);
    print_coordinates(stream, x2, y + height / 2);
    fputs("\"/></g>", stream);
}

static void print_bar(const bars_t *bars, const bar_t *bar, double y, FILE *stream) {
    double from = 0;
    print_text(stream, "name", LEFT, y + TEXT_AT, "start", bar->name);
    print_text(stream, "name", RIGHT, y + TEXT_AT, "end", bar->note);
    for (int part = 0; part < bars->part_count; part++) {
        const double to = from + bar->shares[part];
        // What is narrower than a tenth of a unit nobody sees.
        if (place(to) - place(from) >= 0.1) {
            print_piece(stream, bars->parts[part].style, place(from), place(to), y + BAR_AT, BAR);
        }
        from = to;
    }
    fputc('\n', stream);
}

static void print_axis(double bottom, FILE *stream) {
    for (int percent = 0; percent <= 100; percent += 25) {
        char label[8];
        const double x = place(percent / 100.0);
        snprintf(label, sizeof label, "%d%%", percent);
        fputs("<path class=\"axis\" d=\"M", stream);
        print_coordinates(stream, x, bottom - 2);
        fputc('L', stream);
        print_coordinates(stream, x, bottom + 4);
        fputs("\"/>", stream);
        print_text(stream, "name", x, bottom + 16,
            percent == 0     ? "start"
            : percent == 100 ? "end"
                             : "middle",
            label);
    }
    fputc('\n', stream);
}

/** One sentence a bar, for who does not see them. */
static void print_description(const bars_t *bars, FILE *stream) {
    for (size_t i = 0; i < bars->bar_count; i++) {
        if (bars->bars[i].heading) {
            markup_text(stream, bars->bars[i].heading);
            fputs(". ", stream);
        }
        markup_text(stream, bars->bars[i].name);
        for (int part = 0; part < bars->part_count; part++) {
            const int tenths = (int)(1000 * bars->bars[i].shares[part] + 0.5);
            fputs(part > 0 ? ", " : ": ", stream);
            markup_text(stream, bars->parts[part].name);
            fprintf(stream, " %d.%d%%", tenths / 10, tenths % 10);
        }
        fputs(". ", stream);
    }
}

void bars_print(const bars_t *bars, FILE *stream) {
    double bottom = 4;
    for (size_t i = 0; i < bars->bar_count; i++) {
        bottom += ROW + (bars->bars[i].heading ? HEADING : 0);
    }
    fprintf(stream,
        "<svg class=\"plot\" viewBox=\"0 0 %d %.0f\" role=\"img\" aria-labelledby=\"%s-title "
        "%s-description\" "
        "xmlns=\"http://www.w3.org/2000/svg\">\n<title id=\"%s-title\">",
        WIDTH, bottom + FOOT, bars->id, bars->id, bars->id);
    markup_text(stream, bars->title);
    fprintf(stream, "</title>\n<desc id=\"%s-description\">", bars->id);
    print_description(bars, stream);
    fputs("</desc>\n", stream);
    print_axis(bottom, stream);
    double y = 0;
    for (size_t i = 0; i < bars->bar_count; i++) {
        if (bars->bars[i].heading) {
            print_text(stream, "heading", LEFT, y + HEADING_AT, "start", bars->bars[i].heading);
            y += HEADING;
        }
        print_bar(bars, &bars->bars[i], y, stream);
        y += ROW;
    }
    fputs("</svg>\n", stream);
}

void bars_print_sample(const bars_part_t *part, FILE *stream) {
    fputs("<svg class=\"sample\" viewBox=\"0 0 44 12\" aria-hidden=\"true\" "
          "xmlns=\"http://www.w3.org/2000/svg\">",
        stream);
    print_piece(stream, part->style, 0, 44, 0, 12);
    fputs("</svg>", stream);
}

void bars_print_style(FILE *stream) {
    fprintf(stream,
        ".plot .heading{font-weight:600;fill:var(--text)}\n"
        ".line.stripes{stroke-width:%d}\n"
        ".ground{stroke:var(--colour);stroke-width:.8;fill:var(--colour);fill-opacity:.2}\n",
        BAR);
}
