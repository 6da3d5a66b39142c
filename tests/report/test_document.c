#include "report/document.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "test.h"

/** The value, which is taken over, on one line. */
static void assert_prints(json_t *value, const char *expected) {
    char *text;
    size_t length;
    assert_ok(document_line(value, &text, &length));
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    free(text);
}

static void test_keys_keep_their_order(void **state) {
    (void)state;
    json_t *record = json_pack("{s:i, s:s, s:n}", "zebra", 1, "ant", "two", "moth");
    document_set(&record, "bee", document_number(0.25));
    document_add(&record, "{s:b, s:b}", "cat", true, "dog", false);
    assert_prints(record,
        "{\"zebra\": 1, \"ant\": \"two\", \"moth\": null, \"bee\": 0.25, \"cat\": true, \"dog\": false}\n");
}

static void test_many_keys_keep_their_order(void **state) {
    (void)state;
    json_t *record = json_object();
    char expected[8192] = "{", key[16];
    for (int i = 0; i < 300; i++) {
        snprintf(key, sizeof key, "k%d", i * 7919 % 1000);
        document_set(&record, key, json_integer(i));
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof expected - used, "%s\"%s\": %d", i > 0 ? ", " : "", key, i);
    }
    strcat(expected, "}\n");
    assert_prints(record, expected);
}

static void test_a_replaced_value_keeps_its_place(void **state) {
    (void)state;
    json_t *record = json_pack("{s:i, s:i}", "a", 1, "b", 2);
    document_set(&record, "a", document_text("new"));
    document_add(&record, "{s:i}", "b", 3);
    assert_prints(record, "{\"a\": \"new\", \"b\": 3}\n");
}

static void test_empty(void **state) {
    (void)state;
    assert_prints(json_object(), "{}\n");
    assert_prints(json_array(), "[]\n");
    assert_prints(json_pack("{s:{}, s:[{}]}", "child", "list"), "{\"child\": {}, \"list\": [{}]}\n");
}

static json_t *nested(void) {
    json_t *examples = json_array(), *scores = json_object();
    document_append(&examples, json_pack("{s:o, s:i}", "word", document_text("goes"), "n", 2));
    document_append(&examples, json_pack("{s:o}", "word", document_text("went")));
    document_set(&scores, "bleu", document_number(0.875));
    document_add(&scores, "{s:{s:i}}", "deep", "x", -1);
    return json_pack("{s:o, s:o}", "scores", scores, "examples", examples);
}

static void test_objects_and_lists_in_each_other(void **state) {
    (void)state;
    assert_prints(nested(), "{\"scores\": {\"bleu\": 0.875, \"deep\": {\"x\": -1}}, "
                            "\"examples\": [{\"word\": \"goes\", \"n\": 2}, {\"word\": \"went\"}]}\n");
}

static void test_lists_of_numbers_and_texts(void **state) {
    (void)state;
    json_t *list = json_array();
    document_append(&list, document_text("one"));
    document_append(&list, document_text(NULL));
    document_append(&list, json_pack("{s:i}", "n", 1));
    document_append(&list, document_number(0.5));
    document_append(&list, document_number(3));
    document_append(&list, document_number(NAN));
    assert_prints(list, "[\"one\", null, {\"n\": 1}, 0.5, 3.0, null]\n");
}

static void assert_number(double value, const char *expected) {
    char line[128];
    snprintf(line, sizeof line, "{\"x\": %s}\n", expected);
    assert_prints(json_pack("{s:o}", "x", document_number(value)), line);
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
    {1e15, "1e15"},
    {9007199254740993.0, "9007199254740992.0"},
    {1e16, "1e16"},
    {-1e22, "-1e22"},
    {1e23, "1e23"},
    {123456789012345680000.0, "1.2345678901234568e20"},
    {DBL_MAX, "1.7976931348623157e308"},
    {-DBL_MAX, "-1.7976931348623157e308"},
    {DBL_MIN, "2.2250738585072014e-308"},
    {5e-324, "4.94065645841247e-324"},
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
        char *text;
        size_t length;
        assert_ok(document_line(json_pack("{s:o}", "x", document_number(value)), &text, &length));
        double back = strtod(text + strlen("{\"x\": "), NULL);
        assert_memory_equal(&back, &value, sizeof value);
        free(text);
    }
}

static void test_integers(void **state) {
    (void)state;
    assert_prints(json_pack("{s:i, s:I, s:I, s:I}", "zero", 0, "most", (json_int_t)INT64_MAX, "least",
                      (json_int_t)INT64_MIN, "above 2^53", (json_int_t)9007199254740993),
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
        assert_prints(json_pack("{s:o}", "x", document_text(cases[i].text)), line);
    }
}

static void test_keys_are_texts_too(void **state) {
    (void)state;
    json_t *record = json_object();
    document_set(&record, "", json_integer(1));
    document_set(&record, "a\"\n", json_integer(2));
    document_set(&record, "\xE9", json_integer(3));
    assert_prints(record, "{\"\": 1, \"a\\\"\\n\": 2, \"\xEF\xBF\xBD\": 3}\n");
}

static void test_a_full_disk_is_noticed(void **state) {
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (!full) {
        skip();
    }
    assert_fails(
        document_print(nested(), full), STATUS_OUTPUT, "a record cannot be written: No space left on device");
    fclose(full);
}

static int allocation, failing_allocation;

static void *allocate(size_t size) {
    return ++allocation == failing_allocation ? NULL : malloc(size);
}

/** Makes and prints the nested record while one allocation of jansson's, counted from 1, fails. */
static status_t print_nested_without(int failing) {
    char *text;
    size_t length;
    status_clear();
    allocation = 0;
    failing_allocation = failing;
    json_set_alloc_funcs(allocate, free);
    status_t status = document_line(nested(), &text, &length);
    json_set_alloc_funcs(malloc, free);
    free(text);
    return status;
}

static void test_no_memory_is_remembered(void **state) {
    (void)state;
    assert_ok(print_nested_without(0));
    int allocations = allocation;
    assert_true(allocations > 20);
    for (int failing = 1; failing <= allocations; failing++) {
        assert_fails(print_nested_without(failing), STATUS_MEMORY, "out of memory for ");
    }
}

static void test_no_value_is_a_value_without_memory(void **state) {
    (void)state;
    json_t *none = NULL;
    document_set(&none, "a", json_integer(1));
    document_add(&none, "{s:i}", "a", 1);
    document_append(&none, json_integer(1));
    assert_null(none);
    json_t *record = json_object(), *list = json_array();
    document_set(&record, "a", NULL);
    document_append(&list, NULL);
    assert_null(record);
    assert_null(list);
    assert_fails(document_print(NULL, stdout), STATUS_MEMORY, "out of memory for a record");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_keep_their_order),
        cmocka_unit_test(test_many_keys_keep_their_order),
        cmocka_unit_test(test_a_replaced_value_keeps_its_place),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_objects_and_lists_in_each_other),
        cmocka_unit_test(test_lists_of_numbers_and_texts),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_numbers_without_a_value),
        cmocka_unit_test(test_numbers_in_another_locale),
        cmocka_unit_test(test_any_double_comes_back),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_keys_are_texts_too),
        cmocka_unit_test(test_a_full_disk_is_noticed),
        cmocka_unit_test(test_no_memory_is_remembered),
        cmocka_unit_test(test_no_value_is_a_value_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
