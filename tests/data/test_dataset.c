// What a data set holds: the split, duplicates, the hash, the index of rows, and the pairs.
#include "dataset_text.h"

#include <stdbool.h>

#define TWO_ROWS "walk walks walking walked\ngo goes going went\n"

/** Rows of one condition, `count` different ones beginning with number `first`: "a", "b", .. "ba", .. */
static char *numbered_rows(char *text, int first, int count) {
    char *end = text;
    for (int n = first; n < first + count; n++) {
        char word[16];
        int length = 0;
        for (int rest = n; rest > 0 || length == 0; rest /= 26) {
            word[length++] = (char)('a' + rest % 26);
        }
        end += sprintf(end, "%.*s\n", length, word);
    }
    return end;
}

static dataset_source_t single_forms(const char *text, double holdout) {
    dataset_source_t source = dataset_text_rows(text);
    source.condition_count = 1;
    source.holdout = holdout;
    return source;
}

static void duplicates_are_counted_and_kept_once(void **state) {
    (void)state;
    dataset_t dataset;
    dataset_source_t source =
        dataset_text_rows("a b c d\ne f g h\na b c d\n\na b c x\na b c d#\nab b c d\na bb c d\n");
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.row_count, 5);
    assert_int_equal(dataset.duplicate_count, 2);
    assert_string_equal(dataset_text_first_forms(&dataset, 0, 5), "a e a ab a ");
    assert_string_equal(dataset_text_word(&dataset, dataset_word(&dataset, 2, 3)), "x");
    assert_int_equal(dataset.records.offset[records_word_count(&dataset.records)], 22);
    dataset_destroy(&dataset);
}

static void a_row_knows_its_lines(void **state) {
    (void)state;
    dataset_t dataset;
    // The words in which walk, go, take, make are held back at 0.5: see the_split_is_what_it_always_was().
    dataset_source_t source =
        single_forms("walk\nsee\ngo\nrun\nwalk\nbuy\nsee # again\nmake\nwalk\nsee\nbuy", 0.5);
    assert_ok(dataset_text_create(&dataset, source));
    assert_string_equal(
        dataset_text_first_forms(&dataset, 0, dataset.row_count), "see run buy walk go make ");
    assert_int_equal(dataset.train_row_count, 3);
    assert_int_equal(dataset.duplicate_count, 5);
    static const size_t lines[] = {3, 1, 2, 3, 1, 1};
    for (size_t row = 0; row < dataset.row_count; row++) {
        assert_int_equal(dataset.lines[row], lines[row]);
    }
    dataset_destroy(&dataset);
    assert_ok(dataset_text_create(&dataset, dataset_text_rows(TWO_ROWS)));
    assert_int_equal(dataset.lines[0], 1);
    assert_int_equal(dataset.lines[1], 1);
    dataset_destroy(&dataset);
}

static void the_same_letters_cut_elsewhere_are_another_row(void **state) {
    (void)state;
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, dataset_text_rows("ab c d e\na bc d e\na b cd e\na b c de\n")));
    assert_int_equal(dataset.row_count, 4);
    assert_int_equal(dataset.duplicate_count, 0);
    dataset_destroy(&dataset);
}

static void duplicate_pairs_are_those_with_the_same_conditions(void **state) {
    (void)state;
    dataset_t dataset;
    assert_ok(dataset_text_create(
        &dataset, dataset_text_pairs("a present b past\na third b past\na present b third\n"
                                     "a present b past\nb past a present\n")));
    assert_int_equal(dataset.given_count, 4);
    assert_int_equal(dataset.duplicate_count, 1);
    dataset_destroy(&dataset);
}

static void held_back_rows_come_last_and_all_stay_in_order(void **state) {
    (void)state;
    static char text[1 << 14];
    numbered_rows(text, 0, 1000);
    dataset_t all, dataset;
    assert_ok(dataset_text_create(&all, single_forms(text, 0)));
    assert_ok(dataset_text_create(&dataset, single_forms(text, 0.2)));
    assert_int_equal(all.train_row_count, 1000);
    assert_int_equal(dataset.row_count, 1000);
    size_t held_back = dataset.row_count - dataset.train_row_count;
    // Five standard deviations around 200 of 1000.
    assert_in_range(held_back, 137, 263);
    // Both sides, read in parallel, are the file again.
    size_t train = 0, held = dataset.train_row_count;
    for (size_t row = 0; row < 1000; row++) {
        const char *word = dataset_text_word(&all, dataset_word(&all, row, 0));
        bool trains = train < dataset.train_row_count &&
                      strcmp(word, dataset_text_word(&dataset, dataset_word(&dataset, train, 0))) == 0;
        size_t place = trains ? train++ : held++;
        assert_string_equal(word, dataset_text_word(&dataset, dataset_word(&dataset, place, 0)));
    }
    dataset_destroy(&all);
    dataset_destroy(&dataset);
}

/** Whether the row with this first form is held back; the test fails if there is no such row. */
static bool is_held_back(const dataset_t *dataset, const char *text) {
    char form[64];
    snprintf(form, sizeof form, "%s", text);
    for (size_t row = 0; row < dataset->row_count; row++) {
        if (strcmp(dataset_text_word(dataset, dataset_word(dataset, row, 0)), form) == 0) {
            return row >= dataset->train_row_count;
        }
    }
    fail_msg("no row begins with '%s'", form);
    return false;
}

static void a_row_added_elsewhere_moves_none(void **state) {
    (void)state;
    static char text[1 << 13], more[1 << 14];
    numbered_rows(text, 100, 300);
    strcpy(numbered_rows(more, 0, 100), text);
    numbered_rows(more + strlen(more), 400, 50);
    dataset_t few, many;
    assert_ok(dataset_text_create(&few, single_forms(text, 0.3)));
    dataset_source_t source = single_forms(more, 0.3);
    source.alphabet = "é-abcdefghijklmnopqrstuvwxyz"; // other symbols for the same letters
    assert_ok(dataset_text_create(&many, source));
    assert_int_equal(few.row_count, 300);
    assert_int_equal(many.row_count, 450);
    assert_in_range(few.train_row_count, 1, 299);
    for (size_t row = 0; row < few.row_count; row++) {
        const char *form = dataset_text_word(&few, dataset_word(&few, row, 0));
        assert_int_equal(is_held_back(&many, form), row >= few.train_row_count);
    }
    dataset_destroy(&few);
    dataset_destroy(&many);
}

static void a_larger_share_holds_back_more_and_the_same(void **state) {
    (void)state;
    static char text[1 << 13];
    numbered_rows(text, 0, 500);
    dataset_t before = {0};
    size_t held_back = 0;
    for (int tenth = 0; tenth < 10; tenth++) {
        dataset_t dataset;
        assert_ok(dataset_text_create(&dataset, single_forms(text, tenth / 10.0)));
        for (size_t row = before.train_row_count; row < before.row_count; row++) {
            assert_true(is_held_back(&dataset, dataset_text_word(&before, dataset_word(&before, row, 0))));
        }
        assert_true(tenth == 0 || dataset.row_count - dataset.train_row_count > held_back);
        held_back = dataset.row_count - dataset.train_row_count;
        dataset_destroy(&before);
        before = dataset;
    }
    assert_in_range(held_back, 400, 499);
    dataset_destroy(&before);
}

/** As for a cross-validation; a part may go on at the beginning. */
static void parts_from_elsewhere_hold_back_every_row_once(void **state) {
    (void)state;
    static char text[1 << 13];
    static const double from[] = {0.25, 0.5, 0.75, 0};
    int times[500] = {0};
    numbered_rows(text, 0, 500);
    dataset_t all;
    assert_ok(dataset_text_create(&all, single_forms(text, 0)));
    for (size_t part = 0; part < 4; part++) {
        dataset_t dataset;
        dataset_source_t source = single_forms(text, 0.25);
        source.holdout_from = from[part];
        assert_ok(dataset_text_create(&dataset, source));
        assert_in_range(dataset.row_count - dataset.train_row_count, 80, 170);
        for (size_t row = 0; row < all.row_count; row++) {
            times[row] += is_held_back(&dataset, dataset_text_word(&all, dataset_word(&all, row, 0)));
        }
        dataset_destroy(&dataset);
    }
    dataset_t around, first, last;
    dataset_source_t source = single_forms(text, 0.5);
    source.holdout_from = 0.75;
    assert_ok(dataset_text_create(&around, source));
    assert_ok(dataset_text_create(&first, single_forms(text, 0.25)));
    source.holdout = 0.25;
    assert_ok(dataset_text_create(&last, source));
    for (size_t row = 0; row < all.row_count; row++) {
        char word[64];
        snprintf(word, sizeof word, "%s", dataset_text_word(&all, dataset_word(&all, row, 0)));
        assert_int_equal(times[row], 1);
        assert_int_equal(
            is_held_back(&around, word), is_held_back(&first, word) || is_held_back(&last, word));
    }
    dataset_destroy(&all);
    dataset_destroy(&around);
    dataset_destroy(&first);
    dataset_destroy(&last);
}

/** The split is part of what a data file means: these sides must never change. */
static void the_split_is_what_it_always_was(void **state) {
    (void)state;
    dataset_t dataset;
    dataset_source_t source =
        single_forms("walk\ngo\nsee\nété\nя\ntake\nmake\nrun\neat\nsing\nbring\nbuy\n", 0.5);
    source.alphabet = "data";
    assert_ok(dataset_text_create(&dataset, source));
    assert_string_equal(
        dataset_text_first_forms(&dataset, 0, dataset.train_row_count), "see я run sing buy ");
    assert_string_equal(dataset_text_first_forms(&dataset, dataset.train_row_count, dataset.row_count),
        "walk go été take make eat bring ");
    dataset_destroy(&dataset);
}

static void the_first_form_alone_decides(void **state) {
    (void)state;
    static char text[1 << 14];
    numbered_rows(text, 0, 100);
    // Each word in two rows with different second forms, the copies behind the originals.
    static char rows[1 << 15];
    size_t used = 0;
    for (int copy = 0; copy < 2; copy++) {
        for (char *word = text; *word; word = strchr(word, '\n') + 1) {
            used += (size_t)sprintf(rows + used, "%.*s %c\n", (int)strcspn(word, "\n"), word, 'x' + copy);
        }
    }
    dataset_source_t source = single_forms(rows, 0.4);
    source.condition_count = 2;
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.row_count, 200);
    assert_int_equal(dataset.train_row_count % 2, 0);
    size_t half = dataset.train_row_count / 2;
    char first[1 << 12];
    strcpy(first, dataset_text_first_forms(&dataset, 0, half));
    assert_string_equal(dataset_text_first_forms(&dataset, half, 2 * half), first);
    dataset_destroy(&dataset);
}

static void pairs_are_held_back_by_their_source_word(void **state) {
    (void)state;
    static char text[1 << 13], pairs[1 << 16];
    numbered_rows(text, 0, 200);
    size_t used = 0;
    for (char *word = text; *word; word = strchr(word, '\n') + 1) {
        used += (size_t)sprintf(pairs + used, "%.*s present x past\n", (int)strcspn(word, "\n"), word);
    }
    dataset_t rows, dataset;
    dataset_source_t source = dataset_text_pairs(pairs);
    source.holdout = 0.25;
    assert_ok(dataset_text_create(&dataset, source));
    assert_ok(dataset_text_create(&rows, single_forms(text, 0.25)));
    assert_int_equal(dataset.given_count, 200);
    assert_int_equal(dataset.train_given_count, rows.train_row_count);
    assert_int_equal(dataset_pair_count(&dataset), rows.train_row_count);
    assert_int_equal(dataset_cross_count(&dataset), rows.train_row_count);
    assert_int_equal(dataset_held_back_count(&dataset), 200 - rows.train_row_count);
    for (size_t i = 0; i < 200; i++) {
        bool trains = i < rows.train_row_count;
        size_t index = trains ? i : i - rows.train_row_count;
        pair_t pair = trains ? dataset_pair(&dataset, 0, 0, index) : dataset_held_back_pair(&dataset, index);
        assert_int_equal(pair.index, index);
        assert_string_equal(
            dataset_text_word(&dataset, pair.source), dataset_text_word(&rows, dataset_word(&rows, i, 0)));
        if (trains) {
            pair_t cross = dataset_cross_pair(&dataset, index);
            assert_memory_equal(&cross, &pair, sizeof pair);
        }
    }
    dataset_destroy(&dataset);
    dataset_destroy(&rows);
}

static void something_must_be_left_for_training(void **state) {
    (void)state;
    dataset_source_t source = dataset_text_rows(TWO_ROWS TWO_ROWS "\n# end\n");
    source.holdout = 0.999;
    dataset_text_assert_refused(source,
        "verbs.txt:6: the file ends with all of its 2 rows held back (holdout 0.999), "
        "at least one was expected for training");
    source = dataset_text_pairs("go present went past");
    source.holdout = 0.999;
    dataset_text_assert_refused(source, "pairs.txt:1: the file ends with all of its 1 pair held back");
    source = single_forms("go\n", 0);
    source.pairs = DATASET_PAIRS_CROSS;
    dataset_text_assert_refused(source,
        "verbs.txt:1: the file ends without a pair of different conditions, at least "
        "2 conditions were expected");
}

static void hash_of(dataset_source_t source, char hash[HASH_TEXT_SIZE]) {
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, source));
    memcpy(hash, dataset.hash, HASH_TEXT_SIZE);
    dataset_destroy(&dataset);
}

static void the_hash_changes_with_the_content_only(void **state) {
    (void)state;
    static char text[1 << 13];
    static const char *const other_names[] = {"present", "third", "progressive", "preterite"};
    static const char *const joined_names[] = {"presentthird", "", "progressive", "past"};
    numbered_rows(text, 0, 100);
    char hashes[10][HASH_TEXT_SIZE], same[HASH_TEXT_SIZE];
    dataset_source_t source = dataset_text_rows(TWO_ROWS);
    hash_of(source, hashes[0]);
    source.pairs = DATASET_PAIRS_ALL;
    source.max_length = 7;
    source.file = "other.txt";
    hash_of(source, same);
    assert_string_equal(same, hashes[0]);
    source.condition_names = other_names;
    hash_of(source, hashes[1]);
    source.condition_names = joined_names;
    hash_of(source, hashes[2]);
    hash_of(dataset_text_rows("walk walks walking walked\ngo goes going gone\n"), hashes[3]);
    hash_of(dataset_text_rows("go goes going went\nwalk walks walking walked\n"), hashes[4]);
    source = dataset_text_rows(TWO_ROWS);
    source.alphabet = "data";
    hash_of(source, hashes[5]);
    // The same letters, cut elsewhere.
    hash_of(dataset_text_rows("walkw alks walking walked\ngo goes going went\n"), hashes[6]);
    hash_of(single_forms(text, 0), hashes[7]);
    hash_of(single_forms(text, 0.5), hashes[8]);
    hash_of(dataset_text_pairs("walk present walks third\nwalking progressive walked past\n"), hashes[9]);
    for (int i = 0; i < 10; i++) {
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(hashes[i], hashes[j]);
        }
    }
    // A share that holds nothing back is no other split.
    hash_of(single_forms(text, 1e-9), same);
    assert_string_equal(same, hashes[7]);
}

static void the_hash_knows_the_split_and_the_alphabet_themselves(void **state) {
    (void)state;
    char hash[HASH_TEXT_SIZE], other[HASH_TEXT_SIZE];
    // "walk", the last row, is held back at 0.5 and "see" is not: the words stay in the same order.
    hash_of(single_forms("see\nwalk\n", 0), hash);
    hash_of(single_forms("see\nwalk\n", 0.5), other);
    assert_string_not_equal(hash, other);
    // A letter more at the alphabet's end leaves the symbols of the words as they are.
    dataset_source_t source = dataset_text_rows("a b ab ba\n");
    source.alphabet = "ab";
    hash_of(source, hash);
    source.alphabet = "abc";
    hash_of(source, other);
    assert_string_not_equal(hash, other);
}

static void the_hash_knows_a_pair_s_conditions(void **state) {
    (void)state;
    char hash[HASH_TEXT_SIZE], other[HASH_TEXT_SIZE];
    hash_of(dataset_text_pairs("go present went past\n"), hash);
    hash_of(dataset_text_pairs("go third went past\n"), other);
    assert_string_not_equal(hash, other);
}

static void every_row_is_found(void **state) {
    (void)state;
    static char text[1 << 16];
    // Two forms each from few words, so that rows share forms.
    size_t used = 0;
    for (int i = 0; i < 60; i++) {
        for (int j = 0; j < 60; j++) {
            used += (size_t)sprintf(
                text + used, "%c%c %c%c\n", 'a' + i % 26, 'a' + i / 26, 'a' + j % 26, 'a' + j / 26);
        }
    }
    dataset_source_t source = single_forms(text, 0.3);
    source.condition_count = 2;
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.row_count, 3600);
    for (size_t row = 0; row < dataset.row_count; row++) {
        word_t words[2] = {dataset_word(&dataset, row, 0), dataset_word(&dataset, row, 1)};
        symbol_t copy[2] = {words[1].letters[0], words[1].letters[1]};
        words[1].letters = copy; // words need not lie in the data set
        words[0].condition = 9;  // words[c] stands for condition c whatever it says
        assert_int_equal(dataset_find_row(&dataset, words), row);
        copy[1] = 27;
        assert_int_equal(dataset_find_row(&dataset, words), -1);
    }
    dataset_destroy(&dataset);
}

static void what_is_no_row_is_not_found(void **state) {
    (void)state;
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, dataset_text_rows("ab c d e\nf g h i\n")));
    word_t words[4], changed[4];
    for (int c = 0; c < 4; c++) {
        words[c] = dataset_word(&dataset, 0, c);
    }
    assert_int_equal(dataset_find_row(&dataset, words), 0);
    for (int c = 0; c < 4; c++) {
        memcpy(changed, words, sizeof words);
        changed[c] = dataset_word(&dataset, 1, c);
        assert_int_equal(dataset_find_row(&dataset, changed), -1);
        changed[c] = (word_t){.letters = NULL, .length = 0, .condition = c};
        assert_int_equal(dataset_find_row(&dataset, changed), -1);
    }
    // The letters of row 0, cut elsewhere: a bc d e.
    memcpy(changed, words, sizeof words);
    changed[0].length = 1;
    changed[1] = (word_t){.letters = words[0].letters + 1, .length = 2, .condition = 1};
    assert_int_equal(dataset_find_row(&dataset, changed), -1);
    changed[0] = words[1];
    changed[1] = words[0];
    assert_int_equal(dataset_find_row(&dataset, changed), -1);
    dataset_destroy(&dataset);
}

static void a_pairs_file_has_no_rows(void **state) {
    (void)state;
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, dataset_text_pairs("a present b third\nc progressive d past\n")));
    word_t words[] = {dataset_pair(&dataset, 0, 0, 0).source, dataset_pair(&dataset, 0, 0, 0).target,
        dataset_pair(&dataset, 0, 0, 1).source, dataset_pair(&dataset, 0, 0, 1).target};
    assert_int_equal(dataset_find_row(&dataset, words), -1);
    dataset_destroy(&dataset);
}

/** Asserts that the pairs 0, 1, .. of an epoch read as `expected`, which ends with NULL. */
static void assert_pairs(
    dataset_pairs_t pairs, const char *text, int conditions, const char *const *expected) {
    dataset_source_t source = dataset_text_rows(text);
    source.condition_count = conditions;
    source.pairs = pairs;
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, source));
    size_t count = 0;
    for (; expected[count]; count++) {
        pair_t pair = dataset_pair(&dataset, 1, 2, count), again = dataset_pair(&dataset, 3, 4, count);
        assert_string_equal(dataset_text_pair(&dataset, pair), expected[count]);
        assert_int_equal(pair.index, count);
        assert_memory_equal(&pair, &again, sizeof pair);
    }
    assert_int_equal(dataset_pair_count(&dataset), count);
    dataset_destroy(&dataset);
}

static void the_pairs_of_an_epoch(void **state) {
    (void)state;
    static const char text[] = "a b c\nd e f\n", two[] = "a b\nc d\n";
    static const char *const same[] = {
        "a/0>a/0", "b/1>b/1", "c/2>c/2", "d/0>d/0", "e/1>e/1", "f/2>f/2", NULL};
    static const char *const cross[] = {"a/0>b/1", "a/0>c/2", "b/1>a/0", "b/1>c/2", "c/2>a/0", "c/2>b/1",
        "d/0>e/1", "d/0>f/2", "e/1>d/0", "e/1>f/2", "f/2>d/0", "f/2>e/1", NULL};
    static const char *const all[] = {
        "a/0>a/0", "a/0>b/1", "b/1>a/0", "b/1>b/1", "c/0>c/0", "c/0>d/1", "d/1>c/0", "d/1>d/1", NULL};
    assert_pairs(DATASET_PAIRS_SAME, text, 3, same);
    assert_pairs(DATASET_PAIRS_CROSS, text, 3, cross);
    assert_pairs(DATASET_PAIRS_ALL, two, 2, all);
}

static void random_targets_are_uniform_and_of_the_epoch(void **state) {
    (void)state;
    static char text[1 << 14];
    size_t used = 0;
    for (int i = 0; i < 26 * 20; i++) {
        char x = (char)('a' + i % 26), y = (char)('a' + i / 26);
        used += (size_t)sprintf(text + used, "%c%cj %c%ck %c%cl %c%cm\n", x, y, x, y, x, y, x, y);
    }
    dataset_source_t source = dataset_text_rows(text);
    source.pairs = DATASET_PAIRS_RANDOM;
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, source));
    size_t count = dataset_pair_count(&dataset);
    assert_int_equal(count, 520 * 4);
    int targets[4] = {0}, other_epoch = 0, other_seed = 0;
    for (size_t i = 0; i < count; i++) {
        pair_t pair = dataset_pair(&dataset, 1, 2, i), again = dataset_pair(&dataset, 1, 2, i);
        assert_memory_equal(&pair, &again, sizeof pair);
        assert_int_equal(pair.index, i);
        assert_int_equal(pair.source.condition, i % 4);
        assert_memory_equal(pair.source.letters, dataset_word(&dataset, i / 4, (int)(i % 4)).letters, 3);
        // The same verb in the drawn form.
        assert_memory_equal(
            pair.target.letters, dataset_word(&dataset, i / 4, pair.target.condition).letters, 3);
        targets[pair.target.condition]++;
        other_epoch += dataset_pair(&dataset, 1, 3, i).target.condition != pair.target.condition;
        other_seed += dataset_pair(&dataset, 2, 2, i).target.condition != pair.target.condition;
    }
    for (int c = 0; c < 4; c++) {
        assert_in_range(targets[c], 440, 600); // four standard deviations around 520
    }
    assert_in_range(other_epoch, 1480, 1640); // around three quarters
    assert_in_range(other_seed, 1480, 1640);
    dataset_destroy(&dataset);
}

/** What a seed means: the first targets of seed 42 in epoch 5. */
static void random_targets_are_what_they_always_were(void **state) {
    (void)state;
    static const int golden[] = {0, 2, 0, 3, 1, 3, 2, 0, 2, 2, 3, 2, 3, 2, 1, 2};
    dataset_source_t source = dataset_text_rows("a b c d\ne f g h\ni j k l\nm n o p\n");
    source.pairs = DATASET_PAIRS_RANDOM;
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, source));
    for (size_t i = 0; i < 16; i++) {
        assert_int_equal(dataset_pair(&dataset, 42, 5, i).target.condition, golden[i]);
    }
    dataset_destroy(&dataset);
}

static void held_back_and_cross_pairs_of_rows(void **state) {
    (void)state;
    static char text[1 << 13];
    size_t used = 0;
    for (int i = 0; i < 26; i++) {
        used += (size_t)sprintf(text + used, "%cx %cy %cz\n", 'a' + i, 'a' + i, 'a' + i);
    }
    dataset_source_t source = dataset_text_rows(text);
    source.condition_count = 3;
    source.holdout = 0.4;
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, source));
    assert_in_range(dataset.train_row_count, 1, 25);
    assert_int_equal(dataset_cross_count(&dataset), dataset.train_row_count * 6);
    assert_int_equal(dataset_held_back_count(&dataset), (26 - dataset.train_row_count) * 6);
    static const int sources[] = {0, 0, 1, 1, 2, 2}, targets[] = {1, 2, 0, 2, 0, 1};
    for (size_t i = 0; i < 26 * 6; i++) {
        size_t first = dataset_cross_count(&dataset), row = i / 6;
        pair_t pair =
            i < first ? dataset_cross_pair(&dataset, i) : dataset_held_back_pair(&dataset, i - first);
        assert_int_equal(pair.index, i < first ? i : i - first);
        assert_int_equal(pair.source.condition, sources[i % 6]);
        assert_int_equal(pair.target.condition, targets[i % 6]);
        assert_ptr_equal(pair.source.letters, dataset_word(&dataset, row, sources[i % 6]).letters);
        assert_ptr_equal(pair.target.letters, dataset_word(&dataset, row, targets[i % 6]).letters);
    }
    dataset_destroy(&dataset);
}

static void one_condition_has_each_word_to_itself(void **state) {
    (void)state;
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, single_forms("a\nb\nc\nd\ne\nf\ng\nh\n", 0.5)));
    const size_t trained = dataset.train_row_count;
    assert_in_range(trained, 1, 7);
    assert_int_equal(dataset_pair_count(&dataset), trained);
    assert_int_equal(dataset_cross_count(&dataset), trained);
    assert_int_equal(dataset_held_back_count(&dataset), 8 - trained);
    for (size_t row = 0; row < 8; row++) {
        const size_t index = row < trained ? row : row - trained;
        const pair_t pair =
            row < trained ? dataset_cross_pair(&dataset, index) : dataset_held_back_pair(&dataset, index);
        const word_t word = dataset_word(&dataset, row, 0);
        assert_int_equal(pair.index, index);
        assert_ptr_equal(pair.source.letters, word.letters);
        assert_ptr_equal(pair.target.letters, word.letters);
        assert_int_equal(pair.target.condition, 0);
    }
    dataset_destroy(&dataset);
}

static void destroying_twice_is_fine(void **state) {
    (void)state;
    dataset_t dataset = {0};
    dataset_destroy(&dataset);
    assert_ok(dataset_text_create(&dataset, dataset_text_rows(TWO_ROWS)));
    dataset_destroy(&dataset);
    dataset_destroy(&dataset);
    assert_null(dataset.records.letters);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(duplicates_are_counted_and_kept_once),
        cmocka_unit_test(a_row_knows_its_lines),
        cmocka_unit_test(the_same_letters_cut_elsewhere_are_another_row),
        cmocka_unit_test(duplicate_pairs_are_those_with_the_same_conditions),
        cmocka_unit_test(held_back_rows_come_last_and_all_stay_in_order),
        cmocka_unit_test(a_row_added_elsewhere_moves_none),
        cmocka_unit_test(a_larger_share_holds_back_more_and_the_same),
        cmocka_unit_test(parts_from_elsewhere_hold_back_every_row_once),
        cmocka_unit_test(the_split_is_what_it_always_was),
        cmocka_unit_test(the_first_form_alone_decides),
        cmocka_unit_test(pairs_are_held_back_by_their_source_word),
        cmocka_unit_test(something_must_be_left_for_training),
        cmocka_unit_test(the_hash_changes_with_the_content_only),
        cmocka_unit_test(the_hash_knows_the_split_and_the_alphabet_themselves),
        cmocka_unit_test(the_hash_knows_a_pair_s_conditions),
        cmocka_unit_test(every_row_is_found),
        cmocka_unit_test(what_is_no_row_is_not_found),
        cmocka_unit_test(a_pairs_file_has_no_rows),
        cmocka_unit_test(the_pairs_of_an_epoch),
        cmocka_unit_test(random_targets_are_uniform_and_of_the_epoch),
        cmocka_unit_test(random_targets_are_what_they_always_were),
        cmocka_unit_test(held_back_and_cross_pairs_of_rows),
        cmocka_unit_test(one_condition_has_each_word_to_itself),
        cmocka_unit_test(destroying_twice_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
