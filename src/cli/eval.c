#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "cvae/checkpoint.h"
#include "cvae/config.h"
#include "cvae/cvae.h"
#include "cvae/evaluation_text.h"
#include "cvae/evaluator.h"
#include "cvae/likelihood.h"
#include "cvae/log.h"
#include "cvae/record.h"
#include "cvae/setup.h"
#include "cvae/weights.h"

/** A trained model taken out of a checkpoint, with its data. */
typedef struct {
    const options_t *options;
    checkpoint_t checkpoint;
    config_t config;
    dataset_t dataset;
    dataset_test_t test;
    shape_t shape;
    parameters_t table;
    float *parameters;
    evaluator_t *evaluator;
} eval_t;

typedef struct {
    size_t words; /**< 0: not measured */
    likelihood_t likelihood;
} eval_likelihood_t;

static status_t read_config(eval_t *eval) {
    const options_t *options = eval->options;
    const char *text;
    status_t status = checkpoint_text(&eval->checkpoint, "config/text", &text);
    if (status == STATUS_OK) {
        status = config_parse(
            &eval->config, options->file, text, strlen(text), options->overrides, options->override_count);
    }
    if (status == STATUS_OK && options->draws >= 0) {
        eval->config.evaluate.draws = options->draws;
    }
    if (status == STATUS_OK && options->has_seed) {
        eval->config.seed = options->seed;
    }
    return status;
}

static status_t read_data(eval_t *eval) {
    input_t text;
    const char *alphabet, *hash;
    status_t status = input_read(eval->config.data.train, &text);
    if (status != STATUS_OK) {
        return status_prefix(status,
            "the training data, needed for their rows and the held-back verbs (--set "
            "data.train=PATH where they have moved)");
    }
    status = checkpoint_text(&eval->checkpoint, "data/alphabet", &alphabet);
    if (status == STATUS_OK) {
        status = checkpoint_text(&eval->checkpoint, "data/hash", &hash);
    }
    if (status == STATUS_OK) {
        status = setup_dataset(&eval->config, &text, alphabet, &eval->dataset);
    }
    if (status == STATUS_OK && strcmp(hash, eval->dataset.hash) != 0) {
        log_warning("%s is not the data that the checkpoint was trained on: held back and trained may mix",
            eval->config.data.train);
    }
    input_release(&text);
    if (status == STATUS_OK && eval->config.evaluate.test[0]) {
        status = setup_test(&eval->config, &eval->dataset, &eval->test);
    }
    return status;
}

/** Copies the tensors that the shape asks for into one block. */
static status_t read_parameters(eval_t *eval) {
    setup_products(&eval->config);
    setup_shape(&eval->config, &eval->dataset, &eval->shape);
    weights_describe(&eval->shape, &eval->table);
    eval->parameters = calloc(eval->table.size, sizeof *eval->parameters);
    if (!eval->parameters) {
        return status_fail(STATUS_MEMORY, "out of memory for the parameters");
    }
    status_t status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < eval->table.count; i++) {
        const parameters_entry_t *entry = &eval->table.entry[i];
        const size_t dimension[] = {(size_t)entry->dimension[0], (size_t)entry->dimension[1]};
        char name[CHECKPOINT_NAME_SIZE];
        snprintf(name, sizeof name, "parameters/%s", entry->name);
        status = checkpoint_copy(&eval->checkpoint, name, CHECKPOINT_FLOAT32, entry->dimensions, dimension,
            eval->parameters + entry->offset);
    }
    return status;
}

static status_t create_evaluator(eval_t *eval) {
    return setup_evaluator(&eval->config, &eval->shape, &eval->dataset, &eval->test, &eval->evaluator);
}

static void add_gaussian(record_t *record, const gaussian_score_t *gaussian) {
    if (gaussian->draws == 0) {
        record_null(record, "gaussian");
        record_null(record, "gaussian_distinct");
    } else {
        record_number(record, "gaussian", gaussian->score);
        record_integer(record, "gaussian_distinct", (int64_t)gaussian->distinct);
    }
    record_integer(record, "draws", (int64_t)gaussian->draws);
}

/** The words whose likelihood is measured: held-back forms if there are any, else training forms, at even
 * distances. */
enum { LIKELIHOOD_WORDS = 1000 };

static size_t choose_words(const dataset_t *dataset, word_t *words) {
    const size_t conditions = (size_t)dataset->condition_count, trained = dataset->train_row_count;
    const size_t first = dataset->row_count > trained ? trained : 0;
    const size_t all = (first > 0 ? dataset->row_count - first : trained) * conditions;
    const size_t count = all < LIKELIHOOD_WORDS ? all : LIKELIHOOD_WORDS;
    for (size_t i = 0; i < count; i++) {
        const size_t place = i * all / count;
        words[i] = dataset_word(dataset, first + place / conditions, (int)(place % conditions));
    }
    return count;
}

/** result->words stays 0 where nothing was asked, or the data are no rows. */
static status_t measure_likelihood(const eval_t *eval, eval_likelihood_t *result) {
    const int samples = eval->options->likelihood_samples;
    word_t words[LIKELIHOOD_WORDS];
    *result = (eval_likelihood_t){0};
    if (samples == 0) {
        return STATUS_OK;
    }
    result->words = choose_words(&eval->dataset, words);
    if (result->words == 0) {
        return status_fail(STATUS_USAGE, "--likelihood: the data are pairs, not rows of forms");
    }
    return likelihood_measure(&(likelihood_source_t){.shape = &eval->shape,
                                  .parameters = eval->parameters,
                                  .words = words,
                                  .count = result->words,
                                  .samples = samples,
                                  .seed = eval->config.seed},
        &result->likelihood);
}

static void add_likelihood(record_t *record, const eval_likelihood_t *measured) {
    const likelihood_t *likelihood = &measured->likelihood;
    record_integer(record, "likelihood_words", (int64_t)measured->words);
    record_number(record, "elbo", likelihood->elbo);
    record_number(record, "importance_bound", likelihood->bound);
    record_number(record, "bits_per_letter", likelihood->bits_per_letter);
    record_integer(record, "active_units", likelihood->active_units);
    record_number(record, "mutual_information", likelihood->mutual_information);
}

static void print_likelihood(const eval_t *eval, const eval_likelihood_t *measured) {
    const likelihood_t *likelihood = &measured->likelihood;
    printf("  ELBO %.3f, importance-weighted bound %.3f nats a word, %.3f bits a letter (%zu words, %d "
           "samples)\n  KL %.3f, mutual information %.3f nats (at most %.3f), %d of %d units active\n",
        likelihood->elbo, likelihood->bound, likelihood->bits_per_letter, measured->words,
        eval->options->likelihood_samples, likelihood->kl, likelihood->mutual_information,
        log((double)measured->words), likelihood->active_units, eval->shape.latent);
}

static status_t print_json(const evaluation_t *evaluation, const eval_likelihood_t *likelihood) {
    record_t *record = record_create();
    if (!record) {
        return status_fail(STATUS_MEMORY, "out of memory for the result");
    }
    record_number(record, "bleu4", evaluation->bleu4);
    record_number(record, "exact_match", evaluation->exact_match);
    add_gaussian(record, &evaluation->gaussian);
    record_number(record, "cross_entropy", evaluation->cross_entropy);
    record_number(record, "kl", evaluation->kl);
    record_integer(record, "gaussian_held_back", (int64_t)evaluation->gaussian.held_back);
    record_integer(record, "pairs", (int64_t)evaluation->pairs);
    record_text(record, "pairs_from", evaluation->pairs_from);
    record_text(record, "bleu4_from", evaluation->bleu4_from);
    if (evaluation->has_test) {
        record_number(record, "test_exact_match", evaluation->test_exact_match);
    }
    if (likelihood->words > 0) {
        add_likelihood(record, likelihood);
    }
    status_t status = record_print(record, stdout, 0);
    record_destroy(record);
    return status;
}

static status_t evaluate(eval_t *eval) {
    evaluation_t evaluation;
    eval_likelihood_t likelihood;
    status_t status = evaluator_run(eval->evaluator, eval->parameters, &evaluation);
    if (status == STATUS_OK) {
        status = measure_likelihood(eval, &likelihood);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (eval->options->json) {
        return print_json(&evaluation, &likelihood);
    }
    evaluation_text_print(&evaluation, stdout);
    if (likelihood.words > 0) {
        print_likelihood(eval, &likelihood);
    }
    evaluation_text_examples(eval->evaluator, &eval->config, stdout);
    return STATUS_OK;
}

status_t commands_eval(const options_t *options) {
    status_t (*const stages[])(eval_t *) = {
        read_config, read_data, read_parameters, create_evaluator, evaluate};
    eval_t *eval = calloc(1, sizeof *eval);
    if (!eval) {
        return status_fail(STATUS_MEMORY, "out of memory for the evaluation");
    }
    eval->options = options;
    status_t status = checkpoint_read(options->file, &eval->checkpoint);
    for (size_t i = 0; status == STATUS_OK && i < sizeof stages / sizeof stages[0]; i++) {
        status = stages[i](eval);
        if (status == STATUS_CHECKPOINT) {
            status_prefix(status, "%s", options->file);
        }
    }
    evaluator_destroy(eval->evaluator);
    free(eval->parameters);
    dataset_test_destroy(&eval->test);
    dataset_destroy(&eval->dataset);
    checkpoint_destroy(&eval->checkpoint);
    free(eval);
    return status;
}
