#include "test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

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
        int bytes = text_decode(cases[i].text, cases[i].size, &code_point);
        if (bytes != cases[i].bytes || code_point != cases[i].code_point) {
            fail_msg("case %zu: %d bytes, U+%04X", i, bytes, (unsigned)code_point);
        }
    }
}

static void every_code_point_is_encoded_as_it_is_decoded(void **state) {
    (void)state;
    for (uint32_t code_point = 0; code_point <= 0x10FFFF; code_point++) {
        char text[TEXT_CHARACTER_MAX];
        uint32_t decoded = 0;
        if (code_point >= 0xD800 && code_point <= 0xDFFF) {
            continue;
        }
        const int bytes = text_encode(code_point, text);
        assert_int_equal(text_decode(text, (size_t)bytes, &decoded), bytes);
        assert_int_equal(decoded, code_point);
        assert_int_equal(text_decode(text, (size_t)bytes - 1, &decoded), 0);
    }
}

static void malformed_text_is_found_and_cleaned(void **state) {
    (void)state;
    static const struct {
        const char *text, *clean;
    } cases[] = {{"", ""}, {"aé😀", "aé😀"}, {"a\xFFz", "a\xEF\xBF\xBDz"}, {"\xC3", "\xEF\xBF\xBD"},
        {"\xE2\x82", "\xEF\xBF\xBD\xEF\xBF\xBD"}, {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *clean = text_clean(cases[i].text);
        assert_string_equal(clean, cases[i].clean);
        assert_int_equal(text_is_utf8(cases[i].text), strcmp(clean, cases[i].text) == 0);
        free(clean);
    }
}

static void descriptions_show_what_can_be_seen(void **state) {
    (void)state;
    static const struct {
        uint32_t code_point;
        const char *text;
    } cases[] = {{'a', "'a' (U+0061)"}, {0xE9, "'é' (U+00E9)"}, {0x1F600, "'😀' (U+1F600)"},
        {0x10FFFF, "U+10FFFF (a noncharacter)"}, {'\r', "U+000D (a control character)"},
        {0xA0, "U+00A0 (a space other than U+0020)"}, {'#', "'#' (U+0023)"}, {' ', "' ' (U+0020)"},
        {0x301, "'◌́' (U+0301)"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[TEXT_DESCRIPTION_SIZE];
        text_describe(cases[i].code_point, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void what_nobody_sees_has_a_flaw(void **state) {
    (void)state;
    static const struct {
        uint32_t code_point;
        const char *flaw;
    } cases[] = {{0, "control"}, {'\t', "control"}, {0x7F, "control"}, {0x85, "control"}, {0xA0, "space"},
        {0xAD, "format"}, {0x34F, "invisible"}, {0x378, "unassigned"}, {0x61C, "format"},
        {0x115F, "invisible"}, {0x1160, "invisible"}, {0x17B4, "invisible"}, {0x180B, "variation"},
        {0x180E, "format"}, {0x180F, "variation"}, {0x200B, "format"}, {0x200C, "format"}, {0x200D, "format"},
        {0x200E, "format"}, {0x200F, "format"}, {0x2028, "line"}, {0x2029, "line"}, {0x202E, "format"},
        {0x202F, "space"}, {0x2060, "format"}, {0x2069, "format"}, {0x2800, "invisible"}, {0x3000, "space"},
        {0x3164, "invisible"}, {0xE000, "private"}, {0xFDD0, "noncharacter"}, {0xFE00, "variation"},
        {0xFE0F, "variation"}, {0xFEFF, "format"}, {0xFFA0, "invisible"}, {0xFFFC, "replacement"},
        {0xFFFD, "replacement"}, {0xFFFE, "noncharacter"}, {0x1D173, "format"}, {0xE0001, "format"},
        {0xE0061, "format"}, {0xE01EF, "variation"}, {0xF0000, "private"}, {0x10FFFF, "noncharacter"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *flaw = text_flaw(cases[i].code_point);
        if (!flaw || !strstr(flaw, cases[i].flaw)) {
            fail_msg("U+%04X: %s", (unsigned)cases[i].code_point, flaw ? flaw : "no flaw");
        }
    }
    static const uint32_t fine[] = {
        ' ', '#', '-', '~', 0xE9, 0x301, 0x5D0, 0x93F, 0x4E00, 0xAC00, 0x1F600, 0x2019};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        assert_null(text_flaw(fine[i]));
    }
}

static void joiners_stand_between_letters(void **state) {
    (void)state;
    static const struct {
        const char *before, *joiner, *behind;
        bool joins;
    } cases[] = {
        {"\xD9\x85\xDB\x8C", "\xE2\x80\x8C", "\xD8\xAE\xD9\x88", true},     // Persian, non-joiner
        {"\xE0\xA4\x95\xE0\xA5\x8D", "\xE2\x80\x8D", "\xE0\xA4\xB7", true}, // Hindi: behind a mark
        {"\xE0\xA4\x95", "\xE2\x80\x8C", "\xE0\xA4\xBE", true},             // in front of a mark
        {"\xD9\x85", "\xE2\x80\x8C", "a", true},
        {"\xF0\x90\xA8\x80", "\xE2\x80\x8D", "\xF0\x90\xA8\x90", true}, // of four bytes
        {"a", "\xE2\x80\x8C", "\xD8\xAE", false},                       // ASCII in front
        {"", "\xE2\x80\x8C", "\xD8\xAE", false}, {"\xD9\x85", "\xE2\x80\x8C", "", false},
        {"\xD9\x85", "\xE2\x80\x8C", " ", false}, {"\xD9\x85", "\xE2\x80\x8C", "\t", false},
        {"\xD9\x85 ", "\xE2\x80\x8C", "\xD8\xAE", false},
        {"\xD9\x85", "\xE2\x80\x8C", "\xE2\x80\x8C\xD8\xAE", false}, // two of them
        {"\xD9\x85\xE2\x80\x8C", "\xE2\x80\x8C", "\xD8\xAE", false},
        {"\xD9\xA3", "\xE2\x80\x8C", "\xD8\xAE", false},                 // a digit in front
        {"\xE2\x80\x94", "\xE2\x80\x8C", "\xD8\xAE", false},             // a dash
        {"\xF0\x9F\x91\xA9", "\xE2\x80\x8D", "\xF0\x9F\x92\xBB", false}, // pictures
        {"\xD9\x85", "\xE2\x80\x8B", "\xD8\xAE", false},                 // no joiner
        {"\xD9\x85", "\xE2\x80\x8C", "\xFF", false},
        {"\x85", "\xE2\x80\x8C", "\xD8\xAE", false}, // malformed in front
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        const size_t place = strlen(cases[i].before);
        snprintf(text, sizeof text, "%s%s%s", cases[i].before, cases[i].joiner, cases[i].behind);
        // In a block that ends where the text does.
        const size_t size = strlen(text);
        char *copy = malloc(size);
        assert_non_null(copy);
        memcpy(copy, text, size);
        if (text_joins(copy, size, place) != cases[i].joins) {
            fail_msg("case %zu", i);
        }
        free(copy);
    }
    assert_true(text_is_joiner(0x200C) && text_is_joiner(0x200D));
    assert_false(text_is_joiner(0x200B) || text_is_joiner(0x200E) || text_is_joiner('a'));
}

/** Asserts that the normal form of `text` is `expected`, and NULL if the text is in normal form already. */
static void assert_normal(const char *text, const char *expected) {
    char *normal;
    size_t length;
    assert_ok(text_normal(text, strlen(text), &normal, &length));
    assert_int_equal(length, strlen(expected));
    assert_int_equal(normal == NULL, strcmp(text, expected) == 0);
    assert_memory_equal(normal ? normal : text, expected, length);
    free(normal);
}

static void spellings_of_one_text_are_one(void **state) {
    (void)state;
    assert_normal("", "");
    assert_normal("walk", "walk");
    assert_normal("café", "café");
    assert_normal("cafe\xCC\x81", "café");
    assert_normal("\xE2\x84\xAB", "Å");                          // the sign of the unit
    assert_normal("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "한"); // Hangul in parts
    assert_normal("e\xCC\x82\xCC\x81", "ế");                     // two marks
    assert_normal("a\xCC\xA3\xCC\x82", "ậ");                     // and in two orders
    assert_normal("a\xCC\x82\xCC\xA3", "ậ");
    assert_normal("x\xCC\x82", "x\xCC\x82"); // there is no such letter
    assert_normal("и\xCC\x86", "й");
    assert_normal("\xEF\xAC\x81", "\xEF\xAC\x81");   // a ligature is no variant in NFC
    assert_normal("e\xCC\x81\xFF", "e\xCC\x81\xFF"); // malformed: stays
    // Direction marks are left out, also between a letter and its mark; joiners stay.
    assert_normal("\u200Ewalk\u200F", "walk");
    assert_normal("\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\u061C", "");
    assert_normal("e\u200E\u0301", "\u00E9");
    assert_normal("\u0645\u06CC\u200C\u0631\u200D", "\u0645\u06CC\u200C\u0631\u200D");
    assert_normal("a\u200Bb\u2060\uFEFF", "a\u200Bb\u2060\uFEFF");
}

static void ends_are_trimmed(void **state) {
    (void)state;
    static const struct {
        const char *text, *trimmed; // blanks at the front, blanks and tabs at the back
    } cases[] = {
        {"", ""}, {"walk", "walk"}, {"  \u2067 walk on \u2069\t\u200F ", "walk on"},
        {"\t\u200Ewalk", "\t\u200Ewalk"}, {"\u061C\u200E", ""}, {"w\u200Ek\u200C\u061C", "w\u200Ek\u200C"},
        {"\x8E walk \xE2\x80", "\x8E walk \xE2\x80"}, // malformed: stays
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = cases[i].text;
        size_t size = strlen(text);
        text_trim(&text, &size, " ", " \t");
        assert_int_equal(size, strlen(cases[i].trimmed));
        assert_memory_equal(text, cases[i].trimmed, size);
    }
    // A zero byte is no blank.
    const char *zero = "\0";
    size_t size = 1;
    text_trim(&zero, &size, " ", " ");
    assert_int_equal(size, 1);
}

static void letters_have_another_case(void **state) {
    (void)state;
    assert_int_equal(text_other_case('W'), 'w');
    assert_int_equal(text_other_case('w'), 'W');
    assert_int_equal(text_other_case(0xC9), 0xE9);
    assert_int_equal(text_other_case(0x42F), 0x44F);
    assert_int_equal(text_other_case('1'), '1');
    assert_int_equal(text_other_case(0x5D0), 0x5D0);
}

/** Text of one code point between letters that reveal whether it composes with a neighbour: text_normal()'s
 * short way must give the same as its long way, which a mark elsewhere enforces. */
static void the_short_way_is_right_for_every_code_point(void **state) {
    (void)state;
    for (uint32_t code_point = 0x80; code_point <= 0x10FFFF; code_point++) {
        if (code_point >= 0xD800 && code_point <= 0xDFFF) {
            continue;
        }
        char text[16] = "e", *alone, *forced;
        size_t length, forced_length;
        size_t used = 1 + (size_t)text_encode(code_point, text + 1);
        assert_ok(text_normal(text, used, &alone, &length));
        memcpy(text + used, "-e\xCC\x81", 4);
        assert_ok(text_normal(text, used + 4, &forced, &forced_length));
        assert_non_null(forced);
        if (forced_length != length + 3 || memcmp(forced, alone ? alone : text, length) != 0) {
            fail_msg("U+%04X", (unsigned)code_point);
        }
        free(alone);
        free(forced);
    }
}

static void places_in_the_normal_form_lead_back(void **state) {
    (void)state;
    static const char text[] = "ae\xCC\x81x\xE1\x84\x92\xE1\x85\xA1z"; // aéx하z
    static const size_t places[][2] = {{0, 0}, {1, 1}, {3, 4}, {4, 5}, {7, 11}, {8, 12}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        assert_int_equal(text_normal_origin(text, strlen(text), places[i][0]), places[i][1]);
    }
}

static void widths_are_columns(void **state) {
    (void)state;
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("café"), 4);
    assert_int_equal(text_width("x\xCC\x82y"), 2);
    assert_int_equal(text_width("한z"), 3);
    assert_int_equal(text_width("a\xFF"), 2);
}

static void dashes_and_marks_are_told(void **state) {
    (void)state;
    static const uint32_t dashes[] = {'-', 0x2010, 0x2011, 0x2013, 0x2014, 0x2015, 0x2212, 0xFF0D};
    for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++) {
        assert_true(text_is_dash(dashes[i]));
    }
    assert_false(text_is_dash('_') || text_is_dash('a') || text_is_dash(0x30FC));
    assert_true(text_is_mark(0x301) && text_is_mark(0x93F) && text_is_mark(0x20DD));
    assert_false(text_is_mark('a') || text_is_mark(0xE9) || text_is_mark('^'));
}

/** A cell is as wide as it is said to be, and what is written from the right stands in an isolate. */
static void cells_of_a_table(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int width;
        const char *cell;
    } cases[] = {
        {"walk", 6, "walk  "},
        {"walk", 4, "walk"},
        {"walk", 0, "walk"},
        {"soñé", 6, "soñé  "},
        {"\xD7\xA9\xD7\x9C", 4, "\xE2\x81\xA8\xD7\xA9\xD7\x9C\xE2\x81\xA9  "}, // Hebrew
        {"a\xD8\xA2", 2,
            "\xE2\x81\xA8"
            "a\xD8\xA2\xE2\x81\xA9"},         // with an Arabic letter
        {"\xE4\xB8\xAD", 3, "\xE4\xB8\xAD "}, // two columns wide
        {"", 2, "  "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char cell[64], small[3];
        assert_string_equal(text_cell(cases[i].text, cases[i].width, cell, sizeof cell), cases[i].cell);
        assert_true(strlen(text_cell(cases[i].text, cases[i].width, small, sizeof small)) < sizeof small);
    }
    assert_true(text_is_right_to_left("\xD7\xA9"));
    assert_false(text_is_right_to_left("so\xC3\xB1"
                                       "ar 12"));
}

/** One change for every three bytes, of the part behind a dot, and of two equally near ones the first. */
static void the_nearest_word_is_found(void **state) {
    (void)state;
    char longest[256], longer[257];
    memset(longest, 'x', 255);
    memset(longer, 'x', 256);
    longest[255] = longer[256] = '\0';
    const char *const candidates[] = {"past", "part", "train.epochs", "train.lr", "V;IND;PRS;1;SG", longest};
    static const struct {
        const char *word;
        int nearest; // -1: none
    } cases[] = {
        {"Past", 0},  // replaced
        {"pst", 0},   // inserted
        {"pasts", 0}, // removed
        {"psat", 0},  // two neighbours
        {"pat", 0},   // as near to the second
        {"partt", 1},
        {"PAST", 0}, // whatever the case
        {"Pats", 0},
        {"tasp", -1}, // two changes of four bytes
        {"trian.epochs", 2},
        {"train.epohcs", 2},
        {"train.x", -1},       // a single byte is near to any other
        {"V;IND;PRS;SG;1", 4}, // four changes of 14 bytes
        {"V;IND;PRS1;SG", 4},
        {"", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *found = text_nearest(cases[i].word, candidates, 6);
        assert_ptr_equal(found, cases[i].nearest < 0 ? NULL : candidates[cases[i].nearest]);
    }
    assert_ptr_equal(text_nearest(longest + 1, candidates, 6), candidates[5]);
    assert_null(text_nearest(longer, candidates, 6));
}

static void lines_are_broken_for_a_terminal(void **state) {
    (void)state;
    static const struct {
        const char *line, *wrapped;
    } cases[] = {
        {"", ""}, {"a line that fits so", "a line that fits so"},
        {"a line that does not fit", "a line that does not\n  fit"},
        {"data     one two three four", "data     one two\n         three four"},
        {"training 5 epochs of 7", "training 5 epochs of\n         7"},
        {"  exact match 0.9  KL 3.25", "  exact match 0.9\n    KL 3.25"},
        {"         letters found: abc", "         letters\n           found:\n           abc"},
        {"data     /a/path/that/is/long so", "data     /a/path/that/is/long\n         so"},
        {"ääääää öööööö üüüüüü", "ääääää öööööö üüüüüü"},        // 20 columns, 38 bytes
        {"語語語語 語語語語 語", "語語語語 語語語語 語"},        // 20 columns
        {"語語語語 語語語語 語語", "語語語語 語語語語\n  語語"}, // two columns each
        {"e\xCC\x81"
         "bcdefghi jklmnopqrs",
            "e\xCC\x81"
            "bcdefghi jklmnopqrs"}, // a mark takes none
    };
    char wrapped[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(text_wrap(cases[i].line, 20, wrapped, sizeof wrapped), cases[i].wrapped);
    }
    assert_string_equal(text_wrap("cut where it ends", 20, wrapped, 8), "cut whe");
    assert_int_equal(text_fitting("abc", 2), 2);
    assert_int_equal(text_fitting("äbc", 2), 3);
    assert_int_equal(text_fitting("語語", 3), 3);
    assert_int_equal(text_fitting("語", 1), 0);
    assert_int_equal(text_fitting("abc", 80), 3);
}

static void one_thing_has_no_plural(void **state) {
    (void)state;
    assert_string_equal(text_plural(0), "s");
    assert_string_equal(text_plural(1), "");
    assert_string_equal(text_plural(2), "s");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_broken_for_a_terminal),
        cmocka_unit_test(one_thing_has_no_plural),
        cmocka_unit_test(utf8_is_decoded_strictly),
        cmocka_unit_test(every_code_point_is_encoded_as_it_is_decoded),
        cmocka_unit_test(malformed_text_is_found_and_cleaned),
        cmocka_unit_test(descriptions_show_what_can_be_seen),
        cmocka_unit_test(what_nobody_sees_has_a_flaw),
        cmocka_unit_test(joiners_stand_between_letters),
        cmocka_unit_test(spellings_of_one_text_are_one),
        cmocka_unit_test(the_short_way_is_right_for_every_code_point),
        cmocka_unit_test(ends_are_trimmed),
        cmocka_unit_test(letters_have_another_case),
        cmocka_unit_test(places_in_the_normal_form_lead_back),
        cmocka_unit_test(widths_are_columns),
        cmocka_unit_test(dashes_and_marks_are_told),
        cmocka_unit_test(cells_of_a_table),
        cmocka_unit_test(the_nearest_word_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
