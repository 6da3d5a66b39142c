#include <math.h>

#include "axis.h"
#include "markup.h"
#include "page_parts.h"

static void print_title(const char *first, const char *second, FILE *stream) {
    markup_text(stream, first);
    markup_text(stream, second);
}

void page_open(const char *first, const char *second, FILE *stream) {
    fputs(PAGE_START "\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n"
                     "<meta charset=\"utf-8\"/>\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                     "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>",
        stream);
    print_title(first, second, stream);
    fputs("</title>\n<style>\n", stream);
    page_print_style(stream);
    fputs("</style>\n</head>\n<body><main>\n<header><h1>", stream);
    print_title(first, second, stream);
    fputs("</h1><p class=\"soft\">cvae_mpi " CVAE_VERSION "</p></header>\n", stream);
}

void page_close(FILE *stream) {
    fputs("</main></body>\n</html>\n", stream);
}

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
