#include "test.h"

#include "eval/english.h"

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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_regular_pasts), cmocka_unit_test(test_irregular_pasts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
