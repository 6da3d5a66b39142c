#include "shard_noise.h"

#include <stddef.h>

#include "base/random.h"

static int encoder_room(const shard_noise_t *noise) {
    return shape_encoder_steps(&noise->shape, noise->longest);
}

static int decoder_room(const shard_noise_t *noise) {
    return shape_decoder_steps(noise->longest);
}

/** Coins of the dropout for a word of `room` steps, whose layers say so many numbers a step. */
static size_t coins_of_word(const shard_noise_t *noise, int room, int units) {
    return (size_t)(noise->shape.layers - 1) * (size_t)room * (size_t)units;
}

static size_t encoder_coins(const shard_noise_t *noise) {
    return coins_of_word(noise, encoder_room(noise), shape_encoder_width(&noise->shape));
}

static size_t decoder_coins(const shard_noise_t *noise) {
    return coins_of_word(noise, decoder_room(noise), noise->shape.hidden);
}

void shard_noise_layout(shard_noise_t *noise, memory_t *memory, int words) {
    const size_t count = (size_t)words;
    noise->latent = memory_take(memory, count * (size_t)noise->shape.latent, sizeof *noise->latent);
    noise->forced = memory_take(memory, count, sizeof *noise->forced);
    noise->dropped = memory_take(memory, count * (size_t)noise->longest, sizeof *noise->dropped);
    const size_t dropping = noise->dropout > 0 ? count : 0;
    noise->encoder_kept = memory_take(memory, dropping * encoder_coins(noise), sizeof(bool));
    noise->decoder_kept = memory_take(memory, dropping * decoder_coins(noise), sizeof(bool));
}

static void draw_latent(shard_noise_t *noise, uint32_t epoch, const pair_t *pairs, int count) {
    const int latent = noise->shape.latent;
    for (int i = 0; i < count; i++) {
        random_stream_t stream = random_stream(noise->seed, RANDOM_LATENT, epoch, pairs[i].index);
        random_normals(&stream, latent, noise->latent + (size_t)i * (size_t)latent);
    }
}

static void draw_forced(
    shard_noise_t *noise, uint32_t epoch, double teacher_forcing, const pair_t *pairs, int count) {
    for (int i = 0; i < count; i++) {
        random_stream_t coin = random_stream(noise->seed, RANDOM_TEACHER_FORCING, epoch, pairs[i].index);
        noise->forced[i] = random_uniform(&coin) < teacher_forcing;
    }
}

/** Which letters of the targets are not read. NULL where all are. */
static const bool *draw_dropped(
    shard_noise_t *noise, uint32_t epoch, double word_dropout, const pair_t *pairs, int count) {
    if (word_dropout == 0) {
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        random_stream_t coins = random_stream(noise->seed, RANDOM_WORD_DROPOUT, epoch, pairs[i].index);
        bool *dropped = noise->dropped + (size_t)i * (size_t)noise->longest;
        for (int letter = 0; letter < pairs[i].target.length; letter++) {
            dropped[letter] = random_uniform(&coins) < word_dropout;
        }
    }
    return noise->dropped;
}

/** The coins of a word's own steps, layer by layer; `room` is the steps of the longest word. */
static void draw_kept(
    const shard_noise_t *noise, random_stream_t coins, int steps, int room, int units, bool *kept) {
    for (int layer = 1; layer < noise->shape.layers; layer++) {
        bool *of_layer = kept + (size_t)(layer - 1) * (size_t)room * (size_t)units;
        for (int i = 0; i < steps * units; i++) {
            of_layer[i] = random_uniform(&coins) >= noise->dropout;
        }
    }
}

static void draw_dropout(
    shard_noise_t *noise, uint32_t epoch, const pair_t *pairs, int count, cvae_training_t *training) {
    training->encoder_dropout = training->decoder_dropout = (dropout_t){0};
    if (noise->dropout == 0) {
        return;
    }
    for (int i = 0; i < count; i++) {
        draw_kept(noise, random_stream(noise->seed, RANDOM_ENCODER_DROPOUT, epoch, pairs[i].index),
            shape_encoder_steps(&noise->shape, pairs[i].source.length), encoder_room(noise),
            shape_encoder_width(&noise->shape), noise->encoder_kept + (size_t)i * encoder_coins(noise));
        draw_kept(noise, random_stream(noise->seed, RANDOM_DECODER_DROPOUT, epoch, pairs[i].index),
            shape_decoder_steps(pairs[i].target.length), decoder_room(noise), noise->shape.hidden,
            noise->decoder_kept + (size_t)i * decoder_coins(noise));
    }
    const float scale = (float)(1 / (1 - noise->dropout));
    training->encoder_dropout = (dropout_t){noise->encoder_kept, scale};
    training->decoder_dropout = (dropout_t){noise->decoder_kept, scale};
}

void shard_noise_draw(shard_noise_t *noise, uint32_t epoch, const schedule_values_t *schedules,
    const pair_t *pairs, int count, cvae_training_t *training) {
    draw_latent(noise, epoch, pairs, count);
    draw_forced(noise, epoch, schedules->teacher_forcing, pairs, count);
    training->dropped = draw_dropped(noise, epoch, schedules->word_dropout, pairs, count);
    draw_dropout(noise, epoch, pairs, count, training);
}
