#include "speller.h"

#include <math.h>
#include <string.h>

#include "model/latent.h"

enum { BATCH = 64 /**< rows of the decoder: more are not faster */ };

static void layout(speller_t *speller) {
    memory_t *memory = &speller->memory;
    const size_t words = (size_t)speller->words, max = (size_t)speller->max_letters;
    const size_t latent = words * (size_t)speller->trained->shape.latent;
    const size_t spellings = words * (size_t)speller->width;
    const int conditions = speller->trained->shape.conditions;
    speller->z = memory_take(memory, latent, sizeof(float));
    speller->log_variance = memory_take(memory, latent, sizeof(float));
    speller->noise = memory_take(memory, latent, sizeof(float));
    speller->deviation = memory_take(memory, latent, sizeof(float));
    speller->conditions = memory_take(memory, words, sizeof(int));
    speller->of = memory_take(memory, (size_t)conditions, sizeof *speller->of);
    for (int condition = 0; condition < conditions; condition++) {
        const beam_result_t result = {
            .letters = memory_take(memory, spellings * max, sizeof(symbol_t)),
            .lengths = memory_take(memory, spellings, sizeof(int)),
            .log_probabilities = memory_take(memory, spellings, sizeof(double)),
            .counts = memory_take(memory, words, sizeof(int)),
        };
        if (speller->of) {
            speller->of[condition] = result;
        }
    }
}

static status_t create_model(speller_t *speller, int width) {
    const shape_t *shape = &speller->trained->shape;
    status_t status = cvae_create(&speller->cvae, shape,
        (cvae_capacity_t){.words = speller->words * speller->width,
            .source_letters = speller->trained->config.data.max_length,
            .target_letters = 0});
    if (status == STATUS_OK && width > 0) {
        status = beam_create(&speller->beam, shape, speller->words, width, speller->max_letters);
    }
    return status;
}

status_t speller_create(speller_t *speller, const trained_t *trained, int width) {
    speller->trained = trained;
    speller->width = width > 0 ? width : 1;
    speller->words = speller->width < BATCH ? BATCH / speller->width : 1;
    speller->max_letters = trained->config.data.max_length + SPELLER_LONGER_BY;
    status_t status = create_model(speller, width);
    if (status == STATUS_OK) {
        layout(speller);
        status = memory_reserve(&speller->memory);
    }
    if (status == STATUS_OK) {
        layout(speller);
        cvae_bind(speller->cvae, trained->parameters);
    }
    return status;
}

void speller_destroy(speller_t *speller) {
    beam_destroy(speller->beam);
    cvae_destroy(speller->cvae);
    memory_release(&speller->memory);
}

void speller_encode(speller_t *speller, const word_t *words, int count) {
    cvae_encode(speller->cvae, words, count, speller->z, NULL);
}

static void draw(speller_t *speller, random_purpose_t purpose, uint64_t index, float *numbers) {
    random_stream_t stream = random_stream(speller->trained->config.seed, purpose, 0, index);
    random_normals(&stream, speller->trained->shape.latent, numbers);
}

void speller_sample(speller_t *speller, const word_t *words, int count, const uint64_t *index) {
    const int latent = speller->trained->shape.latent;
    cvae_encode(speller->cvae, words, count, speller->z, speller->log_variance);
    for (int i = 0; i < count; i++) {
        draw(speller, RANDOM_CONVERTED_WORD, index[i], speller->noise + (size_t)i * (size_t)latent);
    }
    latent_sample(
        count * latent, speller->z, speller->log_variance, speller->noise, speller->deviation, speller->z);
}

void speller_draw(speller_t *speller, int count, uint64_t first) {
    const size_t latent = (size_t)speller->trained->shape.latent;
    for (int i = 0; i < count; i++) {
        draw(speller, RANDOM_GENERATION, first + (uint64_t)i, speller->z + (size_t)i * latent);
    }
}

void speller_spell(speller_t *speller, int count, int condition) {
    beam_result_t *result = &speller->of[condition];
    for (int i = 0; i < count; i++) {
        speller->conditions[i] = condition;
    }
    if (speller->beam) {
        cvae_search(speller->cvae, speller->beam, count, speller->z, speller->conditions,
            speller->max_letters, result);
    } else {
        cvae_decode(speller->cvae, count, speller->z, speller->conditions, speller->max_letters,
            result->letters, result->lengths);
    }
}

word_t speller_word(const speller_t *speller, int word, int condition, int place) {
    const beam_result_t *result = &speller->of[condition];
    const size_t spelling = (size_t)word * (size_t)speller->width + (size_t)place;
    return (word_t){
        .letters = result->letters + spelling * (size_t)speller->max_letters,
        .length = result->lengths[spelling],
        .condition = condition,
    };
}

void speller_text(
    const speller_t *speller, int word, int condition, int place, char text[SPELLER_TEXT_SIZE]) {
    const word_t spelled = speller_word(speller, word, condition, place);
    alphabet_decode(&speller->trained->alphabet, spelled.letters, spelled.length, text, SPELLER_TEXT_SIZE);
}

int speller_count(const speller_t *speller, int word, int condition) {
    return speller->of[condition].counts[word];
}

double speller_probability(const speller_t *speller, int word, int condition, int place) {
    const size_t spelling = (size_t)word * (size_t)speller->width + (size_t)place;
    return exp(speller->of[condition].log_probabilities[spelling]);
}
