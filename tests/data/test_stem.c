// The stem that forms share, and what has none.
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "data/stem.h"

enum { FORMS = 4, LETTERS = 32 };

/** Words with blanks between them. */
static int read_words(const char *text, symbol_t letters[FORMS][LETTERS], word_t *words) {
    int count = 0;
    for (; *text; text++) {
        if (*text == ' ') {
            count++;
        } else {
            letters[count][words[count].length++] = (symbol_t)*text;
        }
    }
    count++;
    for (int i = 0; i < count; i++) {
        words[i].letters = letters[i];
    }
    return count;
}

/** Finds the stem of words with blanks between them. */
static int find(const char *text, stem_t *stem, char *found) {
    symbol_t letters[FORMS][LETTERS];
    word_t words[FORMS] = {{0}};
    const int count = read_words(text, letters, words);
    stem_find(words, count, stem);
    for (int i = 0; i < stem->length; i++) {
        found[i] = (char)letters[0][stem->begin[0] + i];
    }
    found[stem->length] = '\0';
    return count;
}

static void assert_stem(const char *text, const char *expected, const int *begin) {
    stem_t stem;
    char found[LETTERS + 1];
    const int count = find(text, &stem, found);
    assert_string_equal(found, expected);
    for (int i = 0; i < count; i++) {
        assert_int_equal(stem.begin[i], begin[i]);
    }
}

static void assert_none(const char *text) {
    stem_t stem;
    char found[LETTERS + 1];
    find(text, &stem, found);
    assert_int_equal(stem.length, 0);
}

static void endings_stand_behind_the_stem(void **state) {
    (void)state;
    static const int begin[FORMS] = {0};
    assert_stem("walk walks walking walked", "walk", begin);
    assert_stem("carry carries carrying carried", "carr", begin);
    assert_stem("remake remakes remaking remade", "rema", begin);
    assert_stem("walk", "walk", begin);
    assert_stem("run running", "run", begin);
}

static void prefixes_stand_before_it(void **state) {
    (void)state;
    assert_stem("machen macht machte gemacht", "mach", (int[]){0, 0, 0, 2});
    assert_stem("anlegen legt legte angelegt", "leg", (int[]){2, 0, 0, 4});
    assert_stem("sulat sumulat sinulat", "ulat", (int[]){1, 3, 3});
}

static void the_first_of_equal_runs_and_of_equal_places_counts(void **state) {
    (void)state;
    assert_stem("abcdef defabc", "abc", (int[]){0, 3});
    assert_stem("abca xabcabca", "abca", (int[]){0, 1});
    assert_stem("bobo bobobo", "bobo", (int[]){0, 0});
}

static void forms_that_share_too_little_have_none(void **state) {
    (void)state;
    assert_none("sing sings singing sang");
    assert_none("gehen geht ging gegangen");
    assert_none("go goes going went");
    assert_none("be is being was");
    assert_none("katab yaktub kutib");
    // Three letters are too few where the shortest word has seven.
    assert_none("abcdefg xabcyyyz");
    assert_stem("abcdef xabcyyy", "abc", (int[]){0, 1});
    assert_none("ab ab");
}

/** How words are inflected whose conditions go up from the first one's. */
static uint64_t inflection_of(const char *text, int condition, int kept) {
    symbol_t letters[FORMS][LETTERS];
    word_t words[FORMS] = {{0}};
    const int count = read_words(text, letters, words);
    for (int i = 0; i < count; i++) {
        words[i].condition = condition + i;
    }
    stem_t stem;
    stem_find(words, count, &stem);
    return stem_inflection(words, count, &stem, kept);
}

static void what_stands_around_the_stem_is_the_inflection(void **state) {
    (void)state;
    const uint64_t walk = inflection_of("walk walked", 0, 0);
    assert_int_equal(inflection_of("parse parseed", 0, 0), walk);
    assert_int_not_equal(inflection_of("walks walked", 0, 0), walk);
    assert_int_not_equal(inflection_of("walk gewalked", 0, 0), walk);
    assert_int_not_equal(inflection_of("walk walkde", 0, 0), walk);
    assert_int_not_equal(inflection_of("walk walked", 1, 0), walk);
    // Before the stem is not behind it.
    assert_int_not_equal(inflection_of("walk edwalk", 0, 0), walk);
}

static void kept_letters_belong_to_it(void **state) {
    (void)state;
    const uint64_t one = inflection_of("walk walked", 0, 1), two = inflection_of("walk walked", 0, 2);
    assert_int_equal(inflection_of("tark tarked", 0, 1), one);
    assert_int_not_equal(inflection_of("tarn tarned", 0, 1), one);
    assert_int_not_equal(inflection_of("tark tarked", 0, 2), two);
    assert_int_equal(inflection_of("chalk chalked", 0, 2), two);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endings_stand_behind_the_stem),
        cmocka_unit_test(prefixes_stand_before_it),
        cmocka_unit_test(the_first_of_equal_runs_and_of_equal_places_counts),
        cmocka_unit_test(forms_that_share_too_little_have_none),
        cmocka_unit_test(what_stands_around_the_stem_is_the_inflection),
        cmocka_unit_test(kept_letters_belong_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
