#include "eval_conversions.h"

#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "eval/conversions.h"
#include "eval/evaluator.h"
#include "eval/rule.h"
#include "report/document.h"

enum {
    CONVERSIONS = 20000, /**< no more than about so many */
    LABEL_WIDTH = 40
};

/** A model at its conversions. */
typedef struct {
    const options_t *options;
    const trained_t *trained;
    const dataset_t *dataset;
    json_t **record;
    conversions_t conversions;
    conversions_outcome_t *outcomes; /**< the model's */
    conversions_outcome_t *others;   /**< of what it is compared with */
    conversions_scores_t scores;     /**< the model's */
} measurement_t;

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

static void show_scores(measurement_t *measurement) {
    const conversions_t *conversions = &measurement->conversions;
    char label[64];
    snprintf(label, sizeof label, "conversions of %zu %s %s", conversions->rows, conversions->from,
        measurement->dataset->row_count > 0 ? "rows" : "source words");
    document_add(measurement->record, "{s:I}", "conversion_rows", (json_int_t)measurement->conversions.rows);
    add_scores(measurement->record, &measurement->scores);
    commands_text(measurement->options, "  %-*s %8s %9s %10s %9s %8s %9s\n", LABEL_WIDTH, label, "right",
        "std.error", "paradigms", "std.error", "edits", "std.error");
    print_scores(measurement->options, "model, posterior mean", &measurement->scores);
}

static void show_sampled(measurement_t *measurement, const conversions_samples_t *samples) {
    const conversions_t *conversions = &measurement->conversions;
    const spread_t sampled = spread_of_groups(samples->shares, conversions->first, conversions->rows),
                   of_samples = spread_of(samples->exact, (size_t)samples->shared);
    char label[64];
    snprintf(label, sizeof label, "model, %d samples of z, seed %llu", samples->shared,
        (unsigned long long)measurement->trained->config.seed);
    document_add(measurement->record, "{s:o, s:o, s:o}", "sampled_conversions",
        document_number(of_samples.mean), "sampled_conversions_error", document_number(sampled.error),
        "sampled_conversions_deviation", document_number(of_samples.deviation));
    commands_text(
        measurement->options, "  %-*s %8.4f %9.4f\n", LABEL_WIDTH, label, of_samples.mean, sampled.error);
}

/** --rule: the longest-suffix rule and copying on the same conversions. */
static status_t show_rule(measurement_t *measurement) {
    const conversions_t *conversions = &measurement->conversions;
    rule_t *rule = NULL;
    status_t status = measurement->options->rule ? rule_create(&rule, measurement->dataset) : STATUS_OK;
    for (int copies = 0; status == STATUS_OK && rule && copies <= 1; copies++) {
        for (size_t i = 0; i < conversions->count; i++) {
            const pair_t *pair = &conversions->pairs[i];
            const word_t word =
                copies ? pair->source : rule_convert(rule, &pair->source, pair->target.condition);
            measurement->others[i] = conversions_judge(conversions, i, &word);
        }
        conversions_scores_t scores;
        status = conversions_score(conversions, measurement->others, &scores);
        if (status == STATUS_OK) {
            json_t *record = json_object();
            add_scores(&record, &scores);
            document_set(measurement->record, copies ? "copying" : "rule", record);
            print_scores(measurement->options, copies ? "copying" : "longest-suffix rule", &scores);
        }
    }
    rule_destroy(rule);
    return status;
}

/** The share of right conversions between two conditions, where there are any. */
static void print_direction(const measurement_t *measurement, int width, int source, int target) {
    const conversions_t *conversions = &measurement->conversions;
    size_t all = 0, right = 0;
    for (size_t i = 0; i < conversions->count; i++) {
        const pair_t *pair = &conversions->pairs[i];
        if (pair->source.condition == source && pair->target.condition == target) {
            all++;
            right += measurement->outcomes[i].kind == CONVERSIONS_RIGHT;
        }
    }
    if (all > 0) {
        commands_text(measurement->options, " %*.4f", width, (double)right / (double)all);
    } else {
        commands_text(measurement->options, " %*s", width, "-");
    }
}

static void print_directions(const measurement_t *measurement) {
    enum { WIDTH = 15 };
    const options_t *options = measurement->options;
    const config_data_t *data = &measurement->trained->config.data;
    commands_text(options, "  %-*s", WIDTH, "from \\ to");
    for (int target = 0; target < data->condition_count; target++) {
        commands_text(options, " %*s", WIDTH, data->conditions[target]);
    }
    for (int source = 0; source < data->condition_count; source++) {
        commands_text(options, "\n  %-*s", WIDTH, data->conditions[source]);
        for (int target = 0; target < data->condition_count; target++) {
            print_direction(measurement, WIDTH, source, target);
        }
    }
    commands_text(options, "\n");
}

/** Simple present to past, where there are such conditions, of irregular [0] and regular [1] verbs. */
static void show_pasts(measurement_t *measurement) {
    const config_data_t *data = &measurement->trained->config.data;
    const alphabet_t *alphabet = &measurement->dataset->alphabet;
    const int base = config_find_condition(data, "simple-present"),
              past = config_find_condition(data, "past");
    size_t all[2] = {0}, good[2] = {0};
    double share[2] = {0};
    for (size_t i = 0; i < measurement->conversions.count; i++) {
        const pair_t *pair = &measurement->conversions.pairs[i];
        char source[EVALUATOR_TEXT_SIZE], target[EVALUATOR_TEXT_SIZE];
        if (pair->source.condition != base || pair->target.condition != past) {
            continue;
        }
        alphabet_decode(alphabet, pair->source.letters, pair->source.length, source, sizeof source);
        alphabet_decode(alphabet, pair->target.letters, pair->target.length, target, sizeof target);
        const bool is_regular = conversions_is_regular_past(source, target);
        all[is_regular]++;
        good[is_regular] += measurement->outcomes[i].kind == CONVERSIONS_RIGHT;
    }
    for (int i = 1; i >= 0; i--) {
        if (all[i] > 0) {
            share[i] = (double)good[i] / (double)all[i];
            document_add(measurement->record, "{s:o, s:I}", i ? "regular_past" : "irregular_past",
                document_number(share[i]), i ? "regular_pasts" : "irregular_pasts", (json_int_t)all[i]);
        }
    }
    if (all[0] + all[1] > 0) {
        commands_text(measurement->options, "  pasts right: regular %.4f of %zu, irregular %.4f of %zu\n",
            share[1], all[1], share[0], all[0]);
    }
}

static void print_errors(const options_t *options, const char *label, const size_t *kinds) {
    const size_t wrong = kinds[CONVERSIONS_SWAPPED] + kinds[CONVERSIONS_ENDING] + kinds[CONVERSIONS_STEM];
    commands_text(options, "  %-*s %12zu %8zu %8zu %8zu %8zu\n", LABEL_WIDTH, label,
        kinds[CONVERSIONS_RIGHT] + wrong, wrong, kinds[CONVERSIONS_SWAPPED], kinds[CONVERSIONS_ENDING],
        kinds[CONVERSIONS_STEM]);
}

/** What is wrong, by length of the source word and by kind. */
static void show_errors(measurement_t *measurement) {
    json_t *errors = json_array();
    size_t all[CONVERSIONS_KINDS] = {0};
    commands_text(measurement->options, "  %-*s %12s %8s %8s %8s %8s\n", LABEL_WIDTH,
        "errors by length of the source word", "conversions", "wrong", "swapped", "ending", "stem");
    for (int group = 0; group < CONVERSIONS_LENGTHS; group++) {
        const size_t *kinds = measurement->scores.kinds[group];
        const int from = group > 0 ? conversions_lengths[group - 1] + 1 : 1, to = conversions_lengths[group];
        const bool is_last = group == CONVERSIONS_LENGTHS - 1;
        char label[32];
        snprintf(label, sizeof label, is_last ? "%d letters or more" : "%d to %d letters", from, to);
        print_errors(measurement->options, label, kinds);
        for (int kind = 0; kind < CONVERSIONS_KINDS; kind++) {
            all[kind] += kinds[kind];
        }
        document_append(&errors,
            json_pack("{s:i, s:o, s:I, s:I, s:I, s:I}", "from_letters", from, "to_letters",
                is_last ? json_null() : json_integer(to), "right", (json_int_t)kinds[CONVERSIONS_RIGHT],
                "swapped", (json_int_t)kinds[CONVERSIONS_SWAPPED], "ending",
                (json_int_t)kinds[CONVERSIONS_ENDING], "stem", (json_int_t)kinds[CONVERSIONS_STEM]));
    }
    print_errors(measurement->options, "all", all);
    document_set(measurement->record, "errors", errors);
}

/** The samples of --conversions are the first of those of --repeats, or these the first of those. */
static status_t convert(measurement_t *measurement, const conversions_samples_t *samples) {
    const options_t *options = measurement->options;
    const trained_t *trained = measurement->trained;
    status_t status = conversions_measure(&measurement->conversions, &trained->shape, trained->parameters,
        trained->config.seed, measurement->outcomes, samples);
    if (status == STATUS_OK) {
        status = conversions_score(&measurement->conversions, measurement->outcomes, &measurement->scores);
    }
    if (status != STATUS_OK || (options->conversion_samples < 0 && !options->rule)) {
        return status;
    }
    show_scores(measurement);
    if (samples->shared > 0) {
        show_sampled(measurement, samples);
    }
    status = show_rule(measurement);
    if (status == STATUS_OK && options->conversion_samples >= 0) {
        print_directions(measurement);
        show_pasts(measurement);
        show_errors(measurement);
    }
    return status;
}

status_t eval_conversions(const options_t *options, const trained_t *trained, const dataset_t *dataset,
    eval_repeated_t *repeated, json_t **record) {
    // The samples of --repeats are those of rows.
    const int repeats = dataset->row_count > 0 ? options->repeats : 0, wanted = options->conversion_samples;
    const int count = wanted > repeats ? wanted : repeats;
    if (wanted < 0 && !options->rule && repeats == 0) {
        return STATUS_OK;
    }
    measurement_t measurement = {
        .options = options, .trained = trained, .dataset = dataset, .record = record};
    conversions_samples_t samples = {.count = count,
        .exact = calloc((size_t)count + 1, sizeof *samples.exact),
        .bleu4 = calloc((size_t)count + 1, sizeof *samples.bleu4),
        .shared = wanted > 0 ? wanted : 0};
    status_t status = conversions_create(&measurement.conversions, dataset, CONVERSIONS);
    if (status == STATUS_OK) {
        const size_t conversions = measurement.conversions.count;
        measurement.outcomes = calloc(conversions, sizeof *measurement.outcomes);
        measurement.others = calloc(conversions, sizeof *measurement.others);
        samples.shares = calloc(conversions, sizeof *samples.shares);
    }
    if (status == STATUS_OK && (!samples.exact || !samples.bleu4 || !measurement.outcomes ||
                                   !measurement.others || !samples.shares)) {
        status = status_fail(STATUS_MEMORY, "out of memory for the conversions");
    }
    if (status == STATUS_OK) {
        status = convert(&measurement, &samples);
    }
    if (status == STATUS_OK && repeats > 0) {
        *repeated = (eval_repeated_t){
            .from = measurement.conversions.from,
            .pairs = measurement.conversions.count,
            .exact = spread_of(samples.exact, (size_t)repeats),
            .bleu4 = spread_of(samples.bleu4, (size_t)repeats),
        };
    }
    conversions_destroy(&measurement.conversions);
    free(measurement.outcomes);
    free(measurement.others);
    free(samples.exact);
    free(samples.bleu4);
    free(samples.shares);
    return status;
}
