#include "print.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/terminal.h"
#include "base/text.h"

enum {
    USUAL = 80,       /**< columns where there is no terminal */
    LINE_SIZE = 8192, /**< bytes */
    NARROWEST = 12,   /**< width to which columns of texts are narrowed at most */
    INDENT = 2,
    DEEPER = 6 /**< indent of a row's further lines */
};

struct print_table {
    int columns, numbers_from;
    char **cells; /**< [rows, columns] owned; NULL is empty */
    size_t rows, room;
    int used; /**< cells of the last row */
    bool has_failed;
};

/** The width of the stream's terminal, or 0 if it has none. */
static int columns_of(FILE *stream) {
    return terminal_columns(fileno(stream ? stream : stderr));
}

int print_columns(FILE *stream) {
    const int columns = columns_of(stream);
    return columns > 0 ? columns : USUAL;
}

void print_line(FILE *stream, const char *format, ...) {
    char line[LINE_SIZE], wrapped[2 * LINE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (!stream) {
        log_line("%s", line); // breaks long lines itself
    } else {
        const int columns = columns_of(stream);
        fprintf(stream, "%s\n", columns > 0 ? text_wrap(line, columns, wrapped, sizeof wrapped) : line);
    }
}

print_table_t *print_table_create(int columns, int numbers_from) {
    print_table_t *table = calloc(1, sizeof *table);
    if (table) {
        table->columns = columns;
        table->numbers_from = numbers_from;
    }
    return table;
}

void print_table_destroy(print_table_t *table) {
    if (table) {
        for (size_t i = 0; i < table->rows * (size_t)table->columns; i++) {
            free(table->cells[i]);
        }
        free(table->cells);
        free(table);
    }
}

void print_row(print_table_t *table) {
    if (!table || table->has_failed) {
        return;
    }
    const size_t columns = (size_t)table->columns;
    if (table->rows == table->room) {
        const size_t room = 2 * table->room + 16;
        char **cells = realloc(table->cells, room * columns * sizeof *cells);
        if (!cells) {
            table->has_failed = true;
            return;
        }
        table->cells = cells;
        table->room = room;
    }
    memset(table->cells + table->rows++ * columns, 0, columns * sizeof *table->cells);
    table->used = 0;
}

void print_cell(print_table_t *table, const char *format, ...) {
    if (!table || table->has_failed) {
        return;
    }
    char **cell = &table->cells[(table->rows - 1) * (size_t)table->columns + (size_t)table->used++];
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(cell, format, arguments) < 0) {
        *cell = NULL;
        table->has_failed = true;
    }
    va_end(arguments);
}

static const char *cell_of(const print_table_t *table, size_t row, int column) {
    const char *cell = table->cells[row * (size_t)table->columns + (size_t)column];
    return cell ? cell : "";
}

/** The number of blanks before a column. */
static int gap_of(const print_table_t *table, int column) {
    return column == 0 ? INDENT : column >= table->numbers_from ? 2 : 1;
}

/** Fills in widths [columns] by the widest cells. Returns the width of a row. */
static int find_widths(const print_table_t *table, int *widths) {
    int all = 0;
    for (int column = 0; column < table->columns; column++) {
        widths[column] = 0;
        for (size_t row = 0; row < table->rows; row++) {
            const int width = text_width(cell_of(table, row, column));
            widths[column] = width > widths[column] ? width : widths[column];
        }
        all += gap_of(table, column) + widths[column];
    }
    return all;
}

/** Narrows the widest columns of texts until a row of width `all` fits into `most`. */
static void narrow(const print_table_t *table, int *widths, int all, int most) {
    for (; all > most; all--) {
        int widest = 0;
        for (int column = 1; column < table->numbers_from && column < table->columns; column++) {
            widest = widths[column] > widths[widest] ? column : widest;
        }
        if (table->numbers_from == 0 || widths[widest] <= NARROWEST) {
            return;
        }
        widths[widest]--;
    }
}

bool print_table_fits(const print_table_t *table, FILE *stream) {
    int *widths = table && !table->has_failed ? calloc((size_t)table->columns, sizeof *widths) : NULL;
    const bool fits = widths && find_widths(table, widths) <= print_columns(stream);
    free(widths);
    return fits;
}

/** Shortens a text to `width` columns: writes it to shown [size] with an ellipsis for its middle. */
static void elide(const char *text, int width, char *shown, size_t size) {
    const size_t front = text_fitting(text, width / 2);
    const char *behind = text + front;
    // The end is as wide as it may be, and does not begin with a mark, which belongs to the character before.
    for (int left = text_width(behind); left > width - 1 - width / 2;) {
        char character[TEXT_CHARACTER_MAX + 1] = "";
        uint32_t code_point;
        const int bytes = text_decode(behind, strnlen(behind, TEXT_CHARACTER_MAX), &code_point);
        memcpy(character, behind, bytes > 0 ? (size_t)bytes : 1);
        left -= text_width(character);
        behind += strlen(character);
        behind += text_fitting(behind, 0);
    }
    snprintf(shown, size, "%.*s…%s", (int)front, text, behind);
}

/** Prints a cell to a line: numbers flush right, texts flush left. False without memory. */
static bool print_padded(FILE *line, const char *text, int width, bool is_number) {
    enum { MARKS = 16 /**< bytes of an ellipsis, or of text_cell()'s isolate, and more */ };
    const size_t size = strlen(text) + (size_t)width + MARKS;
    char *shown = malloc(2 * size + MARKS), *cell = shown + size;
    if (!shown) {
        return false;
    }
    if (text_width(text) > width) {
        elide(text, width, shown, size);
    } else {
        memcpy(shown, text, strlen(text) + 1);
    }
    const int blanks = is_number ? width - text_width(shown) : 0;
    fprintf(line, "%*s%s", blanks > 0 ? blanks : 0, "",
        text_cell(shown, is_number ? 0 : width, cell, size + MARKS));
    free(shown);
    return true;
}

/** Prints a line of a table without the blanks at its end; goes_on: nothing if the line is empty. */
static void print_trimmed(char *line, bool goes_on, FILE *stream) {
    size_t length = strlen(line);
    while (length > 0 && line[length - 1] == ' ') {
        length--;
    }
    line[length] = '\0';
    if (length == 0 && goes_on) {
        return;
    }
    if (stream) {
        fprintf(stream, "%s\n", line);
    } else {
        log_line("%s", line);
    }
}

/** Prints a line of a row: its cells from `column` on, as many as fit, at least one. Returns the next column,
 * or 0 without memory. */
static int print_cells(
    const print_table_t *table, const int *widths, size_t row, int column, int most, FILE *stream) {
    char *text = NULL;
    size_t size;
    FILE *line = open_memstream(&text, &size);
    bool is_made = line != NULL;
    const int first = column;
    for (int at = 0; is_made && column < table->columns; column++) {
        const int gap = column == first && first > 0 ? DEEPER : gap_of(table, column);
        at += gap + widths[column];
        if (at > most && column > first) {
            break;
        }
        fprintf(line, "%*s", gap, "");
        is_made =
            print_padded(line, cell_of(table, row, column), widths[column], column >= table->numbers_from);
    }
    is_made &= line && fclose(line) == 0;
    if (is_made) {
        print_trimmed(text, first > 0, stream);
    }
    free(text);
    return is_made ? column : 0;
}

status_t print_table(const print_table_t *table, FILE *stream) {
    const int most = print_columns(stream);
    int *widths = table && !table->has_failed ? calloc((size_t)table->columns, sizeof *widths) : NULL;
    bool is_printed = widths != NULL;
    if (widths) {
        narrow(table, widths, find_widths(table, widths), most);
    }
    for (size_t row = 0; is_printed && row < table->rows; row++) {
        for (int column = 0; is_printed && column < table->columns;) {
            column = print_cells(table, widths, row, column, most, stream);
            is_printed = column > 0;
        }
    }
    free(widths);
    return is_printed ? STATUS_OK : status_fail(STATUS_MEMORY, "out of memory for a table");
}
