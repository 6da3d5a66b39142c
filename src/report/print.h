/**
 * Lines and tables for a person, as wide as the terminal, or 80 columns where there is none. Columns are
 * those that a terminal shows (text_width()). A stream is a file's; NULL is log_line().
 */
#ifndef CVAE_PRINT_H
#define CVAE_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/status.h"

/** The columns that there are for what is printed to a stream. */
int print_columns(FILE *stream);

/**
 * Prints one line (printf-like, the newline is added), of at most 8 KB, on a terminal broken at blanks where
 * it is too long. A pipe or a file gets it as it is.
 */
void print_line(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Rows of cells. */
typedef struct print_table print_table_t;

/**
 * A table without rows, of texts in the first columns and numbers, flush right, from column `numbers_from`
 * on. NULL without memory, which is fine for all the others: print_table() says so.
 */
print_table_t *print_table_create(int columns, int numbers_from);

/** Frees it. NULL is fine. */
void print_table_destroy(print_table_t *table);

/** Begins a row. Cells that it does not get are empty. */
void print_row(print_table_t *table);

/** Adds a cell (printf-like) to the last row. */
void print_cell(print_table_t *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Whether each cell would be shown as it is and each row on one line. */
bool print_table_fits(const print_table_t *table, FILE *stream);

/**
 * Prints the rows, two blanks in front of each. A column is as wide as its widest cell. Where a row is too
 * long the widest columns of texts are narrowed to at least 12, and cells that are longer then lose their
 * middle, for an ellipsis; a row that is still too long goes on in the next line. STATUS_MEMORY.
 */
status_t print_table(const print_table_t *table, FILE *stream);

#endif
