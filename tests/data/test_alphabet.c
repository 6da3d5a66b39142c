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
    assert_ok(alphabet_from_text(&again, text));
    assert_memory_equal(&alphabet, &again, sizeof alphabet);
}

static void letters_are_those_of_the_composed_text(void **state) {
    (void)state;
    alphabet_t composed, decomposed;
    assert_ok(alphabet_from_letters(&composed, "a é"));
    assert_int_equal(composed.letters, 3);
    assert_int_equal(composed.code_point[0], ' ');
    assert_ok(alphabet_from_letters(&decomposed, "ae\xCC\x81 "));
    assert_memory_equal(&composed, &decomposed, sizeof composed);
}

/** The text has the letter z before a mark: together they would be another letter. */
static void a_saved_alphabet_is_not_composed(void **state) {
    (void)state;
    alphabet_t alphabet, again;
    char text[ALPHABET_TEXT_SIZE];
    assert_ok(alphabet_from_letters(&alphabet, "\xCC\x81xyz"));
    alphabet_text(&alphabet, text);
    assert_string_equal(text, "xyz\xCC\x81");
    assert_ok(alphabet_from_text(&again, text));
    assert_memory_equal(&alphabet, &again, sizeof alphabet);
    // A model that has learnt a letter that is refused today keeps it.
    assert_ok(alphabet_from_text(&again, "ab\xE2\x80\x8D"));
    assert_int_equal(again.letters, 3);
    assert_fails(alphabet_from_text(&again, "a\xFF"), STATUS_DATA, "letter 2 is malformed UTF-8");
    assert_int_equal(again.letters, 3);
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
        {"", "data.alphabet: no letters, at least one was expected"},
        {"é\t",
            "data.alphabet: U+0009 (a control character) at place 2, only what can be seen, the space U+0020 "
            "and marks can be letters, and '#' cannot"},
        {"\x7F", "data.alphabet: U+007F (a control character) at place 1"},
        {"\xC2\x85", "data.alphabet: U+0085 (a control character) at place 1"},
        {"a\xC2\xA0", "data.alphabet: U+00A0 (a space other than U+0020) at place 2"},
        {"\xE3\x80\x80", "data.alphabet: U+3000 (a space other than U+0020) at place 1"},
        {"\xEF\xBB\xBF", "data.alphabet: U+FEFF (an invisible format character) at place 1"},
        // The place is that in the text as it was given, composed or not.
        {"e\xCC\x81\xE2\x80\x8B", "data.alphabet: U+200B (an invisible format character) at place 3"},
        {"ab#", "data.alphabet: '#' (U+0023) at place 3"},
        {"é\xE9", "data.alphabet: letter 2 is malformed UTF-8 (byte 0xE9)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        alphabet_t alphabet = {.letters = -7};
        assert_fails(alphabet_from_letters(&alphabet, cases[i].letters), STATUS_DATA, cases[i].message);
        assert_int_equal(alphabet.letters, -7);
    }
}

static void at_most_4096_letters(void **state) {
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
        "data.alphabet: too many letters, at most 4096 are possible");
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

/** Reads a text letter by letter, and spells the symbols again: U+FFFD in symbols, the text itself with the
 * unknown letters. */
static void assert_read(const alphabet_t *alphabet, const char *text, const char *as_symbols, size_t count) {
    symbol_t symbols[16];
    uint32_t letters[16];
    unknown_t unknown = {.letters = letters};
    char spelled[64];
    int length = 0;
    for (const char *place = text; *place; length++) {
        place += alphabet_read_letter(alphabet, place, strlen(place), &symbols[length], &unknown);
        assert_int_not_equal(symbols[length], 0);
    }
    assert_int_equal(unknown.count, count);
    alphabet_decode(alphabet, symbols, length, spelled, sizeof spelled);
    assert_string_equal(spelled, as_symbols);
    alphabet_spell(alphabet, symbols, length, &unknown, spelled, sizeof spelled);
    assert_string_equal(spelled, text);
}

static void unknown_letters_are_read_as_one_and_spelled_in_their_order(void **state) {
    (void)state;
    alphabet_t alphabet;
    symbol_t symbol;
    uint32_t letters[8];
    unknown_t unknown = {.letters = letters};
    assert_ok(alphabet_from_letters(&alphabet, "abé😀"));
    assert_int_equal(alphabet_unknown(&alphabet), 0);
    // Without U+FFFD a letter that is not in the alphabet is none.
    assert_int_equal(alphabet_read_letter(&alphabet, "ñ", 2, &symbol, &unknown), 2);
    assert_int_equal(symbol, 0);
    assert_int_equal(unknown.count, 0);
    assert_true(alphabet_add(&alphabet, ALPHABET_UNKNOWN));
    assert_int_equal(alphabet_unknown(&alphabet), SYMBOL_FIRST_LETTER + 3);
    assert_read(&alphabet, "abé😀", "abé😀", 0);
    assert_read(&alphabet, "aÑbZé 一#", "a\uFFFDb\uFFFDé\uFFFD\uFFFD\uFFFD", 5);
    assert_read(&alphabet, "a\uFFFDñ", "a\uFFFD\uFFFD", 2);
    // What nobody can see is no letter; malformed text takes no bytes; nobody has to ask for unknown letters.
    static const char *const refused[] = {"\u200B", "\u200C", "\x01", "\uE000", "\u00A0", "\u0378", "\uFFFC"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        alphabet_read_letter(&alphabet, refused[i], strlen(refused[i]), &symbol, &unknown);
        assert_int_equal(symbol, 0);
    }
    assert_int_equal(alphabet_read_letter(&alphabet, "\xC3", 1, &symbol, &unknown), 0);
    assert_int_equal(alphabet_read_letter(&alphabet, "ñ", 2, &symbol, NULL), 2);
    assert_int_equal(symbol, 0);
    assert_int_equal(unknown.count, 0);
    // One that is too many stays, and unknown letters that are not spelled are left out.
    const symbol_t spelled[] = {5, 2, 5, 5};
    char text[32];
    unknown = (unknown_t){(uint32_t[]){0x4E00, 'x'}, 2};
    alphabet_spell(&alphabet, spelled, 4, &unknown, text, sizeof text);
    assert_string_equal(text, "一ax\uFFFD");
    alphabet_spell(&alphabet, spelled, 2, &unknown, text, sizeof text);
    assert_string_equal(text, "一a");
    assert_int_equal(alphabet_spell(&alphabet, spelled, 4, &unknown, text, 5), 4);
    assert_string_equal(text, "一a");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_to_z_is_the_26_letters),
        cmocka_unit_test(letters_come_in_any_order_and_once),
        cmocka_unit_test(letters_are_those_of_the_composed_text),
        cmocka_unit_test(a_saved_alphabet_is_not_composed),
        cmocka_unit_test(a_hyphen_is_a_letter_like_others),
        cmocka_unit_test(faults_of_letters),
        cmocka_unit_test(at_most_4096_letters),
        cmocka_unit_test(every_letter_has_its_symbol),
        cmocka_unit_test(encoding_malformed_text_takes_no_bytes),
        cmocka_unit_test(decoding_keeps_whole_letters_only),
        cmocka_unit_test(unknown_letters_are_read_as_one_and_spelled_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
