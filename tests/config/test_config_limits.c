// Hostile text: deep, huge, with many faults. It is refused with a message, and at once (CTest limits the
// time).
#include <stdlib.h>

#include "fixture.h"

enum { SIZE = 1000000 };

/** SIZE bytes: a start, then a piece again and again. Owned by the caller. */
static char *repeat(const char *start, const char *piece) {
    char *text = malloc(SIZE + 1);
    assert_non_null(text);
    size_t length = strlen(start), step = strlen(piece);
    memcpy(text, start, length);
    while (length + step <= SIZE) {
        memcpy(text + length, piece, step);
        length += step;
    }
    text[length] = '\0';
    return text;
}

static void huge_text_is_refused_or_read(void **state) {
    (void)state;
    static const struct {
        const char *start, *piece, *message;
    } cases[] = {
        {"", "[", FILE_NAME ":1:17: nested deeper than 16 levels"},
        {"", "{", FILE_NAME ":1:17: nested deeper than 16 levels"},
        {"", "- ", FILE_NAME ":1:33: nested deeper than 16 levels"},
        {"", "? ", FILE_NAME ":1:33: nested deeper than 16 levels"},
        {"", "{a: ", ": nested deeper than 16 levels"},
        {"x: [", "&a b, ", ": more than 100 anchors"},
        {"x: [", "&a [b], ", ": more than 100 anchors"},
        {"x: [", "&a {b: c}, ", ": more than 100 anchors"},
        {"", "data:\n", FILE_NAME ":2:1: duplicate key \"data\", first given in line 1\n"},
        {"data: {conditions: [", "a,", ": not valid YAML: "},
        {"", "colour: red\n", "more"},
        {"name: \"", "x", ": not valid YAML: found unexpected end of stream, while scanning a quoted scalar"},
        {"data: {train: w}\nname: ", "x", FILE_NAME ":2:7: name: \"xxx"},
        {"data: ", "x", FILE_NAME ":1:7: data: \"xxx"},
        {"", "x", FILE_NAME ":1:1: \"xxx"},
        {"data: {train: ", "x", ": not valid YAML: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = repeat(cases[i].start, cases[i].piece);
        config_t config;
        assert_fails(parse(&config, text, NULL), STATUS_CONFIG, cases[i].message);
        free(text);
    }
    char *text = repeat("data:\n train: ", "a/../");
    config_t config = parsed(text);
    assert_string_equal(config.data.train, "/home/verbs/launch");
    free(text);
    text = repeat(SHORTEST, "#comment\n");
    config = parsed(text);
    assert_string_equal(config.data.train, "/home/verbs/launch/words.txt");
    free(text);
}

static void a_file_has_a_largest_size(void **state) {
    (void)state;
    char *text = malloc(CONFIG_FILE_MAX + 1);
    assert_non_null(text);
    memset(text, '\n', CONFIG_FILE_MAX + 1);
    memcpy(text, SHORTEST, strlen(SHORTEST));
    config_t config;
    assert_ok(config_parse(&config, FILE_NAME, text, CONFIG_FILE_MAX, NULL, 0));
    assert_fails(config_parse(&config, FILE_NAME, text, CONFIG_FILE_MAX + 1, NULL, 0), STATUS_CONFIG,
        FILE_NAME ":1:1: 1048577 bytes, expected a configuration of at most 1048576");
    free(text);
}

static void the_text_needs_no_zero_behind_it(void **state) {
    (void)state;
    size_t length = strlen(SHORTEST);
    char *text = malloc(length);
    assert_non_null(text);
    memcpy(text, SHORTEST, length);
    config_t config;
    assert_ok(config_parse(&config, FILE_NAME, text, length, NULL, 0));
    free(text);
    assert_fails(config_parse(&config, FILE_NAME, "seed\0: 1", 8, NULL, 0), STATUS_CONFIG,
        FILE_NAME ":1:5: not readable as text: control characters are not allowed");
}

static void a_message_holds_what_it_can(void **state) {
    (void)state;
    char text[20000];
    size_t length = (size_t)snprintf(text, sizeof text, "data: {train: w}\n");
    for (int i = 0; i < 1000; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "colour%03d: red\n", i);
    }
    config_t config;
    assert_fails(parse(&config, text, NULL), STATUS_CONFIG, FILE_NAME ":2:1: unknown key \"colour000\"\n");
    int lines = 1;
    for (const char *line = strchr(status_message(), '\n'); line; line = strchr(line + 1, '\n')) {
        lines++;
    }
    char last[64];
    snprintf(last, sizeof last, "\"\nand %d more", 1000 - (lines - 1));
    assert_true(strlen(status_message()) > STATUS_MESSAGE_SIZE - 200);
    assert_string_equal(status_message() + strlen(status_message()) - strlen(last), last);
}

static void a_limit_is_not_passed_by_one(void **state) {
    (void)state;
    config_t config;
    assert_fails(parse(&config, "seed: [[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]\n" SHORTEST, NULL), STATUS_CONFIG,
        FILE_NAME ":1:7: seed: a list is not a whole number");
    assert_fails(parse(&config, "seed: [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]\n" SHORTEST, NULL), STATUS_CONFIG,
        FILE_NAME ":1:22: nested deeper than 16 levels");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(huge_text_is_refused_or_read),
        cmocka_unit_test(a_file_has_a_largest_size),
        cmocka_unit_test(the_text_needs_no_zero_behind_it),
        cmocka_unit_test(a_message_holds_what_it_can),
        cmocka_unit_test(a_limit_is_not_passed_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
