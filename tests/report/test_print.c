// Tables for a person: texts that fit are kept, texts that are too long lose their middle, and no line is
// wider than 80 columns.
#include "report/print.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "capture.h"

/** The output of a table, valid until the next call. Asserts that each line fits. */
static const char *printed(print_table_t *table) {
    static char text[16384];
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_ok(print_table(table, file));
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    print_table_destroy(table);
    char *copy = strdup(text), *left = copy;
    for (char *line; (line = strsep(&left, "\n"));) {
        assert_in_range(text_width(line), 0, 80);
        assert_true(*line == '\0' || line[strlen(line) - 1] != ' ');
    }
    free(copy);
    return text;
}

/** A table of one row of three texts and a number. */
static print_table_t *row_of(const char *a, const char *b, const char *c, const char *number) {
    print_table_t *table = print_table_create(4, 3);
    const char *cells[] = {a, b, c, number};
    print_row(table);
    for (int i = 0; i < 4; i++) {
        print_cell(table, "%s", cells[i]);
    }
    return table;
}

static void test_short(void **state) {
    (void)state;
    print_table_t *table = print_table_create(3, 2);
    print_row(table);
    print_cell(table, "%s", "word");
    print_cell(table, "%s", "");
    print_cell(table, "%s", "right");
    print_row(table);
    print_cell(table, "%s", "a");
    print_cell(table, "%s", "été");
    print_cell(table, "%.2f", 0.5);
    print_row(table);
    print_cell(table, "%s", "alone");
    assert_true(print_table_fits(table, NULL));
    assert_string_equal(printed(table), "  word       right\n"
                                        "  a     été   0.50\n"
                                        "  alone\n");
}

/** The widest column is narrowed first, and columns of numbers are not. */
static void test_long(void **state) {
    (void)state;
    print_table_t *table = row_of(
        "V;ACT;PRS;POS;IND;PASS;PRF;NEG;COND;NOM(2,PL);ACC(3,SG)", "lemma", "redusoituisitte", "1.0000");
    assert_false(print_table_fits(table, NULL));
    assert_string_equal(
        printed(table), "  V;ACT;PRS;POS;IND;PASS;P…OND;NOM(2,PL);ACC(3,SG) lemma redusoituisitte  1.0000\n");
    // The two widest columns are narrowed alike.
    static const char sixty[] = "123456789-123456789-123456789-123456789-123456789-123456789-";
    assert_string_equal(printed(row_of(sixty, sixty, "x", "0.5")),
        "  123456789-1234567…456789-123456789- 123456789-1234567…456789-123456789- x  0.5\n");
}

/** Widths are counted in columns of a terminal, not in bytes or characters. A mark stays on its letter. */
static void test_widths(void **state) {
    (void)state;
    char wide[400] = "", marks[400] = "", hebrew[400] = "";
    for (int i = 0; i < 40; i++) {
        strcat(wide, "語");
        strcat(marks, "q\u0323\u0301");
        strcat(hebrew, i % 2 ? "א" : "ב");
    }
    const char *text = printed(row_of(wide, "b", "c", "1"));
    assert_int_equal(text_width(text) - text_width("\n"), 80);
    assert_non_null(strstr(text, "語…語"));
    text = printed(row_of(marks, marks, "c", "1"));
    assert_int_equal(text_width(text) - text_width("\n"), 80);
    const char *ellipsis = strstr(text, "…");
    assert_memory_equal(ellipsis - 5, "q\u0323\u0301", 5);
    assert_int_equal(ellipsis[strlen("…")], 'q');
    // Right to left: within an isolate, with its blanks outside.
    text = printed(row_of("אב", "b", "c", "1"));
    assert_string_equal(text, "  \u2068אב\u2069 b c  1\n");
    text = printed(row_of(hebrew, hebrew, "c", "1"));
    assert_non_null(strstr(text, "…"));
    assert_memory_equal(text, "  \u2068", 5);
}

/** More columns than there is room for: a row goes on in the next line, deeper. */
static void test_many(void **state) {
    (void)state;
    print_table_t *table = print_table_create(9, 9);
    for (int row = 0; row < 2; row++) {
        print_row(table);
        for (int i = 0; i < 9; i++) {
            print_cell(table, "column %d of nine", i);
        }
    }
    print_row(table);
    print_cell(table, "one");
    const char *text = printed(table);
    const size_t row = (size_t)(strchr(strchr(text, '\n') + 1, '\n') + 1 - text);
    assert_string_equal(text + 2 * row, "  one\n");
    assert_memory_equal(strchr(text, '\n') + 1, "      column", strlen("      column"));
}

/** The log gets the same lines. */
static void test_log(void **state) {
    (void)state;
    print_table_t *table = row_of("a", "b", "c", "0.5");
    capture_start();
    assert_ok(print_table(table, NULL));
    print_line(NULL, "%d pair", 1);
    assert_string_equal(capture_end(), "  a b c  0.5\n1 pair\n");
    print_table_destroy(table);
    // Without memory, only print_table() fails.
    print_row(NULL);
    print_cell(NULL, "x");
    print_table_destroy(NULL);
    assert_false(print_table_fits(NULL, stdout));
    assert_fails(print_table(NULL, stdout), STATUS_MEMORY, "out of memory for a table");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
