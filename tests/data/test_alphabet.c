#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "data/alphabet.h"

static void a_to_z_is_the_26_letters(void **state) {
    (void)state;
    alphabet_t alphabet;
    char text[ALPHABET_TEXT_SIZE];
    assert_ok(alphabet_from_letters(&alphabet, "a-z"));
    assert_int_equal(alphabet.letters, 26);
    assert_int_equal(alphabet_symbols(&alphabet), 28);
    alphabet_text(&alphabet, text);
    assert_string_equal(text, "abcdefghijklmnopqrstuvwxyz");
}

static void letters_come_in_any_order_and_once(void **state) {
    (void)state;
    alphabet_t alphabet, again;
    char text[ALPHABET_TEXT_SIZE];
    assert_ok(alphabet_from_letters(&alphabet, "яßzaébAa😀z"));
    alphabet_text(&alphabet, text);
    assert_string_equal(text, "Aabzßéя😀");
    assert_int_equal(alphabet.letters, 8);
    assert_ok(alphabet_from_letters(&again, text));
    assert_memory_equal(&alphabet, &again, sizeof alphabet);
}

static void a_hyphen_is_a_letter_like_others(void **state) {
    (void)state;
    alphabet_t alphabet, again;
    char text[ALPHABET_TEXT_SIZE];
    assert_ok(alphabet_from_letters(&alphabet, "az-"));
    alphabet_text(&alphabet, text);
    assert_string_equal(text, "-az");
    assert_ok(alphabet_from_letters(&again, text));
    assert_int_equal(again.letters, 3);
}

static void faults_of_letters(void **state) {
    (void)state;
    static const struct {
        const char *letters, *message;
    } cases[] = {
        {"", "alphabet: no letters, at least one was expected"},
        {"ab c", "alphabet: U+0020 at place 3, only what is no white space, control character or '#'"},
        {"é\t", "alphabet: U+0009 at place 2"},
        {"\x7F", "alphabet: U+007F at place 1"},
        {"\xC2\x85", "alphabet: U+0085 at place 1"},
        {"a\xC2\xA0", "alphabet: U+00A0 at place 2"},
        {"\xE3\x80\x80", "alphabet: U+3000 at place 1"},
        {"\xEF\xBB\xBF", "alphabet: U+FEFF at place 1"},
        {"ab#", "alphabet: '#' (U+0023) at place 3"},
        {"é\xE9", "alphabet: letter 2 is malformed UTF-8 (byte 0xE9)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alphabet_t alphabet = {.letters = -7};
        assert_fails(alphabet_from_letters(&alphabet, cases[i].letters), STATUS_DATA, cases[i].message);
        assert_int_equal(alphabet.letters, -7);
    }
}

static void at_most_1024_letters(void **state) {
    (void)state;
    static char letters[3 * (ALPHABET_LETTERS_MAX + 1) + 1];
    char *end = letters;
    for (uint32_t code_point = 0x4E00; code_point < 0x4E00 + ALPHABET_LETTERS_MAX; code_point++) {
        *end++ = (char)(0xE0 | code_point >> 12);
        *end++ = (char)(0x80 | (code_point >> 6 & 0x3F));
        *end++ = (char)(0x80 | (code_point & 0x3F));
    }
    alphabet_t alphabet;
    assert_ok(alphabet_from_letters(&alphabet, letters));
    assert_int_equal(alphabet.letters, ALPHABET_LETTERS_MAX);
    char text[ALPHABET_TEXT_SIZE];
    alphabet_text(&alphabet, text);
    assert_string_equal(text, letters);
    strcpy(end, "\xE4\xB8\x80");
    assert_ok(alphabet_from_letters(&alphabet, letters));
    strcpy(end, "a");
    assert_fails(alphabet_from_letters(&alphabet, letters), STATUS_DATA,
        "alphabet: too many letters, at most 1024 are possible");
}

static void utf8_is_decoded_strictly(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        int bytes;
        uint32_t code_point;
    } cases[] = {
        {"a", 1, 1, 'a'},
        {"", 0, 0, 0},
        {"\0", 1, 1, 0},
        {"\x7F", 1, 1, 0x7F},
        {"\xC2\x80", 2, 2, 0x80},
        {"\xDF\xBF", 2, 2, 0x7FF},
        {"\xE0\xA0\x80", 3, 3, 0x800},
        {"\xED\x9F\xBF", 3, 3, 0xD7FF},
        {"\xEE\x80\x80", 3, 3, 0xE000},
        {"\xEF\xBF\xBF", 3, 3, 0xFFFF},
        {"\xF0\x90\x80\x80", 4, 4, 0x10000},
        {"\xF4\x8F\xBF\xBF", 4, 4, 0x10FFFF},
        {"\x80", 1, 0, 0},                 // a continuation alone
        {"\xC1\xBF", 2, 0, 0},             // overlong
        {"\xE0\x9F\xBF", 3, 0, 0},         // overlong
        {"\xF0\x8F\xBF\xBF", 4, 0, 0},     // overlong
        {"\xED\xA0\x80", 3, 0, 0},         // the first surrogate
        {"\xED\xBF\xBF", 3, 0, 0},         // the last surrogate
        {"\xF4\x90\x80\x80", 4, 0, 0},     // above U+10FFFF
        {"\xF8\x88\x80\x80\x80", 5, 0, 0}, // five bytes
        {"\xFF", 1, 0, 0},
        {"\xC3\xA9", 1, 0, 0}, // cut off
        {"\xE2\x82\xAC", 2, 0, 0},
        {"\xF0\x9F\x98\x80", 3, 0, 0},
        {"\xC3(", 2, 0, 0},
        {"\xE2\x82(", 3, 0, 0},
        {"\xE2(\xAC", 3, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t code_point = 0;
        int bytes = alphabet_decode_code_point(cases[i].text, cases[i].size, &code_point);
        if (bytes != cases[i].bytes || code_point != cases[i].code_point) {
            fail_msg("case %zu: %d bytes, U+%04X", i, bytes, (unsigned)code_point);
        }
    }
}

static void every_letter_has_its_symbol(void **state) {
    (void)state;
    alphabet_t alphabet = {0};
    // Sets of every small size, so that the search meets odd and even ones.
    for (int letters = 0; letters <= 40; letters++) {
        for (int i = 0; i <= 41; i++) {
            char text = (char)('@' + i);
            symbol_t symbol = 9999;
            assert_int_equal(alphabet_encode_letter(&alphabet, &text, 1, &symbol), 1);
            // The alphabet holds every second character.
            bool is_in = i % 2 == 1 && i / 2 < letters;
            assert_int_equal(symbol, is_in ? SYMBOL_FIRST_LETTER + i / 2 : 0);
        }
        assert_true(alphabet_add(&alphabet, (uint32_t)('@' + 2 * letters + 1)));
        assert_int_equal(alphabet.letters, letters + 1);
    }
}

static void encoding_malformed_text_takes_no_bytes(void **state) {
    (void)state;
    alphabet_t alphabet;
    symbol_t symbol = 7;
    assert_ok(alphabet_from_letters(&alphabet, "aé"));
    assert_int_equal(alphabet_encode_letter(&alphabet, "\xC3", 1, &symbol), 0);
    assert_int_equal(alphabet_encode_letter(&alphabet, "é", 2, &symbol), 2);
    assert_int_equal(symbol, SYMBOL_FIRST_LETTER + 1);
    assert_int_equal(alphabet_encode_letter(&alphabet, "è", 2, &symbol), 2);
    assert_int_equal(symbol, 0);
}

static void decoding_keeps_whole_letters_only(void **state) {
    (void)state;
    alphabet_t alphabet;
    assert_ok(alphabet_from_letters(&alphabet, "aé😀"));
    const symbol_t letters[] = {2, 3, 4, 2};
    static const struct {
        size_t size, length;
        const char *text;
    } cases[] = {{1, 0, ""}, {2, 1, "a"}, {3, 1, "a"}, {4, 3, "aé"}, {7, 3, "aé"}, {8, 7, "aé😀"},
        {9, 8, "aé😀a"}, {100, 8, "aé😀a"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[100];
        memset(text, '!', sizeof text);
        assert_int_equal(alphabet_decode(&alphabet, letters, 4, text, cases[i].size), cases[i].length);
        assert_string_equal(text, cases[i].text);
    }
    char untouched = '!';
    assert_int_equal(alphabet_decode(&alphabet, letters, 4, &untouched, 0), 0);
    assert_int_equal(untouched, '!');
    char text[8];
    assert_int_equal(alphabet_decode(&alphabet, NULL, 0, text, sizeof text), 0);
    assert_string_equal(text, "");
}

static void descriptions_show_what_can_be_seen(void **state) {
    (void)state;
    static const struct {
        uint32_t code_point;
        const char *text;
    } cases[] = {{'a', "'a' (U+0061)"}, {0xE9, "'é' (U+00E9)"}, {0x1F600, "'😀' (U+1F600)"},
        {0x10FFFF, "'\xF4\x8F\xBF\xBF' (U+10FFFF)"}, {'\r', "U+000D"}, {0xA0, "U+00A0"},
        {'#', "'#' (U+0023)"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[ALPHABET_DESCRIPTION_SIZE];
        alphabet_describe(cases[i].code_point, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_to_z_is_the_26_letters),
        cmocka_unit_test(letters_come_in_any_order_and_once),
        cmocka_unit_test(a_hyphen_is_a_letter_like_others),
        cmocka_unit_test(faults_of_letters),
        cmocka_unit_test(at_most_1024_letters),
        cmocka_unit_test(utf8_is_decoded_strictly),
        cmocka_unit_test(every_letter_has_its_symbol),
        cmocka_unit_test(encoding_malformed_text_takes_no_bytes),
        cmocka_unit_test(decoding_keeps_whole_letters_only),
        cmocka_unit_test(descriptions_show_what_can_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
