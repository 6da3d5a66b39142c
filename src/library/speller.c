#include "speller.h"

#include <math.h>

#include "base/random.h"

enum {
    BATCH = 64,   /**< rows of the decoder: more are not faster */
    LONGER_BY = 4 /**< letters by which a spelling may exceed data.max_length */
};

static void layout(speller_t *speller, const shape_t *shape) {
    memory_t *memory = &speller->memory;
    const size_t words = (size_t)speller->words, spellings = words * (size_t)speller->width;
    speller->z = memory_take(memory, words * (size_t)shape->latent, sizeof(float));
    speller->conditions = memory_take(memory, words, sizeof(int));
    speller->spelled = (beam_result_t){
        .letters = memory_take(memory, spellings * (size_t)speller->max_letters, sizeof(symbol_t)),
        .lengths = memory_take(memory, spellings, sizeof(int)),
        .log_probabilities = memory_take(memory, spellings, sizeof(double)),
        .counts = memory_take(memory, words, sizeof(int)),
    };
}

static status_t create_model(speller_t *speller, const trained_t *trained, int width) {
    status_t status = cvae_create(&speller->cvae, &trained->shape,
        (cvae_capacity_t){.words = speller->words * speller->width,
            .source_letters = trained->config.data.max_length,
            .target_letters = 0});
    if (status == STATUS_OK && width > 0) {
        status = beam_create(&speller->beam, &trained->shape, speller->words, width, speller->max_letters);
    }
    return status;
}

status_t speller_create(speller_t *speller, const trained_t *trained, int width) {
    speller->width = width > 0 ? width : 1;
    speller->words = speller->width < BATCH ? BATCH / speller->width : 1;
    speller->max_letters = trained->config.data.max_length + LONGER_BY;
    status_t status = create_model(speller, trained, width);
    if (status == STATUS_OK) {
        layout(speller, &trained->shape);
        status = memory_reserve(&speller->memory);
    }
    if (status == STATUS_OK) {
        layout(speller, &trained->shape);
        cvae_bind(speller->cvae, trained->parameters);
    }
    return status;
}

void speller_destroy(speller_t *speller) {
    beam_destroy(speller->beam);
    cvae_destroy(speller->cvae);
    memory_release(&speller->memory);
}

void speller_encode(speller_t *speller, const word_t *words, int count, float *log_variance) {
    cvae_encode(speller->cvae, words, count, speller->z, log_variance);
}

void speller_spell(speller_t *speller, int count, int condition) {
    beam_result_t *spelled = &speller->spelled;
    for (int i = 0; i < count; i++) {
        speller->conditions[i] = condition;
    }
    if (speller->beam) {
        cvae_search(speller->cvae, speller->beam, count, speller->z, speller->conditions,
            speller->max_letters, spelled);
    } else {
        cvae_decode(speller->cvae, count, speller->z, speller->conditions, speller->max_letters,
            spelled->letters, spelled->lengths);
    }
}

static size_t spelling_of(const speller_t *speller, int word, int place) {
    return (size_t)word * (size_t)speller->width + (size_t)place;
}

word_t speller_word(const speller_t *speller, int word, int place) {
    const size_t spelling = spelling_of(speller, word, place);
    return (word_t){
        .letters = speller->spelled.letters + spelling * (size_t)speller->max_letters,
        .length = speller->spelled.lengths[spelling],
        .condition = speller->conditions[word],
    };
}

int speller_count(const speller_t *speller, int word) {
    return speller->spelled.counts[word];
}

double speller_probability(const speller_t *speller, int word, int place) {
    return exp(speller->spelled.log_probabilities[spelling_of(speller, word, place)]);
}

static void draw(uint64_t seed, random_purpose_t purpose, uint64_t index, int latent, float *numbers) {
    random_stream_t stream = random_stream(seed, purpose, 0, index);
    random_normals(&stream, latent, numbers);
}

void speller_noise(uint64_t seed, uint64_t index, int latent, float *noise) {
    draw(seed, RANDOM_CONVERTED_WORD, index, latent, noise);
}

void speller_draw(uint64_t seed, uint64_t index, int latent, float *z) {
    draw(seed, RANDOM_GENERATION, index, latent, z);
}
