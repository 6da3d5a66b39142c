/**
 * A chart of lying bars as SVG, each cut into the same parts, whose shares add up to 1 at most. The parts are
 * told apart without colour by their stripes. Colours are those of the plots (plot_print_style()).
 */
#ifndef CVAE_BARS_H
#define CVAE_BARS_H

#include <stddef.h>
#include <stdio.h>

typedef struct {
    const char *name;
    int style; /**< from 0, as a plot's series; 0 has no stripes */
} bars_part_t;

typedef struct {
    const char *heading;     /**< above the bar, of those after it too; NULL: that of the one before */
    const char *name, *note; /**< above the bar, at its two ends */
    const double *shares;    /**< [part_count] from 0, finite */
} bar_t;

typedef struct {
    const char *id; /**< letters, digits and hyphens; unique in the page */
    const char *title;
    int part_count;
    const bars_part_t *parts;
    size_t bar_count;
    const bar_t *bars;
} bars_t;

/** Prints the chart as one <svg> with a title and a description. The stream remembers errors. */
void bars_print(const bars_t *bars, FILE *stream);

/** Prints a piece of a part as an <svg>, for a legend. */
void bars_print_sample(const bars_part_t *part, FILE *stream);

/** Prints the rules of CSS that bars need beside those of plots. */
void bars_print_style(FILE *stream);

#endif
