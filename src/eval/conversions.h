/**
 * Conversions in detail, by a model or by anything else that spells words, such as a rule: which are right,
 * how far the others are off, and in which way they are wrong. A model converts from the posterior mean and
 * from samples of z, greedily. A conversion is right when it is right to the letter. Runs on one process.
 */
#ifndef CVAE_CONVERSIONS_H
#define CVAE_CONVERSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"
#include "base/status.h"
#include "base/word.h"
#include "data/dataset.h"
#include "data/dataset_test.h"
#include "model/shape.h"
#include "spread.h"

/**
 * The conversions to be scored, row by row: each form of a row into the others, or into itself if there is
 * one condition. If pairs are given (a test, a pairs file, a table, data.pairs inflect or lemmatize), a row
 * is a source word with its pairs. Only the rows are independent of each other. Owns its arrays; the words'
 * letters belong to the data set or the test.
 */
typedef struct {
    const char *from;         /**< "test"; else "held-back", or "training" where nothing is held back */
    bool are_given;           /**< a row is a source word with its pairs */
    random_purpose_t purpose; /**< of the samples' noise */
    size_t rows, count;
    pair_t *pairs; /**< [count] the conversions of a row stand together; index: the key of their noise */
    word_t *stems; /**< [count] stem_find()'s, of the row's forms or of the given pair; length 0: none */
    size_t *first; /**< [rows + 1] the conversions of row r are first[r] .. first[r + 1] - 1 */
} conversions_t;

/**
 * The conversions of a test, or without a test (NULL) of a data set. If there are more than `most`, takes
 * about `most`, from rows (or given pairs) at even distances. The key of the noise is the form's number in
 * the rows taken, or a given pair's index. STATUS_MEMORY. conversions_destroy() it in any case.
 */
status_t conversions_create(
    conversions_t *conversions, const dataset_t *dataset, const dataset_test_t *test, size_t most);

/** Frees it; fine for a zeroed struct. */
void conversions_destroy(conversions_t *conversions);

/** In which way a conversion is wrong: the first of these that applies, whatever the language. */
typedef enum {
    CONVERSIONS_RIGHT,
    CONVERSIONS_SWAPPED, /**< the expected letters, each as often, in another order */
    CONVERSIONS_ENDING,  /**< the row's stem stands in it; what stands behind the stem, or before it, is wrong
                          */
    CONVERSIONS_STEM,    /**< anything else; all else of a row without a stem, such as sing, sang */
    CONVERSIONS_KINDS
} conversions_kind_t;

typedef struct {
    conversions_kind_t kind;
    int distance; /**< Levenshtein's, in letters, from what was expected */
} conversions_outcome_t;

/** Compares a spelling with conversion `index`, whose word has at most 255 letters. */
conversions_outcome_t conversions_judge(
    const conversions_t *conversions, size_t index, const word_t *spelled);

/** Scores of samples of z ~ q, in the caller's arrays, and whom to tell of the work. */
typedef struct {
    int count;      /**< samples; 0: the posterior mean alone */
    double *exact;  /**< [count] share of the conversions that is right, in [0, 1] */
    double *bleu4;  /**< [count] mean of bleu_sentence() */
    int shared;     /**< the number of samples, the first ones, that the shares are over */
    double *shares; /**< [conversions] the share of those samples that is right; NULL: not wanted */
    void (*tell)(void *context, double share); /**< called before each batch with the share done, or NULL */
    void *context;
    /** called for each conversion in order, with its spelling from the posterior mean, or NULL */
    void (*show)(void *shown, size_t index, const word_t *spelled, conversions_outcome_t outcome);
    void *shown; /**< show()'s context */
} conversions_samples_t;

/**
 * Converts by a model, whose parameters are a block of the shape's table. Fills in outcomes
 * [conversions->count] from the posterior mean with speller_encode()'s corrections, unless outcomes is NULL,
 * and the samples, without corrections. Takes its memory and gives it back. STATUS_MEMORY, STATUS_CONFIG.
 */
status_t conversions_measure(const conversions_t *conversions, const shape_t *shape, const float *parameters,
    uint64_t seed, int corrections, conversions_outcome_t *outcomes, const conversions_samples_t *samples);

enum { CONVERSIONS_LENGTHS = 4 };

/** The longest source words of each group by length, in letters; the last group has all longer ones. */
extern const int conversions_lengths[CONVERSIONS_LENGTHS];

/** Each score's error is the standard error of its mean over rows. */
typedef struct {
    spread_t exact;    /**< share of the conversions that is right */
    spread_t paradigm; /**< share of the rows whose conversions from the row's first form are all right */
    spread_t distance; /**< letters of a conversion */
    size_t kinds[CONVERSIONS_LENGTHS][CONVERSIONS_KINDS]; /**< how many, by length of the source word */
} conversions_scores_t;

/** The scores of outcomes [conversions->count]. STATUS_MEMORY. */
status_t conversions_score(
    const conversions_t *conversions, const conversions_outcome_t *outcomes, conversions_scores_t *scores);

/**
 * Whether an English past follows from the verb's base by rule: -ed (walk, walked); -d after e (bake, baked);
 * -ied for y (try, tried); a doubled last letter (stop, stopped); -ked after c (panic, panicked). Here a
 * letter may be doubled or not: both are regular. Words are lower-case ASCII.
 */
bool conversions_is_regular_past(const char *base, const char *past);

#endif
