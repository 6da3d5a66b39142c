// The two text formats: what is fine, and what each fault says.
#include "dataset_text.h"

#define TWO_ROWS "walk walks walking walked\ngo goes going went\n"

static void rows_in_every_fine_layout(void **state) {
    (void)state;
    static const char *const texts[] = {
        TWO_ROWS,
        "walk walks walking walked\ngo goes going went",                   // no last newline
        "walk walks walking walked\r\ngo goes going went\r\n",             // CRLF
        "walk walks walking walked\r\ngo goes going went\r",               // cut off inside of CRLF
        "\n\n \t \nwalk walks walking walked\n\r\ngo goes going went\n\n", // blank lines
        "# verbs\nwalk walks walking walked # regular\n  # not\ngo goes going went#irregular\n#",
        " walk  walks   walking walked  \n  go goes going went ",
        "walk\twalks\twalking\twalked\ngo\tgoes\tgoing\twent", // tabs
        "walk \t walks\twalking\twalked\r\n\t\t\t\r\ngo\tgoes\tgoing\t went # irregular\n\t# end",
        "walk\twalks\twalking\twalked\t\t\ngo\tgoes\tgoing\twent\t\r\n\t \t\t\t\t", // tabs at the end, too
        "\xEF\xBB\xBFwalk walks walking walked\ngo goes going went\n",              // byte order mark
        "\xEF\xBB\xBF# caf\xC3\xA9 \xE2\x98\x95 \x01\nwalk walks walking walked\ngo goes going went",
        TWO_ROWS TWO_ROWS "walk walks walking walked",
    };
    char hash[HASH_TEXT_SIZE] = "";
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        dataset_t dataset;
        assert_ok(dataset_text_create(&dataset, dataset_text_rows(texts[i])));
        assert_int_equal(dataset.row_count, 2);
        assert_int_equal(dataset.train_row_count, 2);
        assert_int_equal(records_word_count(&dataset.records), 8);
        assert_int_equal(dataset.longest, 7);
        static const char *const words[] = {
            "walk", "walks", "walking", "walked", "go", "goes", "going", "went"};
        for (int w = 0; w < 8; w++) {
            word_t word = dataset_word(&dataset, (size_t)w / 4, w % 4);
            assert_int_equal(word.condition, w % 4);
            assert_string_equal(dataset_text_word(&dataset, word), words[w]);
        }
        // The layout plays no part in the hash.
        if (i == 0) {
            memcpy(hash, dataset.hash, sizeof hash);
            assert_int_equal(strlen(hash), 32);
        }
        assert_string_equal(dataset.hash, hash);
        dataset_destroy(&dataset);
    }
}

static void faults_of_rows(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {TWO_ROWS "eat eats eating\n",
            "verbs.txt:3: 3 forms, 4 were expected (present third progressive past)"},
        {"# a\n\neat\n", "verbs.txt:3: 1 form, 4 were expected (present third progressive past)"},
        {"a b c d e", "verbs.txt:1: 5 forms, 4 were expected (present third progressive past)"},
        {"a b c # d\n", "verbs.txt:1: 3 forms, 4 were expected"},
        {"a b c\xE2\x80\x83"
         "d",
            "verbs.txt:1:6: U+2003 (a space other than U+0020), only spaces and tabs were expected"},
        {TWO_ROWS "walk wal\xC3\xA9s b c",
            "verbs.txt:3:9: 'é' (U+00E9) is not in the alphabet, one of these was expected: "
            "abcdefghijklmnopqrstuvwxyz"},
        {"\xEF\xBB\xBF"
         "a \xD1\x8F b c",
            "verbs.txt:1:3: 'я' (U+044F) is not in the alphabet"},
        {"go goes Going went", "verbs.txt:1:9: 'G' (U+0047) is not in the alphabet"},
        {"a b c \xF0\x9F\x98\x80", "verbs.txt:1:7: '😀' (U+1F600) is not in the alphabet"},
        {"a b c d\re f g h\r",
            "verbs.txt:1:8: U+000D (a control character), only spaces and tabs were expected"},
        {"a b c d\r\r\n", "verbs.txt:1:8: U+000D (a control character), only spaces and tabs were expected "
                          "between the words and "
                          "letters in them"},
        {"a b c\x07 d", "verbs.txt:1:6: U+0007 (a control character), only spaces and tabs were expected"},
        {"a b c\xC2\xA0x d",
            "verbs.txt:1:6: U+00A0 (a space other than U+0020), only spaces and tabs were expected"},
        {"a b \xEF\xBB\xBF"
         "c d",
            "verbs.txt:1:5: U+FEFF (an invisible format character), only spaces and tabs were expected"},
        {"a b c d\na b \xE9 d", "verbs.txt:2:5: malformed UTF-8 (byte 0xE9), UTF-8 was expected"},
        {"a b c d\n# \xC3\xA9t\xE9\n", "verbs.txt:2:5: malformed UTF-8 (byte 0xE9)"},
        {"a b c \xC3", "verbs.txt:1:7: malformed UTF-8 (byte 0xC3)"},
        {"a b c \xC3\n", "verbs.txt:1:7: malformed UTF-8 (byte 0xC3)"},
        {"a b c \xC0\xAF", "verbs.txt:1:7: malformed UTF-8 (byte 0xC0)"},
        {"a b c \xED\xA0\x80", "verbs.txt:1:7: malformed UTF-8 (byte 0xED)"},
        {"\xFF\xFE"
         "a",
            "verbs.txt:1:1: malformed UTF-8 (byte 0xFF)"},
        {"a b c abcdefghijklmnopqrstu",
            "verbs.txt:1:7: a word of 21 letters, at most 20 were expected (data.max_length)"},
        {"", "verbs.txt:1: the file ends without a row, at least one was expected (blank lines and comments "
             "do not "
             "count)"},
        {"\xEF\xBB\xBF", "verbs.txt:1: the file ends without a row"},
        {"# only\n\n  # comments", "verbs.txt:3: the file ends without a row"},
        // The first fault of the file is the one to report, of whatever kind.
        {"a b c d\na \xC3\xA9 b c\na\n\xFF", "verbs.txt:2:3: 'é'"},
        {"a b c d\na\n\xFF\na \xC3\xA9 b c\n", "verbs.txt:2: 1 form"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dataset_text_assert_refused(dataset_text_rows(cases[i].text), cases[i].message);
    }
}

static void nul_bytes_are_refused_everywhere(void **state) {
    (void)state;
    static const char in_word[] = "a b c d\na \0b c d\n", in_comment[] = "a b c d # x\0y\n",
                      at_end[] = "a b c d\n";
    dataset_source_t source = dataset_text_rows(in_word);
    source.length = sizeof in_word - 1;
    dataset_text_assert_refused(source, "verbs.txt:2:3: a NUL byte, text was expected");
    source.text = in_comment;
    source.length = sizeof in_comment - 1;
    dataset_text_assert_refused(source, "verbs.txt:1:12: a NUL byte, text was expected");
    source.text = at_end;
    source.length = sizeof at_end;
    dataset_text_assert_refused(source, "verbs.txt:2:1: a NUL byte, text was expected");
}

static void one_condition_has_its_own_grammar(void **state) {
    (void)state;
    dataset_source_t source = dataset_text_rows("go\ngo on\n");
    source.condition_count = 1;
    dataset_text_assert_refused(source, "verbs.txt:2: 2 forms, 1 was expected (present)");
}

static void words_of_the_limit_are_fine(void **state) {
    (void)state;
    dataset_t dataset;
    // The limit counts letters, not bytes.
    dataset_source_t source = dataset_text_rows("a b c éééé");
    source.alphabet = "data";
    source.max_length = 4;
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.longest, 4);
    dataset_destroy(&dataset);
    source.max_length = 3;
    dataset_text_assert_refused(
        source, "verbs.txt:1:7: a word of 4 letters, at most 3 were expected (data.max_length)");
}

static void alphabet_data_is_what_occurs_in_words(void **state) {
    (void)state;
    dataset_t dataset;
    dataset_source_t source = dataset_text_rows("zé Za aß \xF0\x9F\x98\x80 # qqq é\nя aa aa Za\n");
    source.alphabet = "data";
    assert_ok(dataset_text_create(&dataset, source));
    char letters[ALPHABET_TEXT_SIZE];
    alphabet_text(&dataset.alphabet, letters);
    assert_string_equal(letters, "Zazßéя😀");
    assert_string_equal(dataset_text_word(&dataset, dataset_word(&dataset, 0, 2)), "aß");
    assert_string_equal(dataset_text_word(&dataset, dataset_word(&dataset, 0, 3)), "😀");
    assert_string_equal(dataset_text_word(&dataset, dataset_word(&dataset, 1, 0)), "я");
    // Written out, the same alphabet makes the same data set.
    char hash[HASH_TEXT_SIZE];
    memcpy(hash, dataset.hash, sizeof hash);
    dataset_destroy(&dataset);
    source.alphabet = letters;
    assert_ok(dataset_text_create(&dataset, source));
    assert_string_equal(dataset.hash, hash);
    dataset_destroy(&dataset);
}

static void alphabet_data_leaves_condition_names_out(void **state) {
    (void)state;
    dataset_t dataset;
    dataset_source_t source = dataset_text_pairs("ab present c past\n");
    source.alphabet = "data";
    assert_ok(dataset_text_create(&dataset, source));
    char letters[ALPHABET_TEXT_SIZE];
    alphabet_text(&dataset.alphabet, letters);
    assert_string_equal(letters, "abc");
    dataset_destroy(&dataset);
}

static void alphabet_data_has_a_limit(void **state) {
    (void)state;
    static char text[8 * (ALPHABET_LETTERS_MAX + 1)];
    size_t used = 0;
    for (uint32_t i = 0; i <= ALPHABET_LETTERS_MAX; i++) {
        uint32_t code_point = 0x4E00 + i;
        used += (size_t)snprintf(text + used, sizeof text - used, "%c%c%c\n", (int)(0xE0 | code_point >> 12),
            (int)(0x80 | (code_point >> 6 & 0x3F)), (int)(0x80 | (code_point & 0x3F)));
    }
    dataset_source_t source = dataset_text_rows(text);
    source.condition_count = 1;
    source.alphabet = "data";
    dataset_text_assert_refused(source, "verbs.txt:4097:1: '\xE5\xB8\x80' (U+5E00) is one letter too many, "
                                        "at most 4096 different ones were expected");
    dataset_t dataset;
    source.length -= 4;
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.alphabet.letters, ALPHABET_LETTERS_MAX);
    char letters[ALPHABET_TEXT_SIZE];
    alphabet_text(&dataset.alphabet, letters);
    dataset_destroy(&dataset);
    // A large alphabet is not spelled out.
    source.length += 4;
    source.alphabet = letters;
    dataset_text_assert_refused(source, "verbs.txt:4097:1: '\xE5\xB8\x80' (U+5E00) is not in the alphabet, "
                                        "one of its 4096 letters was expected");
}

static void a_wrong_alphabet_is_refused(void **state) {
    (void)state;
    dataset_source_t source = dataset_text_rows(TWO_ROWS);
    source.alphabet = "ab\tc";
    dataset_text_assert_refused(source, "data.alphabet: U+0009 (a control character) at place 3");
}

static void a_huge_text_is_refused(void **state) {
    (void)state;
    dataset_t dataset;
    dataset_source_t source = dataset_text_rows(TWO_ROWS);
    source.length = (size_t)UINT32_MAX + 1;
    assert_fails(dataset_create(&dataset, &source), STATUS_DATA,
        "verbs.txt:1: a file of 4294967296 bytes, at most 4294967295 were expected");
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

static void letters_that_nobody_sees_are_refused(void **state) {
    (void)state;
    dataset_source_t source = dataset_text_rows("go goes going went\nsof\xC2\xADten b c d\n");
    source.alphabet = "data";
    dataset_text_assert_refused(source, "verbs.txt:2:4: U+00AD (an invisible format character)");
    source = dataset_text_rows("open opens \xE2\x81\xA0opening opened\n");
    source.alphabet = "data";
    dataset_text_assert_refused(source, "verbs.txt:1:12: U+2060 (an invisible format character)");
    source = dataset_text_pairs("zip pre\xE2\x80\x8Bsent zips third\n");
    dataset_text_assert_refused(source, "pairs.txt:1:8: U+200B (an invisible format character)");
}

static void direction_marks_are_left_out(void **state) {
    (void)state;
    // Around columns, within words, alone in a column or line, and of every kind.
    static const char *const texts[] = {
        "go goes going went\n",
        "\u2067go\u2069 goes going went\u200F\n",
        "\u200E\n\u2068 go \u2069 g\u200Eoes go\u202Aing\u202C wen\u061Ct\n \u200F \n",
        "go\tgoes\u200E\t\u202B going\u202C\t\u2066went\u2069\t\u200E\n",
    };
    char hash[HASH_TEXT_SIZE] = "";
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        dataset_t dataset;
        dataset_source_t source = dataset_text_rows(texts[i]);
        source.alphabet = i % 2 == 0 ? "data" : "eginostw\u200E";
        assert_ok(dataset_text_create(&dataset, source));
        assert_int_equal(dataset.row_count, 1);
        assert_string_equal(dataset_text_word(&dataset, dataset_word(&dataset, 0, 1)), "goes");
        memcpy(hash, i == 0 ? dataset.hash : hash, sizeof hash);
        assert_string_equal(dataset.hash, hash);
        dataset_destroy(&dataset);
    }
    dataset_source_t source = dataset_text_rows("go\tgoes\t\u200F-\u200F\twent\n");
    dataset_text_assert_refused(source, "verbs.txt:1:10: only '-' for progressive, a form was expected");
    source = dataset_text_pairs("go \u2068present\u2069 went pa\u200Est\n");
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, source));
    assert_string_equal(dataset_text_pair(&dataset, dataset_pair(&dataset, 0, 0, 0)), "go/0>went/3");
    dataset_destroy(&dataset);
}

static void faults_of_all_lines_are_reported(void **state) {
    (void)state;
    static char text[1 << 16];
    dataset_text_assert_said(
        dataset_text_rows("a b c d\na \xC3\xA9 b c\na\n\xFF\n# \u2060\na b c d e\na b c d\nW b c d"),
        "verbs.txt:2:3: 'é' (U+00E9) is not in the alphabet, one of these was expected: "
        "abcdefghijklmnopqrstuvwxyz "
        "(data.alphabet: data takes the letters of the file)\n"
        "verbs.txt:3: 1 form, 4 were expected (present third progressive past); read as a (no tab: columns "
        "between "
        "spaces): data.conditions names the columns of a row, a file of pairs needs data.format: pairs\n"
        "verbs.txt:4:1: malformed UTF-8 (byte 0xFF), UTF-8 was expected: iconv -f utf16 -t utf8 FILE makes "
        "it of "
        "UTF-16\n"
        "verbs.txt:6: 5 forms, 4 were expected (present third progressive past); read as a | b | c | d | e "
        "(no tab: "
        "columns between spaces): data.conditions names the columns of a row, a file of pairs needs "
        "data.format: "
        "pairs\n"
        "verbs.txt:8:1: 'W' (U+0057) is not in the alphabet, one of these was expected: "
        "abcdefghijklmnopqrstuvwxyz "
        "(data.alphabet: data takes the letters of the file): try 'w'");
    // Lines that are in order between those at fault play no part. Some tens are shown.
    size_t used = 0;
    for (int i = 1; i <= 100; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, i % 2 ? "a b c d\n" : "a b c 1\n");
    }
    assert_fails(
        dataset_text_create(&(dataset_t){0}, dataset_text_rows(text)), STATUS_DATA, "verbs.txt:2:7: '1'");
    assert_non_null(strstr(status_message(), "\nverbs.txt:60:7: '1'"));
    assert_null(strstr(status_message(), "verbs.txt:62:"));
    assert_non_null(strstr(status_message(), "\nand 20 more lines at fault"));
    // Long messages are as many as fit.
    for (used = 0; used < sizeof text - 400; used += 200) {
        snprintf(text + used, sizeof text - used, "%0195d b c\n", 0);
    }
    dataset_source_t source = dataset_text_rows(text);
    source.max_length = 255;
    assert_fails(dataset_text_create(&(dataset_t){0}, source), STATUS_DATA, "verbs.txt:1: 3 forms");
    source.text = text + 1;
    source.length = used - 1;
    text[0] = 'x';
    // What the first line shows of the whole text is said alone, and so is what is no text.
    assert_null(strchr(status_message(), '\n'));
    dataset_text_assert_said(dataset_text_rows("a b\na b c d\na\n"),
        "verbs.txt:1: 2 forms, 4 were expected (present third progressive past); read as a | b (no tab: "
        "columns between "
        "spaces): data.conditions names the columns of a row, a file of pairs needs data.format: pairs");
    source = dataset_text_rows("a b c d\na\0\n\0b\n\0c");
    source.length = sizeof "a b c d\na\0\n\0b\n\0c" - 1;
    dataset_text_assert_said(source, "verbs.txt:2:2: a NUL byte, text was expected");
}

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

#define NON_JOINER "\xE2\x80\x8C"
#define PERSIAN "\xD9\x85\xDB\x8C" NON_JOINER "\xD8\xB1\xD9\x88\xD9\x85" // mi-ravam

static void joiners_are_letters_inside_of_words(void **state) {
    (void)state;
    dataset_t dataset;
    dataset_source_t source = dataset_text_rows(PERSIAN " a b c # d" NON_JOINER "\n");
    source.alphabet = "data";
    assert_ok(dataset_text_create(&dataset, source));
    assert_string_equal(dataset_text_word(&dataset, dataset_word(&dataset, 0, 0)), PERSIAN);
    assert_int_equal(dataset_word(&dataset, 0, 0).length, 6);
    char letters[ALPHABET_TEXT_SIZE];
    alphabet_text(&dataset.alphabet, letters);
    dataset_destroy(&dataset);
    // The letters that are found can be given.
    assert_non_null(strstr(letters, NON_JOINER));
    source.alphabet = letters;
    assert_ok(dataset_text_create(&dataset, source));
    dataset_destroy(&dataset);
    source.alphabet = "abc\xD9\x85\xDB\x8C\xD8\xB1\xD9\x88";
    dataset_text_assert_refused(
        source, "verbs.txt:1:3: U+200C (an invisible format character) is not in the alphabet");
    // Elsewhere nobody would see them.
    static const char *const texts[][2] = {
        {"\xD9\x85" NON_JOINER " a b c\n", "verbs.txt:1:2: U+200C (an invisible"},
        {"a " NON_JOINER "\xD9\x85 b c\n", "verbs.txt:1:3: U+200C (an invisible"},
        {"a b" NON_JOINER "\xD9\x85 b c\n", "verbs.txt:1:4: U+200C (an invisible"},
        {"\xD9\x85" NON_JOINER NON_JOINER "\xD9\x85 a b c\n", "verbs.txt:1:2: U+200C (an invisible"},
        {"a b c \xD9\x85" NON_JOINER, "verbs.txt:1:8: U+200C (an invisible"},
        {"a b c \xD9\x85" NON_JOINER "#", "verbs.txt:1:8: U+200C (an invisible"},
    };
    source.alphabet = "data";
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        source.text = texts[i][0];
        source.length = strlen(source.text);
        dataset_text_assert_refused(source, texts[i][1]);
    }
    // A name of a condition is no word.
    source = dataset_text_pairs("a " PERSIAN " b present\n");
    source.condition_count = 0;
    source.alphabet = "data";
    dataset_text_assert_refused(source, "pairs.txt:1:5: U+200C (an invisible format character)");
}

static void spellings_of_one_word_are_one(void **state) {
    (void)state;
    static const char composed[] = "café cafés a b\ncafé cafés a b\n",
                      mixed[] = "cafe\xCC\x81 cafe\xCC\x81s a b\ncafé cafés a b\n";
    char hash[HASH_TEXT_SIZE];
    dataset_t dataset;
    dataset_source_t source = dataset_text_rows(composed);
    source.alphabet = "data";
    source.max_length = 5;
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.normal_count, 0);
    memcpy(hash, dataset.hash, sizeof hash);
    dataset_destroy(&dataset);
    source.text = mixed;
    source.length = sizeof mixed - 1;
    assert_ok(dataset_text_create(&dataset, source));
    assert_string_equal(dataset.hash, hash);
    assert_int_equal(dataset.duplicate_count, 1);
    assert_int_equal(dataset.normal_count, 2);
    dataset_destroy(&dataset);
    // Faults are where they are in the file.
    source.alphabet = "acef\xC3\xA9s";
    dataset_text_assert_refused(source, "verbs.txt:1:16: 'b' (U+0062) is not in the alphabet");
    source.alphabet = "abcefs";
    dataset_text_assert_refused(source, "verbs.txt:1:4: 'é' (U+00E9) is not in the alphabet");
}

static void a_model_keeps_its_alphabet(void **state) {
    (void)state;
    alphabet_t alphabet;
    dataset_t dataset;
    assert_ok(alphabet_from_text(&alphabet, "abcdz\xCC\x81"));
    dataset_source_t source = dataset_text_rows("a b c d\n");
    source.model_alphabet = &alphabet;
    assert_ok(dataset_text_create(&dataset, source));
    assert_memory_equal(&dataset.alphabet, &alphabet, sizeof alphabet);
    dataset_destroy(&dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_in_every_fine_layout),
        cmocka_unit_test(faults_of_rows),
        cmocka_unit_test(nul_bytes_are_refused_everywhere),
        cmocka_unit_test(one_condition_has_its_own_grammar),
        cmocka_unit_test(words_of_the_limit_are_fine),
        cmocka_unit_test(alphabet_data_is_what_occurs_in_words),
        cmocka_unit_test(alphabet_data_leaves_condition_names_out),
        cmocka_unit_test(alphabet_data_has_a_limit),
        cmocka_unit_test(a_wrong_alphabet_is_refused),
        cmocka_unit_test(a_huge_text_is_refused),
        cmocka_unit_test(pairs_of_four_columns),
        cmocka_unit_test(two_word_lines_take_turns_with_the_list),
        cmocka_unit_test(a_list_fits_the_lines),
        cmocka_unit_test(columns_stand_at_tabs_alone),
        cmocka_unit_test(names_of_conditions_are_no_words),
        cmocka_unit_test(missing_forms_are_refused_or_left_out),
        cmocka_unit_test(letters_that_nobody_sees_are_refused),
        cmocka_unit_test(direction_marks_are_left_out),
        cmocka_unit_test(faults_of_all_lines_are_reported),
        cmocka_unit_test(columns_between_commas_are_named),
        cmocka_unit_test(joiners_are_letters_inside_of_words),
        cmocka_unit_test(spellings_of_one_word_are_one),
        cmocka_unit_test(a_model_keeps_its_alphabet),
        cmocka_unit_test(faults_of_pairs),
        cmocka_unit_test(an_endless_condition_is_cut_in_the_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
