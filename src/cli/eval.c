#include <stdlib.h>

#include "commands.h"
#include "base/log.h"
#include "course.h"
#include "train/evaluation.h"
#include "eval/evaluator.h"
#include "report/document.h"
#include "train/plan.h"
#include "details.h"
#include "output.h"
#include "eval/conversions.h"
#include "eval/spread.h"
#include "library/trained.h"

/** What --repeats measures: how far scores vary from one drawing of z to the next. */
typedef struct {
    int count;
    size_t draws; /**< of each repetition; 0: no Gaussian score */
    spread_t gaussian, distinct;
    bool has_course;
    spread_t course;   /**< of the first draws of each repetition, as the course's script counts */
    size_t test_pairs; /**< 0: none */
    spread_t test_bleu4, test_exact;
    size_t pairs; /**< of rows; 0: none */
    const char *pairs_from;
    spread_t bleu4, exact;
} repeats_t;

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
    plan_products(&eval->trained.config);
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
    status_t status = plan_trained_dataset(&eval->trained, config, &eval->dataset);
    if (status == STATUS_NO_INPUT) {
        return status_prefix(status,
            "the training data, needed for their rows and the held-back verbs (--set "
            "data.train=PATH where they have moved)");
    }
    if (status == STATUS_OK && config->evaluate.test[0]) {
        status = plan_test(config, &eval->dataset, &eval->test);
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

/** There must be something to repeat. */
static status_t check_repeats(const eval_t *eval) {
    if (eval->dataset.row_count == 0 && eval->test.count == 0) {
        return status_fail(STATUS_USAGE, "--repeats: the data are pairs, not rows of forms, and there are no "
                                         "test pairs; --set evaluate.test=FILE says where they are");
    }
    return STATUS_OK;
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
    return eval->options->repeats > 0 ? check_repeats(eval) : STATUS_OK;
}

static status_t create_evaluator(eval_t *eval) {
    return plan_evaluator(
        &eval->trained.config, &eval->trained.shape, &eval->dataset, &eval->test, &eval->evaluator);
}

static json_t *record_of(const evaluation_t *evaluation) {
    const gaussian_score_t *gaussian = &evaluation->gaussian;
    const bool has_draws = gaussian->draws > 0;
    json_t *record = json_pack("{s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:I, s:I, s:o, s:o, s:I, s:I}", "bleu4",
        document_number(evaluation->bleu4), "exact_match", document_number(evaluation->exact_match),
        "gaussian", has_draws ? document_number(gaussian->score) : json_null(), "gaussian_distinct",
        has_draws ? json_integer((json_int_t)gaussian->distinct) : json_null(), "draws",
        (json_int_t)gaussian->draws, "cross_entropy", document_number(evaluation->cross_entropy), "kl",
        document_number(evaluation->kl), "gaussian_held_back", (json_int_t)gaussian->held_back, "pairs",
        (json_int_t)evaluation->pairs, "pairs_from", document_text(evaluation->pairs_from), "bleu4_from",
        document_text(evaluation->bleu4_from), "bleu4_pairs", (json_int_t)evaluation->bleu4_pairs,
        "bleu4_short_references", (json_int_t)evaluation->bleu4_short);
    if (evaluation->has_test) {
        document_set(&record, "test_exact_match", document_number(evaluation->test_exact_match));
    }
    return record;
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

/** Draws again and again, the first time being what the evaluator has drawn last. values [3, count]: room for
 * the scores. */
static status_t repeat_draws(eval_t *eval, double *values) {
    repeats_t *repeats = &eval->repeats;
    const size_t count = (size_t)repeats->count;
    double *gaussian = values, *distinct = gaussian + count, *course = distinct + count;
    gaussian_score_t score = eval->evaluation.gaussian, first_draws = {0};
    status_t status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        if (i > 0) {
            status = evaluator_draw(eval->evaluator, (uint32_t)i, &score);
        }
        if (status == STATUS_OK && repeats->has_course) {
            status = course_score(&eval->dataset, eval->evaluator, &first_draws);
        }
        gaussian[i] = score.score;
        distinct[i] = (double)score.distinct;
        course[i] = first_draws.course;
    }
    repeats->gaussian = spread_of(gaussian, count);
    repeats->distinct = spread_of(distinct, count);
    repeats->course = spread_of(course, count);
    return status;
}

/** Converts the test's pairs from samples of z. values [2, count]. */
static status_t repeat_test(eval_t *eval, double *values) {
    repeats_t *repeats = &eval->repeats;
    const size_t count = (size_t)repeats->count;
    const conversions_samples_t samples = {.count = repeats->count, .exact = values, .bleu4 = values + count};
    status_t status = conversions_sample_pairs(&eval->trained.shape, eval->trained.parameters,
        eval->test.pairs, eval->test.count, eval->trained.config.seed, &samples);
    if (status == STATUS_OK) {
        repeats->test_exact = spread_of(samples.exact, count);
        repeats->test_bleu4 = spread_of(samples.bleu4, count);
    }
    return status;
}

/** The evaluator holds the draws of the last repetition afterwards. */
static status_t repeat(eval_t *eval) {
    const details_t *details = &eval->details;
    repeats_t *repeats = &eval->repeats;
    *repeats = (repeats_t){.count = eval->options->repeats,
        .draws = eval->evaluation.gaussian.draws,
        .has_course = eval->options->course,
        .test_pairs = eval->test.count,
        .pairs = details->repeats > 0 ? details->pairs : 0,
        .pairs_from = details->rows_from,
        .bleu4 = details->repeated_bleu4,
        .exact = details->repeated_exact};
    double *values = calloc(3 * (size_t)repeats->count, sizeof *values);
    status_t status = values ? STATUS_OK : status_fail(STATUS_MEMORY, "out of memory for the repetitions");
    if (status == STATUS_OK && repeats->draws > 0) {
        status = repeat_draws(eval, values);
    }
    if (status == STATUS_OK && repeats->test_pairs > 0) {
        status = repeat_test(eval, values);
    }
    free(values);
    return status;
}

static json_t *record_spread(const spread_t *spread) {
    return json_pack(
        "{s:o, s:o}", "mean", document_number(spread->mean), "deviation", document_number(spread->deviation));
}

static json_t *repeats_record(const repeats_t *repeats) {
    json_t *record = json_pack("{s:i}", "count", repeats->count);
    if (repeats->draws > 0) {
        document_add(&record, "{s:I, s:o, s:o}", "draws", (json_int_t)repeats->draws, "gaussian",
            record_spread(&repeats->gaussian), "gaussian_distinct", record_spread(&repeats->distinct));
    }
    if (repeats->has_course) {
        document_set(&record, "gaussian_as_the_course_counts", record_spread(&repeats->course));
    }
    if (repeats->test_pairs > 0) {
        document_add(&record, "{s:I, s:o, s:o}", "test_pairs", (json_int_t)repeats->test_pairs, "test_bleu4",
            record_spread(&repeats->test_bleu4), "test_exact_match", record_spread(&repeats->test_exact));
    }
    if (repeats->pairs > 0) {
        document_add(&record, "{s:I, s:o, s:o, s:o}", "pairs", (json_int_t)repeats->pairs, "pairs_from",
            document_text(repeats->pairs_from), "bleu4", record_spread(&repeats->bleu4), "exact_match",
            record_spread(&repeats->exact));
    }
    return record;
}

static void print_spread(FILE *stream, const char *name, int digits, const spread_t *spread) {
    fprintf(stream, "  %-52s %14.*f %14.*f\n", name, digits, spread->mean, digits, spread->deviation);
}

static void print_repeats(const repeats_t *repeats, FILE *stream) {
    char name[64];
    snprintf(name, sizeof name, "over %d repetitions", repeats->count);
    fprintf(stream, "  %-52s %14s %14s\n", name, "mean", "deviation");
    if (repeats->draws > 0) {
        snprintf(name, sizeof name, "Gaussian score of %zu draws", repeats->draws);
        print_spread(stream, name, 4, &repeats->gaussian);
        print_spread(stream, "different training rows hit", 1, &repeats->distinct);
    }
    if (repeats->has_course) {
        snprintf(
            name, sizeof name, "Gaussian score of %d, as the course's script counts", OPTIONS_COURSE_DRAWS);
        print_spread(stream, name, 4, &repeats->course);
    }
    if (repeats->test_pairs > 0) {
        snprintf(name, sizeof name, "BLEU-4 of samples of z, %zu test pairs", repeats->test_pairs);
        print_spread(stream, name, 4, &repeats->test_bleu4);
        print_spread(stream, "exact match of the same", 4, &repeats->test_exact);
    }
    if (repeats->pairs > 0) {
        snprintf(
            name, sizeof name, "BLEU-4 of samples of z, %zu %s pairs", repeats->pairs, repeats->pairs_from);
        print_spread(stream, name, 4, &repeats->bleu4);
        print_spread(stream, "exact match of the same", 4, &repeats->exact);
    }
}

/** The course's draws are those of the evaluation: they are taken before anything is drawn anew. */
static status_t print_json(eval_t *eval) {
    const options_t *options = eval->options;
    status_t status = STATUS_OK;
    json_t *record = record_of(&eval->evaluation);
    details_record(&eval->details, &record);
    if (options->course) {
        document_set(&record, "course", course_record(&eval->course));
    }
    if (options->repeats > 0) {
        status = repeat(eval);
        document_set(&record, "repeats", repeats_record(&eval->repeats));
    }
    if (status == STATUS_OK) {
        return output_record(record);
    }
    json_decref(record);
    return status;
}

static status_t print_text(eval_t *eval) {
    const config_t *config = &eval->trained.config;
    status_t status = STATUS_OK;
    evaluation_print(&eval->evaluation, stdout);
    details_print(&eval->details, config, stdout);
    if (eval->options->course) {
        course_print(&eval->course, stdout);
    } else {
        evaluation_print_examples(eval->evaluator, config, stdout);
    }
    if (eval->options->repeats > 0) {
        status = repeat(eval);
        if (status == STATUS_OK) {
            print_repeats(&eval->repeats, stdout);
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
