// A data set as a block of memory: the same from there as from its own arrays.
#include "dataset_text.h"

#include <stdbool.h>

static void assert_same_pair(pair_t a, pair_t b) {
    assert_int_equal(a.index, b.index);
    assert_int_equal(a.source.length, b.source.length);
    assert_int_equal(a.target.length, b.target.length);
    assert_int_equal(a.source.condition, b.source.condition);
    assert_int_equal(a.target.condition, b.target.condition);
    assert_memory_equal(
        a.source.letters, b.source.letters, (size_t)a.source.length * sizeof *a.source.letters);
    assert_memory_equal(
        a.target.letters, b.target.letters, (size_t)a.target.length * sizeof *a.target.letters);
}

static void assert_same_pairs(const dataset_t *a, const dataset_t *b) {
    assert_int_equal(dataset_pair_count(a), dataset_pair_count(b));
    assert_int_equal(dataset_held_back_count(a), dataset_held_back_count(b));
    assert_int_equal(dataset_cross_count(a), dataset_cross_count(b));
    for (size_t i = 0; i < dataset_pair_count(a); i++) {
        assert_same_pair(dataset_pair(a, 7, 3, i), dataset_pair(b, 7, 3, i));
    }
    for (size_t i = 0; i < dataset_held_back_count(a); i++) {
        assert_same_pair(dataset_held_back_pair(a, i), dataset_held_back_pair(b, i));
    }
    for (size_t i = 0; i < dataset_cross_count(a); i++) {
        assert_same_pair(dataset_cross_pair(a, i), dataset_cross_pair(b, i));
    }
}

static void assert_same_rows(const dataset_t *a, const dataset_t *b) {
    assert_int_equal(a->row_count, b->row_count);
    for (size_t row = 0; row < a->row_count; row++) {
        word_t words[4];
        for (int c = 0; c < 4; c++) {
            words[c] = dataset_word(a, row, c);
        }
        assert_int_equal(dataset_find_row(b, words), row);
        assert_int_equal(a->lines[row], b->lines[row]);
    }
}

static void assert_same(const dataset_t *a, const dataset_t *b) {
    char a_letters[ALPHABET_TEXT_SIZE], b_letters[ALPHABET_TEXT_SIZE];
    alphabet_text(&a->alphabet, a_letters);
    alphabet_text(&b->alphabet, b_letters);
    assert_string_equal(a_letters, b_letters);
    assert_string_equal(a->hash, b->hash);
    assert_int_equal(a->longest, b->longest);
    assert_int_equal(a->duplicate_count, b->duplicate_count);
    assert_same_rows(a, b);
    assert_same_pairs(a, b);
}

/** An image in a block of its own, of exactly its size, copied there as another process would get it. */
static void *image_of(const dataset_t *dataset, size_t *size) {
    *size = dataset_image_size(dataset);
    void *written = malloc(*size), *block = malloc(*size);
    assert_true(written && block);
    memset(written, 0xAA, *size);
    dataset_image_write(dataset, written);
    memcpy(block, written, *size);
    memset(written, 0x55, *size);
    free(written);
    return block;
}

static void check_source(dataset_source_t source) {
    dataset_t dataset, again, view, other_view;
    size_t size, second_size;
    assert_ok(dataset_text_create(&dataset, source));
    assert_ok(dataset_text_create(&again, source));
    void *block = image_of(&dataset, &size);
    // Nothing in the image points to what it was made of.
    dataset_destroy(&dataset);
    void *before = malloc(size);
    assert_non_null(before);
    memcpy(before, block, size);
    dataset_image_open(&view, block);
    dataset_image_open(&other_view, block);
    assert_same(&again, &view);
    assert_same(&view, &again);
    // An image of the image is one, too.
    void *second = image_of(&view, &second_size);
    assert_int_equal(second_size, size);
    dataset_destroy(&view);
    assert_same(&again, &other_view);
    dataset_destroy(&other_view);
    assert_memory_equal(before, block, size);
    free(block);
    free(before);
    dataset_image_open(&view, second);
    assert_same(&again, &view);
    dataset_destroy(&view);
    free(second);
    dataset_destroy(&again);
}

static void rows_are_the_same(void **state) {
    (void)state;
    dataset_source_t source = dataset_text_rows("a b c d\ne f g h\nwalk walks walking walked\n");
    check_source(source);
    source.pairs = DATASET_PAIRS_RANDOM;
    check_source(source);
    source.pairs = DATASET_PAIRS_CROSS;
    check_source(source);
    source.pairs = DATASET_PAIRS_ALL;
    source.alphabet = "data";
    check_source(source);
    source.text = "é я😀 c d\n";
    source.length = strlen(source.text);
    check_source(source);
}

static void held_back_rows_and_duplicates_are_the_same(void **state) {
    (void)state;
    static char text[1 << 16];
    size_t used = 0;
    for (int row = 0; row < 700; row++) {
        const int number = row % 600;
        const char word[] = {(char)('a' + number % 26), (char)('a' + number / 26), '\0'};
        used += (size_t)sprintf(text + used, "%s %ss %sing %sed\n", word, word, word, word);
    }
    dataset_source_t source = dataset_text_rows(text);
    source.holdout = 0.3;
    dataset_t dataset;
    assert_ok(dataset_text_create(&dataset, source));
    assert_int_equal(dataset.duplicate_count, 100);
    assert_in_range(dataset.train_row_count, 1, 599);
    dataset_destroy(&dataset);
    check_source(source);
}

static void pairs_are_the_same(void **state) {
    (void)state;
    dataset_source_t source = dataset_text_pairs("go present went past\nsee present saw past\n"
                                                 "went past go present\nsee present saw past\nwalk third "
                                                 "walked past\nbuy third buying progressive\n");
    check_source(source);
    source.holdout = 0.5;
    check_source(source);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_the_same),
        cmocka_unit_test(held_back_rows_and_duplicates_are_the_same),
        cmocka_unit_test(pairs_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
