#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "cvae/checkpoint.h"
#include "cvae/config.h"
#include "cvae/cvae.h"
#include "cvae/evaluation_text.h"
#include "cvae/evaluator.h"
#include "cvae/log.h"
#include "cvae/record.h"
#include "cvae/setup.h"
#include "cvae/weights.h"
#include "details.h"

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
    status_t status = record_print(record, stdout, 0);
    record_destroy(record);
    return status;
}

static status_t evaluate(eval_t *eval) {
    evaluation_t evaluation;
    details_t details;
    status_t status = evaluator_run(eval->evaluator, eval->parameters, &evaluation);
    if (status == STATUS_OK) {
        status = details_measure(
            &details, eval->options, &eval->config, &eval->dataset, &eval->shape, eval->parameters);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (eval->options->json) {
        return print_json(&evaluation, &details);
    }
    evaluation_text_print(&evaluation, stdout);
    details_print(&details, &eval->config, stdout);
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
