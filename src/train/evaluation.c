#include "evaluation.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "eval/bleu.h"
#include "eval/likelihood.h"
#include "eval/spread.h"
#include "report/print.h"

static const char *be(size_t count) {
    return count == 1 ? "is" : "are";
}

/** How the forms of draws go together. */
static void print_agreement(const gaussian_score_t *score, const char *before, FILE *stream) {
    print_line(stream,
        "  %sagreement %.4f ± %.4f  (%zu of %zu draw%s %s different, %zu of the %zu that agree%s %s new)",
        before, score->agreement, spread_of_share(score->agreement, score->draws), score->distinct_draws,
        score->draws, text_plural(score->draws), be(score->distinct_draws), score->new_draws, score->agreeing,
        score->agreeing == 1 ? "s" : "", be(score->new_draws));
}

/** The line of BLEU-4, and of the test's exact match. */
static void print_bleu(const evaluation_t *evaluation, FILE *stream) {
    const size_t unread = evaluation->test_unknown, few = evaluation->bleu4_short;
    char exact[64] = "", unknown[96] = "", short_ones[96] = "";
    if (evaluation->has_test) {
        snprintf(exact, sizeof exact, "  exact match %.4f ± %.4f", evaluation->test_exact_match,
            evaluation->test_exact_match_error);
    }
    if (unread > 0) {
        snprintf(unknown, sizeof unknown, "; %zu more %s wrong: the data lack %s tags or letters", unread,
            be(unread), unread == 1 ? "its" : "their");
    }
    if (few > 0) {
        snprintf(short_ones, sizeof short_ones, "; %zu of %zu reference%s %s shorter than %d letters", few,
            evaluation->bleu4_pairs, text_plural(evaluation->bleu4_pairs), be(few), BLEU_ORDERS);
    }
    print_line(stream, "  BLEU-4 %.4f ± %.4f%s  (%s pairs%s%s)", evaluation->bleu4, evaluation->bleu4_error,
        exact, evaluation->bleu4_from, unknown, short_ones);
}

void evaluation_print(const evaluation_t *evaluation, FILE *stream) {
    const gaussian_score_t *gaussian = &evaluation->gaussian, *refined = &evaluation->refined;
    print_line(stream,
        "  exact match %.4f ± %.4f  cross-entropy %.3f ± %.3f  KL %.2f ± %.2f  (%zu %s pair%s)",
        evaluation->exact_match, evaluation->exact_match_error, evaluation->cross_entropy,
        evaluation->cross_entropy_error, evaluation->kl, evaluation->kl_error, evaluation->pairs,
        evaluation->pairs_from, text_plural(evaluation->pairs));
    print_bleu(evaluation, stream);
    if (gaussian->draws > 0) {
        print_line(stream,
            "  Gaussian score %.4f ± %.4f  (%zu of %zu draw%s %s training row%s, %zu distinct; "
            "%zu %s held-back row%s; seed %llu)",
            gaussian->score, spread_of_share(gaussian->score, gaussian->draws), gaussian->training,
            gaussian->draws, text_plural(gaussian->draws), gaussian->training == 1 ? "is a" : "are",
            text_plural(gaussian->training), gaussian->distinct, gaussian->held_back,
            gaussian->held_back == 1 ? "is a" : "are", text_plural(gaussian->held_back),
            (unsigned long long)evaluation->seed);
        print_agreement(gaussian, "", stream);
    }
    if (refined->draws > 0) {
        char before[96];
        snprintf(before, sizeof before, "after %d round%s of refinement: Gaussian score %.4f ± %.4f  ",
            evaluation->refine, text_plural((size_t)evaluation->refine), refined->score,
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

status_t evaluation_print_examples(
    const evaluator_t *evaluator, const conditions_t *conditions, FILE *stream) {
    print_table_t *table = print_table_create(6, 6);
    for (int i = 0; i < evaluator_example_count(evaluator); i++) {
        evaluator_example_t example;
        evaluator_example(evaluator, i, &example);
        const bool right = strcmp(example.produced, example.expected) == 0;
        print_row(table);
        print_cell(table, "%s", conditions_name(conditions, example.source_condition));
        print_cell(table, "%s", example.source);
        print_cell(table, "->");
        print_cell(table, "%s", conditions_name(conditions, example.target_condition));
        print_cell(table, "%s", example.produced);
        print_cell(table, "%s%s", right ? "right" : "wrong: ", right ? "" : example.expected);
    }
    const status_t status = print_table(table, stream);
    print_table_destroy(table);
    return status;
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
