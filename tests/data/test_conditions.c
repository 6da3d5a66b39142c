// The table of conditions: names and numbers, the text that a checkpoint keeps, and the parts of names.
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/conditions.h"

static int add(conditions_t *conditions, const char *name) {
    int condition = -7;
    assert_ok(conditions_add(conditions, name, strlen(name), &condition));
    return condition;
}

static void assert_names(const conditions_t *conditions, int count, const char *const *names) {
    assert_int_equal(conditions->count, count);
    for (int c = 0; c < count; c++) {
        assert_string_equal(conditions_name(conditions, c), names[c]);
        assert_int_equal(conditions_find(conditions, names[c], strlen(names[c])), c);
    }
}

static void names_are_numbered_as_they_come(void **state) {
    (void)state;
    conditions_t conditions = {0};
    assert_int_equal(conditions_find(&conditions, "V", 1), -1);
    assert_int_equal(add(&conditions, "V;PST"), 0);
    assert_int_equal(add(&conditions, "V"), 1);
    assert_int_equal(add(&conditions, "\xD0\xB5\xD0\xB4 \xD0\xBC"), 2);
    assert_int_equal(add(&conditions, "V"), 1);
    assert_names(&conditions, 3, (const char *const[]){"V;PST", "V", "\xD0\xB5\xD0\xB4 \xD0\xBC"});
    // A beginning of a name, and what only begins like one, are others. The length counts, not a zero.
    assert_int_equal(conditions_find(&conditions, "V;PS", 4), -1);
    assert_int_equal(conditions_find(&conditions, "V;PST;3", 7), -1);
    assert_int_equal(conditions_find(&conditions, "V;PST;3", 5), 0);
    assert_int_equal(conditions_find(&conditions, "V;PST;3", 1), 1);
    conditions_destroy(&conditions);
    assert_int_equal(conditions.count, 0);
    conditions_destroy(&conditions);
}

static void names_are_found_by_their_normal_form(void **state) {
    (void)state;
    conditions_t conditions = {0};
    add(&conditions, "PR\u00C9S");
    assert_int_equal(conditions_find(&conditions, "PRE\u0301S", 6), 0);
    assert_int_equal(conditions_find(&conditions, "\u200EPR\u00C9S\u200F", 11), 0);
    assert_int_equal(conditions_find(&conditions, "PRES", 4), -1);
    // What an older program has kept as it stood is found as it stands.
    add(&conditions, "PRE\u0301T");
    assert_int_equal(conditions_find(&conditions, "PRE\u0301T", 6), 1);
    conditions_destroy(&conditions);
}

static void there_are_4096_and_no_more(void **state) {
    (void)state;
    conditions_t conditions = {0};
    char name[32];
    for (int c = 0; c < CONDITIONS_MAX; c++) {
        snprintf(name, sizeof name, "V;%d", c * 7);
        assert_int_equal(add(&conditions, name), c);
    }
    assert_int_equal(add(&conditions, "one more"), -1);
    assert_int_equal(conditions.count, CONDITIONS_MAX);
    assert_int_equal(conditions_find(&conditions, "one more", 8), -1);
    for (int c = 0; c < CONDITIONS_MAX; c++) {
        snprintf(name, sizeof name, "V;%d", c * 7);
        assert_int_equal(add(&conditions, name), c);
        assert_string_equal(conditions_name(&conditions, c), name);
    }
    // The text of as many reads back, and one line more is refused.
    char *text = malloc(conditions_text_size(&conditions) + 4);
    assert_non_null(text);
    conditions_text(&conditions, text);
    conditions_t again = {0};
    assert_ok(conditions_from_text(&again, text));
    assert_int_equal(again.count, CONDITIONS_MAX);
    assert_memory_equal(again.text, conditions.text, conditions.used);
    conditions_destroy(&again);
    strcat(text, "more");
    assert_fails(conditions_from_text(&again, text), STATUS_DATA, "more than 4096 conditions");
    conditions_destroy(&again);
    free(text);
    conditions_destroy(&conditions);
}

static void names_are_sorted_by_their_bytes(void **state) {
    (void)state;
    conditions_t conditions = {0};
    static const char *const names[] = {"lemma", "b", "\xC3\xA9", "a;b", "a", "Z", "a b"};
    for (int c = 0; c < 7; c++) {
        add(&conditions, names[c]);
    }
    assert_ok(conditions_sort(&conditions, 1));
    assert_names(&conditions, 7, (const char *const[]){"lemma", "Z", "a", "a b", "a;b", "b", "\xC3\xA9"});
    assert_ok(conditions_sort(&conditions, 0));
    assert_string_equal(conditions_name(&conditions, 0), "Z");
    assert_ok(conditions_sort(&conditions, 7));
    assert_ok(conditions_sort(&conditions, 8));
    assert_int_equal(conditions.count, 7);
    conditions_destroy(&conditions);
    assert_ok(conditions_sort(&conditions, 0));
    assert_ok(conditions_sort(&conditions, 1));
    assert_int_equal(conditions.count, 0);
    conditions_destroy(&conditions);
}

static void a_copy_is_its_own(void **state) {
    (void)state;
    conditions_t from = {0}, to = {0};
    assert_ok(conditions_copy(&to, &from));
    assert_int_equal(to.count, 0);
    assert_int_equal(add(&to, "x"), 0);
    conditions_destroy(&to);
    add(&from, "V;PRS");
    add(&from, "V;PST");
    assert_ok(conditions_copy(&to, &from));
    assert_int_equal(add(&to, "V;IMP"), 2);
    conditions_destroy(&from);
    assert_names(&to, 3, (const char *const[]){"V;PRS", "V;PST", "V;IMP"});
    conditions_destroy(&to);
}

static void the_text_reads_back(void **state) {
    (void)state;
    conditions_t conditions = {0}, again = {0};
    char longest[CONDITIONS_NAME_MAX + 1];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    add(&conditions, "lemma");
    add(&conditions, "N;DAT(PL;PSS)");
    add(&conditions, longest);
    char text[2 * CONDITIONS_NAME_MAX];
    assert_int_equal(conditions_text_size(&conditions), 6 + 14 + CONDITIONS_NAME_MAX + 2);
    conditions_text(&conditions, text);
    assert_memory_equal(text, "lemma\nN;DAT(PL;PSS)\nxxx", 23);
    assert_int_equal(strlen(text) + 1, conditions_text_size(&conditions));
    assert_ok(conditions_from_text(&again, text));
    assert_names(&again, 3, (const char *const[]){"lemma", "N;DAT(PL;PSS)", longest});
    conditions_destroy(&again);
    // Without the last newline, too.
    assert_ok(conditions_from_text(&again, "a\nb"));
    assert_names(&again, 2, (const char *const[]){"a", "b"});
    conditions_destroy(&again);
    conditions_destroy(&conditions);
}

static void faults_of_the_text(void **state) {
    (void)state;
    char too_long[CONDITIONS_NAME_MAX + 4] = "a\n";
    memset(too_long + 2, 'x', CONDITIONS_NAME_MAX + 1);
    too_long[CONDITIONS_NAME_MAX + 3] = '\0';
    const struct {
        const char *text, *message;
    } cases[] = {
        {"", "no conditions, at least one was expected"},
        {"\n", "condition 1: a name of 1 to 255 bytes that no other has was expected"},
        {"a\n\nb\n", "condition 2: a name of 1 to 255 bytes"},
        {"a\nb\na\n", "condition 3: a name of 1 to 255 bytes"},
        {too_long, "condition 2: a name of 1 to 255 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        conditions_t conditions = {0};
        assert_fails(conditions_from_text(&conditions, cases[i].text), STATUS_DATA, cases[i].message);
        conditions_destroy(&conditions);
    }
}

/** Asserts the parts of each name, numbered over all: `0 1 2|0 3`. */
static void assert_parts(int count, const char *const *names, int part_count, const char *expected) {
    static conditions_parts_t parts;
    conditions_t conditions = {0};
    for (int c = 0; c < count; c++) {
        add(&conditions, names[c]);
    }
    memset(&parts, 0xAA, sizeof parts);
    assert_ok(conditions_split(&conditions, &parts));
    char text[1024] = "";
    for (int c = 0; c < count; c++) {
        for (int i = parts.first[c]; i < parts.first[c + 1]; i++) {
            const size_t used = strlen(text);
            snprintf(text + used, sizeof text - used, "%s%d",
                i > parts.first[c] ? " "
                : c > 0            ? "|"
                                   : "",
                parts.part[i]);
        }
    }
    assert_string_equal(text, expected);
    assert_int_equal(parts.count, part_count);
    conditions_destroy(&conditions);
}

static void names_are_split_into_parts(void **state) {
    (void)state;
    assert_parts(1, (const char *const[]){"V"}, 1, "0");
    assert_parts(2, (const char *const[]){"V;PRS;3", "V;PST;3"}, 4, "0 1 2|0 3 2");
    assert_parts(2, (const char *const[]){"pos=V,tense=PRS", "pos=V"}, 2, "0 1|0");
    // Twice the same part counts once; what is empty is none.
    assert_parts(1, (const char *const[]){"V;SG;V;;SG;"}, 2, "0 1");
    assert_parts(1, (const char *const[]){";;,"}, 0, "");
    // In parentheses: N, DAT, PL, DAT(PL, PSS, DAT(PSS. Outside of them PL is no part of DAT.
    assert_parts(2, (const char *const[]){"N;DAT(PL;PSS)", "N;PL;DAT"}, 6, "0 1 2 3 4 5|0 2 1");
    // Two such: NOM, 1, NOM(1, SG, NOM(SG, ACC, 2, ACC(2, ACC(SG.
    assert_parts(1, (const char *const[]){"NOM(1,SG);ACC(2,SG)"}, 9, "0 1 2 3 4 5 6 7 8");
    // Nested: A, B, A(B, C, B(C, then D, which belongs to none.
    assert_parts(1, (const char *const[]){"A(B(C);D)"}, 6, "0 1 2 3 4 5");
    // Never closed, never opened, of nothing.
    assert_parts(1, (const char *const[]){"A(B"}, 3, "0 1 2");
    assert_parts(1, (const char *const[]){"A)B"}, 2, "0 1");
    assert_parts(1, (const char *const[]){"(B)"}, 2, "0 1");
    assert_parts(0, NULL, 0, "");
}

static void sixteen_parts_of_a_name_count(void **state) {
    (void)state;
    assert_parts(2, (const char *const[]){"a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;p;q;r", "q;a"}, 17,
        "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15|16 0");
    // The longest name there is, with an owner in front of each part.
    char name[CONDITIONS_NAME_MAX + 1];
    memset(name, 'x', sizeof name - 1);
    name[0] = 'A';
    name[1] = '(';
    name[CONDITIONS_NAME_MAX] = '\0';
    assert_parts(1, (const char *const[]){name}, 3, "0 1 2");
}

/** As many conditions as there can be, of as many parts as count: more parts than can be numbered. */
static void parts_beyond_the_table_are_left_out(void **state) {
    (void)state;
    static conditions_parts_t parts;
    conditions_t conditions = {0};
    for (int c = 0; c < CONDITIONS_MAX; c++) {
        char name[CONDITIONS_NAME_MAX + 1];
        int used = 0;
        for (int i = 0; i < CONDITIONS_PARTS_MAX; i++) {
            used += snprintf(name + used, sizeof name - (size_t)used, "%d;", c * CONDITIONS_PARTS_MAX + i);
        }
        add(&conditions, name);
    }
    assert_ok(conditions_split(&conditions, &parts));
    assert_int_equal(parts.count, CONDITIONS_MAX);
    assert_int_equal(parts.first[CONDITIONS_MAX], CONDITIONS_MAX);
    assert_int_equal(parts.first[CONDITIONS_MAX / CONDITIONS_PARTS_MAX], CONDITIONS_MAX);
    conditions_destroy(&conditions);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_numbered_as_they_come),
        cmocka_unit_test(names_are_found_by_their_normal_form),
        cmocka_unit_test(there_are_4096_and_no_more),
        cmocka_unit_test(names_are_sorted_by_their_bytes),
        cmocka_unit_test(a_copy_is_its_own),
        cmocka_unit_test(the_text_reads_back),
        cmocka_unit_test(faults_of_the_text),
        cmocka_unit_test(names_are_split_into_parts),
        cmocka_unit_test(sixteen_parts_of_a_name_count),
        cmocka_unit_test(parts_beyond_the_table_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
