#include "test.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "data/english.h"

enum { LINE_SIZE = 128 };

static void test_forms_of_known_verbs(void **state) {
    (void)state;
    static const char *const forms[][4] = {{"walk", "walks", "walking", "walked"},
        {"bake", "bakes", "baking", "baked"}, {"agree", "agrees", "agreeing", "agreed"},
        {"dye", "dyes", "dyeing", "dyed"}, {"hoe", "hoes", "hoeing", "hoed"},
        {"argue", "argues", "arguing", "argued"}, {"tie", "ties", "tying", "tied"},
        {"try", "tries", "trying", "tried"}, {"play", "plays", "playing", "played"},
        {"soliloquy", "soliloquies", "soliloquying", "soliloquied"}, {"pass", "passes", "passing", "passed"},
        {"buzz", "buzzes", "buzzing", "buzzed"}, {"fix", "fixes", "fixing", "fixed"},
        {"catch", "catches", "catching", "catched"}, {"wash", "washes", "washing", "washed"},
        {"echo", "echoes", "echoing", "echoed"}, {"radio", "radios", "radioing", "radioed"},
        {"stop", "stops", "stopping", "stopped"}, {"quiz", "quizzes", "quizzing", "quizzed"},
        {"quit", "quits", "quitting", "quitted"}, {"add", "adds", "adding", "added"},
        {"up", "ups", "upping", "upped"}, {"yap", "yaps", "yapping", "yapped"},
        {"look", "looks", "looking", "looked"}, {"help", "helps", "helping", "helped"},
        {"visit", "visits", "visiting", "visited"}, {"travel", "travels", "travelling", "travelled"},
        {"fail", "fails", "failing", "failed"}, {"panic", "panics", "panicking", "panicked"},
        {"sync", "syncs", "syncing", "synced"}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char form[LINE_SIZE];
        english_third_person(forms[i][0], form);
        assert_string_equal(form, forms[i][1]);
        english_progressive(forms[i][0], form);
        assert_string_equal(form, forms[i][2]);
        english_past(forms[i][0], form);
        assert_string_equal(form, forms[i][3]);
    }
}

/** Whether the rules make the forms of a row of the table. */
static bool is_by_rule(char forms[4][LINE_SIZE]) {
    char form[LINE_SIZE];
    english_third_person(forms[0], form);
    const bool is_third_person = strcmp(form, forms[1]) == 0;
    english_progressive(forms[0], form);
    const bool is_progressive = strcmp(form, forms[2]) == 0;
    english_past(forms[0], form);
    return is_third_person && is_progressive && strcmp(form, forms[3]) == 0;
}

/** The regular verbs of data/verbs.txt have the forms that the rules give, but for those of unruly_verbs.txt.
 */
static void test_forms_of_the_table(void **state) {
    (void)state;
    FILE *table = fopen(TEST_SOURCE_DIR "/../data/verbs.txt", "r");
    FILE *unruly = fopen(TEST_SOURCE_DIR "/data/unruly_verbs.txt", "r");
    char forms[4][LINE_SIZE], verb[LINE_SIZE];
    int regular = 0;
    assert_true(table && unruly);
    while (fscanf(table, "%127s%127s%127s%127s", forms[0], forms[1], forms[2], forms[3]) == 4) {
        if (!english_is_regular_past(forms[0], forms[3])) {
            continue;
        }
        regular++;
        if (!is_by_rule(forms)) {
            // Both files are sorted.
            assert_int_equal(fscanf(unruly, "%127s", verb), 1);
            assert_string_equal(forms[0], verb);
        }
    }
    assert_int_equal(fscanf(unruly, "%127s", verb), EOF);
    assert_in_range(regular, 8000, 8397);
    fclose(table);
    fclose(unruly);
}

static void test_regular_pasts(void **state) {
    (void)state;
    static const char *const regular[][2] = {{"walk", "walked"}, {"bake", "baked"}, {"try", "tried"},
        {"play", "played"}, {"stop", "stopped"}, {"panic", "panicked"}, {"arc", "arced"}, {"go", "goed"}};
    for (int i = 0; i < 8; i++) {
        assert_true(english_is_regular_past(regular[i][0], regular[i][1]));
    }
}

static void test_irregular_pasts(void **state) {
    (void)state;
    static const char *const irregular[][2] = {{"bring", "brought"}, {"go", "went"}, {"bake", "bakeed"},
        {"cut", "cut"}, {"try", "tryd"}, {"see", "saw"}, {"say", "said"}, {"walk", "walkedd"}, {"", "ed"},
        {"stop", "stoptped"}, {"walk", ""}};
    for (int i = 0; i < 11; i++) {
        assert_false(english_is_regular_past(irregular[i][0], irregular[i][1]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_forms_of_known_verbs),
        cmocka_unit_test(test_forms_of_the_table), cmocka_unit_test(test_regular_pasts),
        cmocka_unit_test(test_irregular_pasts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
