#include "shard_noise.h"

#include <stddef.h>

#include "base/random.h"

/** Coins of a word's dropout in each direction: (L - 1) layers, the longest word's steps, a layer's width. */
static size_t encoder_coins(const shard_noise_t *noise) {
    return (size_t)(noise->shape.layers - 1) * (size_t)shape_encoder_steps(&noise->shape, noise->longest) *
           (size_t)shape_encoder_width(&noise->shape);
}

static size_t decoder_coins(const shard_noise_t *noise) {
    return (size_t)(noise->shape.layers - 1) * (size_t)shape_decoder_steps(noise->longest) *
           (size_t)noise->shape.hidden;
}

void shard_noise_layout(shard_noise_t *noise, memory_t *memory, int words) {
    const size_t count = (size_t)words, dropping = noise->dropout > 0 ? count : 0;
    noise->latent = memory_take(memory, count * (size_t)noise->shape.latent, sizeof *noise->latent);
    noise->forced = memory_take(memory, count, sizeof *noise->forced);
    noise->dropped = memory_take(memory, count * (size_t)noise->longest, sizeof *noise->dropped);
    noise->encoder_kept = memory_take(memory, dropping * encoder_coins(noise), sizeof(bool));
    noise->decoder_kept = memory_take(memory, dropping * decoder_coins(noise), sizeof(bool));
}

/** The coins of a word's own steps, layer by layer; `coins` is room for those of the longest word. */
static void draw_kept(
    const shard_noise_t *noise, random_stream_t stream, int step_coins, size_t coins, bool *kept) {
    const int layers = noise->shape.layers - 1;
    for (int layer = 0; layer < layers; layer++) {
        bool *of_layer = kept + (size_t)layer * (coins / (size_t)layers);
        for (int i = 0; i < step_coins; i++) {
            of_layer[i] = random_uniform(&stream) >= noise->dropout;
        }
    }
}

/** The numbers of word i of the shard. */
static void draw_word(
    shard_noise_t *noise, uint32_t epoch, const schedule_values_t *schedules, const pair_t *pair, size_t i) {
    const shape_t *shape = &noise->shape;
    const uint64_t seed = noise->seed, index = pair->index;
    random_stream_t stream = random_stream(seed, RANDOM_LATENT, epoch, index);
    random_normals(&stream, shape->latent, noise->latent + i * (size_t)shape->latent);
    stream = random_stream(seed, RANDOM_TEACHER_FORCING, epoch, index);
    noise->forced[i] = random_uniform(&stream) < schedules->teacher_forcing;
    stream = random_stream(seed, RANDOM_WORD_DROPOUT, epoch, index);
    for (int letter = 0; schedules->word_dropout > 0 && letter < pair->target.length; letter++) {
        noise->dropped[i * (size_t)noise->longest + (size_t)letter] =
            random_uniform(&stream) < schedules->word_dropout;
    }
    if (noise->dropout > 0) {
        draw_kept(noise, random_stream(seed, RANDOM_ENCODER_DROPOUT, epoch, index),
            shape_encoder_steps(shape, pair->source.length) * shape_encoder_width(shape),
            encoder_coins(noise), noise->encoder_kept + i * encoder_coins(noise));
        draw_kept(noise, random_stream(seed, RANDOM_DECODER_DROPOUT, epoch, index),
            shape_decoder_steps(pair->target.length) * shape->hidden, decoder_coins(noise),
            noise->decoder_kept + i * decoder_coins(noise));
    }
}

void shard_noise_draw(shard_noise_t *noise, uint32_t epoch, const schedule_values_t *schedules,
    const pair_t *pairs, int count, cvae_training_t *training) {
    const bool drops = noise->dropout > 0;
    const float scale = (float)(1 / (1 - noise->dropout));
    for (int i = 0; i < count; i++) {
        draw_word(noise, epoch, schedules, &pairs[i], (size_t)i);
    }
    training->dropped = schedules->word_dropout > 0 ? noise->dropped : NULL;
    training->encoder_dropout = drops ? (dropout_t){noise->encoder_kept, scale} : (dropout_t){0};
    training->decoder_dropout = drops ? (dropout_t){noise->decoder_kept, scale} : (dropout_t){0};
}
