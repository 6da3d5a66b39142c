#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "commands.h"
#include "eval_conversions.h"
#include "eval/conversions.h"
#include "eval/evaluator.h"
#include "eval/likelihood.h"
#include "eval/spread.h"
#include "library/trained.h"
#include "report/document.h"
#include "report/progress.h"
#include "train/evaluation.h"
#include "train/plan.h"

enum { LIKELIHOOD_WORDS = 1000 };

/** A trained model with its data. What is measured is printed, and added to the record. */
typedef struct {
    const options_t *options;
    uint64_t training_seed;
    trained_t trained;
    dataset_t dataset;
    dataset_test_t test;
    dataset_leaks_t test_leaks;
    evaluator_t *evaluator;
    evaluation_t evaluation;
    json_t *record;
    eval_conversions_t *conversions;
    progress_work_t work; /**< at hand */
} eval_t;

static status_t read_model(eval_t *eval) {
    const options_t *options = eval->options;
    config_evaluate_t *evaluate = &eval->trained.config.evaluate;
    status_t status =
        trained_read(&eval->trained, options->file, options->overrides, options->override_count);
    if (status != STATUS_OK) {
        return status;
    }
    eval->training_seed = eval->trained.config.seed;
    if (options->has_seed) {
        eval->trained.config.seed = options->seed;
    }
    status = plan_products(&eval->trained.config);
    if (status != STATUS_OK) {
        return status;
    }
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
        return status_prefix(
            plan_tell_key(status, "data.train"), "rows and held-back words are those of the training data");
    }
    if (status == STATUS_OK && config->evaluate.test[0]) {
        status = plan_tell_key(plan_test(config, &eval->dataset, &eval->test), "evaluate.test");
    }
    if (status == STATUS_OK && eval->test.missing_count > 0) {
        log_line("note: %zu of the test's pairs left out, as a form is missing (data.missing: skip)",
            eval->test.missing_count);
    }
    return status;
}

/** What the options ask for must be there. */
static status_t check_data(eval_t *eval) {
    static const char no_rows[] = "the data are pairs, not rows of forms";
    const options_t *options = eval->options;
    const bool has_rows = eval->dataset.row_count > 0;
    if (options->course && !has_rows) {
        return status_fail(STATUS_USAGE, "--course: %s", no_rows);
    }
    if (options->course) {
        // The examples are the course's table: all the pairs that the evaluator looks at.
        eval->trained.config.evaluate.examples =
            eval->test.count < EVALUATOR_PAIRS_MAX ? (int)eval->test.count : EVALUATOR_PAIRS_MAX;
    }
    if (options->repeats > 0 && !has_rows && eval->test.count == 0) {
        return status_fail(STATUS_USAGE,
            "--repeats: %s, and there are no test pairs; --set evaluate.test=FILE says where they are",
            no_rows);
    }
    if (options->likelihood_samples > 0 && !has_rows) {
        return status_fail(STATUS_USAGE, "--likelihood: %s", no_rows);
    }
    return eval_conversions_create(&eval->conversions, options, &eval->trained, &eval->dataset, &eval->test);
}

/** Adds what draws came to, under keys with the prefix before them; nulls without draws. */
static void add_draws(json_t **record, const char *prefix, const gaussian_score_t *score) {
    const double draws = (double)score->draws;
    const struct {
        const char *key;
        double value;
        bool is_count;
    } fields[] = {
        {"gaussian", score->score, false},
        {"gaussian_error", spread_of_share(score->score, score->draws), false},
        {"gaussian_distinct", (double)score->distinct, true},
        {"agreement", score->agreement, false},
        {"agreement_error", spread_of_share(score->agreement, score->draws), false},
        {"distinct_draws", (double)score->distinct_draws, true},
        {"new_draws", (double)score->new_draws, true},
        {"new_share", (double)score->new_draws / (double)score->agreeing, false},
        {"commonest_share", (double)score->commonest / draws, false},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        char key[64];
        snprintf(key, sizeof key, "%s%s", prefix, fields[i].key);
        document_set(record, key,
            score->draws == 0    ? json_null()
            : fields[i].is_count ? json_integer((json_int_t)fields[i].value)
                                 : document_number(fields[i].value));
    }
}

/** JSON's integers end where int64_t does. */
static json_t *seed_of(uint64_t seed) {
    return seed <= INT64_MAX ? json_integer((json_int_t)seed)
                             : json_sprintf("%llu", (unsigned long long)seed);
}

/** For the evaluator, which asks whether to give up. */
static bool show_evaluation(void *context) {
    eval_t *eval = context;
    progress_work(&eval->work, evaluator_share(eval->evaluator));
    return false;
}

static status_t evaluate(eval_t *eval) {
    evaluation_t *evaluation = &eval->evaluation;
    const gaussian_score_t *gaussian = &evaluation->gaussian, *refined = &evaluation->refined;
    status_t status = plan_evaluator(&eval->trained.config, &eval->trained.shape, &eval->dataset, &eval->test,
        eval->options->refine, INT_MAX, &eval->evaluator);
    if (status == STATUS_OK) {
        progress_start_work(&eval->work, "evaluation");
        evaluator_ask(eval->evaluator, show_evaluation, eval);
        status = evaluator_run(eval->evaluator, eval->trained.parameters, evaluation);
        evaluator_ask(eval->evaluator, NULL, NULL);
        progress_end_work(&eval->work);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (!eval->options->json) {
        evaluation_print(evaluation, stdout);
    }
    evaluation_warn(eval->evaluator, evaluation, &eval->trained.conditions);
    eval->record = json_pack("{s:o, s:o, s:I, s:o, s:o, s:I, s:I, s:o, s:o, s:I, s:I}", "bleu4",
        document_number(evaluation->bleu4), "exact_match", document_number(evaluation->exact_match), "draws",
        (json_int_t)gaussian->draws, "cross_entropy", document_number(evaluation->cross_entropy), "kl",
        document_number(evaluation->kl), "gaussian_held_back", (json_int_t)gaussian->held_back, "pairs",
        (json_int_t)evaluation->pairs, "pairs_from", document_text(evaluation->pairs_from), "bleu4_from",
        document_text(evaluation->bleu4_from), "bleu4_pairs", (json_int_t)evaluation->bleu4_pairs,
        "bleu4_short_references", (json_int_t)evaluation->bleu4_short);
    document_add(&eval->record, "{s:o, s:o, s:o, s:o}", "bleu4_error",
        document_number(evaluation->bleu4_error), "exact_match_error",
        document_number(evaluation->exact_match_error), "cross_entropy_error",
        document_number(evaluation->cross_entropy_error), "kl_error", document_number(evaluation->kl_error));
    add_draws(&eval->record, "", gaussian);
    document_add(&eval->record, "{s:o, s:o, s:i}", "training_seed", seed_of(eval->training_seed), "seed",
        seed_of(evaluation->seed), "pairs_active_units", evaluation->active_units);
    commands_line(eval->options, "  seed %llu of the training, %llu of what is drawn here",
        (unsigned long long)eval->training_seed, (unsigned long long)evaluation->seed);
    if (refined->draws > 0) {
        document_set(&eval->record, "refined_rounds", json_integer(evaluation->refine));
        add_draws(&eval->record, "refined_", refined);
    }
    if (evaluation->has_test) {
        document_add(&eval->record, "{s:o, s:o}", "test_exact_match",
            document_number(evaluation->test_exact_match), "test_exact_match_error",
            document_number(evaluation->test_exact_match_error));
    }
    return STATUS_OK;
}

static void warn_of_leaks(const eval_t *eval, const dataset_leaks_t *leaks, const char *where) {
    char text[EVALUATOR_TEXT_SIZE];
    if (leaks->known > 0) {
        alphabet_decode(
            &eval->dataset.alphabet, leaks->example.letters, leaks->example.length, text, sizeof text);
        log_warning(
            "%zu of %zu word%s of the %s stand%s in the training data in the same condition, as %s (%s): "
            "for these the scores measure memory",
            leaks->known, leaks->words, text_plural(leaks->words), where, leaks->known == 1 ? "s" : "", text,
            conditions_name(&eval->trained.conditions, leaks->example.condition));
    }
}

/** Words that training has seen in their condition are no test of it. */
static status_t find_leaks(eval_t *eval) {
    dataset_leaks_t held_back;
    status_t status = dataset_test_held_back_leaks(&eval->dataset, &held_back);
    if (status != STATUS_OK ||
        (status = dataset_test_leaks(&eval->dataset, &eval->test, &eval->test_leaks)) != STATUS_OK) {
        return status;
    }
    warn_of_leaks(eval, &eval->test_leaks, "test");
    warn_of_leaks(eval, &held_back, eval->dataset.row_count > 0 ? "held-back rows" : "held-back pairs");
    document_add(&eval->record, "{s:I, s:I, s:I, s:I}", "test_words", (json_int_t)eval->test_leaks.words,
        "test_words_in_training", (json_int_t)eval->test_leaks.known, "held_back_words",
        (json_int_t)held_back.words, "held_back_words_in_training", (json_int_t)held_back.known);
    return STATUS_OK;
}

/** --likelihood. Of forms one after another, not of rows: so the words are as many as wanted whatever C is.
 */
static status_t measure_likelihood(eval_t *eval) {
    const dataset_t *dataset = &eval->dataset;
    const int samples = eval->options->likelihood_samples, latent = eval->trained.shape.latent;
    const size_t conditions = (size_t)dataset->conditions.count;
    // Of the held-back rows, if there are any.
    const size_t trained = dataset->train_row_count, held_back = dataset->row_count - trained;
    const size_t first = held_back > 0 ? trained : 0,
                 forms = (held_back > 0 ? held_back : trained) * conditions;
    const size_t count = forms < LIKELIHOOD_WORDS ? forms : LIKELIHOOD_WORDS;
    word_t words[LIKELIHOOD_WORDS];
    likelihood_t likelihood;
    if (samples == 0) {
        return STATUS_OK;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t form = i * forms / count;
        words[i] = dataset_word(dataset, first + form / conditions, (int)(form % conditions));
    }
    progress_start_work(&eval->work, "likelihood");
    const status_t status = likelihood_measure(&(likelihood_source_t){.shape = &eval->trained.shape,
                                                   .parameters = eval->trained.parameters,
                                                   .words = words,
                                                   .count = count,
                                                   .samples = samples,
                                                   .seed = eval->trained.config.seed,
                                                   .tell = progress_work,
                                                   .context = &eval->work},
        &likelihood);
    progress_end_work(&eval->work);
    if (status != STATUS_OK) {
        return status;
    }
    document_add(&eval->record, "{s:I, s:o, s:o, s:o, s:i, s:o}", "likelihood_words", (json_int_t)count,
        "elbo", document_number(likelihood.elbo), "importance_bound", document_number(likelihood.bound),
        "bits_per_letter", document_number(likelihood.bits_per_letter), "active_units",
        likelihood.active_units, "mutual_information", document_number(likelihood.mutual_information));
    commands_line(eval->options,
        "  ELBO %.3f, importance-weighted bound %.3f nats a word, %.3f bits a letter (%zu word%s, %d "
        "sample%s)",
        likelihood.elbo, likelihood.bound, likelihood.bits_per_letter, count, text_plural(count), samples,
        text_plural((size_t)samples));
    commands_line(eval->options,
        "  KL %.3f, mutual information %.3f nats (at most %.3f), %d of %d units active", likelihood.kl,
        likelihood.mutual_information, log((double)count), likelihood.active_units, latent);
    return STATUS_OK;
}

static status_t measure_conversions(eval_t *eval) {
    return eval->conversions ? eval_conversions_run(eval->conversions, &eval->record) : STATUS_OK;
}

/** The score of the first draws that --course asks for. */
static status_t score_course(const eval_t *eval, gaussian_score_t *score) {
    return evaluator_score(eval->evaluator, OPTIONS_COURSE_DRAWS, score);
}

/** The test's pairs, all that the evaluator looks at, one by one. */
static status_t show_pairs(const eval_t *eval, json_t **record) {
    static const char *const head[] = {"from", "input", "", "to", "expected", "prediction", "BLEU-4"};
    const conditions_t *conditions = &eval->trained.conditions;
    const int count = evaluator_example_count(eval->evaluator);
    json_t *pairs = json_array();
    print_table_t *table = print_table_create(7, 6);
    commands_line(eval->options, "  the test's pairs, spelled from the posterior mean");
    print_row(table);
    for (int i = 0; i < 7; i++) {
        print_cell(table, "%s", head[i]);
    }
    for (int i = 0; i < count; i++) {
        evaluator_example_t example;
        evaluator_example(eval->evaluator, i, &example);
        json_t *pair = evaluation_record_example(&example, conditions);
        document_set(&pair, "bleu4", document_number(example.bleu4));
        document_append(&pairs, pair);
        const char *cells[] = {conditions_name(conditions, example.source_condition), example.source, "->",
            conditions_name(conditions, example.target_condition), example.expected, example.produced};
        print_row(table);
        for (int cell = 0; cell < 6; cell++) {
            print_cell(table, "%s", cells[cell]);
        }
        print_cell(table, "%.4f", example.bleu4);
    }
    if (count > 0) {
        document_set(record, "pairs", pairs);
    } else {
        json_decref(pairs);
    }
    return commands_table(eval->options, table);
}

/** lines: how many lines of the training file equal the draw. */
static void add_draw(const eval_t *eval, print_table_t *table, int index, size_t lines) {
    print_row(table);
    for (int condition = 0; condition < eval->dataset.conditions.count; condition++) {
        char text[EVALUATOR_TEXT_SIZE];
        evaluator_sample(eval->evaluator, index, condition, text);
        print_cell(table, "%s", text);
    }
    if (lines > 1) {
        print_cell(table, "training, %zu lines", lines);
    } else if (lines == 1) {
        print_cell(table, "training");
    }
}

/** The first draws word by word, each with the number of lines of the training file that equal it. */
static status_t show_draws(const eval_t *eval, json_t **record) {
    const dataset_t *dataset = &eval->dataset;
    json_t *samples = json_array();
    print_table_t *table = print_table_create(dataset->conditions.count + 1, dataset->conditions.count + 1);
    commands_line(eval->options, "  the first %d draws", OPTIONS_COURSE_DRAWS);
    for (int i = 0; i < OPTIONS_COURSE_DRAWS; i++) {
        const ptrdiff_t row = dataset_find_row(
            dataset, evaluator_drawn(eval->evaluator) + (size_t)i * (size_t)dataset->conditions.count);
        const bool is_training = row >= 0 && (size_t)row < dataset->train_row_count;
        const size_t lines = is_training ? dataset->lines[row] : 0;
        json_t *sample = evaluation_record_sample(eval->evaluator, i, &eval->trained.conditions);
        document_set(&sample, "lines", json_integer((json_int_t)lines));
        document_append(&samples, sample);
        add_draw(eval, table, i, lines);
    }
    document_set(record, "samples", samples);
    return commands_table(eval->options, table);
}

static json_t *record_score(const gaussian_score_t *score) {
    return json_pack("{s:I, s:o, s:o, s:I, s:I}", "draws", (json_int_t)score->draws, "as_the_course_counts",
        document_number(score->course), "strict", document_number(score->score), "distinct",
        (json_int_t)score->distinct, "held_back", (json_int_t)score->held_back);
}

/** The course's scores beside the strict ones, of the first draws and of all. */
static status_t show_course_scores(
    const eval_t *eval, const gaussian_score_t *first, const gaussian_score_t *all) {
    const struct {
        const char *name;
        int digits;
        double first, all;
    } rows[] = {
        {"draws z ~ N(0, I)", 0, (double)first->draws, (double)all->draws},
        {"Gaussian score as the course's script counts", 4, first->course, all->course},
        {"Gaussian score, a draw counting once", 4, first->score, all->score},
        {"different training rows hit", 0, (double)first->distinct, (double)all->distinct},
    };
    print_table_t *table = print_table_create(3, 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_row(table);
        print_cell(table, "%s", rows[i].name);
        print_cell(table, "%.*f", rows[i].digits, rows[i].first);
        print_cell(table, "%.*f", rows[i].digits, rows[i].all);
    }
    return commands_table(eval->options, table);
}

/** The examples, or with --course all pairs, and the course's scores beside the strict ones. Before the
 * evaluator draws again. */
static status_t show_examples(eval_t *eval) {
    const double bleu4 = eval->evaluation.bleu4;
    const size_t words = 2 * eval->test.count;
    const gaussian_score_t *all = &eval->evaluation.gaussian;
    const size_t known = eval->test_leaks.known;
    gaussian_score_t first;
    if (!eval->options->course) {
        return eval->options->json
                   ? STATUS_OK
                   : evaluation_print_examples(eval->evaluator, &eval->trained.conditions, stdout);
    }
    status_t status = score_course(eval, &first);
    if (status != STATUS_OK) {
        return status;
    }
    json_t *record = json_object();
    status = show_pairs(eval, &record);
    document_add(&record, "{s:o, s:I, s:I}", "bleu4", document_number(bleu4), "test_words", (json_int_t)words,
        "test_words_in_training", (json_int_t)known);
    const int pairs = evaluator_example_count(eval->evaluator);
    commands_line(
        eval->options, "  BLEU-4 %.4f  (mean of the %d pair%s)", bleu4, pairs, text_plural((size_t)pairs));
    commands_line(eval->options, "  %zu of the test's %zu words stand%s in training rows%s", known, words,
        known == 1 ? "s" : "",
        known == 0      ? ""
        : known < words ? ": these measure memory"
                        : ": this BLEU-4 measures memory");
    if (status == STATUS_OK) {
        status = show_draws(eval, &record);
    }
    document_add(&record, "{s:[o, o]}", "gaussian", record_score(&first), record_score(all));
    document_set(&eval->record, "course", record);
    return status == STATUS_OK ? show_course_scores(eval, &first, all) : status;
}

/** Scores over repetitions, as a table and as JSON. */
typedef struct {
    json_t *record;
    print_table_t *table;
} repeated_t;

static void add_spread(
    repeated_t *repeated, const char *key, const char *name, int digits, const double *values, size_t count) {
    const spread_t spread = spread_of(values, count);
    document_set(&repeated->record, key,
        json_pack("{s:o, s:o}", "mean", document_number(spread.mean), "deviation",
            document_number(spread.deviation)));
    print_row(repeated->table);
    print_cell(repeated->table, "%s", name);
    print_cell(repeated->table, "%.*f", digits, spread.mean);
    print_cell(repeated->table, "%.*f", digits, spread.deviation);
}

/** Draws repeatedly; the first set is the evaluator's last one. values [3, repeats]. */
static status_t repeat_draws(eval_t *eval, double *values, repeated_t *repeated) {
    const size_t count = (size_t)eval->options->repeats;
    double *gaussian = values, *distinct = gaussian + count, *course = distinct + count;
    gaussian_score_t score = eval->evaluation.gaussian, first = {0};
    status_t status = STATUS_OK;
    char name[64];
    progress_start_work(&eval->work, "repetitions");
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        progress_work(&eval->work, (double)i / (double)count);
        if (i > 0) {
            status = evaluator_draw(eval->evaluator, (uint32_t)i, &score);
        }
        if (status == STATUS_OK && eval->options->course) {
            status = score_course(eval, &first);
        }
        gaussian[i] = score.score;
        distinct[i] = (double)score.distinct;
        course[i] = first.course;
    }
    progress_end_work(&eval->work);
    document_set(&repeated->record, "draws", json_integer((json_int_t)score.draws));
    snprintf(name, sizeof name, "Gaussian score of %zu draw%s", score.draws, text_plural(score.draws));
    add_spread(repeated, "gaussian", name, 4, gaussian, count);
    add_spread(repeated, "gaussian_distinct", "different training rows hit", 1, distinct, count);
    if (eval->options->course) {
        snprintf(
            name, sizeof name, "Gaussian score of %d, as the course's script counts", OPTIONS_COURSE_DRAWS);
        add_spread(repeated, "gaussian_as_the_course_counts", name, 4, course, count);
    }
    return status;
}

/** Converts the test's pairs, or without a test (NULL) the rows', from samples of z. values [2, repeats]. */
static status_t repeat_conversions(
    eval_t *eval, const dataset_test_t *test, double *values, repeated_t *repeated) {
    const int count = eval->options->repeats;
    const conversions_samples_t samples = {.count = count,
        .exact = values,
        .bleu4 = values + count,
        .tell = progress_work,
        .context = &eval->work};
    conversions_t conversions;
    char name[64];
    status_t status = conversions_create(&conversions, &eval->dataset, test, EVALUATOR_PAIRS_MAX);
    const size_t pairs = conversions.count;
    progress_start_work(&eval->work, "repetitions of conversions");
    if (status == STATUS_OK) {
        status = conversions_measure(&conversions, &eval->trained.shape, eval->trained.parameters,
            eval->trained.config.seed, 0, NULL, &samples);
    }
    progress_end_work(&eval->work);
    document_set(&repeated->record, test ? "test_pairs" : "pairs", json_integer((json_int_t)pairs));
    if (!test) {
        document_set(&repeated->record, "pairs_from", json_string(conversions.from));
    }
    snprintf(name, sizeof name, "BLEU-4 of samples of z, %zu %s pair%s", pairs, conversions.from,
        text_plural(pairs));
    add_spread(repeated, test ? "test_bleu4" : "bleu4", name, 4, samples.bleu4, (size_t)count);
    add_spread(repeated, test ? "test_exact_match" : "exact_match", "exact match of the same", 4,
        samples.exact, (size_t)count);
    conversions_destroy(&conversions);
    return status;
}

/** --repeats: how far scores vary from one drawing of z to the next. */
static status_t repeat(eval_t *eval) {
    const int count = eval->options->repeats;
    if (count == 0) {
        return STATUS_OK;
    }
    double *values = calloc(3 * (size_t)count, sizeof *values);
    status_t status = values ? STATUS_OK : status_fail(STATUS_MEMORY, "out of memory for the repetitions");
    repeated_t repeated = {json_pack("{s:i}", "count", count), print_table_create(3, 1)};
    print_row(repeated.table);
    print_cell(repeated.table, "over %d repetitions", count);
    print_cell(repeated.table, "mean");
    print_cell(repeated.table, "deviation");
    if (status == STATUS_OK && eval->evaluation.gaussian.draws > 0) {
        status = repeat_draws(eval, values, &repeated);
    }
    if (status == STATUS_OK && eval->test.count > 0) {
        status = repeat_conversions(eval, &eval->test, values, &repeated);
    }
    if (status == STATUS_OK && eval->dataset.row_count > 0) {
        status = repeat_conversions(eval, NULL, values, &repeated);
    }
    document_set(&eval->record, "repeats", repeated.record);
    free(values);
    if (status != STATUS_OK) {
        print_table_destroy(repeated.table);
        return status;
    }
    return commands_table(eval->options, repeated.table);
}

status_t commands_eval(const options_t *options) {
    status_t (*const stages[])(eval_t *) = {read_model, read_data, check_data, evaluate, find_leaks,
        measure_likelihood, measure_conversions, show_examples, repeat};
    eval_t *eval = calloc(1, sizeof *eval);
    if (!eval) {
        return status_fail(STATUS_MEMORY, "out of memory for the evaluation");
    }
    eval->options = options;
    status_t status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof stages / sizeof stages[0]; i++) {
        status = stages[i](eval);
    }
    if (status == STATUS_OK) {
        status = commands_record(options, json_incref(eval->record));
    }
    json_decref(eval->record);
    eval_conversions_destroy(eval->conversions);
    evaluator_destroy(eval->evaluator);
    dataset_test_destroy(&eval->test);
    dataset_destroy(&eval->dataset);
    trained_destroy(&eval->trained);
    free(eval);
    return status;
}
