/**
 * `logits CHECKPOINT FROM TO`: for each line of standard input, a word in the condition FROM, prints the
 * logits with which it is spelled greedily in the condition TO, a line a step with blanks between them, and
 * then the word that was spelled, behind `= `.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "library/library.h"
#include "model/decoder.h"

/** Spells z. Returns how many letters it has. */
static int spell(const shape_t *shape, const weights_t *weights, decoder_t *decoder, const float *z, int to,
    int max_letters, symbol_t *letters) {
    decoder_start(decoder, weights, 1, z, &to, NULL);
    for (int length = 0; length < max_letters; length++) {
        const real *logits = decoder_say(decoder, weights, 1);
        symbol_t said = 1;
        for (int symbol = 0; symbol < shape->symbols; symbol++) {
            printf("%.9g%c", (double)logits[symbol], symbol + 1 < shape->symbols ? ' ' : '\n');
            said = symbol > 0 && logits[symbol] > logits[said] ? (symbol_t)symbol : said;
        }
        if (said == 1) {
            return length;
        }
        letters[length] = said;
        decoder_go_on(decoder, 0, 0, said);
    }
    return max_letters;
}

int main(int argc, char **argv) {
    cvae_model_t *model;
    cvae_error_t error;
    if (argc != 4 || cvae_model_open(&model, argv[1], &error) != CVAE_OK) {
        return 1;
    }
    const trained_t *trained = library_trained(model);
    const int from = cvae_model_find_condition(model, argv[2]),
              to = cvae_model_find_condition(model, argv[3]);
    const int max_letters = trained->config.data.max_length + 4;
    float *z = calloc((size_t)cvae_model_latent(model), sizeof *z);
    symbol_t *letters = calloc((size_t)max_letters, sizeof *letters);
    char line[1024], text[4096];
    memory_t memory = {0};
    decoder_t decoder = {0};
    weights_t weights;
    decoder_layout(&decoder, &memory, &trained->shape, 1, max_letters);
    if (memory_reserve(&memory) != STATUS_OK) {
        return 1;
    }
    decoder_layout(&decoder, &memory, &trained->shape, 1, max_letters);
    weights_bind(&trained->shape, &trained->table, trained->parameters, &weights);
    decoder_prepare(&decoder, &weights);
    while (fgets(line, sizeof line, stdin)) {
        const char *word = line;
        line[strcspn(line, "\n")] = '\0';
        if (cvae_model_encode(model, 1, &word, from, z, NULL, &error) != CVAE_OK) {
            fprintf(stderr, "%s\n", error.message);
            return 1;
        }
        const int length = spell(&trained->shape, &weights, &decoder, z, to, max_letters, letters);
        alphabet_decode(&trained->alphabet, letters, length, text, sizeof text);
        printf("= %s\n", text);
    }
    memory_release(&memory);
    free(letters);
    free(z);
    cvae_model_close(model);
    return 0;
}
