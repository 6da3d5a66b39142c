#include "evaluation.h"

#include <stdarg.h>
#include <string.h>

#include "base/log.h"
#include "base/terminal.h"
#include "base/text.h"
#include "eval/bleu.h"
#include "eval/likelihood.h"
#include "eval/spread.h"

static void print(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void print(FILE *stream, const char *format, ...) {
    char line[4 * EVALUATOR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    const int columns = stream ? terminal_columns(fileno(stream)) : 0;
    char wrapped[2 * sizeof line];
    if (stream) {
        fprintf(stream, "%s\n", columns > 0 ? text_wrap(line, columns, wrapped, sizeof wrapped) : line);
    } else {
        log_line("%s", line);
    }
}

/** How the forms of draws go together. */
static void print_agreement(const gaussian_score_t *score, const char *before, FILE *stream) {
    print(stream,
        "  %sagreement %.4f ± %.4f  (%zu of %zu draws are different, %zu of the %zu that agree are new)",
        before, score->agreement, spread_of_share(score->agreement, score->draws), score->distinct_draws,
        score->draws, score->new_draws, score->agreeing);
}

void evaluation_print(const evaluation_t *evaluation, FILE *stream) {
    const gaussian_score_t *gaussian = &evaluation->gaussian, *refined = &evaluation->refined;
    print(stream, "  exact match %.4f ± %.4f  cross-entropy %.3f ± %.3f  KL %.2f ± %.2f  (%zu %s pairs)",
        evaluation->exact_match, evaluation->exact_match_error, evaluation->cross_entropy,
        evaluation->cross_entropy_error, evaluation->kl, evaluation->kl_error, evaluation->pairs,
        evaluation->pairs_from);
    char exact[64] = "", few[96] = "", unknown[96] = "";
    if (evaluation->has_test) {
        snprintf(exact, sizeof exact, "  exact match %.4f ± %.4f", evaluation->test_exact_match,
            evaluation->test_exact_match_error);
    }
    if (evaluation->test_unknown > 0) {
        snprintf(unknown, sizeof unknown, "; %zu more are wrong: the data lack their tags or letters",
            evaluation->test_unknown);
    }
    if (evaluation->bleu4_short > 0) {
        snprintf(few, sizeof few, "; %zu of %zu references are shorter than %d letters",
            evaluation->bleu4_short, evaluation->bleu4_pairs, BLEU_ORDERS);
    }
    print(stream, "  BLEU-4 %.4f ± %.4f%s  (%s pairs%s%s)", evaluation->bleu4, evaluation->bleu4_error, exact,
        evaluation->bleu4_from, unknown, few);
    if (gaussian->draws > 0) {
        print(stream,
            "  Gaussian score %.4f ± %.4f  (%zu of %zu draws are training rows, %zu distinct; "
            "%zu are held-back rows; seed %llu)",
            gaussian->score, spread_of_share(gaussian->score, gaussian->draws), gaussian->training,
            gaussian->draws, gaussian->distinct, gaussian->held_back, (unsigned long long)evaluation->seed);
        print_agreement(gaussian, "", stream);
    }
    if (refined->draws > 0) {
        char before[96];
        snprintf(before, sizeof before, "after %d round%s of refinement: Gaussian score %.4f ± %.4f  ",
            evaluation->refine, evaluation->refine == 1 ? "" : "s", refined->score,
            spread_of_share(refined->score, refined->draws));
        print_agreement(refined, before, stream);
    }
}

void evaluation_warn(
    const evaluator_t *evaluator, const evaluation_t *evaluation, const conditions_t *conditions) {
    enum { FEWEST = 100 };
    static const double MOST_OF_DRAWS = 0.02;
    const gaussian_score_t *gaussian = &evaluation->gaussian;
    const double share = (double)gaussian->commonest / (double)gaussian->draws;
    if (evaluation->pairs >= FEWEST && evaluation->active_units == 0) {
        log_warning("the model has collapsed: no latent number's posterior mean has a variance above %g over "
                    "the %zu %s pairs, so z says nothing about a word (a smaller train.kl_weight, or "
                    "train.free_bits, prevents it)",
            LIKELIHOOD_ACTIVE_VARIANCE, evaluation->pairs, evaluation->pairs_from);
    }
    if (gaussian->draws >= FEWEST && share > MOST_OF_DRAWS) {
        char forms[STATUS_MESSAGE_SIZE / 2] = "", text[EVALUATOR_TEXT_SIZE];
        size_t used = 0;
        for (int c = 0; c < conditions->count && used < sizeof forms; c++) {
            evaluator_sample(evaluator, (int)gaussian->commonest_draw, c, text);
            used += (size_t)snprintf(forms + used, sizeof forms - used, " %s", text);
        }
        log_warning(
            "%.1f%% of the draws are the same, more than %g%%:%s", 100 * share, 100 * MOST_OF_DRAWS, forms);
    }
}

/** The columns that the longest of four kinds of cells takes; a longer one stands out. */
static void find_widths(const evaluator_t *evaluator, const conditions_t *conditions, int widths[4]) {
    enum { WIDEST = 20 };
    for (int i = 0; i < 4 * evaluator_example_count(evaluator); i++) {
        evaluator_example_t example;
        evaluator_example(evaluator, i / 4, &example);
        const char *cells[] = {conditions_name(conditions, example.source_condition), example.source,
            conditions_name(conditions, example.target_condition), example.produced};
        const int width = text_width(cells[i % 4]);
        widths[i % 4] = width > widths[i % 4] && width <= WIDEST ? width : widths[i % 4];
    }
}

void evaluation_print_examples(const evaluator_t *evaluator, const conditions_t *conditions, FILE *stream) {
    int widths[4] = {0};
    find_widths(evaluator, conditions, widths);
    for (int i = 0; i < evaluator_example_count(evaluator); i++) {
        evaluator_example_t example;
        evaluator_example(evaluator, i, &example);
        const bool right = strcmp(example.produced, example.expected) == 0;
        const char *texts[] = {conditions_name(conditions, example.source_condition), example.source,
            conditions_name(conditions, example.target_condition), example.produced};
        char cells[5][2 * EVALUATOR_TEXT_SIZE];
        for (int cell = 0; cell < 4; cell++) {
            text_cell(texts[cell], widths[cell], cells[cell], sizeof cells[cell]);
        }
        print(stream, "  %s %s -> %s %s %s%s", cells[0], cells[1], cells[2], cells[3],
            right ? "right" : "wrong: ",
            right ? "" : text_cell(example.expected, 0, cells[4], sizeof cells[4]));
    }
}

json_t *evaluation_record_example(const evaluator_example_t *example, const conditions_t *conditions) {
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "source", document_text(example->source),
        "source_condition", document_text(conditions_name(conditions, example->source_condition)),
        "target_condition", document_text(conditions_name(conditions, example->target_condition)), "expected",
        document_text(example->expected), "produced", document_text(example->produced));
}

json_t *evaluation_record_sample(const evaluator_t *evaluator, int index, const conditions_t *conditions) {
    static const char *const rows[] = {
        [EVALUATOR_ROW_NONE] = "none",
        [EVALUATOR_ROW_TRAINING] = "training",
        [EVALUATOR_ROW_HELD_BACK] = "held-back",
    };
    json_t *forms = json_object();
    for (int condition = 0; condition < conditions->count; condition++) {
        char text[EVALUATOR_TEXT_SIZE];
        evaluator_sample(evaluator, index, condition, text);
        document_set(&forms, conditions_name(conditions, condition), document_text(text));
    }
    return json_pack("{s:o, s:s}", "forms", forms, "row", rows[evaluator_sample_row(evaluator, index)]);
}

json_t *evaluation_record(
    const evaluator_t *evaluator, const evaluation_t *evaluation, const conditions_t *conditions) {
    json_t *record = json_pack("{s:I, s:o, s:o, s:I}", "pairs", (json_int_t)evaluation->pairs, "pairs_from",
        document_text(evaluation->pairs_from), "bleu4_from", document_text(evaluation->bleu4_from),
        "gaussian_held_back", (json_int_t)evaluation->gaussian.held_back);
    const int examples = evaluator_example_count(evaluator), samples = evaluator_sample_count(evaluator);
    json_t *list = json_array();
    for (int i = 0; i < examples; i++) {
        evaluator_example_t example;
        evaluator_example(evaluator, i, &example);
        document_append(&list, evaluation_record_example(&example, conditions));
    }
    if (examples > 0) {
        document_set(&record, "conversions", list);
        list = json_array();
    }
    for (int i = 0; i < samples; i++) {
        document_append(&list, evaluation_record_sample(evaluator, i, conditions));
    }
    if (samples > 0) {
        document_set(&record, "samples", list);
    } else {
        json_decref(list);
    }
    return record;
}
