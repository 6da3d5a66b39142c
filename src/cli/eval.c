#include <stdlib.h>

#include "commands.h"
#include "cvae/evaluation_text.h"
#include "cvae/evaluator.h"
#include "cvae/record.h"
#include "cvae/setup.h"
#include "details.h"
#include "output.h"
#include "trained.h"

/** A trained model with its data. */
typedef struct {
    const options_t *options;
    trained_t trained;
    dataset_t dataset;
    dataset_test_t test;
    evaluator_t *evaluator;
} eval_t;

static status_t read_model(eval_t *eval) {
    status_t status = trained_read(&eval->trained, eval->options);
    if (status == STATUS_OK && eval->options->draws >= 0) {
        eval->trained.config.evaluate.draws = eval->options->draws;
    }
    return status;
}

static status_t read_data(eval_t *eval) {
    const config_t *config = &eval->trained.config;
    status_t status = trained_data(&eval->trained, &eval->dataset);
    if (status == STATUS_NO_INPUT) {
        return status_prefix(status,
            "the training data, needed for their rows and the held-back verbs (--set "
            "data.train=PATH where they have moved)");
    }
    if (status == STATUS_OK && config->evaluate.test[0]) {
        status = setup_test(config, &eval->dataset, &eval->test);
    }
    return status;
}

static status_t create_evaluator(eval_t *eval) {
    return setup_evaluator(
        &eval->trained.config, &eval->trained.shape, &eval->dataset, &eval->test, &eval->evaluator);
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

static status_t print_json(const evaluation_t *evaluation, const details_t *details) {
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
    details_record(details, record);
    status_t status = output_record(record);
    record_destroy(record);
    return status;
}

static status_t evaluate(eval_t *eval) {
    evaluation_t evaluation;
    details_t details;
    status_t status = evaluator_run(eval->evaluator, eval->trained.parameters, &evaluation);
    if (status == STATUS_OK) {
        status = details_measure(&details, eval->options, &eval->trained.config, &eval->dataset,
            &eval->trained.shape, eval->trained.parameters);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (eval->options->json) {
        return print_json(&evaluation, &details);
    }
    evaluation_text_print(&evaluation, stdout);
    details_print(&details, &eval->trained.config, stdout);
    evaluation_text_examples(eval->evaluator, &eval->trained.config, stdout);
    return STATUS_OK;
}

status_t commands_eval(const options_t *options) {
    status_t (*const stages[])(eval_t *) = {read_model, read_data, create_evaluator, evaluate};
    eval_t *eval = calloc(1, sizeof *eval);
    if (!eval) {
        return status_fail(STATUS_MEMORY, "out of memory for the evaluation");
    }
    eval->options = options;
    status_t status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof stages / sizeof stages[0]; i++) {
        status = stages[i](eval);
    }
    evaluator_destroy(eval->evaluator);
    dataset_test_destroy(&eval->test);
    dataset_destroy(&eval->dataset);
    trained_destroy(&eval->trained);
    free(eval);
    return status;
}
