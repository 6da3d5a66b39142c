/**
 * A line chart as SVG: several series over one another, told apart without colour by their dashes and
 * markers. Colours and sizes of type are left to the page's style sheet (plot_print_style()).
 */
#ifndef CVAE_PLOT_H
#define CVAE_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { PLOT_STYLES = 8 /**< colours, dashes and markers; their combinations repeat after the square */ };

/** Points in the order of x. A y that is not finite is a gap; x is finite. */
typedef struct {
    const char *name;
    size_t count;
    const double *x, *y; /**< [count] */
    int style;           /**< from 0 */

    /**
     * [count] a range around each y, drawn as a whisker where both are finite; NULL: there is none. Several
     * series with whiskers are drawn side by side, a little left and right of their places.
     */
    const double *low, *high;
} plot_series_t;

typedef struct {
    const char *id; /**< letters, digits and hyphens; unique in the page */
    const char *title, *unit, *x_title;
    double x_least, x_most;  /**< a range of x to show whatever the points; none where both are 0 */
    bool may_be_logarithmic; /**< where the values are positive and spread over a factor of ten and more */
    bool may_be_doubling;    /**< likewise x, with ticks at powers of two */
    double mark;             /**< an x to mark with an upright line; none where it is 0 */
    const char *mark_name;
    int series_count;
    const plot_series_t *series;
} plot_t;

/** Prints the chart as one <svg> with a title and a description. The stream remembers errors. */
void plot_print(const plot_t *plot, FILE *stream);

/** Prints a short piece of a series' line with its marker as an <svg>, for a legend. */
void plot_print_sample(const plot_series_t *series, FILE *stream);

/** Prints the rules of CSS that plots need. */
void plot_print_style(FILE *stream);

#endif
