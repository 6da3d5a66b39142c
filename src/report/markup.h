/**
 * Text and numbers for a page that is HTML and XML at once.
 */
#ifndef REPORT_MARKUP_H
#define REPORT_MARKUP_H

#include <stdio.h>

/**
 * Prints a text such that it is that text, between tags and in quotes: markup is escaped, and what XML cannot
 * hold (control characters, bytes that are not UTF-8) becomes U+FFFD. Line ends become blanks.
 */
void markup_text(FILE *stream, const char *text);

/** Prints a coordinate: a finite number with at most one decimal, in every locale the same. */
void markup_coordinate(FILE *stream, double value);

#endif
