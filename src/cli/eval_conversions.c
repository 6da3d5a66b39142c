#include "eval_conversions.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "commands.h"
#include "eval/conversions.h"
#include "eval/evaluator.h"
#include "eval/rule.h"
#include "report/csv.h"
#include "report/document.h"
#include "report/progress.h"
#include "train/evaluation.h"
#include "train/plan.h"

enum {
    CONVERSIONS = 20000,  /**< the most, rounded up to whole rows */
    COLUMNS_MAX = 8,      /**< targets of a matrix of directions */
    DIRECTIONS_SHOWN = 20 /**< sources of a matrix, or directions of a list */
};

/** A model that another one is compared with, and its data. */
typedef struct {
    trained_t trained;
    dataset_t dataset;
    dataset_test_t test;
    conversions_t conversions;
} compared_t;

struct eval_conversions {
    const options_t *options;
    const trained_t *trained;
    const dataset_t *dataset;
    const dataset_test_t *test; /**< NULL: there are no test pairs */
    json_t **record;
    conversions_t conversions;
    conversions_samples_t samples;   /**< for --conversions */
    conversions_outcome_t *outcomes; /**< the model's */
    conversions_outcome_t *others;   /**< those of the rule, of copying or of the other model */
    conversions_scores_t scores;     /**< the model's */
    compared_t other;                /**< for --compare */
    print_table_t *table;            /**< a row for each of these; NULL without memory */
    json_t *each;                    /**< for --output: every conversion */
};

static void add_scores(json_t **record, const conversions_scores_t *scores) {
    document_add(record, "{s:o, s:o, s:o, s:o, s:o, s:o}", "conversions", document_number(scores->exact.mean),
        "conversions_error", document_number(scores->exact.error), "paradigms",
        document_number(scores->paradigm.mean), "paradigms_error", document_number(scores->paradigm.error),
        "edit_distance", document_number(scores->distance.mean), "edit_distance_error",
        document_number(scores->distance.error));
}

static void add_spread(print_table_t *table, spread_t spread) {
    print_cell(table, "%.4f ± %.4f", spread.mean, spread.error);
}

static void add_row(eval_conversions_t *eval, const char *label, const conversions_scores_t *scores) {
    print_row(eval->table);
    print_cell(eval->table, "%s", label);
    add_spread(eval->table, scores->exact);
    add_spread(eval->table, scores->paradigm);
    add_spread(eval->table, scores->distance);
}

static void show_scores(eval_conversions_t *eval) {
    static const char *const head[] = {"", "right", "paradigms", "edits"};
    const conversions_t *conversions = &eval->conversions;
    const size_t rows = conversions->rows, unknown = eval->test ? eval->test->unknown_count : 0;
    document_add(eval->record, "{s:I, s:I, s:s}", "conversion_rows", (json_int_t)rows, "conversion_pairs",
        (json_int_t)conversions->count, "conversions_from", conversions->from);
    add_scores(eval->record, &eval->scores);
    commands_line(eval->options, "  conversions of %zu %s %s%s", rows, conversions->from,
        conversions->are_given ? "source word" : "row", text_plural(rows));
    if (unknown > 0) {
        document_set(eval->record, "conversion_pairs_unknown", json_integer((json_int_t)unknown));
        commands_line(eval->options, "  without %zu pair%s whose tags or letters the data lack", unknown,
            text_plural(unknown));
    }
    print_row(eval->table);
    for (int i = 0; i < 4; i++) {
        print_cell(eval->table, "%s", head[i]);
    }
    add_row(eval, "model, posterior mean", &eval->scores);
}

static void show_sampled(eval_conversions_t *eval) {
    const conversions_samples_t *samples = &eval->samples;
    const conversions_t *conversions = &eval->conversions;
    const spread_t sampled = spread_of_groups(samples->shares, conversions->first, conversions->rows),
                   of_samples = spread_of(samples->exact, (size_t)samples->shared);
    document_add(eval->record, "{s:o, s:o, s:o}", "sampled_conversions", document_number(of_samples.mean),
        "sampled_conversions_error", document_number(sampled.error), "sampled_conversions_deviation",
        document_number(of_samples.deviation));
    print_row(eval->table);
    print_cell(eval->table, "model, %d sample%s of z", samples->shared, text_plural((size_t)samples->shared));
    add_spread(eval->table, sampled);
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
            add_row(eval, copies ? "copying" : "longest-suffix rule", &scores);
        }
    }
    rule_destroy(rule);
    return status;
}

/** The rows that a model held back can be told only from its training data. */
static status_t check_data(const trained_t *trained, const dataset_t *dataset, const char *file) {
    const char *hash;
    const status_t status = checkpoint_text(&trained->checkpoint, "data/hash", &hash);
    if (status == STATUS_OK && strcmp(hash, dataset->hash) != 0) {
        return status_fail(STATUS_USAGE,
            "--compare: %s is not the data that %s was trained on, so the rows that it held back are "
            "unknown; "
            "--set data.train=FILE names the right file",
            trained->config.data.train, file);
    }
    return status;
}

/** Compares the texts: alphabets may number the same letters differently, and one may lack a letter of the
 * other. */
static bool is_same_word(const alphabet_t *one_alphabet, const word_t *one, const unknown_t *one_unknown,
    const alphabet_t *other_alphabet, const word_t *other, const unknown_t *other_unknown) {
    char text[EVALUATOR_TEXT_SIZE], other_text[EVALUATOR_TEXT_SIZE];
    alphabet_spell(one_alphabet, one->letters, one->length, one_unknown, text, sizeof text);
    alphabet_spell(
        other_alphabet, other->letters, other->length, other_unknown, other_text, sizeof other_text);
    return one->condition == other->condition && strcmp(text, other_text) == 0;
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
        const pair_t *one = &conversions->pairs[i], *pair = &other->conversions.pairs[i];
        is_same = is_same_word(one_alphabet, &one->source, &one->unknown, other_alphabet, &pair->source,
                      &pair->unknown) &&
                  is_same_word(one_alphabet, &one->target, &one->unknown, other_alphabet, &pair->target,
                      &pair->unknown);
    }
    return is_same;
}

/** Reads the model's test with the other model's alphabet and conditions. */
static status_t read_other_test(eval_conversions_t *eval) {
    compared_t *other = &eval->other;
    config_evaluate_t *evaluate = &other->trained.config.evaluate;
    if (!eval->test) {
        return STATUS_OK;
    }
    memcpy(evaluate->test, eval->trained->config.evaluate.test, sizeof evaluate->test);
    evaluate->test_pairs = eval->trained->config.evaluate.test_pairs;
    return plan_tell_key(plan_test(&other->trained.config, &other->dataset, &other->test), "evaluate.test");
}

/** Reads the other model and its data, if --compare asks for it. */
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
    // With a test, no held-back rows are needed.
    if (!eval->test && ((status = check_data(eval->trained, eval->dataset, options->file)) != STATUS_OK ||
                           (status = check_data(trained, &other->dataset, options->compare)) != STATUS_OK)) {
        return status;
    }
    if ((status = read_other_test(eval)) != STATUS_OK ||
        (status = conversions_create(&other->conversions, &other->dataset, eval->test ? &other->test : NULL,
             CONVERSIONS)) != STATUS_OK) {
        return status;
    }
    if (is_same_split(eval)) {
        return STATUS_OK;
    }
    return eval->test
               ? status_fail(STATUS_USAGE,
                     "--compare: %s and %s do not read the same pairs of the test; both need the same "
                     "conditions and data.pairs, and the same letters or data.unknown_letters",
                     options->file, options->compare)
               : status_fail(STATUS_USAGE,
                     "--compare: %s and %s do not hold back the same words, so that one may have trained on "
                     "what the other has not seen; both need the same data, conditions, data.holdout and "
                     "data.holdout_from",
                     options->file, options->compare);
}

/** Prints and frees the table of scores. */
static status_t print_scores(eval_conversions_t *eval) {
    print_table_t *table = eval->table;
    eval->table = NULL;
    return commands_table(eval->options, table);
}

/** --compare: how the models differ in single conversions and in rows. */
static status_t show_compared(eval_conversions_t *eval) {
    const conversions_t *conversions = &eval->conversions;
    size_t times[2][2] = {0}; // [is the model right][is the other one right]
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
    add_row(eval, "other model, posterior mean", &scores);
    status_t printed = print_scores(eval);
    commands_line(eval->options, "  other model: %s", eval->options->compare);
    commands_line(eval->options, "  both right %zu, only the model %zu, only the other %zu, neither %zu",
        times[true][true], times[true][false], times[false][true], times[false][false]);
    commands_line(
        eval->options, "  difference %+.4f, standard error %.4f", difference.mean, difference.error);
    commands_line(eval->options,
        "  more right in %zu row%s, fewer in %zu, sign test over these rows: p = %.3g", better,
        text_plural(better), worse, probability);
    free(differences);
    return printed;
}

static status_t compare(eval_conversions_t *eval) {
    const compared_t *other = &eval->other;
    if (!eval->options->compare) {
        return print_scores(eval);
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

/** The worst first; equal ones as compare_directions() has them. */
static int compare_shares(const void *a, const void *b) {
    const double one = share_of(a), other = share_of(b);
    return one < other ? -1 : one > other ? 1 : compare_directions(a, b);
}

/** Counts the conversions of each direction, sorted by source and target. Returns how many directions. */
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

/** A row for each source, a column for each target. is_target [conditions]. NULL without memory. */
static print_table_t *make_matrix(const eval_conversions_t *eval, const direction_t *directions, size_t count,
    const bool *is_target, int targets) {
    const conditions_t *conditions = &eval->trained->conditions;
    print_table_t *table = print_table_create(1 + targets, 1);
    print_row(table);
    print_cell(table, "from \\ to");
    for (int target = 0; target < conditions->count; target++) {
        if (is_target[target]) {
            print_cell(table, "%s", conditions_name(conditions, target));
        }
    }
    for (size_t i = 0; i < count;) {
        const int source = directions[i].source;
        print_row(table);
        print_cell(table, "%s", conditions_name(conditions, source));
        for (int target = 0; target < conditions->count; target++) {
            if (i < count && directions[i].source == source && directions[i].target == target) {
                print_cell(table, "%.4f", share_of(&directions[i++]));
            } else if (is_target[target]) {
                print_cell(table, "-");
            }
        }
    }
    return table;
}

/** Sorts the directions by share. Prints those with the smallest shares, and the rest in one line. */
static status_t print_worst(const eval_conversions_t *eval, direction_t *directions, size_t count) {
    const conditions_t *conditions = &eval->trained->conditions;
    const size_t shown = count < DIRECTIONS_SHOWN ? count : DIRECTIONS_SHOWN;
    print_table_t *table = print_table_create(4, 4);
    qsort(directions, count, sizeof *directions, compare_shares);
    commands_line(eval->options, "  of %zu direction%s the worst %zu (--json has all)", count,
        text_plural(count), shown);
    for (size_t i = 0; i < shown; i++) {
        print_row(table);
        print_cell(table, "%.4f of %3zu ", share_of(&directions[i]), directions[i].count);
        print_cell(table, "%s", conditions_name(conditions, directions[i].source));
        print_cell(table, "->");
        print_cell(table, "%s", conditions_name(conditions, directions[i].target));
    }
    const status_t status = commands_table(eval->options, table);
    direction_t rest = {0};
    for (size_t i = shown; i < count; i++) {
        rest.count += directions[i].count;
        rest.right += directions[i].right;
    }
    if (rest.count > 0) {
        commands_line(eval->options, "  %.4f of %3zu  in the %zu other%s", share_of(&rest), rest.count,
            count - shown, text_plural(count - shown));
    }
    return status;
}

/** Prints the directions as a matrix if it fits the screen, else the worst of them. */
static status_t print_directions(const eval_conversions_t *eval, direction_t *directions, size_t count,
    const bool *is_target, int targets) {
    size_t sources = 0;
    for (size_t i = 0; i < count; i++) {
        sources += i == 0 || directions[i].source != directions[i - 1].source;
    }
    print_table_t *matrix = targets <= COLUMNS_MAX && sources <= DIRECTIONS_SHOWN
                                ? make_matrix(eval, directions, count, is_target, targets)
                                : NULL;
    if (print_table_fits(matrix, stdout)) {
        return commands_table(eval->options, matrix);
    }
    print_table_destroy(matrix);
    return print_worst(eval, directions, count);
}

/** The share of right conversions in each direction. */
static status_t show_directions(eval_conversions_t *eval) {
    const conditions_t *conditions = &eval->trained->conditions;
    direction_t *directions = calloc(eval->conversions.count, sizeof *directions);
    if (!directions) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu conversions", eval->conversions.count);
    }
    const size_t count = find_directions(eval, directions);
    bool is_target[CONDITIONS_MAX] = {false};
    int targets = 0;
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
        }
        document_set(&sources, conditions_name(conditions, source), shares);
    }
    document_set(eval->record, "directions", sources);
    const status_t status = print_directions(eval, directions, count, is_target, targets);
    free(directions);
    return status;
}

/** Simple present to past, if there are such conditions: irregular [0] and regular [1] verbs. */
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
        commands_line(eval->options, "  pasts right: regular %.4f of %zu, irregular %.4f of %zu", share[1],
            all[1], share[0], all[0]);
    }
}

/** Names of conversions_kind_t. */
static const char *const kind_names[CONVERSIONS_KINDS] = {"right", "swapped", "ending", "stem"};

static void add_errors(print_table_t *table, const char *label, const size_t *kinds) {
    const size_t wrong = kinds[CONVERSIONS_SWAPPED] + kinds[CONVERSIONS_ENDING] + kinds[CONVERSIONS_STEM];
    print_row(table);
    print_cell(table, "%s", label);
    print_cell(table, "%zu", kinds[CONVERSIONS_RIGHT] + wrong);
    print_cell(table, "%zu", wrong);
    for (int kind = CONVERSIONS_SWAPPED; kind < CONVERSIONS_KINDS; kind++) {
        print_cell(table, "%zu", kinds[kind]);
    }
}

/** The errors, by length of the source word and by kind. */
static status_t show_errors(eval_conversions_t *eval) {
    static const char *const head[] = {
        "errors by the source's length", "conversions", "wrong", "swapped", "ending", "stem"};
    json_t *errors = json_array();
    size_t all[CONVERSIONS_KINDS] = {0};
    print_table_t *table = print_table_create(6, 1);
    print_row(table);
    for (int i = 0; i < 6; i++) {
        print_cell(table, "%s", head[i]);
    }
    for (int group = 0; group < CONVERSIONS_LENGTHS; group++) {
        const size_t *kinds = eval->scores.kinds[group];
        const int from = group > 0 ? conversions_lengths[group - 1] + 1 : 1, to = conversions_lengths[group];
        const bool is_last = group == CONVERSIONS_LENGTHS - 1;
        char label[32];
        snprintf(label, sizeof label, is_last ? "%d letters or more" : "%d to %d letters", from, to);
        add_errors(table, label, kinds);
        json_t *record = json_pack(
            "{s:i, s:o}", "from_letters", from, "to_letters", is_last ? json_null() : json_integer(to));
        for (int kind = 0; kind < CONVERSIONS_KINDS; kind++) {
            document_set(&record, kind_names[kind], json_integer((json_int_t)kinds[kind]));
            all[kind] += kinds[kind];
        }
        document_append(&errors, record);
    }
    add_errors(table, "all", all);
    document_set(eval->record, "errors", errors);
    return commands_table(eval->options, table);
}

/** For --output: adds a conversion to the list. */
static void add_conversion(
    void *context, size_t index, const word_t *spelled, conversions_outcome_t outcome) {
    eval_conversions_t *eval = context;
    const alphabet_t *alphabet = &eval->dataset->alphabet;
    const pair_t *pair = &eval->conversions.pairs[index];
    evaluator_example_t example = {
        .source_condition = pair->source.condition, .target_condition = pair->target.condition};
    const word_t *words[] = {&pair->source, &pair->target, spelled};
    char *texts[] = {example.source, example.expected, example.produced};
    for (int i = 0; i < 3; i++) {
        alphabet_spell(
            alphabet, words[i]->letters, words[i]->length, &pair->unknown, texts[i], EVALUATOR_TEXT_SIZE);
    }
    json_t *conversion = evaluation_record_example(&example, &eval->trained->conditions);
    document_add(&conversion, "{s:s, s:i}", "kind", kind_names[outcome.kind], "edits", outcome.distance);
    document_append(&eval->each, conversion);
}

static status_t write_each(const eval_conversions_t *eval) {
    const char *file = eval->options->output;
    const status_t status = file ? csv_write_objects(file, eval->each) : STATUS_OK;
    if (file && status == STATUS_OK) {
        log_line("%s: %zu conversion%s", file, eval->conversions.count, text_plural(eval->conversions.count));
    }
    return status;
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

status_t eval_conversions_create(eval_conversions_t **eval, const options_t *options,
    const trained_t *trained, const dataset_t *dataset, const dataset_test_t *test) {
    const int wanted = options->conversion_samples;
    if (wanted < 0 && !options->rule && !options->compare && !options->output) {
        return STATUS_OK;
    }
    eval_conversions_t *created = *eval = calloc(1, sizeof *created);
    if (!created) {
        return status_fail(STATUS_MEMORY, "out of memory for the conversions");
    }
    created->options = options;
    created->trained = trained;
    created->dataset = dataset;
    created->test = test->count > 0 ? test : NULL;
    created->samples.count = created->samples.shared = wanted > 0 ? wanted : 0;
    created->table = print_table_create(4, 1);
    status_t status = conversions_create(&created->conversions, dataset, created->test, CONVERSIONS);
    if (status == STATUS_OK) {
        status = take_memory(created);
    }
    if (status == STATUS_OK && options->output) {
        created->each = json_array();
        created->samples.show = add_conversion;
        created->samples.shown = created;
        status = csv_check_objects(options->output, "source");
    }
    return status == STATUS_OK ? read_other(created) : status;
}

void eval_conversions_destroy(eval_conversions_t *eval) {
    if (eval) {
        conversions_destroy(&eval->conversions);
        conversions_destroy(&eval->other.conversions);
        dataset_test_destroy(&eval->other.test);
        dataset_destroy(&eval->other.dataset);
        trained_destroy(&eval->other.trained);
        free(eval->outcomes);
        free(eval->others);
        free(eval->samples.exact);
        free(eval->samples.bleu4);
        free(eval->samples.shares);
        print_table_destroy(eval->table);
        json_decref(eval->each);
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
    if (status == STATUS_OK) {
        status = write_each(eval);
    }
    if (status != STATUS_OK) {
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
        status = show_errors(eval);
    }
    return status;
}
