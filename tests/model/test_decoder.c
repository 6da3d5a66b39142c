// Greedy spelling, in the float build. The decoder's loss and gradient: test_decoder_double.c.
#include "fixture.h"
#include "isa.h"
#include "speller.h"

enum { LETTERS = 10, WORDS = 7 };

static const int conditions[WORDS] = {2, 0, 1, 1, 2, 0, 2};

static void create(speller_t *speller, const shape_t *shape, uint64_t seed) {
    speller_create(speller, shape, seed, 3, WORDS, WORDS, LETTERS);
}

static shape_t shape_of(int number) {
    shape_t shape = fixture_shape();
    shape.layers = 1 + number % 3;
    shape.decoder_relu = number % 2 == 1;
    if (number % 4 == 1) {
        shape.decoder_latent = SHAPE_ENTERS_HIDDEN;
        shape.decoder_condition = SHAPE_ENTERS_STEPS;
        shape.condition_embedding = 0;
    }
    return shape;
}

/** The best next symbol after some letters, by the teacher-forced decoder. */
static symbol_t next_symbol(speller_t *speller, int word, const symbol_t *letters, int length) {
    const int symbols = speller->shape.symbols;
    const word_t begun = {letters, length, conditions[word]};
    decoder_forward(&speller->decoder, &speller->weights, &begun, 1,
        speller->z + word * speller->shape.latent, NULL, NULL, NULL);
    const real *logits = speller->decoder.logits + length * symbols;
    int best = SYMBOL_END;
    for (int v = SYMBOL_END + 1; v < symbols; v++) {
        best = logits[v] > logits[best] ? v : best;
    }
    return (symbol_t)best;
}

static int roll_out(speller_t *speller, int word, symbol_t letters[LETTERS]) {
    int length = 0;
    while (length < LETTERS) {
        symbol_t next = next_symbol(speller, word, letters, length);
        if (next == SYMBOL_END) {
            break;
        }
        letters[length++] = next;
    }
    return length;
}

static void test_generation_is_the_roll_out(void **state) {
    (void)state;
    bool ended = false, did_not_end = false;
    for (int number = 0; number < 12; number++) {
        const shape_t shape = shape_of(number);
        speller_t speller;
        create(&speller, &shape, (uint64_t)number);
        symbol_t letters[WORDS * LETTERS], expected[LETTERS];
        int lengths[WORDS];
        decoder_generate(&speller.decoder, &speller.weights, WORDS, speller.z, conditions, NULL, LETTERS,
            letters, lengths);
        for (int word = 0; word < WORDS; word++) {
            const int length = roll_out(&speller, word, expected);
            assert_int_equal(lengths[word], length);
            assert_memory_equal(letters + word * LETTERS, expected, (size_t)length * sizeof *letters);
            ended = ended || (length > 0 && length < LETTERS);
            did_not_end = did_not_end || length == LETTERS;
        }
        memory_release(&speller.memory);
    }
    assert_true(ended && did_not_end);
}

static void test_batch_does_not_matter(void **state) {
    (void)state;
    for (int number = 0; number < 6; number++) {
        const shape_t shape = shape_of(number);
        speller_t speller;
        create(&speller, &shape, (uint64_t)number);
        symbol_t together[WORDS * LETTERS], alone[LETTERS];
        int lengths[WORDS], length;
        decoder_generate(&speller.decoder, &speller.weights, WORDS, speller.z, conditions, NULL, LETTERS,
            together, lengths);
        for (int word = 0; word < WORDS; word++) {
            decoder_generate(&speller.decoder, &speller.weights, 1, speller.z + word * shape.latent,
                &conditions[word], NULL, LETTERS, alone, &length);
            assert_int_equal(length, lengths[word]);
            assert_memory_equal(alone, together + word * LETTERS, (size_t)length * sizeof *alone);
        }
        memory_release(&speller.memory);
    }
}

/** Words that may not say the unknown letter are spelled as by a model that never prefers it, the others as
 * by a model for which it is a letter like others; each for itself or among the others. */
static void test_unknown_is_said_where_it_may_be(void **state) {
    (void)state;
    int said = 0, replaced = 0;
    for (int number = 0; number < 12; number++) {
        const shape_t plain = shape_of(number);
        shape_t shape = plain;
        bool may_say[WORDS];
        speller_t speller, like_others, without;
        create(&like_others, &plain, (uint64_t)number);
        symbol_t letters[WORDS * LETTERS], expected[WORDS * LETTERS], alone[LETTERS];
        int lengths[WORDS], expected_lengths[WORDS], length;
        decoder_generate(&like_others.decoder, &like_others.weights, WORDS, like_others.z, conditions, NULL,
            LETTERS, expected, expected_lengths);
        // A letter that it says.
        shape.unknown = SYMBOL_FIRST_LETTER + 1;
        for (int word = 0; word < WORDS; word++) {
            shape.unknown = expected_lengths[word] > 0 ? expected[word * LETTERS] : shape.unknown;
            may_say[word] = (word + number) % 2 == 0;
        }
        create(&speller, &shape, (uint64_t)number);
        create(&without, &plain, (uint64_t)number);
        without.weights.output.bias[shape.unknown] = (real)-1e9;
        decoder_generate(&speller.decoder, &speller.weights, WORDS, speller.z, conditions, may_say, LETTERS,
            letters, lengths);
        for (int word = 0; word < WORDS; word++) {
            speller_t *other = may_say[word] ? &like_others : &without;
            decoder_generate(&other->decoder, &other->weights, 1, other->z + word * shape.latent,
                &conditions[word], NULL, LETTERS, alone, &length);
            assert_int_equal(lengths[word], length);
            assert_memory_equal(letters + word * LETTERS, alone, (size_t)length * sizeof *alone);
            decoder_generate(&speller.decoder, &speller.weights, 1, speller.z + word * shape.latent,
                &conditions[word], &may_say[word], LETTERS, alone, &length);
            assert_int_equal(lengths[word], length);
            assert_memory_equal(letters + word * LETTERS, alone, (size_t)length * sizeof *alone);
            // Without a list no word may.
            symbol_t none[LETTERS];
            int none_length;
            decoder_generate(&without.decoder, &without.weights, 1, without.z + word * shape.latent,
                &conditions[word], NULL, LETTERS, none, &none_length);
            decoder_generate(&speller.decoder, &speller.weights, 1, speller.z + word * shape.latent,
                &conditions[word], NULL, LETTERS, alone, &length);
            assert_int_equal(length, none_length);
            assert_memory_equal(alone, none, (size_t)length * sizeof *alone);
            const word_t plain_word = {expected + word * LETTERS, expected_lengths[word], 0};
            *(may_say[word] ? &said : &replaced) += word_count(&plain_word, (symbol_t)shape.unknown);
        }
        memory_release(&like_others.memory);
        memory_release(&speller.memory);
        memory_release(&without.memory);
    }
    assert_true(said > 5 && replaced > 5);
}

/** A bound of n letters gives the first n letters, and nothing is written beyond a word's own place. */
static void test_max_letters(void **state) {
    (void)state;
    const shape_t shape = fixture_shape();
    speller_t speller;
    create(&speller, &shape, 4);
    symbol_t full[WORDS * LETTERS];
    int full_lengths[WORDS];
    decoder_generate(
        &speller.decoder, &speller.weights, WORDS, speller.z, conditions, NULL, LETTERS, full, full_lengths);
    for (int most = 0; most <= LETTERS; most++) {
        symbol_t *letters = fixture_take((size_t)(WORDS * most), sizeof *letters);
        int lengths[WORDS];
        memset(letters, 0, (size_t)(WORDS * most) * sizeof *letters);
        decoder_generate(
            &speller.decoder, &speller.weights, WORDS, speller.z, conditions, NULL, most, letters, lengths);
        for (int word = 0; word < WORDS; word++) {
            assert_int_equal(lengths[word], full_lengths[word] < most ? full_lengths[word] : most);
            for (int i = 0; i < most; i++) {
                assert_int_equal(letters[word * most + i], i < lengths[word] ? full[word * LETTERS + i] : 0);
            }
        }
    }
    memory_release(&speller.memory);
}

/** Spells with one symbol's bias raised by so much. */
static void spell_with_bias(int symbol, real bias, symbol_t *letters, int *lengths) {
    const shape_t shape = fixture_shape();
    speller_t speller;
    create(&speller, &shape, 4);
    speller.weights.output.bias[symbol] += bias;
    decoder_generate(
        &speller.decoder, &speller.weights, WORDS, speller.z, conditions, NULL, LETTERS, letters, lengths);
    memory_release(&speller.memory);
}

static void test_start_is_never_said(void **state) {
    (void)state;
    symbol_t letters[WORDS * LETTERS], expected[WORDS * LETTERS];
    int lengths[WORDS], expected_lengths[WORDS];
    spell_with_bias(SYMBOL_START, 1000, letters, lengths);
    spell_with_bias(SYMBOL_START, -1000, expected, expected_lengths);
    for (int word = 0; word < WORDS; word++) {
        assert_int_equal(lengths[word], expected_lengths[word]);
        assert_memory_equal(
            letters + word * LETTERS, expected + word * LETTERS, (size_t)lengths[word] * sizeof *letters);
    }
}

static void test_end_at_once_and_never(void **state) {
    (void)state;
    symbol_t letters[WORDS * LETTERS];
    int lengths[WORDS];
    spell_with_bias(SYMBOL_END, 1000, letters, lengths);
    for (int word = 0; word < WORDS; word++) {
        assert_int_equal(lengths[word], 0);
    }
    spell_with_bias(SYMBOL_END, -1000, letters, lengths);
    for (int word = 0; word < WORDS; word++) {
        assert_int_equal(lengths[word], LETTERS);
        for (int i = 0; i < LETTERS; i++) {
            assert_in_range(letters[word * LETTERS + i], SYMBOL_FIRST_LETTER, 8);
        }
    }
}

static void test_first_of_equals_wins(void **state) {
    (void)state;
    const shape_t shape = fixture_shape();
    speller_t speller;
    create(&speller, &shape, 4);
    memset(speller.weights.output.weight, 0, (size_t)(shape.symbols * shape.hidden) * sizeof(real));
    const real bias[] = {5, 0, 1, 2, 2, 0, 2, 1, 2};
    memcpy(speller.weights.output.bias, bias, sizeof bias);
    symbol_t letters[WORDS * LETTERS];
    int lengths[WORDS];
    decoder_generate(
        &speller.decoder, &speller.weights, WORDS, speller.z, conditions, NULL, LETTERS, letters, lengths);
    assert_int_equal(lengths[0], LETTERS);
    for (int i = 0; i < LETTERS; i++) {
        assert_int_equal(letters[i], 3);
    }
    memory_release(&speller.memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_generation_is_the_roll_out, fixture_release),
        cmocka_unit_test_teardown(test_batch_does_not_matter, fixture_release),
        cmocka_unit_test_teardown(test_unknown_is_said_where_it_may_be, fixture_release),
        cmocka_unit_test_teardown(test_max_letters, fixture_release),
        cmocka_unit_test_teardown(test_start_is_never_said, fixture_release),
        cmocka_unit_test_teardown(test_end_at_once_and_never, fixture_release),
        cmocka_unit_test_teardown(test_first_of_equals_wins, fixture_release),
    };
    isa_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
