#include "speller.h"

#include <string.h>

static void layout(speller_t *speller, const shape_t *shape) {
    memory_t *memory = &speller->memory;
    const size_t words = (size_t)speller->words, spellings = words * (size_t)speller->width;
    speller->z = memory_take(memory, words * (size_t)shape->latent, sizeof(real));
    speller->means = memory_take(memory, words * (size_t)shape->latent, sizeof(real));
    speller->corrected = memory_take(memory, words * (size_t)shape->latent, sizeof(real));
    speller->conditions = memory_take(memory, words, sizeof(int));
    speller->may_say_unknown = memory_take(memory, words, sizeof(bool));
    speller->spelled = (beam_result_t){
        .letters = memory_take(memory, spellings * (size_t)speller->max_letters, sizeof(symbol_t)),
        .lengths = memory_take(memory, spellings, sizeof(int)),
        .log_probabilities = memory_take(memory, spellings, sizeof(double)),
        .counts = memory_take(memory, words, sizeof(int)),
    };
}

status_t speller_create(speller_t *speller, const shape_t *shape, int source_letters, int target_letters,
    int max_letters, int width) {
    speller->width = width > 0 ? width : 1;
    speller->words = speller->width < SPELLER_BATCH ? SPELLER_BATCH / speller->width : 1;
    speller->max_letters = max_letters;
    speller->latent = shape->latent;
    speller->unknown = (symbol_t)shape->unknown;
    // Corrections and speller_refine() encode what is spelled.
    source_letters = source_letters > max_letters ? source_letters : max_letters;
    status_t status = cvae_create(&speller->cvae, shape,
        (cvae_capacity_t){speller->words * speller->width, source_letters, target_letters});
    if (status == STATUS_OK && width > 0) {
        status = beam_create(&speller->beam, shape, speller->words, width, max_letters);
    }
    if (status == STATUS_OK) {
        layout(speller, shape);
        status = memory_reserve(&speller->memory);
    }
    if (status == STATUS_OK) {
        layout(speller, shape);
    }
    return status;
}

void speller_destroy(speller_t *speller) {
    beam_destroy(speller->beam);
    cvae_destroy(speller->cvae);
    memory_release(&speller->memory);
    *speller = (speller_t){0};
}

/** speller_encode()'s corrections of z, the means of words [count]. */
static void correct(const speller_t *speller, const word_t *words, int count, int rounds) {
    const size_t latent = (size_t)speller->latent, size = latent * sizeof(real);
    word_t spelled[SPELLER_BATCH];
    pair_t itself[SPELLER_BATCH] = {0};
    int places[SPELLER_BATCH], wrong = count; // of the words that are not spelled as they should be yet
    for (int i = 0; i < count; i++) {
        places[i] = i;
    }
    memcpy(speller->means, speller->z, (size_t)count * size);
    memcpy(speller->corrected, speller->z, (size_t)count * size);
    for (int round = 0; wrong > 0; round++) {
        for (int i = 0; i < wrong; i++) {
            memcpy(speller->z + (size_t)i * latent, speller->corrected + (size_t)places[i] * latent, size);
            speller->conditions[i] = words[places[i]].condition;
            itself[i].source = words[places[i]];
        }
        speller_spell(speller, wrong, itself);
        int left = 0;
        for (int i = 0; i < wrong; i++) {
            const word_t word = speller_word(speller, i, 0);
            real *z = speller->corrected + (size_t)places[i] * latent;
            if (speller_is_right(speller, i, &words[places[i]])) {
                continue;
            }
            // The encoder reads no empty word.
            if (round == rounds || word.length == 0) {
                memcpy(z, speller->means + (size_t)places[i] * latent, size);
                continue;
            }
            spelled[left] = word;
            places[left++] = places[i];
        }
        wrong = left;
        if (wrong > 0) {
            cvae_encode(speller->cvae, spelled, wrong, speller->z, NULL);
        }
        for (size_t i = 0; i < (size_t)wrong * latent; i++) {
            const size_t at = (size_t)places[i / latent] * latent + i % latent;
            speller->corrected[at] += (speller->means[at] - speller->z[i]) / 2;
        }
    }
    memcpy(speller->z, speller->corrected, (size_t)count * size);
}

void speller_encode(
    const speller_t *speller, const pair_t *pairs, int count, int corrections, real *log_variance) {
    const size_t latent = (size_t)speller->latent, size = latent * sizeof(real);
    word_t words[SPELLER_BATCH] = {pairs[0].source};
    int place[SPELLER_BATCH], different = 1; // where a pair's source stands among the words
    for (int i = 0; i < count; i++) {
        if (i > 0 && word_compare(&pairs[i].source, &pairs[i - 1].source) != 0) {
            words[different++] = pairs[i].source;
        }
        place[i] = different - 1;
    }
    cvae_encode(speller->cvae, words, different, speller->z, log_variance);
    if (corrections > 0) {
        correct(speller, words, different, corrections);
    }
    for (int i = 0; i < count; i++) {
        speller->conditions[i] = pairs[i].target.condition;
    }
    // From the last on, for no place is behind its pair's.
    for (int i = count - 1; i >= 0 && place[i] < i; i--) {
        const size_t to = (size_t)i * latent, from = (size_t)place[i] * latent;
        memcpy(speller->z + to, speller->z + from, size);
        if (corrections > 0) {
            memcpy(speller->means + to, speller->means + from, size);
        }
        if (log_variance) {
            memcpy(log_variance + to, log_variance + from, size);
        }
    }
}

void speller_spell(const speller_t *speller, int count, const pair_t *pairs) {
    beam_result_t spelled = speller->spelled;
    for (int i = 0; i < count; i++) {
        speller->may_say_unknown[i] = pairs && word_count(&pairs[i].source, speller->unknown) > 0;
    }
    if (speller->beam) {
        cvae_search(speller->cvae, speller->beam, count, speller->z, speller->conditions,
            speller->may_say_unknown, speller->max_letters, &spelled);
    } else {
        cvae_decode(speller->cvae, count, speller->z, speller->conditions, speller->may_say_unknown,
            speller->max_letters, spelled.letters, spelled.lengths);
    }
}

void speller_refine(const speller_t *speller, int count, int rounds) {
    word_t words[SPELLER_BATCH];
    for (int round = 0; round < rounds; round++) {
        memset(speller->conditions, 0, (size_t)count * sizeof *speller->conditions);
        speller_spell(speller, count, NULL);
        for (int i = 0; i < count; i++) {
            words[i] = speller_word(speller, i, 0);
        }
        // The encoder reads no empty word: it is given the runs of words between them.
        for (int first = 0, end; first < count; first = end + 1) {
            for (end = first; end < count && words[end].length > 0;) {
                end++;
            }
            if (end > first) {
                cvae_encode(speller->cvae, words + first, end - first,
                    speller->z + (size_t)first * (size_t)speller->latent, NULL);
            }
        }
    }
}

word_t speller_word(const speller_t *speller, int word, int place) {
    const size_t spelling = (size_t)word * (size_t)speller->width + (size_t)place;
    return (word_t){
        .letters = speller->spelled.letters + spelling * (size_t)speller->max_letters,
        .length = speller->spelled.lengths[spelling],
        .condition = speller->conditions[word],
    };
}

bool speller_is_right(const speller_t *speller, int word, const word_t *expected) {
    const word_t spelled = speller_word(speller, word, 0);
    return spelled.length == expected->length &&
           memcmp(spelled.letters, expected->letters, (size_t)spelled.length * sizeof *spelled.letters) == 0;
}
