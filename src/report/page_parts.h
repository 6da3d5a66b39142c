/**
 * The parts of scaling.html, each to a stream that remembers its errors.
 */
#ifndef REPORT_PAGE_PARTS_H
#define REPORT_PAGE_PARTS_H

#include <stdio.h>

#include "plot.h"

/** How a page's file begins. */
#define PAGE_START "<!DOCTYPE html>"

/** From the beginning to the end of the header, with a title of two parts; and what comes last. */
void page_open(const char *first, const char *second, FILE *stream);
void page_close(FILE *stream);

/** The style sheet, without its tags. */
void page_print_style(FILE *stream);

/** A chart as a figure with its title and a legend, which has the last value of each line. */
void page_print_chart(const plot_t *plot, FILE *stream);

/** A table's beginning, in a box that scrolls by itself, and its end. The caption is escaped. */
void page_open_table(const char *caption, const char *class, FILE *stream);
void page_close_table(FILE *stream);

/** <TAG ATTRIBUTES>text</TAG>, the text escaped. attributes: "" or " scope=\"col\"". */
void page_print_element(const char *tag, const char *attributes, const char *text, FILE *stream);

#endif
