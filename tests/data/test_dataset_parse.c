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
        "\twalk  walks\t\twalking \t walked \t\ngo goes going went\t",
        "\xEF\xBB\xBFwalk walks walking walked\ngo goes going went\n", // byte order mark
        "\xEF\xBB\xBF# caf\xC3\xA9 \xE2\x98\x95 \x01\nwalk walks walking walked\ngo goes going went",
        TWO_ROWS TWO_ROWS "walk walks walking walked",
    };
    char hash[HASH_TEXT_SIZE] = "";
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        dataset_t dataset;
        assert_ok(dataset_text_create(&dataset, dataset_text_rows(texts[i])));
        assert_int_equal(dataset.row_count, 2);
        assert_int_equal(dataset.train_row_count, 2);
        assert_int_equal(dataset.word_count, 8);
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
            "verbs.txt:1:6: U+2003, only spaces and tabs were expected"},
        {TWO_ROWS "walk wal\xC3\xA9s b c",
            "verbs.txt:3:9: 'é' (U+00E9) is not in the alphabet, one of these was expected: "
            "abcdefghijklmnopqrstuvwxyz"},
        {"\xEF\xBB\xBF"
         "a \xD1\x8F b c",
            "verbs.txt:1:3: 'я' (U+044F) is not in the alphabet"},
        {"go goes Going went", "verbs.txt:1:9: 'G' (U+0047) is not in the alphabet"},
        {"a b c \xF0\x9F\x98\x80", "verbs.txt:1:7: '😀' (U+1F600) is not in the alphabet"},
        {"a b c d\re f g h\r", "verbs.txt:1:8: U+000D, only spaces and tabs were expected"},
        {"a b c d\r\r\n", "verbs.txt:1:8: U+000D, only spaces and tabs were expected between the words and "
                          "letters in them"},
        {"a b c\x07 d", "verbs.txt:1:6: U+0007, only spaces and tabs were expected"},
        {"a b c\xC2\xA0x d", "verbs.txt:1:6: U+00A0, only spaces and tabs were expected"},
        {"a b \xEF\xBB\xBF"
         "c d",
            "verbs.txt:1:5: U+FEFF, only spaces and tabs were expected"},
        {"a b c d\na b \xE9 d", "verbs.txt:2:5: malformed UTF-8 (byte 0xE9), UTF-8 was expected"},
        {"a b c d\n# \xC3\xA9t\xE9\n", "verbs.txt:2:5: malformed UTF-8 (byte 0xE9)"},
        {"a b c \xC3", "verbs.txt:1:7: malformed UTF-8 (byte 0xC3)"},
        {"a b c \xC3\n", "verbs.txt:1:7: malformed UTF-8 (byte 0xC3)"},
        {"a b c \xC0\xAF", "verbs.txt:1:7: malformed UTF-8 (byte 0xC0)"},
        {"a b c \xED\xA0\x80", "verbs.txt:1:7: malformed UTF-8 (byte 0xED)"},
        {"\xFF\xFE"
         "a",
            "verbs.txt:1:1: malformed UTF-8 (byte 0xFF)"},
        {"a b c abcdefghijklmnopqrstu", "verbs.txt:1:7: a word of 21 letters, at most 20 were expected"},
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
    dataset_text_assert_refused(source, "verbs.txt:1:7: a word of 4 letters, at most 3 were expected");
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
    dataset_text_assert_refused(source, "verbs.txt:1025:1: '\xE5\x88\x80' (U+5200) is one letter too many, "
                                        "at most 1024 different ones were expected");
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
    dataset_text_assert_refused(source, "verbs.txt:1025:1: '\xE5\x88\x80' (U+5200) is not in the alphabet, "
                                        "one of its 1024 letters was expected");
}

static void a_wrong_alphabet_is_refused(void **state) {
    (void)state;
    dataset_source_t source = dataset_text_rows(TWO_ROWS);
    source.alphabet = "ab c";
    dataset_text_assert_refused(source, "alphabet: U+0020 at place 3");
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
    dataset_source_t source = dataset_text_pairs("go present went past # x\r\n\n went\tpast  go present");
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.pairs, DATASET_PAIRS_GIVEN);
    assert_int_equal(dataset.row_count, 0);
    assert_int_equal(dataset.given_count, 2);
    assert_int_equal(dataset.train_given_count, 2);
    assert_int_equal(dataset.word_count, 4);
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
    dataset_source_t source = dataset_text_pairs("a b\n# x\n\nc d\ne f\ng h\na third b present\ni j\ng h\n");
    source.pair_source = from;
    source.pair_target = to;
    source.pair_count = 3;
    assert_ok(dataset_text_create(&dataset, source));
    static const char *const expected[] = {"a/0>b/3", "c/1>d/2", "e/2>f/1", "g/0>h/3", "a/1>b/0", "i/2>j/1"};
    assert_int_equal(dataset.given_count, 6);
    assert_int_equal(dataset.duplicate_count, 1);
    for (size_t i = 0; i < 6; i++) {
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
            "pairs.txt:1:1: a word of 21 letters, at most 20 were expected"},
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
        cmocka_unit_test(faults_of_pairs),
        cmocka_unit_test(an_endless_condition_is_cut_in_the_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
