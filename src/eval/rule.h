/**
 * The longest-suffix rule: the line that a trained model has to beat. It learns from the training rows or
 * pairs by which letters a suffix is replaced between two conditions, and converts a word by its longest
 * suffix that was learned.
 *
 * It is like the baseline of the CoNLL-SIGMORPHON 2017 shared task (Cotterell et al. 2017, "Universal
 * Morphological Reinflection in 52 Languages"), which applies the longest matching suffix rule, too, the most
 * frequent one of equals. It differs in two ways: a pair is aligned by the letters that both words begin
 * with, not by edit distance, and there are no rules for prefixes. Runs on one process.
 */
#ifndef CVAE_RULE_H
#define CVAE_RULE_H

#include "base/status.h"
#include "base/word.h"
#include "data/dataset.h"

enum { RULE_LETTERS = 255 /**< of a word to convert */ };

typedef struct rule rule_t;

/**
 * Learns from all dataset_cross_pair()s; the data set must outlive the rule. Memory: 32 bytes for each word
 * of the training rows or paradigms, or for each given pair, and 16 bytes for each pair of a direction. Time:
 * n log n for n words. STATUS_MEMORY.
 */
status_t rule_create(rule_t **rule, const dataset_t *dataset);

/** Frees it. NULL is fine. */
void rule_destroy(rule_t *rule);

/**
 * Converts a word, of RULE_LETTERS letters at most, into a condition. Each suffix of a training source
 * votes for its replacement if the letters before it are the ones that the target begins with. The longest
 * suffix of the word with a vote decides, down to the suffix without letters; of its replacements the most
 * frequent one wins, of equally frequent ones the first by symbols. Without any vote the word is copied. The
 * result's letters live until the next conversion.
 */
word_t rule_convert(rule_t *rule, const word_t *source, int target);

#endif
