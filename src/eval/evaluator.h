/**
 * The evaluation of a model on word pairs and on draws from the prior. Runs on one process; the same model,
 * data and seed give the same numbers.
 */
#ifndef CVAE_EVALUATOR_H
#define CVAE_EVALUATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/dataset.h"
#include "data/dataset_test.h"
#include "gaussian.h"
#include "model/shape.h"
#include "base/status.h"

enum {
    EVALUATOR_PAIRS_MAX = 20000, /**< of more pairs, so many are taken at even distances */
    EVALUATOR_TEXT_SIZE = 1024   /**< a word as text */
};

typedef struct evaluator evaluator_t;

typedef struct {
    const shape_t *shape;
    const dataset_t *dataset;   /**< must outlive the evaluator, as the next */
    const dataset_test_t *test; /**< NULL: none */
    uint64_t seed;
    int draws;         /**< of the Gaussian score; taken as 0 where the data set has no rows */
    int refine;        /**< rounds of speller_refine() before draws are scored once more; 0: they are not */
    int refined_draws; /**< how many, the first ones, at most all */
    int corrections;   /**< speller_encode()'s, of conversions */
    int examples;      /**< conversions to show */
} evaluator_settings_t;

/** All scores are means over pairs; beside them stands where the pairs come from: "held-back", "training" or
 * "test". Errors are standard errors of these means. Only rows are independent of each other; for given pairs
 * and test pairs, only runs of pairs with the same source. A test line that cannot be read counts as
 * independent, because its source is unknown; where such lines depend on each other (all forms of a lemma
 * with a letter that the data lack), the error is a little too small. */
typedef struct {
    const char *pairs_from; /**< of exact_match, cross_entropy and kl: held-back pairs if there are any, else
                               training */
    size_t pairs;           /**< how many */
    double exact_match;     /**< share of pairs whose greedy conversion from the posterior mean is right */
    double cross_entropy;   /**< nats a word, teacher forcing, one z ~ q a pair, as the loss counts it */
    double kl;              /**< nats a word */
    double exact_match_error, cross_entropy_error, kl_error;
    int active_units; /**< dimensions of z whose (corrected) posterior mean has a variance above 0.01 over the
                         pairs' sources; likelihood.h */
    const char *bleu4_from; /**< of bleu4: the test pairs if there are any, else as pairs_from */
    size_t bleu4_pairs;     /**< how many */
    size_t bleu4_short;     /**< those of them whose reference has fewer than BLEU_ORDERS letters */
    double bleu4;           /**< mean of bleu_sentence() over the greedy conversions */
    double bleu4_error;
    bool has_test;
    double test_exact_match; /**< of the test pairs */
    double test_exact_match_error;
    size_t test_unknown; /**< lines of a test's table with tags or letters that the data lack: they count as
                            wrong, in bleu4 as 0 */
    uint64_t seed;       /**< of the draws */
    gaussian_score_t
        gaussian;             /**< z ~ N(0, I), spelled as it is; draws = 0 where there is no table of rows */
    gaussian_score_t refined; /**< the same z refined; draws = 0 where that was not asked for */
    int refine;               /**< rounds of it */
} evaluation_t;

/** A conversion as text, UTF-8. */
typedef struct {
    char source[EVALUATOR_TEXT_SIZE], expected[EVALUATOR_TEXT_SIZE], produced[EVALUATOR_TEXT_SIZE];
    int source_condition, target_condition;
    double bleu4; /**< bleu_sentence() of what was produced */
} evaluator_example_t;

/** Which row of the data a draw is: all its words are that row's. */
typedef enum { EVALUATOR_ROW_NONE, EVALUATOR_ROW_TRAINING, EVALUATOR_ROW_HELD_BACK } evaluator_row_t;

/** Takes all the memory that evaluations will need. STATUS_MEMORY, STATUS_CONFIG. */
status_t evaluator_create(evaluator_t **evaluator, const evaluator_settings_t *settings);

/** The share of evaluator_run() that is done, by the words that were asked for: for a line of progress. */
double evaluator_share(const evaluator_t *evaluator);

/** Frees it. NULL is fine. */
void evaluator_destroy(evaluator_t *evaluator);

/**
 * From now on evaluator_run() asks after every few words whether to give up; gives_up is called with context.
 * Without it, it never does.
 */
void evaluator_ask(evaluator_t *evaluator, bool (*gives_up)(void *context), void *context);

/**
 * Evaluates the model with these parameters (a block of its table). STATUS_MEMORY; STATUS_STOPPED when it
 * gave up, with nothing of use in *evaluation.
 */
status_t evaluator_run(evaluator_t *evaluator, const float *parameters, evaluation_t *evaluation);

/**
 * After evaluator_run(): draws anew, with other numbers for each repetition, and scores; repetition 0 is what
 * evaluator_run() drew. STATUS_MEMORY.
 */
status_t evaluator_draw(evaluator_t *evaluator, uint32_t repetition, gaussian_score_t *result);

/** The words of the last draws, [draws, C], until the next ones: after evaluator_run() the strict ones. */
const word_t *evaluator_drawn(const evaluator_t *evaluator);

/** The score of the first `draws` of the last draws. STATUS_MEMORY. */
status_t evaluator_score(const evaluator_t *evaluator, size_t draws, gaussian_score_t *result);

/**
 * After evaluator_run(), as long as its parameters are what they were: how many example conversions there
 * are, and the one of number `index`, converted now.
 */
int evaluator_example_count(const evaluator_t *evaluator);
void evaluator_example(const evaluator_t *evaluator, int index, evaluator_example_t *example);

/**
 * After evaluator_run(): how many of the Gaussian score's draws are to be shown (the first ones, at most as
 * many as settings->examples), and one of the last draws, any: its word in a condition as text, and which row
 * it is.
 */
int evaluator_sample_count(const evaluator_t *evaluator);
void evaluator_sample(const evaluator_t *evaluator, int index, int condition, char text[EVALUATOR_TEXT_SIZE]);
evaluator_row_t evaluator_sample_row(const evaluator_t *evaluator, int index);

#endif
