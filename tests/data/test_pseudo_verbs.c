// Invented verbs: the same for the same seed, all different, spelled and inflected like English ones.
#include "dataset_text.h"

#include <ctype.h>

#include "data/english.h"
#include "base/hash.h"
#include "data/pseudo_verbs.h"

/** The address sanitizer ends the program at a huge allocation, unless it is told to fail it as malloc does.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1";
}

/** `count` rows, one after another; to be freed. */
static char *make_rows(uint64_t seed, size_t count) {
    pseudo_verbs_t *verbs;
    char *text = malloc(count * PSEUDO_VERBS_ROW_SIZE + 1), *end = text;
    assert_non_null(text);
    assert_ok(pseudo_verbs_create(&verbs, seed, count));
    for (size_t i = 0; i < count; i++) {
        const size_t length = pseudo_verbs_next(verbs, end);
        assert_int_equal(strlen(end), length);
        assert_in_range(length, 1, PSEUDO_VERBS_ROW_SIZE - 1);
        end += length;
    }
    *end = '\0';
    pseudo_verbs_destroy(verbs);
    return text;
}

/** What a seed means: whoever changes these rows changes every table that somebody has made. */
static void rows_are_what_they_always_were(void **state) {
    (void)state;
    char *few = make_rows(2, 3), *many = make_rows(1, 100000);
    assert_string_equal(few,
        "gire gires giring gired\nitisate itisates itisating itisated\nmapt mapts mapting "
        "mapted\n");
    assert_true(hash_bytes(many, strlen(many)) == UINT64_C(0x6f8f61017b3c9ad8));
    free(few);
    free(many);
}

static void fewer_rows_are_the_first_of_more(void **state) {
    (void)state;
    static const size_t counts[] = {1, 2, 50, 1000};
    char *more = make_rows(9, 3000);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char *few = make_rows(9, counts[i]);
        assert_memory_equal(few, more, strlen(few));
        free(few);
    }
    char *other = make_rows(10, 50);
    assert_memory_not_equal(other, more, strlen(other));
    free(other);
    free(more);
}

static void every_row_is_another_verb_of_the_alphabet(void **state) {
    (void)state;
    enum { COUNT = 100000 };
    char *text = make_rows(3, COUNT);
    dataset_t dataset;
    // a-z, 20 letters and four forms a row: the parser looks.
    assert_ok(dataset_text_create(&dataset, dataset_text_rows(text)));
    assert_int_equal(dataset.row_count, COUNT);
    assert_int_equal(dataset.duplicate_count, 0);
    dataset_destroy(&dataset);
    // No two have the same base either.
    char *end = text;
    for (char *line = text, *next; *line; line = next) {
        const size_t length = strcspn(line, " ");
        next = line + strcspn(line, "\n") + 1;
        memmove(end, line, length);
        end[length] = '\n';
        end += length + 1;
    }
    *end = '\0';
    dataset_source_t source = dataset_text_rows(text);
    source.condition_count = 1;
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.row_count, COUNT);
    dataset_destroy(&dataset);
    free(text);
}

/** Cuts off the first word of a line. */
static char *take_word(char **line) {
    char *word = *line;
    *line += strcspn(word, " \n") + 1;
    (*line)[-1] = '\0';
    return word;
}

static void forms_follow_the_rules(void **state) {
    (void)state;
    char *text = make_rows(4, 20000);
    for (char *line = text; *line;) {
        char form[PSEUDO_VERBS_ROW_SIZE];
        const char *base = take_word(&line);
        english_third_person(base, form);
        assert_string_equal(take_word(&line), form);
        english_progressive(base, form);
        assert_string_equal(take_word(&line), form);
        english_past(base, form);
        assert_string_equal(take_word(&line), form);
        assert_non_null(strpbrk(base, "aeiouy"));
    }
    free(text);
}

/** The words' mean length; the letters of all forms. */
static double mean_length(const char *text) {
    size_t letters = 0, words = 0;
    for (; *text; text++) {
        letters += isalpha((unsigned char)*text) != 0;
        words += isspace((unsigned char)*text) != 0;
    }
    return (double)letters / (double)words;
}

/** As many rows as data/verbs.txt has are as long as its rows, which have 8.29 letters a form; many more are
 * little longer. */
static void words_are_as_long_as_english_ones(void **state) {
    (void)state;
    char *few = make_rows(5, 8397), *many = make_rows(5, 200000);
    assert_near(mean_length(few), 8.29, 0.15);
    assert_near(mean_length(many), 8.29, 0.45);
    free(few);
    free(many);
}

static void no_memory_is_an_error(void **state) {
    (void)state;
    pseudo_verbs_t *verbs;
    assert_fails(pseudo_verbs_create(&verbs, 1, UINT64_C(1) << 58), STATUS_MEMORY, "out of memory for ");
    pseudo_verbs_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_what_they_always_were),
        cmocka_unit_test(fewer_rows_are_the_first_of_more),
        cmocka_unit_test(every_row_is_another_verb_of_the_alphabet),
        cmocka_unit_test(forms_follow_the_rules),
        cmocka_unit_test(words_are_as_long_as_english_ones),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
