// Pairs of tables of forms, and of rows by their first word, beside lists made by brute force; tests that are
// tables.
#include "dataset_text.h"

#include <stdbool.h>

#include "data/dataset_test.h"

/** Lemmas stand apart, one has a single form, another two with the same tags, and one line is there twice. */
#define TABLE                                                                                                \
    "ir\tvoy\tV;PRS;1\n"                                                                                     \
    "ser\tsoy\tV;PRS;1\n"                                                                                    \
    "ir\tva\tV;PRS;3\n"                                                                                      \
    "oler\thuele\tV;PRS;3\n"                                                                                 \
    "ser\tes\tV;PRS;3\n"                                                                                     \
    "ser\tera\tV;PST;3\n"                                                                                    \
    "ir\tva\tV;PRS;3\n"                                                                                      \
    "ser\tfue\tV;PST;3\n"                                                                                    \
    "dar\tda\tV;PRS;3\n"                                                                                     \
    "dar\tdio\tV;PST;3\n"

static const dataset_pairs_t kinds[] = {DATASET_PAIRS_SAME, DATASET_PAIRS_CROSS, DATASET_PAIRS_ALL,
    DATASET_PAIRS_RANDOM, DATASET_PAIRS_INFLECT, DATASET_PAIRS_LEMMATIZE};
enum { KINDS = sizeof kinds / sizeof *kinds, PAIRS_MAX = 2048, TEXT = 600 };

typedef struct {
    size_t count;
    char text[PAIRS_MAX][TEXT];
} list_t;

static void list_add(list_t *list, const dataset_t *dataset, word_t source, word_t target) {
    assert_true(list->count < PAIRS_MAX);
    snprintf(list->text[list->count++], TEXT, "%s",
        dataset_text_pair(dataset, (pair_t){.source = source, .target = target}));
}

/** Word `word` of the paradigm whose records are [first, end): the lemma, then the forms. */
static word_t word_of(const dataset_t *dataset, size_t first, size_t word) {
    return word == 0 ? dataset_word(dataset, first, 0) : dataset_word(dataset, first + word - 1, 1);
}

/** All pairs of the records from `first` to before `end`, paradigm by paradigm; RANDOM: those of ALL. */
static void list_pairs(
    list_t *list, const dataset_t *dataset, dataset_pairs_t kind, size_t first, size_t end) {
    list->count = 0;
    for (size_t next; first < end; first = next) {
        const word_t lemma = dataset_word(dataset, first, 0);
        for (next = first; next < end; next++) {
            const word_t other = dataset_word(dataset, next, 0);
            if (word_compare(&lemma, &other) != 0) {
                break;
            }
        }
        const size_t words = 1 + next - first;
        for (size_t source = 0; source < words; source++) {
            for (size_t target = 0; target < words; target++) {
                const bool is_in = kind == DATASET_PAIRS_SAME        ? source == target
                                   : kind == DATASET_PAIRS_CROSS     ? source != target
                                   : kind == DATASET_PAIRS_INFLECT   ? source == 0 && target > 0
                                   : kind == DATASET_PAIRS_LEMMATIZE ? source > 0 && target == 0
                                                                     : true;
                if (is_in) {
                    list_add(list, dataset, word_of(dataset, first, source), word_of(dataset, first, target));
                }
            }
        }
    }
}

/** Asserts that a pair is the list's at its index, and has its index. */
static void assert_pair(const dataset_t *dataset, const list_t *list, pair_t pair, size_t index) {
    assert_true(index < list->count);
    assert_string_equal(dataset_text_pair(dataset, pair), list->text[index]);
    assert_int_equal(pair.index, index);
}

static void assert_places(const dataset_place_t *places, size_t count, const unsigned expected[][2]) {
    for (size_t i = 0; i < count && i < DATASET_PLACES; i++) {
        assert_int_equal(places[i].line, expected[i][0]);
        assert_int_equal(places[i].other, expected[i][1]);
    }
}

static void lines_that_may_be_mistakes_are_remembered(void **state) {
    (void)state;
    dataset_t dataset;
    // Comments and blank lines count as lines. Lemmas do not stand together.
    assert_ok(dataset_text_create(&dataset, dataset_text_table("# verbs\n\n" TABLE "ser\tser\tV;INF\n")));
    assert_int_equal(dataset.duplicate_count, 1);
    assert_places(dataset.duplicates, 1, (const unsigned[][2]){{9, 5}});
    assert_int_equal(dataset.single_count, 1);
    assert_places(dataset.singles, 1, (const unsigned[][2]){{13, 1}});
    assert_string_equal(conditions_name(&dataset.conditions, 1), "V;INF");
    dataset_destroy(&dataset);
    // The first three in the file, whatever the order of lemmas and sides; a duplicate's tags stand there
    // once.
    static const char text[] =
        "b\tb\tE\na\ta\tD\nc\tc\tC\na\ta\tD\nd\td\tB\nb\tb\tE\n-\tx\tA\nd\td\tB\na\ta\tD\n";
    for (int i = 0; i < 2; i++) {
        dataset_source_t source = dataset_text_table(text);
        source.skips_missing = true;
        source.holdout = 0.5 * i;
        assert_ok(dataset_text_create(&dataset, source));
        assert_int_equal(dataset.duplicate_count, 4);
        assert_places(dataset.duplicates, 4, (const unsigned[][2]){{4, 2}, {6, 1}, {8, 5}});
        assert_int_equal(dataset.single_count, 4);
        assert_places(dataset.singles, 4, (const unsigned[][2]){{1, 4}, {2, 3}, {3, 2}});
        dataset_destroy(&dataset);
    }
    // Pairs have two conditions a line; rows have all of them.
    assert_ok(dataset_text_create(
        &dataset, dataset_text_pairs("a present b past\nb past c third\na present b past\n")));
    assert_places(dataset.duplicates, dataset.duplicate_count, (const unsigned[][2]){{3, 1}});
    assert_int_equal(dataset.single_count, 2);
    assert_places(dataset.singles, 2, (const unsigned[][2]){{1, 0}, {2, 1}});
    dataset_destroy(&dataset);
    assert_ok(dataset_text_create(&dataset, dataset_text_rows("a b c d\n\na b c d\n")));
    assert_places(dataset.duplicates, dataset.duplicate_count, (const unsigned[][2]){{3, 1}});
    assert_int_equal(dataset.single_count, 0);
    dataset_destroy(&dataset);
}

/** The record of a pair of a table: of the form that is its source, of a lemma the first of its forms; of
 * lemma and form, theirs. */
static void assert_record(const dataset_t *dataset, pair_t pair) {
    const size_t record = dataset_pair_record(dataset, pair.index);
    assert_true(record < dataset->train_given_count);
    const word_t lemma = dataset_word(dataset, record, 0), form = dataset_word(dataset, record, 1);
    if (dataset->pairs == DATASET_PAIRS_INFLECT || dataset->pairs == DATASET_PAIRS_LEMMATIZE) {
        const bool is_inflect = dataset->pairs == DATASET_PAIRS_INFLECT;
        assert_true(word_compare(&lemma, is_inflect ? &pair.source : &pair.target) == 0);
        assert_true(word_compare(&form, is_inflect ? &pair.target : &pair.source) == 0);
        return;
    }
    const bool is_lemma = pair.source.condition == lemma.condition;
    assert_true(word_compare(is_lemma ? &lemma : &form, &pair.source) == 0);
    if (is_lemma && record > 0) {
        const word_t before = dataset_word(dataset, record - 1, 0);
        assert_true(word_compare(&before, &lemma) != 0);
    }
}

/** Whether the list has the pair behind place `first` of a source's targets. */
static bool has_pair(const list_t *list, const char *text) {
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->text[i], text) == 0) {
            return true;
        }
    }
    return false;
}

static void check_random(const dataset_t *dataset, const list_t *all, size_t words) {
    assert_int_equal(dataset_pair_count(dataset), words);
    size_t changes = 0;
    for (size_t i = 0; i < words; i++) {
        char text[TEXT];
        snprintf(text, TEXT, "%s", dataset_text_pair(dataset, dataset_pair(dataset, 1, 0, i)));
        assert_string_equal(text, dataset_text_pair(dataset, dataset_pair(dataset, 1, 0, i)));
        for (uint32_t epoch = 0; epoch < 20; epoch++) {
            const pair_t pair = dataset_pair(dataset, 1, epoch, i);
            const char *other = dataset_text_pair(dataset, pair);
            assert_true(has_pair(all, other));
            assert_int_equal(pair.index, i);
            changes += strcmp(other, text) != 0;
            assert_record(dataset, pair);
        }
    }
    assert_true(changes > words);
}

static void check_pairs(const dataset_t *dataset) {
    static list_t list, words;
    const size_t train = dataset->train_given_count;
    const bool is_of_lemma =
        dataset->pairs == DATASET_PAIRS_INFLECT || dataset->pairs == DATASET_PAIRS_LEMMATIZE;
    list_pairs(&list, dataset, dataset->pairs, 0, train);
    if (dataset->pairs == DATASET_PAIRS_RANDOM) {
        list_pairs(&words, dataset, DATASET_PAIRS_SAME, 0, train);
        check_random(dataset, &list, words.count);
        // Each word once: as the same pairs have them.
        for (size_t i = 0; i < words.count; i++) {
            pair_t pair = dataset_pair(dataset, 3, 4, i);
            pair.target = pair.source;
            assert_pair(dataset, &words, pair, i);
        }
    } else {
        assert_int_equal(dataset_pair_count(dataset), list.count);
        for (size_t i = 0; i < list.count; i++) {
            const pair_t pair = dataset_pair(dataset, 1, 2, i);
            assert_pair(dataset, &list, pair, i);
            assert_record(dataset, pair);
        }
    }
    // Evaluated: as it trains with lemmas, else the ordered pairs of different words.
    const dataset_pairs_t evaluated = is_of_lemma ? dataset->pairs : DATASET_PAIRS_CROSS;
    list_pairs(&list, dataset, evaluated, 0, train);
    assert_int_equal(dataset_cross_count(dataset), list.count);
    for (size_t i = 0; i < list.count; i++) {
        assert_pair(dataset, &list, dataset_cross_pair(dataset, i), i);
    }
    list_pairs(&list, dataset, evaluated, train, dataset->given_count);
    assert_int_equal(dataset_held_back_count(dataset), list.count);
    for (size_t i = 0; i < list.count; i++) {
        assert_pair(dataset, &list, dataset_held_back_pair(dataset, i), i);
    }
}

/** Also of its image, where another process would open it. */
static void check_source(dataset_source_t source) {
    for (int kind = 0; kind < KINDS; kind++) {
        dataset_t dataset, view;
        source.pairs = kinds[kind];
        assert_ok(dataset_text_create(&dataset, source));
        check_pairs(&dataset);
        const size_t size = dataset_image_size(&dataset);
        void *written = malloc(size), *block = malloc(size);
        assert_true(written && block);
        dataset_image_write(&dataset, written);
        memcpy(block, written, size);
        memset(written, 0x55, size);
        free(written);
        dataset_image_open(&view, block);
        assert_string_equal(view.hash, dataset.hash);
        assert_int_equal(view.variant_count, dataset.variant_count);
        assert_int_equal(view.paradigm_count, dataset.paradigm_count);
        for (int c = 0; c < dataset.conditions.count; c++) {
            const char *name = conditions_name(&dataset.conditions, c);
            assert_string_equal(conditions_name(&view.conditions, c), name);
            assert_int_equal(conditions_find(&view.conditions, name, strlen(name)), c);
        }
        dataset_destroy(&dataset);
        check_pairs(&view);
        dataset_destroy(&view);
        free(block);
    }
}

static void lemmas_are_grouped_in_the_order_of_their_first_lines(void **state) {
    (void)state;
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, dataset_text_table(TABLE)));
    static const char *const pairs[] = {"ir/0>voy/1", "ir/0>va/2", "ser/0>soy/1", "ser/0>es/2", "ser/0>era/3",
        "ser/0>fue/3", "oler/0>huele/2", "dar/0>da/2", "dar/0>dio/3"};
    assert_int_equal(dataset_pair_count(&dataset), 9);
    for (size_t i = 0; i < 9; i++) {
        assert_string_equal(dataset_text_pair(&dataset, dataset_pair(&dataset, 0, 0, i)), pairs[i]);
        assert_int_equal(dataset.lines[i], i == 1 ? 2 : 1);
    }
    assert_int_equal(dataset.paradigm_count, 4);
    assert_int_equal(dataset.train_paradigm_count, 4);
    assert_int_equal(dataset.duplicate_count, 1);
    assert_int_equal(dataset.variant_count, 1);
    assert_int_equal(dataset.longest, 5);
    assert_int_equal(dataset_find_row(&dataset, NULL), -1);
    dataset_destroy(&dataset);
}

static void variants_are_counted_by_lemma_and_tags(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t variants;
    } cases[] = {
        {"a\tb\tV\na\tc\tV\na\td\tV\n", 2}, {"a\tb\tV\na\tb\tN\nc\tb\tV\n", 0},
        {"a\tb\tV\nc\tb\tV\na\td\tV\nc\te\tN\nc\tf\tV\n", 2}, // apart
        {"a\tb\tV\na\tb\tV\n", 0},                            // a duplicate is none
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dataset_t dataset;
        assert_ok(dataset_text_create(&dataset, dataset_text_table(cases[i].text)));
        assert_int_equal(dataset.variant_count, cases[i].variants);
        dataset_destroy(&dataset);
    }
}

static void pairs_of_every_kind_are_those_of_a_list(void **state) {
    (void)state;
    check_source(dataset_text_table(TABLE));
    check_source(dataset_text_table("go\twent\tPST\n"));
    // Many lemmas of one to seven forms, in turns, some held back.
    static char text[1 << 14];
    size_t used = 0;
    for (int form = 0; form < 7; form++) {
        for (int lemma = 0; lemma < 40; lemma++) {
            if (form <= lemma % 7) {
                used += (size_t)snprintf(text + used, sizeof text - used, "l%cx%d\tf%d%c%d\tT%d\n",
                    'a' + lemma % 26, lemma / 26, lemma, 'a' + form, form, form % 5);
            }
        }
    }
    dataset_source_t source = dataset_text_table(text);
    check_source(source);
    source.holdout = 0.3;
    check_source(source);
    source.holdout_from = 0.6;
    check_source(source);
}

static void a_lemma_is_held_back_with_all_its_forms(void **state) {
    (void)state;
    dataset_source_t source = dataset_text_table(TABLE);
    source.holdout = 0.5;
    size_t held_back = 0;
    for (int part = 0; part < 4; part++) {
        dataset_t dataset;
        source.holdout_from = part * 0.25;
        if (dataset_text_create(&dataset, source) != STATUS_OK) {
            continue;
        }
        const size_t train = dataset.train_given_count, all = dataset.given_count;
        held_back += all - train;
        assert_int_equal(all, 9);
        for (size_t i = 0; i < train; i++) {
            for (size_t j = train; j < all; j++) {
                const word_t one = dataset_word(&dataset, i, 0), other = dataset_word(&dataset, j, 0);
                assert_true(word_compare(&one, &other) != 0);
            }
        }
        assert_int_equal(dataset.paradigm_first[dataset.train_paradigm_count], train);
        dataset_destroy(&dataset);
    }
    assert_true(held_back > 0);
    source = dataset_text_table("go\twent\tPST\ngo\tgoes\tPRS\n");
    source.holdout = 0.999999;
    dataset_text_assert_refused(
        source, "table.tsv:2: the file ends with all of its 2 forms held back (holdout 0.999999)");
}

static void hash_of(const char *text, dataset_source_t source, char hash[HASH_TEXT_SIZE]) {
    dataset_t dataset;
    source.text = text;
    source.length = strlen(text);
    assert_ok(dataset_text_create(&dataset, source));
    memcpy(hash, dataset.hash, HASH_TEXT_SIZE);
    dataset_destroy(&dataset);
}

static void the_hash_is_of_words_tags_and_grouping(void **state) {
    (void)state;
    char hash[HASH_TEXT_SIZE], other[HASH_TEXT_SIZE];
    const dataset_source_t source = dataset_text_table("");
    hash_of("go\twent\tPST\ngo\tgoes\tPRS\nbe\tis\tPRS\n", source, hash);
    static const char *const same[] = {"go\tPST\twent\ngo\tPRS\tgoes\nbe\tPRS\tis\n",
        "go\twent\tPST\nbe\tis\tPRS\ngo\tgoes\tPRS\n", "# x\ngo\twent\tPST\t\r\ngo\tgoes\tPRS\nbe\tis\tPRS"};
    static const char *const others[] = {
        "go\twent\tPAST\ngo\tgoes\tPRS\nbe\tis\tPRS\n", // another name
        "go\twent\tPRS\ngo\tgoes\tPST\nbe\tis\tPST\n",  // names the other way round
        "be\tis\tPRS\ngo\twent\tPST\ngo\tgoes\tPRS\n",  // another order of lemmas
        "go\twent\tPST\ngo\tgoes\tPRS\nbe\tis\tPST\n",
        "go\twent\tPST\ngo\tgoes\tPRS\ngo\tis\tPRS\n",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        hash_of(same[i], source, other);
        assert_string_equal(other, hash);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        hash_of(others[i], source, other);
        assert_string_not_equal(other, hash);
    }
}

/** Asserts what rows train and evaluate with: the same pairs. */
static void assert_row_pairs(dataset_source_t source, const char *const expected[6]) {
    dataset_t dataset;
    source.holdout = 0;
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset_pair_count(&dataset), 6);
    assert_int_equal(dataset_cross_count(&dataset), 6);
    assert_int_equal(dataset_held_back_count(&dataset), 0);
    for (size_t i = 0; i < 6; i++) {
        const pair_t pair = dataset_pair(&dataset, 0, 0, i), evaluated = dataset_cross_pair(&dataset, i);
        assert_string_equal(dataset_text_pair(&dataset, pair), expected[i]);
        assert_string_equal(dataset_text_pair(&dataset, evaluated), expected[i]);
        assert_int_equal(pair.index, i);
        assert_int_equal(evaluated.index, i);
        assert_int_equal(dataset_pair_record(&dataset, i), i / 3);
    }
    dataset_destroy(&dataset);
    // With the second row held back.
    source.holdout = 0.02;
    for (source.holdout_from = 0; source.holdout_from < 1; source.holdout_from += 0.02) {
        assert_ok(dataset_text_create(&dataset, source));
        if (dataset.train_row_count == 1 &&
            strcmp(dataset_text_word(&dataset, dataset_word(&dataset, 1, 0)), "see") == 0) {
            break;
        }
        dataset_destroy(&dataset);
    }
    assert_int_equal(dataset_held_back_count(&dataset), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(dataset_text_pair(&dataset, dataset_pair(&dataset, 0, 0, i)), expected[i]);
        assert_string_equal(
            dataset_text_pair(&dataset, dataset_held_back_pair(&dataset, i)), expected[3 + i]);
    }
    dataset_destroy(&dataset);
}

static void rows_are_inflected_and_lemmatized(void **state) {
    (void)state;
    dataset_source_t source = dataset_text_rows("go goes going went\nsee sees seeing saw\n");
    source.pairs = DATASET_PAIRS_INFLECT;
    assert_row_pairs(source, (const char *const[]){"go/0>goes/1", "go/0>going/2", "go/0>went/3",
                                 "see/0>sees/1", "see/0>seeing/2", "see/0>saw/3"});
    source.pairs = DATASET_PAIRS_LEMMATIZE;
    assert_row_pairs(source, (const char *const[]){"goes/1>go/0", "going/2>go/0", "went/3>go/0",
                                 "sees/1>see/0", "seeing/2>see/0", "saw/3>see/0"});
    source = dataset_text_rows("go\nsee\n");
    source.condition_count = 1;
    source.pairs = DATASET_PAIRS_INFLECT;
    dataset_text_assert_refused(source, "verbs.txt:2: the file ends without a pair of different conditions");
}

/** A test's pairs, a blank behind each. */
static const char *pairs_of(const dataset_t *dataset, const dataset_test_t *test) {
    static char text[1024];
    text[0] = '\0';
    for (size_t i = 0; i < test->count; i++) {
        strcat(strcat(text, dataset_text_pair(dataset, test->pairs[i])), " ");
        assert_int_equal(test->pairs[i].index, i);
    }
    return text;
}

static void a_test_may_be_a_table(void **state) {
    (void)state;
    dataset_t dataset;
    dataset_test_t test;
    dataset_source_t source = dataset_text_table(TABLE);
    assert_ok(dataset_text_create(&dataset, source));
    // Its columns may stand in the other order; duplicates are kept; nothing is held back.
    dataset_source_t test_source =
        dataset_text_table("ir\tV;PRS;1\tsea\nir\tV;PRS;1\tsea\ndar\tV;PST;3\tdaria\n");
    test_source.holdout = 0.9;
    assert_ok(dataset_test_create(&test, &dataset, &test_source));
    assert_string_equal(pairs_of(&dataset, &test), "ir/0>sea/1 ir/0>sea/1 dar/0>daria/3 ");
    assert_int_equal(test.unknown_count, 0);
    dataset_test_destroy(&test);
    // Unknown tags (first), letters of the form (second) and of the lemma (last), between lines that are
    // fine.
    test_source =
        dataset_text_table("ir\tira\tV;FUT;3\nir\tva\tV;PRS;3\nir\tzoy\tV;PRS;1\nser\t\xC3\xA9s\tV;PRS;1\n"
                           "dar\tda\tV;PRS;3\nzar\tda\tV;PRS;3\nzzzzzzzz\tzzz\tX;Y\noler\tes\tV;PRS;3\n");
    assert_ok(dataset_test_create(&test, &dataset, &test_source));
    assert_string_equal(pairs_of(&dataset, &test), "ir/0>va/2 dar/0>da/2 oler/0>es/2 ");
    assert_int_equal(test.unknown_count, 5);
    dataset_test_destroy(&test);
    // A line with a missing form is no wrong one.
    test_source = dataset_text_table("ir\t\tV;FUT;3\nir\tva\tV;PRS;3\n");
    assert_fails(dataset_test_create(&test, &dataset, &test_source), STATUS_DATA,
        "table.tsv:1:4: an empty column for the form");
    test_source.skips_missing = true;
    assert_ok(dataset_test_create(&test, &dataset, &test_source));
    assert_int_equal(test.count, 1);
    assert_int_equal(test.missing_count, 1);
    assert_int_equal(test.unknown_count, 0);
    dataset_test_destroy(&test);
    // None that could be asked.
    test_source = dataset_text_table("ir\tira\tV;FUT;3\n");
    assert_fails(dataset_test_create(&test, &dataset, &test_source), STATUS_DATA,
        "table.tsv:1: the file ends without a form, at least one was expected (blank lines and comments do "
        "not count, "
        "nor do those with other tags or letters than the model's)");
    assert_int_equal(test.count, 0);
    dataset_destroy(&dataset);
    // Likewise from the form to the lemma.
    source.pairs = DATASET_PAIRS_LEMMATIZE;
    assert_ok(dataset_text_create(&dataset, source));
    test_source = dataset_text_table("ir\tira\tV;FUT;3\nir\tva\tV;PRS;3\nser\tes\tV;PRS;3\n");
    assert_ok(dataset_test_create(&test, &dataset, &test_source));
    assert_string_equal(pairs_of(&dataset, &test), "va/2>ir/0 es/2>ser/0 ");
    assert_int_equal(test.unknown_count, 1);
    dataset_test_destroy(&test);
    dataset_destroy(&dataset);
}

/** A test's pairs as text, with their unknown letters. */
static void assert_spelled(const dataset_t *dataset, const dataset_test_t *test, const char *expected) {
    char text[512] = "";
    for (size_t i = 0; i < test->count; i++) {
        const word_t words[] = {test->pairs[i].source, test->pairs[i].target};
        for (int w = 0; w < 2; w++) {
            size_t used = strlen(text);
            alphabet_spell(&dataset->alphabet, words[w].letters, words[w].length, &test->pairs[i].unknown,
                text + used, sizeof text - used);
            strcat(text, w == 0 ? ">" : " ");
        }
    }
    assert_string_equal(text, expected);
}

static void unknown_letters_of_a_test_are_those_of_lemma_and_form(void **state) {
    (void)state;
    dataset_t dataset;
    dataset_test_t test;
    dataset_source_t source = dataset_text_table(TABLE);
    source.has_unknown = true;
    // The same letters; none in the form; another order; one more; tags that are unknown; U+FFFD itself;
    // composed.
    const dataset_source_t test_source = dataset_text_table(
        "ir\tva\tV;PRS;3\nÑkr\tÑkes\tV;PRS;3\nÑar\ta\tV;PRS;3\nÑkr\tkÑes\tV;PRS;3\nir\tÑva\tV;PRS;3\n"
        "kar\tkara\tV;FUT;3\n\uFFFDkr\t\uFFFDka\tV;PRS;3\nkar\tka\tV;PRS;3\nN\u0303a\tÑi\tV;PRS;3\n"
        "dar\tda\tV;PRS;3\n");
    for (int pass = 0; pass < 2; pass++) {
        source.pairs = pass == 0 ? DATASET_PAIRS_INFLECT : DATASET_PAIRS_LEMMATIZE;
        assert_ok(dataset_text_create(&dataset, source));
        assert_ok(dataset_test_create(&test, &dataset, &test_source));
        assert_int_equal(test.unknown_count, 4);
        assert_spelled(&dataset, &test,
            pass == 0 ? "ir>va Ñkr>Ñkes \uFFFDkr>\uFFFDka kar>ka Ña>Ñi dar>da "
                      : "va>ir Ñkes>Ñkr \uFFFDka>\uFFFDkr ka>kar Ñi>Ña da>dar ");
        dataset_test_destroy(&test);
        dataset_destroy(&dataset);
    }
}

static void known_words_of_a_test_table_are_counted(void **state) {
    (void)state;
    dataset_t dataset;
    dataset_test_t test;
    dataset_leaks_t leaks;
    assert_ok(dataset_text_create(&dataset, dataset_text_table(TABLE)));
    // Of lemma and form: ir and va; dar alone; neither of the last line (es is no V;PRS;1).
    const dataset_source_t source =
        dataset_text_table("ir\tva\tV;PRS;3\ndar\tdaria\tV;PRS;3\nreir\tes\tV;PRS;1\n");
    assert_ok(dataset_test_create(&test, &dataset, &source));
    assert_ok(dataset_test_leaks(&dataset, &test, &leaks));
    assert_int_equal(leaks.words, 6);
    assert_int_equal(leaks.known, 3);
    dataset_test_destroy(&test);
    dataset_destroy(&dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_may_be_mistakes_are_remembered),
        cmocka_unit_test(lemmas_are_grouped_in_the_order_of_their_first_lines),
        cmocka_unit_test(variants_are_counted_by_lemma_and_tags),
        cmocka_unit_test(pairs_of_every_kind_are_those_of_a_list),
        cmocka_unit_test(a_lemma_is_held_back_with_all_its_forms),
        cmocka_unit_test(the_hash_is_of_words_tags_and_grouping),
        cmocka_unit_test(rows_are_inflected_and_lemmatized),
        cmocka_unit_test(a_test_may_be_a_table),
        cmocka_unit_test(unknown_letters_of_a_test_are_those_of_lemma_and_form),
        cmocka_unit_test(known_words_of_a_test_table_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
