// Invented rows: what they are made of, what stays of the row they are made after, and on what they depend.
#include "dataset_text.h"

#include <math.h>

#include "base/random.h"
#include "data/invent.h"
#include "data/stem.h"

#define VERBS                                                                                                \
    "walk walks walking walked\ncarry carries carrying carried\nplan plans planning planned\n"               \
    "remake remakes remaking remade\nsing sings singing sang\nfollow follows following followed\n"

enum { LETTERS = 8 * 255 };

typedef struct {
    dataset_t dataset;
    invent_t invent;
    symbol_t letters[LETTERS];
    word_t words[8];
} fixture_t;

static void create(fixture_t *fixture, dataset_source_t source, double share) {
    assert_ok(dataset_text_create(&fixture->dataset, source));
    fixture->invent = (invent_t){0};
    assert_ok(invent_create(&fixture->invent, &fixture->dataset, 1, share, 0, 0));
}

static void destroy(fixture_t *fixture) {
    invent_destroy(&fixture->invent);
    dataset_destroy(&fixture->dataset);
}

/** The invented row's form without `ending`; fails where it ends otherwise. */
static const char *without(fixture_t *fixture, int form, const char *ending) {
    static char text[8][300];
    char *word = text[form];
    snprintf(word, sizeof text[0], "%s", dataset_text_word(&fixture->dataset, fixture->words[form]));
    assert_true(strlen(word) >= strlen(ending));
    char *end = word + strlen(word) - strlen(ending);
    assert_string_equal(end, ending);
    *end = '\0';
    return word;
}

/** Invents after the row of a pair, and after no other: epochs whose coin says so are passed over. */
static ptrdiff_t invent_after(fixture_t *fixture, uint32_t *epoch, size_t index) {
    const ptrdiff_t row = (ptrdiff_t)dataset_pair_record(&fixture->dataset, index);
    while (invent_row(&fixture->invent, *epoch, index, fixture->words, fixture->letters) != row) {
        ++*epoch;
    }
    return row;
}

static void endings_go_with_the_last_letters_of_the_stem(void **state) {
    (void)state;
    static const char *const endings[6][4] = {
        {"lk", "lks", "lking", "lked"},
        {"rry", "rries", "rrying", "rried"},
        {"an", "ans", "anning", "anned"},
        {"make", "makes", "making", "made"},
        {"sing", "sings", "singing", "sang"},
        {"ow", "ows", "owing", "owed"},
    };
    fixture_t fixture;
    int stems = 0;
    char last[300] = "";
    create(&fixture, dataset_text_rows(VERBS), 0.5);
    assert_int_equal(fixture.invent.usable, 6);
    for (size_t row = 0; row < 6; row++) {
        for (uint32_t epoch = 0; epoch < 200; epoch++) {
            // Forms with other vowels, sing and sang, stay whole.
            invent_after(&fixture, &epoch, 4 * row);
            const char *stem = without(&fixture, 0, endings[row][0]);
            for (int form = 0; form < 4; form++) {
                assert_string_equal(without(&fixture, form, endings[row][form]), stem);
                assert_int_equal(fixture.words[form].condition, form);
                assert_in_range(fixture.words[form].length, 3, fixture.dataset.longest);
            }
            stems += strcmp(stem, last) != 0;
            snprintf(last, sizeof last, "%s", stem);
        }
    }
    assert_true(stems > 900);
    destroy(&fixture);
}

/** The fewest letters that rows invented after `row` end in, of the first form. */
static int fewest_kept(fixture_t *fixture, size_t row) {
    const word_t pattern = dataset_word(&fixture->dataset, row, 0);
    int fewest = pattern.length;
    for (uint32_t epoch = 0; epoch < 300; epoch++) {
        int kept = 0;
        invent_after(fixture, &epoch, 4 * row);
        const word_t word = fixture->words[0];
        while (kept < pattern.length && kept < word.length &&
               word.letters[word.length - 1 - kept] == pattern.letters[pattern.length - 1 - kept]) {
            kept++;
        }
        fewest = kept < fewest ? kept : fewest;
    }
    return fewest;
}

static void what_decides_an_inflection_stays(void **state) {
    (void)state;
    fixture_t fixture;
    create(&fixture,
        dataset_text_rows(
            "beep beeps beeping beeped\nstep steps stepping stepped\n"
            "open opens opening opened\npen pens penning penned\n"
            "walk walks walking walked\ntalk talks talking talked\nsulk sulks sulking sulked\n"),
        0.5);
    // Of pen nothing decides: open ends in it.
    assert_int_equal(fixture.invent.usable, 6);
    assert_int_equal(invent_row(&fixture.invent, 0, 4 * 3, fixture.words, fixture.letters), -1);
    assert_int_equal(fewest_kept(&fixture, 0), 3);
    assert_int_equal(fewest_kept(&fixture, 1), 3);
    assert_int_equal(fewest_kept(&fixture, 2), 4);
    assert_int_equal(fewest_kept(&fixture, 4), 2);
    assert_int_equal(fewest_kept(&fixture, 6), 2);
    destroy(&fixture);
    // Pairs in other conditions do not compete.
    create(&fixture, dataset_text_pairs("pen present penned past\nopen present opening progressive\n"), 0.5);
    assert_int_equal(fixture.invent.usable, 2);
    destroy(&fixture);
    create(&fixture, dataset_text_pairs("pen present penned past\nopen present opened past\n"), 0.5);
    assert_int_equal(fixture.invent.usable, 1);
    destroy(&fixture);
}

static void the_deciding_letters_are_those_of_a_search_over_all_rows(void **state) {
    (void)state;
    static const char *const endings[3][3] = {{"", "s", "ed"}, {"", "es", "ied"}, {"e", "es", "ed"}};
    fixture_t fixture;
    char text[1 << 14] = "", *end = text;
    random_stream_t stream = random_stream(5, RANDOM_ORDER, 0, 0);
    for (int row = 0; row < 300; row++) {
        char stem[8] = "";
        const int length = 3 + (int)random_below(&stream, 4), kind = (int)random_below(&stream, 3);
        for (int i = 0; i < length; i++) {
            stem[i] = (char)('p' + random_below(&stream, 3));
        }
        end += sprintf(
            end, "%s%s %s%s %s%s\n", stem, endings[kind][0], stem, endings[kind][1], stem, endings[kind][2]);
    }
    dataset_source_t source = dataset_text_rows(text);
    source.condition_count = 3;
    create(&fixture, source, 0.5);
    const records_t *records = &fixture.dataset.records;
    const size_t rows = fixture.dataset.train_row_count;
    size_t usable = 0;
    for (size_t a = 0; a < rows; a++) {
        word_t forms[3], others[3];
        stem_t stem, other;
        int least = 2;
        for (int form = 0; form < 3; form++) {
            forms[form] = records_word(records, a, form);
        }
        stem_find(forms, 3, &stem);
        for (size_t b = 0; b < rows; b++) {
            int shared = 0, alike = 1;
            for (int form = 0; form < 3; form++) {
                others[form] = records_word(records, b, form);
            }
            stem_find(others, 3, &other);
            for (int form = 0; form < 3; form++) {
                const int length = forms[form].length - stem.length;
                alike &= length == others[form].length - other.length &&
                         memcmp(forms[form].letters + stem.length, others[form].letters + other.length,
                             (size_t)length * sizeof(symbol_t)) == 0;
            }
            while (
                shared < stem.length && shared < other.length &&
                forms[0].letters[stem.length - 1 - shared] == others[0].letters[other.length - 1 - shared]) {
                shared++;
            }
            least = !alike && shared + 1 > least ? shared + 1 : least;
        }
        usable += least <= stem.length;
        assert_int_equal(fixture.invent.length[a], least <= stem.length ? stem.length : 0);
        if (least <= stem.length) {
            assert_int_equal(fixture.invent.tail[a], least);
        }
    }
    assert_int_equal(fixture.invent.usable, usable);
    assert_in_range(usable, 20, 280);
    destroy(&fixture);
}

static void what_stands_before_a_stem_stays_with_its_first_letters(void **state) {
    (void)state;
    fixture_t fixture;
    int stems = 0, two = 0;
    // The longest row has room for letters that none of the others begins with.
    create(&fixture,
        dataset_text_rows("machen macht machte gemacht\nlegen legt legte gelegt\n"
                          "ooooooen oooooot oooooote geoooooot\n"),
        0.5);
    for (uint32_t epoch = 0; epoch < 200; epoch++, stems++) {
        invent_after(&fixture, &epoch, 0);
        const char *stem = without(&fixture, 0, "chen");
        assert_int_equal(stem[0], 'm');
        two += stem[1] == 'a';
        assert_string_equal(without(&fixture, 1, "cht"), stem);
        assert_string_equal(without(&fixture, 2, "chte"), stem);
        const char *participle = without(&fixture, 3, "cht");
        assert_memory_equal(participle, "gem", 3);
        assert_string_equal(participle + 2, stem);
    }
    // Half of them keep the second letter, too.
    assert_in_range(two, stems / 3, 2 * stems / 3);
    destroy(&fixture);
    // Where all letters decide, none comes behind ge-.
    create(&fixture,
        dataset_text_rows("legen legt legte gelegt\nglegen glegs glegst geglegst\nooooooen oooooot oooooote "
                          "geoooooot\n"),
        0.5);
    assert_int_equal(fixture.invent.tail[1], 4);
    for (uint32_t epoch = 0; epoch < 200; epoch++) {
        invent_after(&fixture, &epoch, 4);
        assert_string_equal(without(&fixture, 0, ""), "glegen");
        assert_string_equal(without(&fixture, 3, ""), "geglegst");
    }
    destroy(&fixture);
}

static void material_is_training_rows_alone(void **state) {
    (void)state;
    // Held back at 0.5 are walk, go, take and make: their letters w, g, t, k and m stand nowhere else.
    fixture_t fixture;
    dataset_source_t source = dataset_text_rows("walk\ngo\nsee\nrun\nbuy\ntake\nmake\nbeer\nsurey\nyburs\n");
    source.condition_count = 1;
    source.holdout = 0.5;
    create(&fixture, source, 0.5);
    assert_true(fixture.dataset.train_row_count < fixture.dataset.row_count);
    for (uint32_t epoch = 0; epoch < 500; epoch++) {
        for (size_t row = 0; row < fixture.dataset.train_row_count; row++) {
            if (invent_row(&fixture.invent, epoch, row, fixture.words, fixture.letters) >= 0) {
                const char *text = dataset_text_word(&fixture.dataset, fixture.words[0]);
                assert_null(strpbrk(text, "wgtkm"));
            }
        }
    }
    destroy(&fixture);
}

static void a_pair_is_of_the_invented_row(void **state) {
    (void)state;
    static const dataset_pairs_t kinds[] = {
        DATASET_PAIRS_SAME, DATASET_PAIRS_CROSS, DATASET_PAIRS_ALL, DATASET_PAIRS_RANDOM};
    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
        fixture_t fixture;
        dataset_source_t source = dataset_text_rows(VERBS);
        source.pairs = kinds[kind];
        create(&fixture, source, 0.5);
        const size_t count = dataset_pair_count(&fixture.dataset);
        size_t invented = 0, possible = 0;
        for (uint32_t epoch = 0; epoch < 100; epoch++) {
            for (size_t index = 0; index < count; index++) {
                const pair_t before = dataset_pair(&fixture.dataset, 1, epoch, index);
                pair_t pair = before;
                symbol_t letters[2 * 20];
                const bool is_invented = invent_pair(&fixture.invent, epoch, &pair, letters);
                const bool has_stem =
                    invent_row(&fixture.invent, epoch, index, fixture.words, fixture.letters) >= 0;
                assert_int_equal(pair.index, index);
                assert_int_equal(pair.source.condition, before.source.condition);
                assert_int_equal(pair.target.condition, before.target.condition);
                possible += has_stem;
                invented += is_invented;
                if (!is_invented) {
                    assert_memory_equal(&pair, &before, sizeof pair);
                    continue;
                }
                assert_true(has_stem);
                const word_t *source_word = &fixture.words[pair.source.condition];
                const word_t *target_word = &fixture.words[pair.target.condition];
                assert_int_equal(pair.source.length, source_word->length);
                assert_int_equal(pair.target.length, target_word->length);
                assert_memory_equal(
                    pair.source.letters, source_word->letters, (size_t)pair.source.length * sizeof(symbol_t));
                assert_memory_equal(
                    pair.target.letters, target_word->letters, (size_t)pair.target.length * sizeof(symbol_t));
            }
        }
        assert_int_equal(possible, 100 * count);
        // Five standard errors.
        assert_true(fabs((double)invented / (double)possible - 0.5) < 2.5 / sqrt((double)possible));
        destroy(&fixture);
    }
}

static void given_pairs_are_invented_likewise(void **state) {
    (void)state;
    fixture_t fixture;
    create(&fixture,
        dataset_text_pairs("walk present walked past\ncarries third carry present\n"
                           "sang past sing present\n"),
        0.5);
    assert_int_equal(fixture.invent.usable, 3);
    static const char *const endings[3][2] = {{"lk", "lked"}, {"rries", "rry"}, {"sang", "sing"}};
    int invented = 0, after[3] = {0};
    for (uint32_t epoch = 0; epoch < 100; epoch++) {
        pair_t pair = dataset_pair(&fixture.dataset, 1, epoch, 1);
        symbol_t letters[2 * 20];
        if (invent_pair(&fixture.invent, epoch, &pair, letters)) {
            const ptrdiff_t pattern = invent_row(&fixture.invent, epoch, 1, fixture.words, fixture.letters);
            assert_in_range(pattern, 0, 2);
            invented++;
            after[pattern]++;
            fixture.words[0] = pair.source;
            fixture.words[1] = pair.target;
            assert_string_equal(
                without(&fixture, 0, endings[pattern][0]), without(&fixture, 1, endings[pattern][1]));
            assert_int_equal(pair.source.condition,
                dataset_pair(&fixture.dataset, 1, 0, (size_t)pattern).source.condition);
            assert_int_equal(pair.target.condition,
                dataset_pair(&fixture.dataset, 1, 0, (size_t)pattern).target.condition);
        }
    }
    assert_true(after[1] > after[0] + after[2] && after[0] > 0 && after[2] > 0);
    assert_in_range(invented, 25, 75);
    destroy(&fixture);
}

/** A verb of a rare kind among many of a common one. */
static void rare_kinds_are_patterns_more_often(void **state) {
    (void)state;
    enum { COMMON = 99, EPOCHS = 400 };
    char text[1 << 13] = "sing sings singing sang\n", *end = text + strlen(text);
    for (int i = 0; i < COMMON; i++) {
        char stem[8];
        snprintf(stem, sizeof stem, "b%c%clk", 'a' + i % 10, 'a' + i / 10);
        end += sprintf(end, "%s %ss %sing %sed\n", stem, stem, stem, stem);
    }
    fixture_t fixture;
    create(&fixture, dataset_text_rows(text), 0.5);
    assert_int_equal(fixture.invent.usable, COMMON + 1);
    assert_int_equal(fixture.invent.kinds, 2);
    int rare = 0, bare = 0;
    for (uint32_t epoch = 0; epoch < EPOCHS; epoch++) {
        for (size_t row = 0; row < COMMON + 1; row++) {
            if (invent_row(&fixture.invent, epoch, 4 * row, fixture.words, fixture.letters) == 0) {
                rare++;
                bare += fixture.words[0].length == 4;
            }
        }
    }
    // A share of 0.15 is after one of the two kinds, of all others one in a hundred after sing; a quarter has
    // nothing in front.
    const double all = (COMMON + 1) * EPOCHS, expected = 0.15 / 2 + 0.85 / (COMMON + 1);
    assert_true(fabs(rare / all - expected) < 5 * sqrt(expected / all));
    assert_true(fabs((double)bare / rare - 0.25) < 2.5 / sqrt(rare));
    destroy(&fixture);
}

static void rows_are_of_the_epoch_and_the_seed(void **state) {
    (void)state;
    fixture_t fixture, other;
    char text[300];
    create(&fixture, dataset_text_rows(VERBS), 0.5);
    create(&other, dataset_text_rows(VERBS), 0.25);
    int equal[2] = {0};
    for (uint32_t epoch = 0; epoch < 50; epoch++) {
        invent_row(&fixture.invent, epoch, 7, fixture.words, fixture.letters);
        snprintf(text, sizeof text, "%s", dataset_text_word(&fixture.dataset, fixture.words[0]));
        // The share decides which rows are invented, not how.
        invent_row(&other.invent, epoch, 7, other.words, other.letters);
        assert_string_equal(dataset_text_word(&other.dataset, other.words[0]), text);
        invent_row(&fixture.invent, epoch + 1, 7, fixture.words, fixture.letters);
        equal[0] += strcmp(dataset_text_word(&fixture.dataset, fixture.words[0]), text) == 0;
        other.invent.seed = 2;
        invent_row(&other.invent, epoch, 7, other.words, other.letters);
        equal[1] += strcmp(dataset_text_word(&other.dataset, other.words[0]), text) == 0;
        other.invent.seed = 1;
    }
    assert_in_range(equal[0], 0, 10);
    assert_in_range(equal[1], 0, 10);
    destroy(&fixture);
    destroy(&other);
}

static void what_is_invented_is_what_it_always_was(void **state) {
    (void)state;
    fixture_t fixture;
    char text[300] = "";
    create(&fixture, dataset_text_rows(VERBS), 0.5);
    for (size_t index = 0; index < 24; index += 4) {
        if (invent_row(&fixture.invent, 3, index, fixture.words, fixture.letters) >= 0) {
            strcat(strcat(text, dataset_text_word(&fixture.dataset, fixture.words[3])), " ");
        }
    }
    assert_string_equal(text, "walked psang sianned rremade plsang remaowed ");
    destroy(&fixture);
}

/** Of the new letters, which stand at the same place of all forms, such a share is unknown; all else stays.
 */
static void a_share_of_the_new_letters_is_unknown(void **state) {
    (void)state;
    fixture_t fixture, other;
    dataset_source_t source = dataset_text_rows(VERBS);
    source.has_unknown = true;
    create(&fixture, source, 0.5);
    create(&other, source, 0.5);
    const symbol_t unknown = alphabet_unknown(&fixture.dataset.alphabet);
    assert_int_equal(unknown, SYMBOL_FIRST_LETTER + 26);
    static const double shares[] = {0, 0.25, 1};
    size_t replaced[3] = {0};
    for (int share = 0; share < 3; share++) {
        other.invent.unknown = shares[share];
        for (uint32_t epoch = 0; epoch < 4000; epoch++) {
            // The second row's stem is "carr": behind it no letter is new.
            invent_after(&fixture, &epoch, 4);
            invent_row(&other.invent, epoch, 4, other.words, other.letters);
            const int stem = fixture.words[0].length - 3;
            for (int form = 0; form < 4; form++) {
                const word_t *word = &other.words[form], *before = &fixture.words[form];
                assert_int_equal(word->length, before->length);
                for (int i = 0; i < word->length; i++) {
                    assert_true(
                        word->letters[i] == (word->letters[i] == unknown ? unknown : before->letters[i]));
                    assert_true(
                        i >= stem ? word->letters[i] != unknown
                                  : (word->letters[i] == unknown) == (other.words[0].letters[i] == unknown));
                }
            }
            replaced[share] += (size_t)word_count(&other.words[0], unknown);
        }
    }
    // With a share of 1 it is all of them.
    assert_int_equal(replaced[0], 0);
    assert_true(fabs((double)replaced[1] / (double)replaced[2] - 0.25) < 0.02);
    destroy(&fixture);
    destroy(&other);
}

static void without_a_share_nothing_is_invented(void **state) {
    (void)state;
    fixture_t fixture;
    create(&fixture, dataset_text_rows(VERBS), 0);
    assert_null(fixture.invent.length);
    for (size_t index = 0; index < 24; index++) {
        pair_t pair = dataset_pair(&fixture.dataset, 1, 0, index);
        assert_false(invent_pair(&fixture.invent, 0, &pair, NULL));
    }
    destroy(&fixture);
    destroy(&fixture);
}

static void words_without_room_stay_as_long_as_the_longest(void **state) {
    (void)state;
    fixture_t fixture;
    create(&fixture, dataset_text_rows("abcd abcds abcding abcded\nefgh efghs efghing efghed\n"), 0.5);
    assert_int_equal(fixture.dataset.longest, 7);
    for (uint32_t epoch = 0; epoch < 100; epoch++) {
        invent_row(&fixture.invent, epoch, 0, fixture.words, fixture.letters);
        assert_in_range(fixture.words[2].length, 6, 7);
    }
    destroy(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endings_go_with_the_last_letters_of_the_stem),
        cmocka_unit_test(what_decides_an_inflection_stays),
        cmocka_unit_test(the_deciding_letters_are_those_of_a_search_over_all_rows),
        cmocka_unit_test(what_stands_before_a_stem_stays_with_its_first_letters),
        cmocka_unit_test(material_is_training_rows_alone),
        cmocka_unit_test(a_pair_is_of_the_invented_row),
        cmocka_unit_test(given_pairs_are_invented_likewise),
        cmocka_unit_test(rare_kinds_are_patterns_more_often),
        cmocka_unit_test(rows_are_of_the_epoch_and_the_seed),
        cmocka_unit_test(what_is_invented_is_what_it_always_was),
        cmocka_unit_test(a_share_of_the_new_letters_is_unknown),
        cmocka_unit_test(without_a_share_nothing_is_invented),
        cmocka_unit_test(words_without_room_stay_as_long_as_the_longest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
