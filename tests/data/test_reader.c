// Rows and pairs: their columns, conditions and missing forms, and what each fault says.
#include "dataset_text.h"

static void one_condition_has_its_own_grammar(void **state) {
    (void)state;
    dataset_source_t source = dataset_text_rows("go\ngo on\n");
    source.condition_count = 1;
    dataset_text_assert_refused(source, "verbs.txt:2: 2 forms, 1 was expected (present)");
}

static void pairs_of_four_columns(void **state) {
    (void)state;
    dataset_t dataset;
    dataset_source_t source = dataset_text_pairs("go present went past # x\r\n\n went past  go present");
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.pairs, DATASET_PAIRS_GIVEN);
    assert_int_equal(dataset.row_count, 0);
    assert_int_equal(dataset.given_count, 2);
    assert_int_equal(dataset.train_given_count, 2);
    assert_int_equal(records_word_count(&dataset.records), 4);
    assert_int_equal(dataset_pair_count(&dataset), 2);
    assert_string_equal(dataset_text_pair(&dataset, dataset_pair(&dataset, 1, 2, 0)), "go/0>went/3");
    assert_string_equal(dataset_text_pair(&dataset, dataset_pair(&dataset, 1, 2, 1)), "went/3>go/0");
    dataset_destroy(&dataset);
}

static void two_word_lines_take_turns_with_the_list(void **state) {
    (void)state;
    static const int from[] = {0, 1, 2}, to[] = {3, 2, 1};
    dataset_t dataset;
    // Comments and blank lines do not count; lines with their own conditions and duplicates do.
    dataset_source_t source =
        dataset_text_pairs("a b\n# x\n\nc d\ne f\ng h\na third b present\ni j\ng h\nk l\nm n\n");
    source.pair_source = from;
    source.pair_target = to;
    source.pair_count = 3;
    assert_ok(dataset_text_create(&dataset, source));
    static const char *const expected[] = {
        "a/0>b/3", "c/1>d/2", "e/2>f/1", "g/0>h/3", "a/1>b/0", "i/2>j/1", "k/1>l/2", "m/2>n/1"};
    assert_int_equal(dataset.given_count, 8);
    assert_int_equal(dataset.duplicate_count, 1);
    for (size_t i = 0; i < 8; i++) {
        assert_string_equal(dataset_text_pair(&dataset, dataset_pair(&dataset, 0, 0, i)), expected[i]);
    }
    dataset_destroy(&dataset);
}

static void faults_of_pairs(void **state) {
    (void)state;
#define COLUMNS "(source source-condition target target-condition)"
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"go present went pst", "pairs.txt:1:17: unknown condition 'pst', one of these was expected: "
                                "present third progressive past"},
        {"go present went past\ngo presents went past", "pairs.txt:2:4: unknown condition 'presents'"},
        {"go presen went past", "pairs.txt:1:4: unknown condition 'presen'"},
        {"go PAST went past", "pairs.txt:1:4: unknown condition 'PAST'"},
        {"# x\ngo went",
            "pairs.txt:2: 2 columns, but no conditions are listed for such lines; 4 were expected " COLUMNS},
        {"go", "pairs.txt:1: 1 column, 4 were expected " COLUMNS " or 2 (source target)"},
        {"go present went", "pairs.txt:1: 3 columns, 4 were expected " COLUMNS " or 2 (source target)"},
        {"a b c d e", "pairs.txt:1: 5 columns, 4 were expected " COLUMNS " or 2 (source target)"},
        {"go present w\xC3\xA9nt past", "pairs.txt:1:13: 'é' (U+00E9) is not in the alphabet"},
        {"abcdefghijklmnopqrstu present b past",
            "pairs.txt:1:1: a word of 21 letters, at most 20 were expected (data.max_length)"},
        {"go present \xE9 past", "pairs.txt:1:12: malformed UTF-8 (byte 0xE9)"},
        {"\n#\n", "pairs.txt:2: the file ends without a pair, at least one was expected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dataset_text_assert_refused(dataset_text_pairs(cases[i].text), cases[i].message);
    }
}

static void an_endless_condition_is_cut_in_the_message(void **state) {
    (void)state;
    static char text[400] = "go ", message[400] = "pairs.txt:1:4: unknown condition '";
    for (int i = 0; i < 100; i++) {
        strcat(text, "é");
        strcat(message, i < 64 ? "é" : "");
    }
    strcat(text, " went past");
    strcat(message, "', one of these was expected: present third");
    dataset_text_assert_refused(dataset_text_pairs(text), message);
}

static void a_list_fits_the_lines(void **state) {
    (void)state;
    static const int from[] = {0, 1, 2}, to[] = {3, 2, 1};
    static const struct {
        const char *text;
        int entries;
        const char *message; // NULL: fine
    } cases[] = {
        {"a b\nc d\ne f\n", 3, NULL}, {"a b\nc d\ne f\n", 1, NULL},
        {"a b\nc d\ne f\n# x\n\ng h\ni j\nk l", 3, NULL},
        {"a third b present\n", 3, NULL}, // the list is not asked
        {"a b\nc d\ne f\ng h\n", 3,
            "pairs.txt:4: the file ends with 4 pairs, but data.pair_conditions has 3 entries, a line each: "
            "as many "
            "pairs were expected, or a multiple"},
        {"a b\nc d\n#\n", 3,
            "pairs.txt:3: the file ends with 2 pairs, but data.pair_conditions has 3 entries"},
        {"a b\n", 2, "pairs.txt:1: the file ends with 1 pair, but data.pair_conditions has 2 entries"},
        {"a b\na third b present\nc d\n", 2, "pairs.txt:3: the file ends with 3 pairs, but"},
        {"a b\na b\na b\n", 2, "pairs.txt:3: the file ends with 3 pairs, but"}, // before duplicates go
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dataset_t dataset;
        dataset_source_t source = dataset_text_pairs(cases[i].text);
        source.pair_source = from;
        source.pair_target = to;
        source.pair_count = cases[i].entries;
        if (cases[i].message) {
            dataset_text_assert_refused(source, cases[i].message);
        } else {
            assert_ok(dataset_text_create(&dataset, source));
            dataset_destroy(&dataset);
        }
    }
}

static void columns_stand_at_tabs_alone(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"go\tgoes\tgoing\twent\nrun off\truns off\t\t\n",
            "verbs.txt:2:18: an empty column for progressive, a form was expected: data.missing: skip"},
        {"\tgoes\tgoing\twent", "verbs.txt:1:1: an empty column for present"},
        {"go\t \tgoing\twent", "verbs.txt:1:5: an empty column for third"},
        {"a b c d\t",
            "verbs.txt:1: 2 forms, 4 were expected (present third progressive past); read as a b c d |  ("},
        {"go\tgoes on\tgoing\twent",
            "verbs.txt:1:8: ' ' (U+0020) is not in the alphabet, one of these was expected: "
            "abcdefghijklmnopqrstuvwxyz (data.alphabet: data takes the letters of the file)"},
        {"go\tgoes going\twent",
            "verbs.txt:1: 3 forms, 4 were expected (present third progressive past); read as go | "
            "goes going | went (columns between tabs): data.conditions names the columns"},
        {"\tgo\tgoes\tgoing\twent",
            "verbs.txt:1: 5 forms, 4 were expected (present third progressive past); read as "
            " | go | goes | going | went (columns between tabs)"},
        {"go goes going",
            "verbs.txt:1: 3 forms, 4 were expected (present third progressive past); read as go | goes | "
            "going (no tab: columns between spaces): data.conditions names the columns of a row, a file "
            "of pairs needs data.format: pairs"},
        {"go\tgoes\tgoing\twent\n#\nwalk walks walking walked",
            "verbs.txt:3: a line without a tab, but line 1 is one with tabs"},
        {"\n#\twalk\nwalk walks walking walked\ngo\tgoes\tgoing\twent",
            "verbs.txt:4: a line with a tab, but line 3 is one without"},
        {"walk\twalked\tV;PST",
            "verbs.txt:1: 3 forms, 4 were expected (present third progressive past); read as walk | "
            "walked | V;PST (columns between tabs): data.format: unimorph reads UniMorph's lemma, form and "
            "tags"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dataset_text_assert_refused(dataset_text_rows(cases[i].text), cases[i].message);
    }
    dataset_t dataset;
    dataset_source_t source = dataset_text_rows("run off\t runs off \trunning off\tran off\n");
    source.alphabet = "data";
    assert_ok(dataset_text_create(&dataset, source));
    assert_string_equal(dataset_text_word(&dataset, dataset_word(&dataset, 0, 0)), "run off");
    assert_string_equal(dataset_text_word(&dataset, dataset_word(&dataset, 0, 1)), "runs off");
    assert_int_equal(dataset.alphabet.code_point[0], ' ');
    dataset_destroy(&dataset);
}

static void names_of_conditions_are_no_words(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"present third progressive past\ngo goes going went\n",
            "verbs.txt:1: names of conditions, words were expected: a header must be a comment"},
        {"past third progressive present\nwent goes going go\n", "verbs.txt:1: names of conditions"},
        {"go present went past\n",
            "verbs.txt:1:4: 'present' is the name of a condition, a form was expected: a file of "
            "pairs needs data.format: pairs"},
        {"go past went gone\nsee past saw seen\n",
            "verbs.txt:2: column 2 has names of conditions in all of the file's "
            "2 lines, forms were expected: a file of pairs needs"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        dataset_source_t source = dataset_text_rows(rows[i][0]);
        source.alphabet = "data";
        dataset_text_assert_refused(source, rows[i][1]);
    }
    // What is left out does not hide them.
    static const char *const behind_missing[][2] = {
        {"go - going went\npresent third progressive past\nsee sees seeing saw\n",
            "verbs.txt:2: names of conditions, words were expected: a header must be a comment"},
        {"must x - y\ngo present went past\nsee sees seeing saw\n",
            "verbs.txt:2:4: 'present' is the name of a condition, a form was expected: a file of pairs "
            "needs"},
        {"go past went gone\nmust may - might\nsee past saw seen\n",
            "verbs.txt:3: column 2 has names of conditions in all of the file's 2 lines without a missing "
            "form, "
            "forms were expected: a file of pairs needs"},
    };
    for (size_t i = 0; i < sizeof behind_missing / sizeof *behind_missing; i++) {
        dataset_source_t source = dataset_text_rows(behind_missing[i][0]);
        source.skips_missing = true;
        dataset_text_assert_refused(source, behind_missing[i][1]);
    }
    // One word of a row may be a condition's name.
    dataset_t dataset;
    assert_ok(dataset_text_create(
        &dataset, dataset_text_rows("present presents presenting presented\ngo goes going went")));
    dataset_destroy(&dataset);
    dataset_text_assert_refused(dataset_text_pairs("go goes going went\n"),
        "pairs.txt:1:4: unknown condition 'goes', one of these was expected: present third progressive past "
        "(a file of "
        "rows needs data.format: rows)");
}

static void missing_forms_are_refused_or_left_out(void **state) {
    (void)state;
    static const char *const forms[] = {
        "-", "--", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x88\x92", "*", "?", "???"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char text[200], message[200];
        snprintf(text, sizeof text, "go goes going went\nmust must %s must\nwalk walks walking walked\n",
            forms[i]);
        snprintf(message, sizeof message,
            "verbs.txt:2:11: only '%s' for progressive, a form was expected: data.missing: skip leaves out "
            "rows with a "
            "missing form",
            forms[i]);
        dataset_source_t source = dataset_text_rows(text);
        dataset_text_assert_refused(source, message);
        source.skips_missing = true;
        dataset_t dataset;
        assert_ok(dataset_text_create(&dataset, source));
        assert_int_equal(dataset.row_count, 2);
        assert_int_equal(dataset.missing_count, 1);
        assert_string_equal(dataset_text_word(&dataset, dataset_word(&dataset, 1, 3)), "walked");
        dataset_destroy(&dataset);
    }
    dataset_source_t source = dataset_text_rows("go\tgoes\t\twent\n");
    source.skips_missing = true;
    dataset_text_assert_refused(source,
        "verbs.txt:1: the file ends without a row, at least one was expected (blank lines "
        "and comments do not count, nor does the one with a missing form)");
    // A pair that is left out keeps its entry of the list.
    static const int from[] = {0, 1}, to[] = {3, 2};
    source = dataset_text_pairs("a b\nc -\nd e\nf g\n");
    source.pair_source = from;
    source.pair_target = to;
    source.pair_count = 2;
    dataset_text_assert_refused(source,
        "pairs.txt:2:3: only '-' for the target, a form was expected: data.missing: skip "
        "leaves out pairs with a missing form");
    source.skips_missing = true;
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, source));
    static const char *const expected[] = {"a/0>b/3", "d/0>e/3", "f/1>g/2"};
    assert_int_equal(dataset.given_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(dataset_text_pair(&dataset, dataset_pair(&dataset, 0, 0, i)), expected[i]);
    }
    dataset_destroy(&dataset);
    source = dataset_text_pairs("go\tpresent\twent\tpast\nmust\tpresent\t\t\nmay\tpresent\t\tpast\n");
    source.skips_missing = true;
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.given_count, 1);
    assert_int_equal(dataset.missing_count, 2);
    dataset_destroy(&dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_condition_has_its_own_grammar),
        cmocka_unit_test(pairs_of_four_columns),
        cmocka_unit_test(two_word_lines_take_turns_with_the_list),
        cmocka_unit_test(faults_of_pairs),
        cmocka_unit_test(an_endless_condition_is_cut_in_the_message),
        cmocka_unit_test(a_list_fits_the_lines),
        cmocka_unit_test(columns_stand_at_tabs_alone),
        cmocka_unit_test(names_of_conditions_are_no_words),
        cmocka_unit_test(missing_forms_are_refused_or_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
