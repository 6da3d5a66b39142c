// Lines of a text: ends, comments, columns, and the places that messages name.
#include "test.h"

#include <string.h>

#include "data/line.h"

static line_t begin(const char *text) {
    line_t line;
    line_begin(&line, "x.txt", text, strlen(text));
    return line;
}

/** The next line's bytes are the expected ones, and its number. */
static void assert_next(line_t *line, size_t number, const char *expected) {
    assert_true(line_next(line));
    assert_int_equal(line->number, number);
    assert_int_equal(line->stop - line->start, strlen(expected));
    assert_memory_equal(line->start, expected, strlen(expected));
}

static void lines_end_in_any_way(void **state) {
    (void)state;
    line_t line = begin("\xEF\xBB\xBF"
                        "a b\r\n\n\r\nlast\r");
    assert_int_equal(line.number, 1);
    assert_next(&line, 1, "a b");
    assert_next(&line, 2, "");
    assert_next(&line, 3, "");
    assert_next(&line, 4, "last");
    assert_false(line_next(&line));
    assert_false(line_next(&line));
    assert_int_equal(line.number, 4);
    // A newline at the end begins no line; an empty text has none.
    line = begin("a\n");
    assert_next(&line, 1, "a");
    assert_false(line_next(&line));
    line = begin("");
    assert_false(line_next(&line));
    assert_int_equal(line.number, 1);
}

/** The columns of the text's first line, which is good, are the expected ones, the first `filled` of all
 * `count`. */
static void assert_columns(const char *text, size_t count, size_t filled, const char *const expected[4]) {
    line_t line = begin(text);
    field_t fields[4];
    size_t found;
    assert_true(line_next(&line));
    assert_ok(line_check(&line, false));
    assert_int_equal(line.is_blank, filled == 0);
    assert_int_equal(line_split(&line, fields, 4, &found), count);
    assert_int_equal(found, filled);
    for (size_t i = 0; i < count && i < 4; i++) {
        assert_int_equal(fields[i].length, strlen(expected[i]));
        assert_memory_equal(fields[i].text, expected[i], fields[i].length);
    }
}

static void columns_are_between_tabs_or_spaces(void **state) {
    (void)state;
    assert_columns("  go  goes # went", 2, 2, (const char *const[4]){"go", "goes"});
    assert_columns("run off\t runs off \t# x\ty", 3, 2, (const char *const[4]){"run off", "runs off", ""});
    assert_columns("\ta", 2, 2, (const char *const[4]){"", "a"});
    assert_columns("go #\tgoes", 1, 1, (const char *const[4]){"go"}); // a comment's tab is none
    assert_columns("a b c d e", 5, 5, (const char *const[4]){"a", "b", "c", "d"});
    assert_columns(" \t ", 2, 0, (const char *const[4]){"", ""});
    assert_columns("# a", 0, 0, NULL);
}

static void assert_refused(const char *text, bool has_unknown, const char *message) {
    line_t line = begin(text);
    status_t status = STATUS_OK;
    while (status == STATUS_OK && line_next(&line)) {
        status = line_check(&line, has_unknown);
    }
    assert_int_equal(status, message ? STATUS_DATA : STATUS_OK);
    if (message) {
        assert_string_equal(status_message(), message);
    }
    status_clear();
}

static void what_nobody_sees_is_refused(void **state) {
    (void)state;
    assert_refused("a\n\xC3\xA9\xC3\xA9\xFF", false,
        "x.txt:2:3: malformed UTF-8 (byte 0xFF), UTF-8 was expected: iconv -f utf16 -t utf8 FILE makes it of "
        "UTF-16");
    assert_refused("\xC3\xA9 e\xC2\xAD", false,
        "x.txt:1:4: U+00AD (an invisible format character), only spaces and tabs were expected between the "
        "words and letters in them");
    assert_refused("a # \xC2\xAD", false, NULL);
    assert_refused("a\xEF\xBF\xBD", true, NULL);
    assert_refused("a\xEF\xBF\xBD", false,
        "x.txt:1:2: U+FFFD (a replacement character), only spaces and tabs were expected "
        "between the words and letters in them");
}

static void messages_name_places(void **state) {
    (void)state;
    line_t line = begin("a\n\xC3\xA9 bc");
    assert_true(line_next(&line) && line_next(&line));
    assert_int_equal(line_fail(&line, line.start + 3, "%d letters", 2), STATUS_DATA);
    assert_string_equal(status_message(), "x.txt:2:3: 2 letters");
    status_clear();
    line_fail(&line, NULL, "all of it");
    assert_string_equal(status_message(), "x.txt:2: all of it");
    status_clear();
    const field_t field = {"\xC3\xA9\xC3\xA9x", 5};
    assert_int_equal(line_shown(field, 1), 2);
    assert_int_equal(line_shown(field, 2), 4);
    assert_int_equal(line_shown(field, 9), 5);
}

static void quotation_marks_are_refused(void **state) {
    (void)state;
    line_t line = begin("\"a\" b\"c \"");
    assert_true(line_next(&line));
    assert_fails(line_check_quotes(&line, (field_t){line.start, 3}), STATUS_DATA,
        "x.txt:1:1: \"a\" is in quotation marks, the text without them was expected");
    assert_ok(line_check_quotes(&line, (field_t){line.start + 4, 3}));
    assert_ok(line_check_quotes(&line, (field_t){line.start + 8, 1}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_in_any_way),
        cmocka_unit_test(columns_are_between_tabs_or_spaces),
        cmocka_unit_test(what_nobody_sees_is_refused),
        cmocka_unit_test(messages_name_places),
        cmocka_unit_test(quotation_marks_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
