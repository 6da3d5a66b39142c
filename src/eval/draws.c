#include "draws.h"

#include <string.h>

#include "base/random.h"

void draws_layout(draws_t *draws, memory_t *memory) {
    const size_t words = draws->count * (size_t)draws->conditions, max = (size_t)draws->max_letters;
    draws->words = memory_take(memory, words, sizeof(word_t));
    draws->letters = memory_take(memory, words * max, sizeof(symbol_t));
    draws->z = memory_take(memory, DRAWS_BATCH * (size_t)draws->latent, sizeof(float));
    draws->condition = memory_take(memory, DRAWS_BATCH, sizeof(int));
    draws->length = memory_take(memory, DRAWS_BATCH, sizeof(int));
    draws->batch_letters = memory_take(memory, DRAWS_BATCH * max, sizeof(symbol_t));
}

static void draw(draws_t *draws, uint32_t repetition, size_t first, int count) {
    for (int i = 0; i < count; i++) {
        random_stream_t stream = random_stream(draws->seed, RANDOM_GENERATION, repetition, first + (size_t)i);
        random_normals(&stream, draws->latent, draws->z + (size_t)i * (size_t)draws->latent);
    }
}

/** Spells the draws [first, first + count) in one condition. */
static void spell(draws_t *draws, cvae_t *cvae, size_t first, int count, int condition) {
    const size_t max = (size_t)draws->max_letters;
    for (int i = 0; i < count; i++) {
        draws->condition[i] = condition;
    }
    cvae_decode(
        cvae, count, draws->z, draws->condition, draws->max_letters, draws->batch_letters, draws->length);
    for (int i = 0; i < count; i++) {
        const size_t at = (first + (size_t)i) * (size_t)draws->conditions + (size_t)condition;
        symbol_t *letters = draws->letters + at * max;
        memcpy(letters, draws->batch_letters + (size_t)i * max, (size_t)draws->length[i] * sizeof *letters);
        draws->words[at] = (word_t){.letters = letters, .length = draws->length[i], .condition = condition};
    }
}

bool draws_spell(
    draws_t *draws, cvae_t *cvae, uint32_t repetition, bool (*gives_up)(void *context), void *context) {
    for (size_t first = 0; first < draws->count; first += DRAWS_BATCH) {
        if (gives_up(context)) {
            return false;
        }
        const int count = draws->count - first < DRAWS_BATCH ? (int)(draws->count - first) : DRAWS_BATCH;
        draw(draws, repetition, first, count);
        for (int condition = 0; condition < draws->conditions; condition++) {
            spell(draws, cvae, first, count, condition);
        }
    }
    return true;
}
