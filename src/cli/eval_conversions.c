#include "eval_conversions.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "commands.h"
#include "eval/conversions.h"
#include "eval/evaluator.h"
#include "eval/rule.h"
#include "report/document.h"
#include "report/progress.h"
#include "train/plan.h"

enum {
    CONVERSIONS = 20000, /**< no more than about so many */
    LABEL_WIDTH = 40
};

/** A model that another one is compared with, and its data. */
typedef struct {
    trained_t trained;
    dataset_t dataset;
    conversions_t conversions;
} compared_t;

struct eval_conversions {
    const options_t *options;
    const trained_t *trained;
    const dataset_t *dataset;
    json_t **record;
    conversions_t conversions;
    conversions_samples_t samples;   /**< of --conversions and --repeats: the same, as far as both go */
    conversions_outcome_t *outcomes; /**< the model's */
    conversions_outcome_t *others;   /**< of what it is compared with */
    conversions_scores_t scores;     /**< the model's */
    compared_t other;                /**< of --compare */
};

static void add_scores(json_t **record, const conversions_scores_t *scores) {
    document_add(record, "{s:o, s:o, s:o, s:o, s:o, s:o}", "conversions", document_number(scores->exact.mean),
        "conversions_error", document_number(scores->exact.error), "paradigms",
        document_number(scores->paradigm.mean), "paradigms_error", document_number(scores->paradigm.error),
        "edit_distance", document_number(scores->distance.mean), "edit_distance_error",
        document_number(scores->distance.error));
}

static void print_scores(const options_t *options, const char *label, const conversions_scores_t *scores) {
    commands_text(options, "  %-*s %8.4f %9.4f %10.4f %9.4f %8.4f %9.4f\n", LABEL_WIDTH, label,
        scores->exact.mean, scores->exact.error, scores->paradigm.mean, scores->paradigm.error,
        scores->distance.mean, scores->distance.error);
}

static void show_scores(eval_conversions_t *eval) {
    const conversions_t *conversions = &eval->conversions;
    char label[64];
    snprintf(label, sizeof label, "conversions of %zu %s %s", conversions->rows, conversions->from,
        eval->dataset->row_count > 0 ? "rows" : "source words");
    document_add(eval->record, "{s:I}", "conversion_rows", (json_int_t)eval->conversions.rows);
    add_scores(eval->record, &eval->scores);
    commands_text(eval->options, "  %-*s %8s %9s %10s %9s %8s %9s\n", LABEL_WIDTH, label, "right",
        "std.error", "paradigms", "std.error", "edits", "std.error");
    print_scores(eval->options, "model, posterior mean", &eval->scores);
}

static void show_sampled(eval_conversions_t *eval) {
    const conversions_samples_t *samples = &eval->samples;
    const conversions_t *conversions = &eval->conversions;
    const spread_t sampled = spread_of_groups(samples->shares, conversions->first, conversions->rows),
                   of_samples = spread_of(samples->exact, (size_t)samples->shared);
    char label[64];
    snprintf(label, sizeof label, "model, %d samples of z, seed %llu", samples->shared,
        (unsigned long long)eval->trained->config.seed);
    document_add(eval->record, "{s:o, s:o, s:o}", "sampled_conversions", document_number(of_samples.mean),
        "sampled_conversions_error", document_number(sampled.error), "sampled_conversions_deviation",
        document_number(of_samples.deviation));
    commands_text(eval->options, "  %-*s %8.4f %9.4f\n", LABEL_WIDTH, label, of_samples.mean, sampled.error);
}

/** --rule: the longest-suffix rule and copying on the same conversions. */
static status_t show_rule(eval_conversions_t *eval) {
    const conversions_t *conversions = &eval->conversions;
    rule_t *rule = NULL;
    status_t status = eval->options->rule ? rule_create(&rule, eval->dataset) : STATUS_OK;
    for (int copies = 0; status == STATUS_OK && rule && copies <= 1; copies++) {
        for (size_t i = 0; i < conversions->count; i++) {
            const pair_t *pair = &conversions->pairs[i];
            const word_t word =
                copies ? pair->source : rule_convert(rule, &pair->source, pair->target.condition);
            eval->others[i] = conversions_judge(conversions, i, &word);
        }
        conversions_scores_t scores;
        status = conversions_score(conversions, eval->others, &scores);
        if (status == STATUS_OK) {
            json_t *record = json_object();
            add_scores(&record, &scores);
            document_set(eval->record, copies ? "copying" : "rule", record);
            print_scores(eval->options, copies ? "copying" : "longest-suffix rule", &scores);
        }
    }
    rule_destroy(rule);
    return status;
}

/** What a model held back is known only from the data that it was trained on. */
static status_t check_data(const trained_t *trained, const dataset_t *dataset, const char *file) {
    const char *hash;
    const status_t status = checkpoint_text(&trained->checkpoint, "data/hash", &hash);
    if (status == STATUS_OK && strcmp(hash, dataset->hash) != 0) {
        return status_fail(STATUS_USAGE,
            "--compare: %s is not the data that %s was trained on, so that what it held back is not known; "
            "--set data.train=FILE says where they are",
            trained->config.data.train, file);
    }
    return status;
}

/** Alphabets may number the same letters otherwise. */
static bool is_same_word(const alphabet_t *one_alphabet, const word_t *one, const alphabet_t *other_alphabet,
    const word_t *other) {
    bool is_same = one->length == other->length && one->condition == other->condition;
    for (int i = 0; i < one->length && is_same; i++) {
        is_same = one_alphabet->code_point[one->letters[i] - SYMBOL_FIRST_LETTER] ==
                  other_alphabet->code_point[other->letters[i] - SYMBOL_FIRST_LETTER];
    }
    return is_same;
}

/** Whether both models convert the same words between the same conditions, all or none of them unseen. */
static bool is_same_split(const eval_conversions_t *eval) {
    const compared_t *other = &eval->other;
    const alphabet_t *one_alphabet = &eval->dataset->alphabet, *other_alphabet = &other->dataset.alphabet;
    const conversions_t *conversions = &eval->conversions;
    const conditions_t *own = &eval->trained->conditions, *others = &other->trained.conditions;
    bool is_same = strcmp(conversions->from, other->conversions.from) == 0 &&
                   conversions->count == other->conversions.count && own->used == others->used &&
                   memcmp(own->text, others->text, own->used) == 0;
    for (size_t i = 0; i < conversions->count && is_same; i++) {
        const pair_t *pair = &conversions->pairs[i], *other_pair = &other->conversions.pairs[i];
        is_same = is_same_word(one_alphabet, &pair->source, other_alphabet, &other_pair->source) &&
                  is_same_word(one_alphabet, &pair->target, other_alphabet, &other_pair->target);
    }
    return is_same;
}

/** Reads the other model, if one is asked for, and its data. */
static status_t read_other(eval_conversions_t *eval) {
    const options_t *options = eval->options;
    compared_t *other = &eval->other;
    trained_t *trained = &other->trained;
    status_t status = STATUS_OK;
    if (!options->compare || (status = trained_read(trained, options->compare, options->overrides,
                                  options->override_count)) != STATUS_OK) {
        return status;
    }
    status = plan_dataset(&trained->config, trained, &other->dataset);
    if (status != STATUS_OK) {
        return status_prefix(status, "--compare: the training data of %s", options->compare);
    }
    if ((status = check_data(eval->trained, eval->dataset, options->file)) != STATUS_OK ||
        (status = check_data(trained, &other->dataset, options->compare)) != STATUS_OK ||
        (status = conversions_create(&other->conversions, &other->dataset, CONVERSIONS)) != STATUS_OK) {
        return status;
    }
    if (!is_same_split(eval)) {
        return status_fail(STATUS_USAGE,
            "--compare: %s and %s do not hold back the same words, so that one may have trained on what the "
            "other has not seen; both need the same data, conditions, data.holdout and data.holdout_from",
            options->file, options->compare);
    }
    return STATUS_OK;
}

/** --compare: conversion by conversion, and by rows. */
static status_t show_compared(eval_conversions_t *eval) {
    const conversions_t *conversions = &eval->conversions;
    size_t times[2][2] = {0}; // whether the model is right, whether the other one is
    size_t better = 0, worse = 0;
    conversions_scores_t scores;
    const status_t status = conversions_score(conversions, eval->others, &scores);
    double *differences = calloc(conversions->count, sizeof *differences);
    if (status != STATUS_OK || !differences) {
        free(differences);
        return status != STATUS_OK ? status : status_fail(STATUS_MEMORY, "out of memory for --compare");
    }
    for (size_t row = 0; row < conversions->rows; row++) {
        int more = 0;
        for (size_t i = conversions->first[row]; i < conversions->first[row + 1]; i++) {
            const bool is_right = eval->outcomes[i].kind == CONVERSIONS_RIGHT,
                       other = eval->others[i].kind == CONVERSIONS_RIGHT;
            times[is_right][other]++;
            more += is_right - other;
            differences[i] = is_right - other;
        }
        better += more > 0;
        worse += more < 0;
    }
    const spread_t difference = spread_of_groups(differences, conversions->first, conversions->rows);
    const double probability = spread_sign_test(better, worse);
    json_t *record = json_pack("{s:o}", "checkpoint", document_text(eval->options->compare));
    add_scores(&record, &scores);
    document_add(&record, "{s:I, s:I, s:I, s:I, s:o, s:o, s:I, s:I, s:o}", "both_right",
        (json_int_t)times[true][true], "only_this_right", (json_int_t)times[true][false], "only_other_right",
        (json_int_t)times[false][true], "neither_right", (json_int_t)times[false][false], "difference",
        document_number(difference.mean), "difference_error", document_number(difference.error),
        "rows_better", (json_int_t)better, "rows_worse", (json_int_t)worse, "sign_test",
        document_number(probability));
    document_set(eval->record, "compared", record);
    print_scores(eval->options, "other model, posterior mean", &scores);
    commands_text(eval->options,
        "  other model: %s\n"
        "  both right %zu, only the model %zu, only the other %zu, neither %zu\n"
        "  difference %+.4f, standard error %.4f; more right in %zu rows, fewer in %zu, sign test over "
        "these rows: p = %.3g\n",
        eval->options->compare, times[true][true], times[true][false], times[false][true],
        times[false][false], difference.mean, difference.error, better, worse, probability);
    free(differences);
    return STATUS_OK;
}

static status_t compare(eval_conversions_t *eval) {
    const compared_t *other = &eval->other;
    if (!eval->options->compare) {
        return STATUS_OK;
    }
    status_t status = plan_products(&other->trained.config);
    if (status == STATUS_OK) {
        progress_work_t work;
        progress_start_work(&work, "conversions by the other model");
        status = conversions_measure(&other->conversions, &other->trained.shape, other->trained.parameters,
            other->trained.config.seed, other->trained.config.evaluate.corrections, eval->others,
            &(conversions_samples_t){.count = 0, .tell = progress_work, .context = &work});
        progress_end_work(&work);
    }
    if (status == STATUS_OK) {
        status = plan_products(&eval->trained->config);
    }
    return status == STATUS_OK ? show_compared(eval) : status;
}

/** Conversions from one condition to another. */
typedef struct {
    int source, target;
    size_t count, right;
} direction_t;

static double share_of(const direction_t *direction) {
    return (double)direction->right / (double)direction->count;
}

static int compare_directions(const void *a, const void *b) {
    const direction_t *one = a, *other = b;
    return one->source != other->source ? one->source - other->source : one->target - other->target;
}

/** The worst first; of equals as above. */
static int compare_shares(const void *a, const void *b) {
    const double one = share_of(a), other = share_of(b);
    return one < other ? -1 : one > other ? 1 : compare_directions(a, b);
}

/** The directions that there are, sorted by source and target. Returns how many. */
static size_t find_directions(const eval_conversions_t *eval, direction_t *directions) {
    const conversions_t *conversions = &eval->conversions;
    size_t count = 0;
    for (size_t i = 0; i < conversions->count; i++) {
        directions[i] = (direction_t){.source = conversions->pairs[i].source.condition,
            .target = conversions->pairs[i].target.condition,
            .count = 1,
            .right = eval->outcomes[i].kind == CONVERSIONS_RIGHT};
    }
    qsort(directions, conversions->count, sizeof *directions, compare_directions);
    for (size_t i = 0; i < conversions->count; i++) {
        if (count > 0 && compare_directions(&directions[i], &directions[count - 1]) == 0) {
            directions[count - 1].count++;
            directions[count - 1].right += directions[i].right;
        } else {
            directions[count++] = directions[i];
        }
    }
    return count;
}

/** A line for each source, a column for each target. is_target: of each condition. */
static void print_matrix(const eval_conversions_t *eval, const direction_t *directions, size_t count,
    const bool *is_target, int width) {
    const conditions_t *conditions = &eval->trained->conditions;
    commands_text(eval->options, "  %-*s", width, "from \\ to");
    for (int target = 0; target < conditions->count; target++) {
        if (is_target[target]) {
            commands_text(eval->options, " %*s", width, conditions_name(conditions, target));
        }
    }
    for (size_t i = 0; i < count;) {
        const int source = directions[i].source;
        commands_text(eval->options, "\n  %-*s", width, conditions_name(conditions, source));
        for (int target = 0; target < conditions->count; target++) {
            if (i < count && directions[i].source == source && directions[i].target == target) {
                commands_text(eval->options, " %*.4f", width, share_of(&directions[i++]));
            } else if (is_target[target]) {
                commands_text(eval->options, " %*s", width, "-");
            }
        }
    }
    commands_text(eval->options, "\n");
}

/** The directions with the smallest shares. Sorts them so. */
static void print_worst(const eval_conversions_t *eval, direction_t *directions, size_t count) {
    enum { SHOWN = 20 };
    const conditions_t *conditions = &eval->trained->conditions;
    qsort(directions, count, sizeof *directions, compare_shares);
    commands_text(eval->options, "  of %zu directions the worst %zu (--json has all)\n", count,
        count < SHOWN ? count : (size_t)SHOWN);
    for (size_t i = 0; i < count && i < SHOWN; i++) {
        commands_text(eval->options, "  %.4f of %3zu  %s -> %s\n", share_of(&directions[i]),
            directions[i].count, conditions_name(conditions, directions[i].source),
            conditions_name(conditions, directions[i].target));
    }
}

/** The share of right conversions from each condition that words are in to each that they are wanted in. */
static status_t show_directions(eval_conversions_t *eval) {
    enum { COLUMNS_MAX = 8 };
    const conditions_t *conditions = &eval->trained->conditions;
    direction_t *directions = calloc(eval->conversions.count, sizeof *directions);
    if (!directions) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu conversions", eval->conversions.count);
    }
    const size_t count = find_directions(eval, directions);
    bool is_target[CONDITIONS_MAX] = {false};
    int targets = 0, width = 14;
    json_t *sources = json_object();
    for (size_t i = 0; i < count;) {
        const int source = directions[i].source;
        json_t *shares = json_object();
        for (; i < count && directions[i].source == source; i++) {
            const int target = directions[i].target;
            document_set(
                &shares, conditions_name(conditions, target), document_number(share_of(&directions[i])));
            targets += !is_target[target];
            is_target[target] = true;
            const int ends[] = {source, target};
            for (int end = 0; end < 2; end++) {
                const int length = text_width(conditions_name(conditions, ends[end]));
                width = length > width ? length : width;
            }
        }
        document_set(&sources, conditions_name(conditions, source), shares);
    }
    document_set(eval->record, "directions", sources);
    if (targets <= COLUMNS_MAX) {
        print_matrix(eval, directions, count, is_target, width);
    } else {
        print_worst(eval, directions, count);
    }
    free(directions);
    return STATUS_OK;
}

/** Simple present to past, where there are such conditions, of irregular [0] and regular [1] verbs. */
static void show_pasts(eval_conversions_t *eval) {
    const conditions_t *conditions = &eval->trained->conditions;
    const alphabet_t *alphabet = &eval->dataset->alphabet;
    const int base = conditions_find(conditions, "simple-present", strlen("simple-present")),
              past = conditions_find(conditions, "past", strlen("past"));
    size_t all[2] = {0}, good[2] = {0};
    double share[2] = {0};
    for (size_t i = 0; i < eval->conversions.count; i++) {
        const pair_t *pair = &eval->conversions.pairs[i];
        char source[EVALUATOR_TEXT_SIZE], target[EVALUATOR_TEXT_SIZE];
        if (pair->source.condition != base || pair->target.condition != past) {
            continue;
        }
        alphabet_decode(alphabet, pair->source.letters, pair->source.length, source, sizeof source);
        alphabet_decode(alphabet, pair->target.letters, pair->target.length, target, sizeof target);
        const bool is_regular = conversions_is_regular_past(source, target);
        all[is_regular]++;
        good[is_regular] += eval->outcomes[i].kind == CONVERSIONS_RIGHT;
    }
    for (int i = 1; i >= 0; i--) {
        if (all[i] > 0) {
            share[i] = (double)good[i] / (double)all[i];
            document_add(eval->record, "{s:o, s:I}", i ? "regular_past" : "irregular_past",
                document_number(share[i]), i ? "regular_pasts" : "irregular_pasts", (json_int_t)all[i]);
        }
    }
    if (all[0] + all[1] > 0) {
        commands_text(eval->options, "  pasts right: regular %.4f of %zu, irregular %.4f of %zu\n", share[1],
            all[1], share[0], all[0]);
    }
}

static void print_errors(const options_t *options, const char *label, const size_t *kinds) {
    const size_t wrong = kinds[CONVERSIONS_SWAPPED] + kinds[CONVERSIONS_ENDING] + kinds[CONVERSIONS_STEM];
    commands_text(options, "  %-*s %12zu %8zu %8zu %8zu %8zu\n", LABEL_WIDTH, label,
        kinds[CONVERSIONS_RIGHT] + wrong, wrong, kinds[CONVERSIONS_SWAPPED], kinds[CONVERSIONS_ENDING],
        kinds[CONVERSIONS_STEM]);
}

/** What is wrong, by length of the source word and by kind. */
static void show_errors(eval_conversions_t *eval) {
    json_t *errors = json_array();
    size_t all[CONVERSIONS_KINDS] = {0};
    commands_text(eval->options, "  %-*s %12s %8s %8s %8s %8s\n", LABEL_WIDTH,
        "errors by length of the source word", "conversions", "wrong", "swapped", "ending", "stem");
    for (int group = 0; group < CONVERSIONS_LENGTHS; group++) {
        const size_t *kinds = eval->scores.kinds[group];
        const int from = group > 0 ? conversions_lengths[group - 1] + 1 : 1, to = conversions_lengths[group];
        const bool is_last = group == CONVERSIONS_LENGTHS - 1;
        char label[32];
        snprintf(label, sizeof label, is_last ? "%d letters or more" : "%d to %d letters", from, to);
        print_errors(eval->options, label, kinds);
        for (int kind = 0; kind < CONVERSIONS_KINDS; kind++) {
            all[kind] += kinds[kind];
        }
        document_append(&errors,
            json_pack("{s:i, s:o, s:I, s:I, s:I, s:I}", "from_letters", from, "to_letters",
                is_last ? json_null() : json_integer(to), "right", (json_int_t)kinds[CONVERSIONS_RIGHT],
                "swapped", (json_int_t)kinds[CONVERSIONS_SWAPPED], "ending",
                (json_int_t)kinds[CONVERSIONS_ENDING], "stem", (json_int_t)kinds[CONVERSIONS_STEM]));
    }
    print_errors(eval->options, "all", all);
    document_set(eval->record, "errors", errors);
}

static status_t take_memory(eval_conversions_t *eval) {
    const size_t count = eval->conversions.count;
    conversions_samples_t *samples = &eval->samples;
    samples->exact = calloc((size_t)samples->count + 1, sizeof *samples->exact);
    samples->bleu4 = calloc((size_t)samples->count + 1, sizeof *samples->bleu4);
    samples->shares = calloc(count, sizeof *samples->shares);
    eval->outcomes = calloc(count, sizeof *eval->outcomes);
    eval->others = calloc(count, sizeof *eval->others);
    return samples->exact && samples->bleu4 && samples->shares && eval->outcomes && eval->others
               ? STATUS_OK
               : status_fail(STATUS_MEMORY, "out of memory for %zu conversions", count);
}

status_t eval_conversions_create(
    eval_conversions_t **eval, const options_t *options, const trained_t *trained, const dataset_t *dataset) {
    // The samples of --repeats are those of rows.
    const int repeats = dataset->row_count > 0 ? options->repeats : 0, wanted = options->conversion_samples;
    if (wanted < 0 && !options->rule && !options->compare && repeats == 0) {
        return STATUS_OK;
    }
    eval_conversions_t *created = *eval = calloc(1, sizeof *created);
    if (!created) {
        return status_fail(STATUS_MEMORY, "out of memory for the conversions");
    }
    created->options = options;
    created->trained = trained;
    created->dataset = dataset;
    created->samples.count = wanted > repeats ? wanted : repeats;
    created->samples.shared = wanted > 0 ? wanted : 0;
    status_t status = conversions_create(&created->conversions, dataset, CONVERSIONS);
    if (status == STATUS_OK) {
        status = take_memory(created);
    }
    return status == STATUS_OK ? read_other(created) : status;
}

void eval_conversions_destroy(eval_conversions_t *eval) {
    if (eval) {
        conversions_destroy(&eval->conversions);
        conversions_destroy(&eval->other.conversions);
        dataset_destroy(&eval->other.dataset);
        trained_destroy(&eval->other.trained);
        free(eval->outcomes);
        free(eval->others);
        free(eval->samples.exact);
        free(eval->samples.bleu4);
        free(eval->samples.shares);
        free(eval);
    }
}

status_t eval_conversions_run(eval_conversions_t *eval, json_t **record) {
    const options_t *options = eval->options;
    const trained_t *trained = eval->trained;
    progress_work_t work;
    eval->record = record;
    progress_start_work(&work, "conversions");
    eval->samples.tell = progress_work;
    eval->samples.context = &work;
    status_t status = conversions_measure(&eval->conversions, &trained->shape, trained->parameters,
        trained->config.seed, trained->config.evaluate.corrections, eval->outcomes, &eval->samples);
    progress_end_work(&work);
    if (status == STATUS_OK) {
        status = conversions_score(&eval->conversions, eval->outcomes, &eval->scores);
    }
    if (status != STATUS_OK || (options->conversion_samples < 0 && !options->rule && !options->compare)) {
        return status;
    }
    show_scores(eval);
    if (eval->samples.shared > 0) {
        show_sampled(eval);
    }
    status = show_rule(eval);
    if (status == STATUS_OK) {
        status = compare(eval);
    }
    if (status == STATUS_OK && options->conversion_samples >= 0) {
        status = show_directions(eval);
    }
    if (status == STATUS_OK && options->conversion_samples >= 0) {
        show_pasts(eval);
        show_errors(eval);
    }
    return status;
}

eval_repeated_t eval_conversions_repeated(const eval_conversions_t *eval) {
    const size_t repeats = (size_t)eval->options->repeats;
    return (eval_repeated_t){
        .from = eval->conversions.from,
        .pairs = eval->conversions.count,
        .exact = spread_of(eval->samples.exact, repeats),
        .bleu4 = spread_of(eval->samples.bleu4, repeats),
    };
}
