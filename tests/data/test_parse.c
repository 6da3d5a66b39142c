// Texts of any format, rows above all: what is fine, what their letters are, and what each fault says.
#include "dataset_text.h"

#include "base/text.h"

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

static void the_unknown_letter_is_one_of_the_alphabet(void **state) {
    (void)state;
    dataset_t dataset;
    char hash[HASH_TEXT_SIZE];
    dataset_source_t source = dataset_text_table("ir\tva\tV;PRS\n");
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.alphabet.letters, 4);
    memcpy(hash, dataset.hash, sizeof hash);
    dataset_destroy(&dataset);
    source.has_unknown = true;
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.alphabet.letters, 5);
    assert_int_equal(alphabet_unknown(&dataset.alphabet), SYMBOL_FIRST_LETTER + 4);
    assert_string_not_equal(dataset.hash, hash);
    dataset_destroy(&dataset);
    // It may stand in words, but not in tags; without it, it is no letter.
    source.text = "i\uFFFDr\tv\uFFFD\tV;PRS\n";
    source.length = strlen(source.text);
    dataset_text_assert_forms(source, "i\uFFFDr>v\uFFFD:V;PRS ");
    source.has_unknown = false;
    dataset_text_assert_refused(source, "table.tsv:1:2: U+FFFD (a replacement character), only spaces");
    source = dataset_text_table("ir\tva\tV;\uFFFD\n");
    source.has_unknown = true;
    dataset_text_assert_refused(source, "table.tsv:1:9: U+FFFD (a replacement character) in a name of a "
                                        "condition, what can be seen was expected");
    // A list of letters gets it, too, and still has to have those of the words.
    source = dataset_text_table("ir\tva\tV;PRS\n");
    source.has_unknown = true;
    source.alphabet = "airv";
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.alphabet.letters, 5);
    dataset_destroy(&dataset);
    source.alphabet = "air";
    dataset_text_assert_refused(source, "table.tsv:1:4: 'v' (U+0076) is not in the alphabet");
    // A model's alphabet stays what it is.
    alphabet_t model;
    assert_ok(alphabet_from_letters(&model, "airv"));
    source.model_alphabet = &model;
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.alphabet.letters, 4);
    dataset_destroy(&dataset);
    source.model_alphabet = NULL;
    // There has to be room for it.
    static char letters[ALPHABET_TEXT_SIZE], text[ALPHABET_TEXT_SIZE + 16];
    for (int i = 0, used = 0; i < ALPHABET_LETTERS_MAX; i++) {
        used += text_encode(0x4E00 + (uint32_t)i, letters + used);
    }
    source.alphabet = letters;
    dataset_text_assert_refused(source,
        "data.alphabet: too many letters, at most 4095 are possible beside U+FFFD (data.unknown_letters)");
    snprintf(text, sizeof text, "%s\t一\tN\n", letters);
    source = dataset_text_table(text);
    source.has_unknown = true;
    dataset_text_assert_refused(source, "table.tsv:1:4096: '\u5DFF' (U+5DFF) is one letter too many, at most "
                                        "4095 different ones were expected");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_in_every_fine_layout),
        cmocka_unit_test(faults_of_rows),
        cmocka_unit_test(nul_bytes_are_refused_everywhere),
        cmocka_unit_test(words_of_the_limit_are_fine),
        cmocka_unit_test(alphabet_data_is_what_occurs_in_words),
        cmocka_unit_test(alphabet_data_leaves_condition_names_out),
        cmocka_unit_test(alphabet_data_has_a_limit),
        cmocka_unit_test(a_wrong_alphabet_is_refused),
        cmocka_unit_test(a_huge_text_is_refused),
        cmocka_unit_test(letters_that_nobody_sees_are_refused),
        cmocka_unit_test(direction_marks_are_left_out),
        cmocka_unit_test(faults_of_all_lines_are_reported),
        cmocka_unit_test(joiners_are_letters_inside_of_words),
        cmocka_unit_test(spellings_of_one_word_are_one),
        cmocka_unit_test(a_model_keeps_its_alphabet),
        cmocka_unit_test(the_unknown_letter_is_one_of_the_alphabet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
