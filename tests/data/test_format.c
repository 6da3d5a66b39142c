// What shows which format a text has: separators, and the column of tags.
#include "dataset_text.h"

static void columns_between_commas_are_named(void **state) {
    (void)state;
    static const struct {
        bool is_pairs;
        const char *text, *message;
    } cases[] = {
        {false, "go,goes,going,went\n",
            "verbs.txt:1: columns separated by commas, 4 between tabs or spaces were expected "
            "(present third progressive past): sed 's/, */\\t/g' FILE >NEW makes such a file"},
        {false, "go, goes, going, went\n",
            "verbs.txt:1: columns separated by commas, 4 between tabs or spaces"},
        {false, "go;goes;going;went off\n",
            "verbs.txt:1: columns separated by semicolons, 4 between tabs or spaces were "
            "expected (present third progressive past): sed 's/; */\\t/g' FILE >NEW"},
        {false, "# verbs\n\ngo | goes | going | went\n", "verbs.txt:3: columns separated by bars, 4"},
        {false, "\"go\",\"goes\",\"going\",\"went\"\n",
            "verbs.txt:1: columns separated by commas, 4 between tabs or spaces were expected (present third "
            "progressive "
            "past): sed 's/\"//g; s/, */\\t/g' FILE >NEW makes such a file"},
        {true, "go,present,went,past\n",
            "pairs.txt:1: columns separated by commas, 4 between tabs or spaces were expected "
            "(source source-condition target target-condition): sed 's/, */\\t/g'"},
        // Not every such sign separates.
        {false, "go,goes\n", "verbs.txt:1: 1 form, 4 were expected"},
        {false, "go, goes going went\n", "verbs.txt:1:3: ',' (U+002C) is not in the alphabet"},
        {false, "g,o g,oes goin,g went\n", "verbs.txt:1:2: ',' (U+002C) is not in the alphabet"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dataset_text_assert_refused(
            (cases[i].is_pairs ? dataset_text_pairs : dataset_text_rows)(cases[i].text), cases[i].message);
    }
}

static void the_order_of_columns_is_found(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        // One tag without ';'.
        {"go\twent\tPST\ngo\tgoes\tPRS\n", "go>went:PST go>goes:PRS "},
        {"go\tPST\twent\ngo\tPRS\tgoes\n", "go>went:PST go>goes:PRS "},
        // Other letters, on both sides or one.
        {"\xD0\xB8\xD0\xB4\xD1\x82\xD0\xB8\tV;PST\t\xD1\x88\xD1\x91\xD0\xBB\n",
            "\xD0\xB8\xD0\xB4\xD1\x82\xD0\xB8>\xD1\x88\xD1\x91\xD0\xBB:V;PST "},
        {"\xD0\xB8\xD0\xB4\xD1\x82\xD0\xB8\t\xD1\x88\xD1\x91\xD0\xBB\tV;PST\n",
            "\xD0\xB8\xD0\xB4\xD1\x82\xD0\xB8>\xD1\x88\xD1\x91\xD0\xBB:V;PST "},
        {"go\tV;{PST|PRS}+X_1\twent\n", "go>went:V;{PST|PRS}+X_1 "},
        // A few forms that look like tags, and tags that do not, change nothing.
        {"TV\tN;PL\tTVS\nUN\tN;SG\tUN\nox\tN;PL\toxen\n", "TV>TVS:N;PL UN>UN:N;SG ox>oxen:N;PL "},
        {"TV\tTVS\tplural\nox\toxen\tplural\ncar\tcars\tplural\ncar\tcar\tsingular\n",
            "TV>TVS:plural ox>oxen:plural car>cars:plural car>car:singular "},
        // Small letters, or tags in the language itself: there are fewer different ones than forms.
        {"go\tpos=V,tense=PST\twent\nsee\tpos=V,tense=PST\tsaw\n",
            "go>went:pos=V,tense=PST see>saw:pos=V,tense=PST "},
        {"go\twent\tpos=V,tense=PST\nsee\tsaw\tpos=V,tense=PST\n",
            "go>went:pos=V,tense=PST see>saw:pos=V,tense=PST "},
        {"\xD0\xB0\t\xD0\xBF\xD1\x80\t\xD0\xB0\xD1\x85\n\xD0\xB1\t\xD0\xBF\xD1\x80\t\xD0\xB1\xD1\x85\n",
            "\xD0\xB0>\xD0\xB0\xD1\x85:\xD0\xBF\xD1\x80 \xD0\xB1>\xD0\xB1\xD1\x85:\xD0\xBF\xD1\x80 "},
        // All in capitals.
        {"AMO\tPST\tAMAVI\nDO\tPST\tDEDI\n", "AMO>AMAVI:PST DO>DEDI:PST "},
        // A tie: the last column, as UniMorph has.
        {"go\twent\tpast\n", "go>went:past "},
        {"GO\tWENT\tPST\n", "GO>WENT:PST "},
        // Comments, and blanks at the ends, play no part.
        {"# A\tB\tC\n# A\tB\tC\n# A\tB\tC\n# A\tB\tC\ngo\t PST \twent\n", "go>went:PST "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dataset_text_assert_forms(dataset_text_table(cases[i][0]), cases[i][1]);
    }
}

static void the_order_of_columns_is_given(void **state) {
    (void)state;
    dataset_source_t source = dataset_text_table("go\tPST\twent\nsee\tPST\tsaw\n");
    source.tags_column = 1;
    dataset_text_assert_forms(source, "go>went:PST see>saw:PST ");
    source.tags_column = 2;
    dataset_text_assert_forms(source, "go>PST:went see>PST:saw ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_between_commas_are_named),
        cmocka_unit_test(the_order_of_columns_is_found),
        cmocka_unit_test(the_order_of_columns_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
