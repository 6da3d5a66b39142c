// A pair's random numbers are its own: the same in any shard and at any place of it, others in another epoch.
#include "test.h"

#include <string.h>

#include "../../src/train/shard_noise.h"

enum { WORDS = 3, LONGEST = 6, LATENT = 4, LAYERS = 3, HIDDEN = 5 };

static const symbol_t letters[LONGEST] = {2, 3, 4, 5, 6, 7};

static pair_t pair_of(int source, int target, uint64_t index) {
    return (pair_t){.source = {letters, source, 0}, .target = {letters, target, 1}, .index = index};
}

typedef struct {
    memory_t memory;
    shard_noise_t noise;
    cvae_training_t training;
} drawn_t;

/** Memory of a shard, full of what another shard might have left there. */
static void make(drawn_t *drawn, double dropout) {
    *drawn = (drawn_t){.noise = {.seed = 7,
                           .dropout = dropout,
                           .shape = {.latent = LATENT, .layers = LAYERS, .hidden = HIDDEN},
                           .longest = LONGEST}};
    shard_noise_layout(&drawn->noise, &drawn->memory, WORDS);
    assert_ok(memory_reserve(&drawn->memory));
    shard_noise_layout(&drawn->noise, &drawn->memory, WORDS);
    memset(drawn->memory.base, 1, drawn->memory.size);
}

static void draw(drawn_t *drawn, uint32_t epoch, const pair_t *pairs, int count) {
    const schedule_values_t schedules = {.teacher_forcing = 0.5, .word_dropout = 0.4};
    shard_noise_draw(&drawn->noise, epoch, &schedules, pairs, count, &drawn->training);
}

/** Whether a word's own steps have the same coins in every layer. */
static bool is_same_kept(const bool *left, const bool *right, int steps, int room) {
    bool is_same = true;
    for (int layer = 0; layer < LAYERS - 1; layer++) {
        const size_t first = (size_t)(layer * room * HIDDEN);
        is_same = is_same && memcmp(left + first, right + first, (size_t)(steps * HIDDEN)) == 0;
    }
    return is_same;
}

/** Compares word i of one shard with word j of another; the pair is the same. */
static bool is_same_word(const drawn_t *left, int i, const drawn_t *right, int j, const pair_t *pair) {
    const shape_t *shape = &left->noise.shape;
    const int encoder = shape_encoder_steps(shape, LONGEST), decoder = shape_decoder_steps(LONGEST);
    const int between = (LAYERS - 1) * HIDDEN;
    return memcmp(left->noise.latent + i * LATENT, right->noise.latent + j * LATENT,
               LATENT * sizeof(float)) == 0 &&
           left->noise.forced[i] == right->noise.forced[j] &&
           memcmp(left->training.dropped + i * LONGEST, right->training.dropped + j * LONGEST,
               (size_t)pair->target.length) == 0 &&
           is_same_kept(left->training.encoder_dropout.kept + i * encoder * between,
               right->training.encoder_dropout.kept + j * encoder * between,
               shape_encoder_steps(shape, pair->source.length), encoder) &&
           is_same_kept(left->training.decoder_dropout.kept + i * decoder * between,
               right->training.decoder_dropout.kept + j * decoder * between,
               shape_decoder_steps(pair->target.length), decoder);
}

static void a_pair_has_its_own_numbers_in_any_shard(void **state) {
    (void)state;
    const pair_t pairs[WORDS] = {pair_of(3, 6, 40), pair_of(6, 2, 41), pair_of(1, 4, 1000000007)};
    drawn_t together, alone;
    make(&together, 0.3);
    make(&alone, 0.3);
    draw(&together, 5, pairs, WORDS);
    for (int i = 0; i < WORDS; i++) {
        draw(&alone, 5, &pairs[i], 1);
        assert_true(is_same_word(&together, i, &alone, 0, &pairs[i]));
        draw(&alone, 6, &pairs[i], 1);
        assert_false(is_same_word(&together, i, &alone, 0, &pairs[i]));
    }
    assert_near(together.training.encoder_dropout.scale, 1 / 0.7, 1e-6);
    assert_near(together.training.decoder_dropout.scale, 1 / 0.7, 1e-6);
    memory_release(&together.memory);
    memory_release(&alone.memory);
}

static void nothing_is_dropped_where_nothing_is_to_be(void **state) {
    (void)state;
    const pair_t pairs[] = {pair_of(3, 6, 1), pair_of(2, 2, 2)};
    const schedule_values_t schedules = {.teacher_forcing = 1, .word_dropout = 0};
    drawn_t drawn;
    make(&drawn, 0);
    // What an earlier shard had, and what is not the noise's business.
    drawn.training = (cvae_training_t){.kl_weight = 3, .dropped = drawn.noise.dropped};
    drawn.training.encoder_dropout.kept = drawn.training.decoder_dropout.kept = drawn.noise.dropped;
    shard_noise_draw(&drawn.noise, 0, &schedules, pairs, 2, &drawn.training);
    assert_null(drawn.training.dropped);
    assert_null(drawn.training.encoder_dropout.kept);
    assert_null(drawn.training.decoder_dropout.kept);
    assert_true(drawn.training.kl_weight == 3);
    assert_true(drawn.noise.forced[0] && drawn.noise.forced[1]);
    memory_release(&drawn.memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_has_its_own_numbers_in_any_shard),
        cmocka_unit_test(nothing_is_dropped_where_nothing_is_to_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
