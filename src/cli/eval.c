#include <stdlib.h>

#include "commands.h"
#include "base/log.h"
#include "course.h"
#include "train/evaluation_text.h"
#include "eval/evaluator.h"
#include "report/record.h"
#include "train/setup.h"
#include "details.h"
#include "output.h"
#include "repeats.h"
#include "library/trained.h"

/** A trained model with its data. */
typedef struct {
    const options_t *options;
    trained_t trained;
    dataset_t dataset;
    dataset_test_t test;
    evaluator_t *evaluator;
    evaluation_t evaluation;
    details_t details;
    course_t course;
    repeats_t repeats;
} eval_t;

static status_t read_model(eval_t *eval) {
    const options_t *options = eval->options;
    config_evaluate_t *evaluate = &eval->trained.config.evaluate;
    status_t status =
        trained_read(&eval->trained, options->file, options->overrides, options->override_count);
    if (status != STATUS_OK) {
        return status;
    }
    if (options->has_seed) {
        eval->trained.config.seed = options->seed;
    }
    setup_products(&eval->trained.config);
    if (options->draws >= 0) {
        evaluate->draws = options->draws;
    }
    if (options->course && !evaluate->test[0]) {
        return status_fail(STATUS_USAGE,
            "--course: the configuration names no test pairs; --set evaluate.test=FILE says where they are");
    }
    if (options->course && evaluate->draws < OPTIONS_COURSE_DRAWS) {
        evaluate->draws = OPTIONS_COURSE_DRAWS;
    }
    return STATUS_OK;
}

static status_t read_data(eval_t *eval) {
    const config_t *config = &eval->trained.config;
    status_t status = setup_trained_dataset(&eval->trained, config, &eval->dataset);
    if (status == STATUS_NO_INPUT) {
        return status_prefix(status,
            "the training data, needed for their rows and the held-back verbs (--set "
            "data.train=PATH where they have moved)");
    }
    if (status == STATUS_OK && config->evaluate.test[0]) {
        status = setup_test(config, &eval->dataset, &eval->test);
        if (status == STATUS_NO_INPUT) {
            return status_prefix(status, "the test pairs (--set evaluate.test=PATH where they have moved)");
        }
    }
    if (status == STATUS_OK && eval->test.missing_count > 0) {
        log_line("note: %zu of the test's pairs left out, as a form is missing (data.missing: skip)",
            eval->test.missing_count);
    }
    return status;
}

/** What the options ask for must be there. */
static status_t check_data(eval_t *eval) {
    if (eval->options->course) {
        if (eval->dataset.row_count == 0) {
            return status_fail(STATUS_USAGE, "--course: the data are pairs, not rows of forms");
        }
        // The examples are the course's table: all the pairs that the evaluator looks at.
        eval->trained.config.evaluate.examples =
            eval->test.count < EVALUATOR_PAIRS_MAX ? (int)eval->test.count : EVALUATOR_PAIRS_MAX;
    }
    return eval->options->repeats > 0 ? repeats_check(&eval->dataset, &eval->test) : STATUS_OK;
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

static void add_evaluation(record_t *record, const evaluation_t *evaluation) {
    record_number(record, "bleu4", evaluation->bleu4);
    record_number(record, "exact_match", evaluation->exact_match);
    add_gaussian(record, &evaluation->gaussian);
    record_number(record, "cross_entropy", evaluation->cross_entropy);
    record_number(record, "kl", evaluation->kl);
    record_integer(record, "gaussian_held_back", (int64_t)evaluation->gaussian.held_back);
    record_integer(record, "pairs", (int64_t)evaluation->pairs);
    record_text(record, "pairs_from", evaluation->pairs_from);
    record_text(record, "bleu4_from", evaluation->bleu4_from);
    record_integer(record, "bleu4_pairs", (int64_t)evaluation->bleu4_pairs);
    record_integer(record, "bleu4_short_references", (int64_t)evaluation->bleu4_short);
    if (evaluation->has_test) {
        record_number(record, "test_exact_match", evaluation->test_exact_match);
    }
}

static status_t evaluate(eval_t *eval) {
    const config_t *config = &eval->trained.config;
    status_t status = evaluator_run(eval->evaluator, eval->trained.parameters, &eval->evaluation);
    if (status == STATUS_OK) {
        status = details_measure(&eval->details, eval->options, config, &eval->dataset, &eval->trained.shape,
            eval->trained.parameters);
    }
    if (status == STATUS_OK && eval->options->course) {
        status = course_measure(
            &eval->course, config, &eval->dataset, &eval->test, eval->evaluator, &eval->evaluation);
    }
    return status;
}

static status_t repeat(eval_t *eval) {
    return repeats_measure(&eval->repeats, &(repeats_source_t){.options = eval->options,
                                               .trained = &eval->trained,
                                               .dataset = &eval->dataset,
                                               .test = &eval->test,
                                               .evaluator = eval->evaluator,
                                               .gaussian = &eval->evaluation.gaussian,
                                               .details = &eval->details});
}

/** The course's draws are those of the evaluation: they are taken before anything is drawn anew. */
static status_t print_json(eval_t *eval) {
    const options_t *options = eval->options;
    status_t status = STATUS_OK;
    record_t *record = record_create();
    if (!record) {
        return status_fail(STATUS_MEMORY, "out of memory for the result");
    }
    add_evaluation(record, &eval->evaluation);
    details_record(&eval->details, record);
    if (options->course) {
        course_record(&eval->course, record);
    }
    if (options->repeats > 0) {
        status = repeat(eval);
        repeats_record(&eval->repeats, record);
    }
    if (status == STATUS_OK) {
        status = output_record(record);
    }
    record_destroy(record);
    return status;
}

static status_t print_text(eval_t *eval) {
    const config_t *config = &eval->trained.config;
    status_t status = STATUS_OK;
    evaluation_text_print(&eval->evaluation, stdout);
    details_print(&eval->details, config, stdout);
    if (eval->options->course) {
        course_print(&eval->course, stdout);
    } else {
        evaluation_text_examples(eval->evaluator, config, stdout);
    }
    if (eval->options->repeats > 0) {
        status = repeat(eval);
        if (status == STATUS_OK) {
            repeats_print(&eval->repeats, stdout);
        }
    }
    return status;
}

static status_t print(eval_t *eval) {
    return eval->options->json ? print_json(eval) : print_text(eval);
}

status_t commands_eval(const options_t *options) {
    status_t (*const stages[])(eval_t *) = {
        read_model, read_data, check_data, create_evaluator, evaluate, print};
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
