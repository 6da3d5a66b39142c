/**
 * Lines and tables for a person, as wide as the terminal, or 80 columns without one. Widths are those that a
 * terminal shows (text_width()). A stream is a file, or NULL for log_line().
 */
#ifndef CVAE_PRINT_H
#define CVAE_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/status.h"

/** The width of the stream's terminal, or 80 without one. */
int print_columns(FILE *stream);

/**
 * Prints one line of at most 8 KB (printf-like, the newline is added). On a terminal, a line that is too long
 * is broken at blanks. A pipe or a file gets it as it is.
 */
void print_line(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Rows of cells. */
typedef struct print_table print_table_t;

/**
 * A table without rows: texts in the first columns, and numbers, flush right, from column `numbers_from` on.
 * NULL without memory; the other functions accept NULL, and print_table() then fails.
 */
print_table_t *print_table_create(int columns, int numbers_from);

/** Frees it. NULL is fine. */
void print_table_destroy(print_table_t *table);

/** Begins a row. Cells that are not added are empty. */
void print_row(print_table_t *table);

/** Adds a cell (printf-like) to the last row. */
void print_cell(print_table_t *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Whether print_table() would show each cell in full and each row on one line. */
bool print_table_fits(const print_table_t *table, FILE *stream);

/**
 * Prints the rows, each indented by two blanks. A column is as wide as its widest cell. If rows are too long,
 * the widest columns of texts are narrowed, down to 12, and in cells that are too long an ellipsis replaces
 * the middle; a row that is still too long goes on in the next line. STATUS_MEMORY.
 */
status_t print_table(const print_table_t *table, FILE *stream);

#endif
