/**
 * BLEU-4 on letters (Papineni et al., ACL 2002), exactly as NLTK's sentence_bleu (version 3.8) computes it
 * with one reference and smoothing method 1 (Chen and Cherry, 2014; epsilon 0.1).
 */
#ifndef CVAE_BLEU_H
#define CVAE_BLEU_H

#include "base/word.h"

enum { BLEU_ORDERS = 4 /**< the longest n-gram; a word with fewer letters has none */ };

/**
 * bp * exp(sum_n w_n ln p_n), bp = 1 if candidate is longer than reference, else exp(1 - |reference| /
 * |candidate|); p_n the clipped n-gram precision, an n-gram order without a match counting 0.1 / max(1,
 * n-grams of the candidate); 0 when no single letter matches or the candidate is empty. Weights 1/4 each for
 * n = 1..4, or 0.33 for n = 1..3 when the reference has three letters. So a word of one or two letters, spelt
 * right, has 0.1^(3/4) = 0.178 or 0.1^(1/2) = 0.316, as in NLTK. In [0, 1]. Any lengths (the time grows with
 * their square); allocates nothing.
 */
double bleu_sentence(
    const symbol_t *candidate, int candidate_length, const symbol_t *reference, int reference_length);

#endif
