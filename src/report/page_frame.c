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
