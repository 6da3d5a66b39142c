/**
 * Numbers as text, the same in every locale.
 */
#ifndef REPORT_DECIMAL_H
#define REPORT_DECIMAL_H

/** Space for any double, its zero included. */
#define DECIMAL_TEXT_SIZE 40

/**
 * A finite double with the fewest digits that bring it back exactly: "0.1", "3.0", "1.5e-7", "1e22". It has a
 * point or an exponent always, so that a reader can tell it from an integer, and looks the same in every
 * locale.
 */
void decimal_text(double value, char text[DECIMAL_TEXT_SIZE]);

/** Space for a count with its commas, its zero included. */
#define DECIMAL_COUNT_SIZE 32

/**
 * The nearest whole number, a comma before every third digit from the right: "12,947". 1e15 for what is
 * larger, 0 for what is below zero or not a number.
 */
void decimal_count(double count, char text[DECIMAL_COUNT_SIZE]);

#endif
