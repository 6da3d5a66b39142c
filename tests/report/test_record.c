#include "report/record.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "test.h"

/** From jansson.h, which is for src/report alone to include: how a test takes the memory away. */
void json_set_alloc_funcs(void *(*allocate)(size_t), void (*release)(void *));

/** What record_print() prints, owned by the caller. */
static char *print(const record_t *record, int indented) {
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    assert_ok(record_print(record, stream, indented));
    fclose(stream);
    return text;
}

/** Takes the record over. */
static void assert_prints(record_t *record, int indented, const char *expected) {
    char *text = print(record, indented);
    assert_string_equal(text, expected);
    free(text);
    record_destroy(record);
}

static void test_keys_keep_their_order(void **state) {
    (void)state;
    record_t *record = record_create();
    record_integer(record, "zebra", 1);
    record_text(record, "ant", "two");
    record_null(record, "moth");
    record_number(record, "bee", 0.25);
    record_boolean(record, "cat", true);
    record_boolean(record, "dog", false);
    assert_prints(record, 0,
        "{\"zebra\": 1, \"ant\": \"two\", \"moth\": null, \"bee\": 0.25, \"cat\": true, \"dog\": "
        "false}\n");
}

static void test_many_keys_keep_their_order(void **state) {
    (void)state;
    record_t *record = record_create();
    char expected[8192] = "{", key[16];
    for (int i = 0; i < 300; i++) {
        snprintf(key, sizeof key, "k%d", i * 7919 % 1000);
        record_integer(record, key, i);
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof expected - used, "%s\"%s\": %d", i > 0 ? ", " : "", key, i);
    }
    strcat(expected, "}\n");
    assert_prints(record, 0, expected);
}

static void test_a_replaced_value_keeps_its_place(void **state) {
    (void)state;
    record_t *record = record_create();
    record_integer(record, "a", 1);
    record_integer(record, "b", 2);
    record_text(record, "a", "new");
    assert_prints(record, 0, "{\"a\": \"new\", \"b\": 2}\n");
}

static void test_empty(void **state) {
    (void)state;
    assert_prints(record_create(), 0, "{}\n");
    assert_prints(record_create(), 1, "{}\n");
    record_t *record = record_create();
    record_child(record, "child");
    record_element(record, "list");
    assert_prints(record, 1, "{\n  \"child\": {},\n  \"list\": [\n    {}\n  ]\n}\n");
}

static record_t *nested(void) {
    record_t *record = record_create();
    record_t *scores = record_child(record, "scores");
    record_t *first = record_element(record, "examples");
    record_t *second = record_element(record, "examples");
    // Filled after others were made: a handle stays valid as long as the record.
    record_number(scores, "bleu", 0.875);
    record_t *deep = record_child(scores, "deep");
    record_integer(deep, "x", -1);
    record_text(second, "word", "went");
    record_text(first, "word", "goes");
    record_integer(first, "n", 2);
    return record;
}

static void test_children_and_elements(void **state) {
    (void)state;
    assert_prints(nested(), 0,
        "{\"scores\": {\"bleu\": 0.875, \"deep\": {\"x\": -1}}, "
        "\"examples\": [{\"word\": \"goes\", \"n\": 2}, {\"word\": \"went\"}]}\n");
}

static void test_indented(void **state) {
    (void)state;
    assert_prints(nested(), 1,
        "{\n"
        "  \"scores\": {\n"
        "    \"bleu\": 0.875,\n"
        "    \"deep\": {\n"
        "      \"x\": -1\n"
        "    }\n"
        "  },\n"
        "  \"examples\": [\n"
        "    {\n"
        "      \"word\": \"goes\",\n"
        "      \"n\": 2\n"
        "    },\n"
        "    {\n"
        "      \"word\": \"went\"\n"
        "    }\n"
        "  ]\n"
        "}\n");
}

static void test_lists_of_numbers_and_texts(void **state) {
    (void)state;
    record_t *record = record_create();
    record_integer(record, "words", 3);
    record_add_text(record, "words", "one");
    record_add_number(record, "numbers", 0.5);
    record_add_text(record, "words", NULL);
    record_add_number(record, "numbers", 3);
    record_add_number(record, "numbers", NAN);
    record_integer(record_element(record, "words"), "n", 1);
    record_add_text(NULL, "words", "nowhere");
    assert_prints(record, 0, "{\"words\": [\"one\", null, {\"n\": 1}], \"numbers\": [0.5, 3.0, null]}\n");
}

static void test_a_line_is_what_is_printed(void **state) {
    (void)state;
    char *line;
    size_t length;
    record_t *record = nested();
    char *expected = print(record, 0);
    assert_ok(record_line(record, &line, &length));
    assert_string_equal(line, expected);
    assert_int_equal(length, strlen(expected));
    free(line);
    free(expected);
    record_destroy(record);
    assert_fails(record_line(NULL, &line, &length), STATUS_MEMORY, "out of memory for a record");
    free(line);
}

static void test_a_child_can_be_printed_alone(void **state) {
    (void)state;
    record_t *record = record_create();
    record_t *child = record_child(record, "child");
    record_integer(child, "n", 1);
    char *text = print(child, 0);
    assert_string_equal(text, "{\"n\": 1}\n");
    free(text);
    record_destroy(record);
}

static void test_replaced_children_are_harmless(void **state) {
    (void)state;
    record_t *record = record_create();
    record_t *old = record_child(record, "x");
    record_t *new = record_child(record, "x");
    record_integer(old, "lost", 1);
    record_integer(new, "n", 2);
    record_t *gone = record_child(record, "y");
    record_integer(record, "y", 3);
    record_integer(gone, "lost", 4);
    record_integer(record, "list", 5);
    record_integer(record_element(record, "list"), "n", 6);
    assert_prints(record, 0, "{\"x\": {\"n\": 2}, \"y\": 3, \"list\": [{\"n\": 6}]}\n");
}

static void assert_number(double value, const char *expected) {
    char line[128];
    snprintf(line, sizeof line, "{\"x\": %s}\n", expected);
    record_t *record = record_create();
    record_number(record, "x", value);
    assert_prints(record, 0, line);
}

static const struct {
    double value;
    const char *text;
} numbers[] = {
    {0, "0.0"},
    {-0.0, "-0.0"},
    {3, "3.0"},
    {-3, "-3.0"},
    {30, "30.0"},
    {1500, "1500.0"},
    {0.1, "0.1"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1.0 / 3, "0.3333333333333333"},
    {2.0 / 3, "0.6666666666666666"},
    {4.123, "4.123"},
    {-12.5, "-12.5"},
    {1234.5678, "1234.5678"},
    {0.001, "0.001"},
    {0.0001, "0.0001"},
    {0.00012345, "0.00012345"},
    {0.00001, "1e-5"},
    {0.000012345, "1.2345e-5"},
    {-1.5e-7, "-1.5e-7"},
    {123456789012345.0, "123456789012345.0"},
    {1e15, "1000000000000000.0"},
    {9007199254740993.0, "9007199254740992.0"},
    {1e16, "1e16"},
    {-1e22, "-1e22"},
    {1e23, "1e23"},
    {123456789012345680000.0, "1.2345678901234568e20"},
    {DBL_MAX, "1.7976931348623157e308"},
    {-DBL_MAX, "-1.7976931348623157e308"},
    {DBL_MIN, "2.2250738585072014e-308"},
    {5e-324, "5e-324"},
    {(double)0.1f, "0.10000000149011612"},
};

static void test_numbers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_number(numbers[i].value, numbers[i].text);
    }
}

static void test_numbers_without_a_value(void **state) {
    (void)state;
    assert_number(NAN, "null");
    assert_number(INFINITY, "null");
    assert_number(-INFINITY, "null");
}

static void test_numbers_in_another_locale(void **state) {
    (void)state;
    static const char *const with_comma[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "ps_AF.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < sizeof with_comma / sizeof *with_comma && !found; i++) {
        found = setlocale(LC_ALL, with_comma[i]) != NULL;
    }
    if (!found) {
        skip();
    }
    test_numbers(state);
    setlocale(LC_ALL, "C");
}

static void test_any_double_comes_back(void **state) {
    (void)state;
    random_stream_t stream = random_stream(1, RANDOM_GENERATION, 0, 0);
    for (int i = 0; i < 3000; i++) {
        uint64_t bits = (uint64_t)random_bits(&stream) << 32 | random_bits(&stream);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) {
            continue;
        }
        // Half of them of everyday size, where no exponent is printed.
        value = i % 2 ? value : ldexp(frexp(value, &(int){0}), i % 60 - 10);
        record_t *record = record_create();
        record_number(record, "x", value);
        char *text = print(record, 0);
        double back = strtod(text + strlen("{\"x\": "), NULL);
        assert_memory_equal(&back, &value, sizeof value);
        free(text);
        record_destroy(record);
    }
}

static void test_integers(void **state) {
    (void)state;
    record_t *record = record_create();
    record_integer(record, "zero", 0);
    record_integer(record, "most", INT64_MAX);
    record_integer(record, "least", INT64_MIN);
    record_integer(record, "above 2^53", 9007199254740993);
    assert_prints(record, 0,
        "{\"zero\": 0, \"most\": 9223372036854775807, \"least\": -9223372036854775808, "
        "\"above 2^53\": 9007199254740993}\n");
}

static void test_texts(void **state) {
    (void)state;
    static const struct {
        const char *text, *printed;
    } cases[] = {
        {"", "\"\""},
        {"walked", "\"walked\""},
        {"a \"b\" \\ /", "\"a \\\"b\\\" \\\\ /\""},
        {"\n\t\r\b\f\x01\x1f", "\"\\n\\t\\r\\b\\f\\u0001\\u001F\""},
        {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
        {"\xF4\x8F\xBF\xBF", "\"\xF4\x8F\xBF\xBF\""},
        // Not UTF-8: Latin-1, a lone continuation, cut off, overlong, a surrogate, above U+10FFFF, never
        // valid.
        {"caf\xE9!", "\"caf\xEF\xBF\xBD!\""},
        {"\x80", "\"\xEF\xBF\xBD\""},
        {"a\xE2\x82", "\"a\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xE0\x80\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xFF\xF8", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {NULL, "null"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[128];
        snprintf(line, sizeof line, "{\"x\": %s}\n", cases[i].printed);
        record_t *record = record_create();
        record_text(record, "x", cases[i].text);
        assert_prints(record, 0, line);
    }
}

static void test_keys_are_texts_too(void **state) {
    (void)state;
    record_t *record = record_create();
    record_integer(record, "", 1);
    record_integer(record, "a\"\n", 2);
    record_integer(record_element(record, "\xE9"), "n", 3);
    record_integer(record_element(record, "\xE9"), "n", 4);
    assert_prints(record, 0, "{\"\": 1, \"a\\\"\\n\": 2, \"\xEF\xBF\xBD\": [{\"n\": 3}, {\"n\": 4}]}\n");
}

static void test_a_full_disk_is_noticed(void **state) {
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (!full) {
        skip();
    }
    record_t *record = nested();
    assert_fails(
        record_print(record, full, 0), STATUS_OUTPUT, "a record cannot be written: No space left on device");
    fclose(full);
    record_destroy(record);
}

static int allocation, failing_allocation;

static void *allocate(size_t size) {
    return ++allocation == failing_allocation ? NULL : malloc(size);
}

/** Builds and prints the nested record while one allocation of jansson's, counted from 1, fails. */
static status_t print_nested_without(int failing, char **text) {
    size_t size;
    FILE *stream = open_memstream(text, &size);
    assert_non_null(stream);
    status_clear();
    allocation = 0;
    failing_allocation = failing;
    json_set_alloc_funcs(allocate, free);
    record_t *record = nested();
    status_t status = record_print(record, stream, 0);
    record_destroy(record);
    json_set_alloc_funcs(malloc, free);
    fclose(stream);
    return status;
}

static void test_no_memory_is_remembered(void **state) {
    (void)state;
    char *text;
    assert_ok(print_nested_without(0, &text));
    free(text);
    int allocations = allocation;
    assert_true(allocations > 20);
    for (int failing = 1; failing <= allocations; failing++) {
        assert_fails(print_nested_without(failing, &text), STATUS_MEMORY, "out of memory for ");
        free(text);
    }
}

static void test_no_record_is_a_record_without_memory(void **state) {
    (void)state;
    record_integer(NULL, "a", 1);
    record_number(NULL, "a", 1);
    record_text(NULL, "a", "b");
    record_null(NULL, "a");
    assert_null(record_child(NULL, "a"));
    assert_null(record_element(NULL, "a"));
    assert_fails(record_print(NULL, stdout, 0), STATUS_MEMORY, "out of memory for a record");
    record_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_keep_their_order),
        cmocka_unit_test(test_many_keys_keep_their_order),
        cmocka_unit_test(test_a_replaced_value_keeps_its_place),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_children_and_elements),
        cmocka_unit_test(test_indented),
        cmocka_unit_test(test_lists_of_numbers_and_texts),
        cmocka_unit_test(test_a_line_is_what_is_printed),
        cmocka_unit_test(test_a_child_can_be_printed_alone),
        cmocka_unit_test(test_replaced_children_are_harmless),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_numbers_without_a_value),
        cmocka_unit_test(test_numbers_in_another_locale),
        cmocka_unit_test(test_any_double_comes_back),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_keys_are_texts_too),
        cmocka_unit_test(test_a_full_disk_is_noticed),
        cmocka_unit_test(test_no_memory_is_remembered),
        cmocka_unit_test(test_no_record_is_a_record_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
