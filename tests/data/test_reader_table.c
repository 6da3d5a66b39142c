// Tables of forms: what is fine, and what each fault says.
#include "dataset_text.h"

#define FORMS                                                                                                \
    "ir\tvoy\tV;PRS;1;SG\n"                                                                                  \
    "ir\tva\tV;PRS;3;SG\n"                                                                                   \
    "so\xC3\xB1\x61r\tsue\xC3\xB1o\tV;PRS;1;SG\n"

static void tables_in_every_fine_layout(void **state) {
    (void)state;
    static const char *const texts[] = {
        FORMS,
        "ir\tvoy\tV;PRS;1;SG\nir\tva\tV;PRS;3;SG\nso\xC3\xB1\x61r\tsue\xC3\xB1o\tV;PRS;1;SG", // no last
                                                                                              // newline
        "ir\tvoy\tV;PRS;1;SG\r\nir\tva\tV;PRS;3;SG\r\nso\xC3\xB1\x61r\tsue\xC3\xB1o\tV;PRS;1;SG\r\n",
        "\xEF\xBB\xBF" FORMS,
        "# lemma\tform\ttags\n\n" FORMS "\n \t \n# end",
        "ir\tvoy\tV;PRS;1;SG\t\t\nir\tva\tV;PRS;3;SG\t\nso\xC3\xB1\x61r\tsue\xC3\xB1o\tV;PRS;1;SG\t\r\n",
        " ir \t voy\t V;PRS;1;SG \nir\tva \tV;PRS;3;SG # he\nso\xC3\xB1\x61r\tsue\xC3\xB1o\tV;PRS;1;SG\n",
        "son\xCC\x83\x61r\tsuen\xCC\x83o\tV;PRS;1;SG\n" FORMS, // decomposed: a duplicate
        "ir\tV;PRS;1;SG\tvoy\nir\tV;PRS;3;SG\tva\nso\xC3\xB1\x61r\tV;PRS;1;SG\tsue\xC3\xB1o\n", // SIGMORPHON
        FORMS FORMS,
    };
    char hash[HASH_TEXT_SIZE] = "";
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        dataset_t dataset;
        assert_ok(dataset_text_create(&dataset, dataset_text_table(texts[i])));
        if (i != 7) {
            assert_string_equal(dataset_text_forms(&dataset), "ir>voy:V;PRS;1;SG ir>va:V;PRS;3;SG "
                                                              "so\xC3\xB1\x61r>sue\xC3\xB1o:V;PRS;1;SG ");
            memcpy(hash, i == 0 ? dataset.hash : hash, sizeof hash);
            assert_string_equal(dataset.hash, hash);
        }
        assert_true(dataset_is_table(&dataset));
        assert_int_equal(dataset.row_count, 0);
        assert_int_equal(dataset.given_count, 3);
        assert_int_equal(dataset.paradigm_count, 2);
        assert_int_equal(dataset.conditions.count, 3);
        assert_int_equal(dataset.duplicate_count, i == 7 ? 1 : i == 9 ? 3 : 0);
        assert_int_equal(dataset.normal_count, i == 7 ? 2 : 0);
        assert_int_equal(dataset.variant_count, 0);
        dataset_destroy(&dataset);
    }
}

static void columns_stand_between_tabs_and_have_blanks(void **state) {
    (void)state;
    dataset_text_assert_forms(
        dataset_text_table("aufstehen\tstehe auf\tV;PRS;1;SG\n"
                           "to go\t\xD9\x84\xD9\x86 \xD8\xA3\xD9\x81\xD8\xB9\xD9\x84\tV;FUT NEG\n"),
        "aufstehen>stehe auf:V;PRS;1;SG to go>\xD9\x84\xD9\x86 \xD8\xA3\xD9\x81\xD8\xB9\xD9\x84:V;FUT NEG ");
}

static void faults_of_tables(void **state) {
    (void)state;
    static char too_long[400];
    snprintf(too_long, sizeof too_long, "go\twent\tV;%0254d\n", 1);
    const char *const cases[][2] = {
        {FORMS "ir\tfui\n",
            "table.tsv:4: 2 columns, 3 were expected (lemma, form, tags, or lemma, tags, form, "
            "between tabs); read as ir | fui (columns between tabs): data.format: rows and pairs "
            "are for other files"},
        {"ir\tfui\tV;PST\tir\n",
            "table.tsv:1: 4 columns, 3 were expected (lemma, form, tags, or lemma, tags, "
            "form, between tabs); read as ir | fui | V;PST | ir (columns between tabs): the "
            "other columns must go, cut -f1-3 keeps the first three"},
        {"ir\t\t\n", "table.tsv:1:5: an empty column, the tags of the form were expected"},
        {"ir\n", "table.tsv:1: 1 column, 3 were expected (lemma, form, tags, or lemma, tags, form, between "
                 "tabs); read as ir (no tab: columns between spaces)"},
        {"ir fui V;PST\n",
            "table.tsv:1: columns separated by spaces, 3 between tabs were expected (lemma, form, tags, or "
            "lemma, tags, form): sed 's/  */\\t/g' FILE >NEW makes such a file"},
        {"ir fui V;PST;3;SG\n", "table.tsv:1: columns separated by spaces, 3 between tabs were expected"},
        {"ir;fui;V;PST;3;SG\n",
            "table.tsv:1: columns separated by semicolons, 3 between tabs were expected (lemma, form, "
            "tags, or lemma, tags, form): sed 's/; */\\t/; s/; */\\t/' FILE >NEW makes such a file"},
        {"ir,me voy,V;PRS\n", "table.tsv:1: columns separated by commas, 3 between tabs"},
        {"\"ir\";\"me voy\";\"V.PRS\"\n",
            "table.tsv:1: columns separated by semicolons, 3 between tabs were expected (lemma, "
            "form, tags, or lemma, tags, form): sed 's/\"//g; s/; */\\t/g' FILE >NEW"},
        {"ir | voy | V;PRS;1\n", "table.tsv:1: columns separated by bars, 3 between tabs"},
        {FORMS "ir fui V;PST\n", "table.tsv:4: a line without a tab, but line 1 is one with tabs"},
        {"ir,fui,V;PST\n",
            "table.tsv:1: columns separated by commas, 3 between tabs were expected (lemma, form, tags, or "
            "lemma, tags, form): sed 's/, */\\t/g' FILE >NEW makes such a file"},
        {"ir\tfui\t\n" FORMS, "table.tsv:1:8: an empty column, the tags of the form were expected"},
        {"ir\t\tfui\nir\tV;PRS\tva\nir\tV;PST\tfue\n",
            "table.tsv:1:4: an empty column, the tags of the form were expected"},
        {"ir\t\tV;PST\n",
            "table.tsv:1:4: an empty column for the form, a form was expected: data.missing: skip "
            "leaves out lines with a missing form"},
        {"\tfui\tV;PST\n", "table.tsv:1:1: an empty column for the lemma, a form was expected"},
        {"ir\t\xE2\x80\x94\tV;PST\n", "table.tsv:1:4: only '\xE2\x80\x94' for the form, a form was expected"},
        {"ir\t_\tV;PST\n", "table.tsv:1:4: only '_' for the form, a form was expected"},
        {too_long, "table.tsv:1:9: tags of 256 bytes, at most 255 were expected"},
        {"Lemma\tForm\tTags\n" FORMS, "table.tsv:1: names of columns, a lemma with its form and tags was "
                                      "expected: a header must be a comment ('#' in front of it)"},
        {"lemma\tword\tfeatures\n" FORMS, "table.tsv:1: names of columns"},
        {"ir\tV;PST\tfui\n" FORMS,
            "table.tsv:1:10: 'fui' stands where most lines have tags, one order of columns was "
            "expected: data.format: lemma-form-tags or lemma-tags-form says which"},
        {FORMS "TV\tTVs\tplural\nir\tN\tcase\n", "table.tsv:5:6: 'case' stands where most lines have tags"},
        {"\"ir\"\tfui\tV;PST\n",
            "table.tsv:1:1: \"ir\" is in quotation marks, the text without them was expected"},
        {"ir\tfui\t\"V,PST\"\n", "table.tsv:1:8: \"V,PST\" is in quotation marks"},
        {"ir\t\"\"\tV;PST\n", "table.tsv:1:4: \"\" is in quotation marks"},
        {"so\xF1\x61r\tsue\xF1o\tV;PRS\n", "table.tsv:1:3: malformed UTF-8 (byte 0xF1), UTF-8 was expected"},
        {"\xFF\xFEi\0r\0", "table.tsv:1:1: malformed UTF-8 (byte 0xFF)"}, // UTF-16
        {"", "table.tsv:1: the file ends without a form, at least one was expected"},
        {"# only\n", "table.tsv:1: the file ends without a form"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dataset_text_assert_refused(dataset_text_table(cases[i][0]), cases[i][1]);
    }
    // 255 bytes are fine; so are quotes inside of a word, and a lemma of that name.
    dataset_t dataset;
    too_long[263] = '\n';
    too_long[264] = '\0';
    assert_ok(dataset_text_create(&dataset, dataset_text_table(too_long)));
    assert_int_equal(strlen(conditions_name(&dataset.conditions, 1)), CONDITIONS_NAME_MAX);
    dataset_destroy(&dataset);
    dataset_text_assert_forms(dataset_text_table("\xD7\xA6\"\xD7\x9C\t\"\tN;SG\nlemma\tlemmas\tN;PL\n"),
        "\xD7\xA6\"\xD7\x9C>\":N;SG lemma>lemmas:N;PL ");
    dataset_text_assert_forms(dataset_text_table("lemma\tlemmas\tN;PL\n"), "lemma>lemmas:N;PL ");
}

static void tags_have_a_normal_form(void **state) {
    (void)state;
    // Composed and not, in both orders of columns, with direction marks; and the names of a list.
    static const char *const texts[] = {
        "ir\tvoy\tPR\u00C9S\nir\tva\tPRE\u0301S\nir\tvas\tPR\u00C9S\n",
        "ir\tPRE\u0301S\tvoy\nir\tPR\u00C9S\tva\nir\tPRE\u0301S\tvas\n",
        "ir\tvoy\t\u2067PRE\u0301S\u2069\nir\tva\tPR\u00C9S\u200E\nir\tvas\tP\u200FR\u00C9S\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        dataset_source_t source = dataset_text_table(texts[i]);
        source.tags_column = i == 1 ? 1 : 2;
        dataset_text_assert_forms(source, "ir>voy:PR\u00C9S ir>va:PR\u00C9S ir>vas:PR\u00C9S ");
    }
    static const char *const names[] = {"PR\u00C9S"};
    dataset_source_t source = dataset_text_table(texts[0]);
    source.condition_count = 1;
    source.condition_names = names;
    dataset_text_assert_forms(source, "ir>voy:PR\u00C9S ir>va:PR\u00C9S ir>vas:PR\u00C9S ");
    // 255 bytes are counted of the normal form.
    static char text[1024] = "ir\tvoy\t";
    for (int i = 0; i < 127; i++) {
        strcat(text, "E\u0301");
    }
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, dataset_text_table(text)));
    assert_int_equal(strlen(conditions_name(&dataset.conditions, 1)), 254);
    dataset_destroy(&dataset);
    dataset_text_assert_refused(
        dataset_text_table(strcat(text, "EE")), "table.tsv:1:8: tags of 256 bytes, at most 255");
}

static void missing_forms_are_left_out(void **state) {
    (void)state;
    dataset_source_t source = dataset_text_table(
        "ir\t\tV;PST\nir\t-\tV;PRS\nser\tes\tV;PRS\n\tes\tV;PRS\nser\t__\tV;IMP\nser\t-es\tV;FUT\n");
    source.skips_missing = true;
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, source));
    assert_string_equal(dataset_text_forms(&dataset), "ser>es:V;PRS ser>-es:V;FUT ");
    assert_int_equal(dataset.missing_count, 4);
    // Tags that no word has are no condition.
    assert_int_equal(dataset.conditions.count, 3);
    dataset_destroy(&dataset);
    source = dataset_text_table("ir\t-\tV;PRS\nir\t\tV;PST\n");
    source.skips_missing = true;
    dataset_text_assert_refused(source,
        "table.tsv:2: the file ends without a form, at least one was expected "
        "(blank lines and comments do not count, nor do the 2 with a missing form)");
}

static void conditions_are_given_or_found(void **state) {
    (void)state;
    // Found: the lemma's first, the others sorted by their bytes, in whatever order they come.
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, dataset_text_table("a\tb\tV;PST\na\tc\tV;IMP\na\td\tN\n")));
    static const char *const found[] = {"lemma", "N", "V;IMP", "V;PST"};
    assert_int_equal(dataset.conditions.count, 4);
    for (int c = 0; c < 4; c++) {
        assert_string_equal(conditions_name(&dataset.conditions, c), found[c]);
    }
    dataset_destroy(&dataset);
    // Given: the lemma's comes last, unless the list has it.
    static const char *const names[] = {"V;PST", "lemma", "V;PRS"}, *const others[] = {"V;PST", "V;PRS"};
    dataset_source_t source = dataset_text_table("ir\tva\tV;PRS\nir\tfue\tV;PST\n");
    source.condition_count = 3;
    source.condition_names = names;
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.conditions.count, 3);
    assert_string_equal(dataset_text_pair(&dataset, dataset_pair(&dataset, 0, 0, 0)), "ir/1>va/2");
    dataset_destroy(&dataset);
    source.condition_count = 2;
    source.condition_names = others;
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.conditions.count, 3);
    assert_string_equal(dataset_text_pair(&dataset, dataset_pair(&dataset, 0, 0, 0)), "ir/2>va/1");
    dataset_destroy(&dataset);
    source.text = "ir\tva\tV;PRS\nir\tid\tV;IMP\n";
    source.length = strlen(source.text);
    dataset_text_assert_refused(
        source, "table.tsv:2:7: unknown tags 'V;IMP', one of 3 conditions was expected (V;PST V;PRS lemma)");
    // The conditions that are given show which column has them, whatever they look like.
    static const char *const strange[] = {"went", "gone"};
    source.condition_names = strange;
    source.text = "see\twent\tSAW\nsee\tgone\tSEEN\n";
    source.length = strlen(source.text);
    dataset_text_assert_forms(source, "see>SAW:went see>SEEN:gone ");
}

static void there_are_4096_conditions_and_no_more(void **state) {
    (void)state;
    // The lemma's is one of them.
    static char text[CONDITIONS_MAX * 24];
    size_t used = 0;
    for (int i = 0; i < CONDITIONS_MAX; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "a\t%c\tV;%d\n", 'b' + i % 20, i);
    }
    dataset_text_assert_refused(dataset_text_table(text),
        "table.tsv:4096:5: 'V;4095' is one condition too many, at most 4096 were expected");
    dataset_source_t source = dataset_text_table(text);
    source.length = (size_t)(strstr(text, "\tV;4095") - text - 3);
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.conditions.count, CONDITIONS_MAX);
    assert_int_equal(dataset.given_count, CONDITIONS_MAX - 1);
    dataset_destroy(&dataset);
}

static void names_of_pairs_are_found(void **state) {
    (void)state;
    dataset_source_t source = dataset_text_pairs("go PRS went PST\nsaw PST sees V;PRS;3\n");
    source.condition_count = 0;
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, source));
    static const char *const found[] = {"PRS", "PST", "V;PRS;3"};
    assert_int_equal(dataset.conditions.count, 3);
    for (int c = 0; c < 3; c++) {
        assert_string_equal(conditions_name(&dataset.conditions, c), found[c]);
    }
    assert_string_equal(dataset_text_pair(&dataset, dataset_pair(&dataset, 0, 0, 1)), "saw/1>sees/2");
    dataset_destroy(&dataset);
    source = dataset_text_pairs("go\tPRS\twent\tPST\nmust\tAUX\t\tNO\n?\tX\tgo\tPRS\n");
    source.condition_count = 0;
    source.skips_missing = true;
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.conditions.count, 2);
    assert_int_equal(dataset.missing_count, 2);
    dataset_destroy(&dataset);
    source = dataset_text_pairs("go\tPRS\twent\t\n");
    source.condition_count = 0;
    dataset_text_assert_refused(source, "pairs.txt:1:13: an empty column");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_in_every_fine_layout),
        cmocka_unit_test(columns_stand_between_tabs_and_have_blanks),
        cmocka_unit_test(faults_of_tables),
        cmocka_unit_test(tags_have_a_normal_form),
        cmocka_unit_test(missing_forms_are_left_out),
        cmocka_unit_test(conditions_are_given_or_found),
        cmocka_unit_test(there_are_4096_conditions_and_no_more),
        cmocka_unit_test(names_of_pairs_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
