#include "model/layer.h"
#include "fixture.h"

enum { LAYERS = 3, STEPS = 4, UNITS = 2, WORDS = 2, COINS = WORDS * (LAYERS - 1) * STEPS * UNITS };

/** Row r of step t reads the coins of its own word, layer and step; what is dropped is 0, whatever it was. */
static void test_every_coin_drops_its_own_number(void **state) {
    (void)state;
    memory_t memory = {0};
    sequence_t sequence;
    word_t words[FIXTURE_WORDS];
    sequence_layout(&sequence, &memory, WORDS, STEPS);
    assert_ok(memory_reserve(&memory));
    sequence_layout(&sequence, &memory, WORDS, STEPS);
    sequence_pack(&sequence, words, fixture_words("a bcd", 0, 1, words), false, false);
    assert_int_equal(sequence.total, 4);
    const dropout_layout_t layout = {LAYERS, STEPS, UNITS};
    for (int coin = 0; coin < COINS; coin++) {
        bool kept[COINS];
        for (int i = 0; i < COINS; i++) {
            kept[i] = i != coin;
        }
        const int word = coin / UNITS / STEPS / (LAYERS - 1), unit = coin % UNITS;
        const int step = coin / UNITS % STEPS, of_layer = 1 + coin / UNITS / STEPS % (LAYERS - 1);
        const dropout_t dropout = {kept, 2};
        for (int layer = 1; layer < LAYERS; layer++) {
            real x[8] = {1, 2, 3, 4, 5, 6, 7, 8};
            layer_dropout(&dropout, &layout, layer, &sequence, x);
            // Word 1 is the longer one and stands in row 0; word 0 has a single step.
            const int row = word == 1 ? (step == 0 ? 0 : step + 1) : (step == 0 ? 1 : -1);
            const int at = row < 0 || row > 3 || layer != of_layer ? -1 : row * UNITS + unit;
            for (int i = 0; i < 8; i++) {
                assert_true(x[i] == (i == at ? 0 : 2 * (i + 1)));
            }
        }
    }
    memory_release(&memory);
}

static void test_what_is_not_finite_is_dropped_too(void **state) {
    (void)state;
    int rows[] = {1}, offset[] = {0}, word[] = {0};
    const sequence_t sequence = {.words = 1, .steps = 1, .rows = rows, .offset = offset, .word = word};
    const bool kept[] = {false, true};
    real to[2];
    const real from[] = {(real)INFINITY, 3};
    const dropout_layout_t layout = {2, 1, 2};
    layer_dropout_step(&(dropout_t){kept, 1.5}, &layout, 1, &sequence, 0, from, to);
    assert_true(to[0] == 0 && to[1] == 4.5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_every_coin_drops_its_own_number, fixture_release),
        cmocka_unit_test(test_what_is_not_finite_is_dropped_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
