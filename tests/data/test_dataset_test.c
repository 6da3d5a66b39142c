// Test files: pairs read with the alphabet of a data set.
#include "dataset_text.h"

#include "data/dataset_test.h"

/** A data set with the letters of "go", "goes", "going", "went" and "é" alone. */
static void create_small(dataset_t *dataset) {
    dataset_source_t source = dataset_text_rows("go goes going wenté\n");
    source.alphabet = "data";
    assert_ok(dataset_text_create(dataset, source));
}

static void pairs_are_taken_as_they_are(void **state) {
    (void)state;
    static const int from[] = {0, 3}, to[] = {2, 1};
    dataset_t dataset;
    dataset_test_t test;
    create_small(&dataset);
    char text[] =
        "# test\ngo going\r\nwent goes\ngo going\ngo past ten third\nnéw present we past\nwent goes";
    dataset_source_t source = dataset_text_pairs(text);
    source.pair_source = from;
    source.pair_target = to;
    source.pair_count = 2;
    source.format = DATASET_FORMAT_ROWS; // ignored, as are the next two
    source.alphabet = "xyz";
    source.holdout = 0.999;
    assert_ok(dataset_test_create(&test, &dataset, &source));
    memset(text, 'x', sizeof text);
    static const char *const expected[] = {
        "go/0>going/2", "went/3>goes/1", "go/0>going/2", "go/3>ten/1", "néw/0>we/3", "went/3>goes/1"};
    assert_int_equal(test.count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(dataset_text_pair(&dataset, test.pairs[i]), expected[i]);
        assert_int_equal(test.pairs[i].index, i);
    }
    dataset_test_destroy(&test);
    dataset_test_destroy(&test);
    assert_null(test.pairs);
    dataset_destroy(&dataset);
}

/** How many words of the test, of which there are `words`, the training rows or pairs know. */
static size_t known_of(dataset_source_t source, const char *text, size_t words) {
    dataset_t dataset;
    dataset_test_t test;
    dataset_leaks_t leaks;
    assert_ok(dataset_text_create(&dataset, source));
    dataset_source_t test_source = dataset_text_pairs(text);
    assert_ok(dataset_test_create(&test, &dataset, &test_source));
    assert_int_equal(2 * test.count, words);
    assert_ok(dataset_test_leaks(&dataset, &test, &leaks));
    assert_int_equal(leaks.words, words);
    dataset_test_destroy(&test);
    dataset_destroy(&dataset);
    return leaks.known;
}

static void known_words_are_counted(void **state) {
    (void)state;
    dataset_source_t rows = dataset_text_rows("go goes going went\nsee sees seeing saw\nbe is being was\n");
    assert_int_equal(known_of(rows, "go present went past", 2), 2);
    assert_int_equal(known_of(rows, "be present was past\nsaw past sees third", 4), 4);
    // In another condition, with a letter more or less: not known.
    assert_int_equal(known_of(rows, "go past went present\nsaws past sa past", 4), 0);
    // Each place counts.
    assert_int_equal(
        known_of(rows, "go present goe third\ngo present went past\ngo present go past\nis third is past", 8),
        5);
    // That two training rows have the word changes nothing.
    rows = dataset_text_rows("go goes going went\ngo gos goin went\n");
    assert_int_equal(known_of(rows, "go present went past", 2), 2);
    // What is held back is not known: walk and go are, run is not.
    rows = dataset_text_rows("walk walks walking walked\ngo goes going went\nrun runs running ran\n");
    rows.holdout = 0.5;
    assert_int_equal(
        known_of(rows, "walk present walked past\nran past run present\ngo present goes third", 6), 2);
    dataset_source_t pairs = dataset_text_pairs("walk present walked past\nrun present ran past\n");
    assert_int_equal(known_of(pairs, "walk present walked past\nran past run past", 4), 3);
    pairs.holdout = 0.5;
    assert_int_equal(known_of(pairs, "walk present walked past\nran past run past", 4), 1);
}

/** Held-back rows or pairs that share words with training ones; `example`: the one that is named. */
static void assert_leaks(dataset_source_t source, size_t words, size_t known, const char *example) {
    dataset_t dataset;
    dataset_leaks_t leaks;
    assert_ok(dataset_text_create(&dataset, source));
    assert_ok(dataset_test_held_back_leaks(&dataset, &leaks));
    assert_int_equal(leaks.words, words);
    assert_int_equal(leaks.known, known);
    if (known > 0) {
        assert_string_equal(dataset_text_word(&dataset, leaks.example), example);
    }
    dataset_destroy(&dataset);
}

static void held_back_words_are_counted(void **state) {
    (void)state;
    // Of these three walk trains.
    dataset_source_t rows =
        dataset_text_rows("walk walks walking walked\ngo goes going went\nrun runs running ran\n");
    assert_leaks(rows, 0, 0, "");
    rows.holdout = 0.5;
    assert_leaks(rows, 8, 0, "");
    // "running" is one of them, the past "ran" two, the third person "ran" none.
    rows.text = "walk walks running ran\ngo ran going ran\nrun runs running ran\n";
    rows.length = strlen(rows.text);
    assert_leaks(rows, 8, 3, "running");
    dataset_source_t pairs =
        dataset_text_pairs("walk present ran past\nrun past run third\nrun present ran past\n");
    pairs.holdout = 0.5;
    assert_leaks(pairs, 2, 1, "ran");
}

static void a_list_fits_and_a_missing_form_is_left_out(void **state) {
    (void)state;
    static const int from[] = {0, 3}, to[] = {2, 1};
    dataset_t dataset;
    dataset_test_t test;
    create_small(&dataset);
    dataset_source_t source = dataset_text_pairs("go going\nwent goes\ngo going\n");
    source.pair_source = from;
    source.pair_target = to;
    source.pair_count = 2;
    assert_fails(dataset_test_create(&test, &dataset, &source), STATUS_DATA,
        "pairs.txt:3: the file ends with 3 pairs, but evaluate.test_pairs has 2 entries");
    source.text = "go -\nwente\xCC\x81 goes\n";
    source.length = strlen(source.text);
    assert_fails(
        dataset_test_create(&test, &dataset, &source), STATUS_DATA, "pairs.txt:1:4: only '-' for the target");
    source.skips_missing = true;
    assert_ok(dataset_test_create(&test, &dataset, &source));
    assert_int_equal(test.count, 1);
    assert_int_equal(test.missing_count, 1);
    assert_int_equal(test.normal_count, 1);
    assert_string_equal(dataset_text_pair(&dataset, test.pairs[0]), "wenté/3>goes/1");
    dataset_test_destroy(&test);
    dataset_destroy(&dataset);
}

static void faults(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"go past ago present",
            "pairs.txt:1:9: 'a' (U+0061) is not in the alphabet, one of these was expected: eginostwé"},
        {"go going", "pairs.txt:1: 2 columns, but no conditions are listed for such lines"},
        {"go past gone", "pairs.txt:1: 3 columns, 4 were expected"},
        {"go paste went past",
            "pairs.txt:1:4: unknown condition 'paste', one of these was expected: present third"},
        {"#\n", "pairs.txt:1: the file ends without a pair"},
        {"goooooooooooooooooooo past went past",
            "pairs.txt:1:1: a word of 21 letters, at most 20 were expected (data.max_length)"},
    };
    dataset_t dataset;
    create_small(&dataset);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dataset_test_t test;
        dataset_source_t source = dataset_text_pairs(cases[i].text);
        assert_fails(dataset_test_create(&test, &dataset, &source), STATUS_DATA, cases[i].message);
        assert_null(test.pairs);
        assert_null(test.records.letters);
        assert_int_equal(test.count, 0);
    }
    dataset_destroy(&dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_taken_as_they_are),
        cmocka_unit_test(known_words_are_counted),
        cmocka_unit_test(held_back_words_are_counted),
        cmocka_unit_test(a_list_fits_and_a_missing_form_is_left_out),
        cmocka_unit_test(faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
