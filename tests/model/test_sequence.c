#include "model/sequence.h"
#include "fixture.h"

enum { STEPS = 12 };

static void layout(sequence_t *sequence, memory_t *memory) {
    sequence_layout(sequence, memory, FIXTURE_WORDS, STEPS);
}

/** Packs the words with conditions 1, 2, 0, 1, ...; the memory is the caller's to release. */
static int pack(sequence_t *sequence, memory_t *memory, const char *text, int markers, word_t *words) {
    int count = fixture_words(text, 1, 3, words);
    *memory = (memory_t){0};
    layout(sequence, memory);
    assert_ok(memory_reserve(memory));
    layout(sequence, memory);
    fixture_poison(memory);
    if (markers < 0) {
        sequence_pack(sequence, words, count, true, false);
    } else {
        sequence_pack(sequence, words, count, markers == 1, markers == 1);
    }
    return count;
}

static void assert_numbers(const int *numbers, const int *expected, int count) {
    for (int i = 0; i < count; i++) {
        assert_int_equal(numbers[i], expected[i]);
    }
}

static void assert_symbols(const symbol_t *symbols, const int *expected, int count) {
    for (int i = 0; i < count; i++) {
        assert_int_equal(symbols[i], expected[i]);
    }
}

static void test_encoder_without_markers(void **state) {
    (void)state;
    sequence_t sequence;
    memory_t memory;
    word_t words[FIXTURE_WORDS];
    pack(&sequence, &memory, "ab cdef gh ijk", 0, words);
    assert_int_equal(sequence.words, 4);
    assert_int_equal(sequence.steps, 4);
    assert_int_equal(sequence.total, 11);
    // Longest first; "ab" and "gh" keep their order.
    assert_numbers(sequence.word, (const int[]){1, 3, 0, 2}, 4);
    assert_numbers(sequence.length, (const int[]){4, 3, 2, 2}, 4);
    assert_numbers(sequence.condition, (const int[]){2, 1, 1, 0}, 4);
    assert_numbers(sequence.rows, (const int[]){4, 4, 2, 1}, 4);
    assert_numbers(sequence.offset, (const int[]){0, 4, 8, 10}, 4);
    // c i a g, d j b h, e k, f
    assert_symbols(sequence.read, (const int[]){4, 10, 2, 8, 5, 11, 3, 9, 6, 12, 7}, 11);
    memory_release(&memory);
}

static void test_encoder_with_markers(void **state) {
    (void)state;
    sequence_t sequence;
    memory_t memory;
    word_t words[FIXTURE_WORDS];
    pack(&sequence, &memory, "a bcd", 1, words);
    assert_int_equal(sequence.steps, 5);
    assert_int_equal(sequence.total, 8);
    assert_numbers(sequence.length, (const int[]){5, 3}, 2);
    assert_numbers(sequence.rows, (const int[]){2, 2, 2, 1, 1}, 5);
    const int read[] = {SYMBOL_START, SYMBOL_START, 3, 2, 4, SYMBOL_END, 5, SYMBOL_END};
    assert_symbols(sequence.read, read, 8);
    memory_release(&memory);
}

static void test_decoder(void **state) {
    (void)state;
    sequence_t sequence;
    memory_t memory;
    word_t words[FIXTURE_WORDS];
    pack(&sequence, &memory, "a bcd", -1, words);
    assert_int_equal(sequence.steps, 4);
    assert_int_equal(sequence.total, 6);
    assert_numbers(sequence.word, (const int[]){1, 0}, 2);
    assert_numbers(sequence.length, (const int[]){4, 2}, 2);
    assert_numbers(sequence.condition, (const int[]){2, 1}, 2);
    assert_numbers(sequence.rows, (const int[]){2, 2, 1, 1}, 4);
    assert_symbols(sequence.read, (const int[]){SYMBOL_START, SYMBOL_START, 3, 2, 4, 5}, 6);
    assert_symbols(sequence.spell, (const int[]){3, 2, 4, SYMBOL_END, 5, SYMBOL_END}, 6);
    memory_release(&memory);
}

static void test_single_word(void **state) {
    (void)state;
    sequence_t sequence;
    memory_t memory;
    word_t words[FIXTURE_WORDS];
    pack(&sequence, &memory, "abc", 0, words);
    assert_int_equal(sequence.words, 1);
    assert_int_equal(sequence.steps, 3);
    assert_int_equal(sequence.total, 3);
    assert_numbers(sequence.rows, (const int[]){1, 1, 1}, 3);
    assert_numbers(sequence.offset, (const int[]){0, 1, 2}, 3);
    assert_symbols(sequence.read, (const int[]){2, 3, 4}, 3);
    memory_release(&memory);
}

/** The decoder can be asked to spell nothing: one step, the end. */
static void test_decoder_of_an_empty_word(void **state) {
    (void)state;
    sequence_t sequence;
    memory_t memory = {0};
    layout(&sequence, &memory);
    assert_ok(memory_reserve(&memory));
    layout(&sequence, &memory);
    const word_t word = {NULL, 0, 2};
    sequence_pack(&sequence, &word, 1, true, false);
    assert_int_equal(sequence.total, 1);
    assert_int_equal(sequence.read[0], SYMBOL_START);
    assert_int_equal(sequence.spell[0], SYMBOL_END);
    memory_release(&memory);
}

/** Read from the end, each row of the packing has the word's steps in reverse, and so has what is copied. */
static void check_reversed(const sequence_t *sequence) {
    const size_t total = (size_t)sequence->total;
    sequence_t reversed = {.read = fixture_take(total, sizeof(symbol_t))};
    sequence_reverse(sequence, &reversed);
    assert_ptr_equal(reversed.length, sequence->length);
    const real *x = fixture_normal(3, 1, 2 * total);
    real *copied = fixture_take(3 * total, sizeof *copied), *same = fixture_take(3 * total, sizeof *same);
    sequence_copy_rows(sequence, true, 2, x, 2, copied, 3);
    sequence_copy_rows(sequence, false, 2, x, 2, same, 3);
    for (int row = 0; row < sequence->words; row++) {
        for (int t = 0; t < sequence->length[row]; t++) {
            const int at = sequence->offset[t] + row;
            const int mirror = sequence->offset[sequence->length[row] - 1 - t] + row;
            assert_int_equal(reversed.read[at], sequence->read[mirror]);
            assert_memory_equal(copied + 3 * at, x + 2 * mirror, 2 * sizeof *x);
            assert_memory_equal(same + 3 * at, x + 2 * at, 2 * sizeof *x);
        }
    }
}

/** What has to hold for any words, in any of the three ways. */
static void check_packing(const char *text, int markers) {
    sequence_t sequence;
    memory_t memory;
    word_t words[FIXTURE_WORDS];
    const int count = pack(&sequence, &memory, text, markers, words);
    const int extra = markers < 0 ? 1 : 2 * markers;
    int total = 0;
    bool seen[FIXTURE_WORDS] = {false};
    for (int t = 0; t < sequence.steps; t++) {
        assert_int_equal(sequence.offset[t], total);
        assert_in_range(sequence.rows[t], 1, t == 0 ? count : sequence.rows[t - 1]);
        total += sequence.rows[t];
    }
    assert_int_equal(sequence.total, total);
    check_reversed(&sequence);
    for (int row = 0; row < count; row++) {
        const word_t *word = &words[sequence.word[row]];
        assert_false(seen[sequence.word[row]]);
        seen[sequence.word[row]] = true;
        assert_int_equal(sequence.length[row], word->length + extra);
        assert_int_equal(sequence.condition[row], word->condition);
        for (int t = 0; t < sequence.steps; t++) {
            assert_int_equal(row < sequence.rows[t], t < sequence.length[row]);
        }
        for (int i = 0; i < word->length; i++) {
            const int t = i + (markers != 0);
            assert_int_equal(sequence.read[sequence.offset[t] + row], word->letters[i]);
        }
        if (row > 0 && sequence.length[row] == sequence.length[row - 1]) {
            assert_true(sequence.word[row] > sequence.word[row - 1]);
        }
    }
    memory_release(&memory);
}

static void test_any_words(void **state) {
    (void)state;
    const char *const texts[] = {"a", "a b c", "abcdefghij a", "a abcdefghij", "a ab abc abcd abcde",
        "abcde abcd abc ab a", "ab abc a ab abcd abc b ab c abcdefghij"};
    for (int i = 0; i < 7; i++) {
        for (int markers = -1; markers <= 1; markers++) {
            check_packing(texts[i], markers);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_encoder_without_markers, fixture_release),
        cmocka_unit_test_teardown(test_encoder_with_markers, fixture_release),
        cmocka_unit_test_teardown(test_decoder, fixture_release),
        cmocka_unit_test_teardown(test_single_word, fixture_release),
        cmocka_unit_test_teardown(test_decoder_of_an_empty_word, fixture_release),
        cmocka_unit_test_teardown(test_any_words, fixture_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
