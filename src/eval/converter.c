#include "converter.h"

#include <math.h>
#include <string.h>

#include "bleu.h"
#include "posteriors.h"

enum {
    BATCH = 64,
    LONGER_BY = 4, /**< letters by which a spelled word may exceed the longest expected one */
};

static void layout(converter_t *converter) {
    memory_t *memory = &converter->memory;
    const size_t numbers = converter->source.word_count * converter->latent;
    converter->mean = memory_take(memory, numbers, sizeof(float));
    converter->log_variance = memory_take(memory, numbers, sizeof(float));
    converter->z = memory_take(memory, numbers, sizeof(float));
    converter->batch_z = memory_take(memory, BATCH * converter->latent, sizeof(float));
    converter->condition = memory_take(memory, BATCH, sizeof(int));
    converter->length = memory_take(memory, BATCH, sizeof(int));
    converter->letters = memory_take(memory, BATCH * (size_t)converter->max_letters, sizeof(symbol_t));
}

static int longer(int length, const word_t *word) {
    return word->length > length ? word->length : length;
}

static status_t create_model(converter_t *converter) {
    const converter_source_t *source = &converter->source;
    int longest_source = 1, longest_target = 1;
    for (size_t i = 0; i < source->word_count; i++) {
        longest_source = longer(longest_source, &source->words[i]);
    }
    for (size_t i = 0; i < source->pair_count; i++) {
        longest_target = longer(longest_target, &source->pairs[i].expected);
    }
    converter->max_letters = longest_target + LONGER_BY;
    return cvae_create(&converter->cvae, source->shape,
        (cvae_capacity_t){
            .words = BATCH, .source_letters = longest_source, .target_letters = converter->max_letters});
}

static void encode(converter_t *converter) {
    const converter_source_t *source = &converter->source;
    cvae_bind(converter->cvae, source->parameters);
    posteriors_encode(converter->cvae, source->words, source->word_count, BATCH, converter->latent,
        converter->mean, converter->log_variance);
    memcpy(converter->z, converter->mean, source->word_count * converter->latent * sizeof(float));
}

status_t converter_create(converter_t *converter, const converter_source_t *source) {
    *converter = (converter_t){.source = *source, .latent = (size_t)source->shape->latent};
    status_t status = create_model(converter);
    if (status != STATUS_OK) {
        return status;
    }
    layout(converter);
    status = memory_reserve(&converter->memory);
    if (status == STATUS_OK) {
        layout(converter);
        encode(converter);
    }
    return status;
}

void converter_destroy(converter_t *converter) {
    cvae_destroy(converter->cvae);
    memory_release(&converter->memory);
}

void converter_sample(converter_t *converter, uint64_t seed, random_purpose_t purpose, int sample) {
    const size_t latent = converter->latent;
    for (size_t word = 0; word < converter->source.word_count; word++) {
        random_stream_t stream = random_stream(seed, purpose, (uint32_t)sample, (uint64_t)word);
        for (size_t at = word * latent; at < (word + 1) * latent; at++) {
            converter->z[at] = (float)(converter->mean[at] +
                                       exp(0.5 * converter->log_variance[at]) * random_normal(&stream));
        }
    }
}

/** Spells pairs [count], at most a batch. */
static void spell(converter_t *converter, const converter_pair_t *pairs, int count) {
    const size_t latent = converter->latent;
    for (int i = 0; i < count; i++) {
        memcpy(converter->batch_z + (size_t)i * latent, converter->z + pairs[i].word * latent,
            latent * sizeof(float));
        converter->condition[i] = pairs[i].expected.condition;
    }
    cvae_decode(converter->cvae, count, converter->batch_z, converter->condition, converter->max_letters,
        converter->letters, converter->length);
}

converter_score_t converter_run(converter_t *converter, bool *right) {
    const converter_pair_t *pairs = converter->source.pairs;
    const size_t count = converter->source.pair_count;
    size_t exact = 0;
    double bleu4 = 0;
    for (size_t first = 0; first < count; first += BATCH) {
        const int taken = count - first < BATCH ? (int)(count - first) : BATCH;
        spell(converter, pairs + first, taken);
        for (int i = 0; i < taken; i++) {
            const word_t *expected = &pairs[first + (size_t)i].expected;
            const symbol_t *letters = converter->letters + (size_t)i * (size_t)converter->max_letters;
            const int length = converter->length[i];
            const bool is_right = length == expected->length &&
                                  memcmp(letters, expected->letters, (size_t)length * sizeof *letters) == 0;
            exact += is_right;
            bleu4 += bleu_sentence(letters, length, expected->letters, expected->length);
            if (right) {
                right[first + (size_t)i] = is_right;
            }
        }
    }
    return count > 0 ? (converter_score_t){(double)exact / (double)count, bleu4 / (double)count}
                     : (converter_score_t){1, 1};
}
