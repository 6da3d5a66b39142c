#include "evaluation_record.h"

void evaluation_record_example(record_t *record, const evaluator_example_t *example, const config_t *config) {
    record_text(record, "source", example->source);
    record_text(record, "source_condition", config->data.conditions[example->source_condition]);
    record_text(record, "target_condition", config->data.conditions[example->target_condition]);
    record_text(record, "expected", example->expected);
    record_text(record, "produced", example->produced);
}

void evaluation_record_sample(
    record_t *record, const evaluator_t *evaluator, int index, const config_t *config) {
    static const char *const rows[] = {
        [EVALUATOR_ROW_NONE] = "none",
        [EVALUATOR_ROW_TRAINING] = "training",
        [EVALUATOR_ROW_HELD_BACK] = "held-back",
    };
    record_t *forms = record_child(record, "forms");
    for (int condition = 0; condition < config->data.condition_count; condition++) {
        char text[EVALUATOR_TEXT_SIZE];
        evaluator_sample(evaluator, index, condition, text);
        record_text(forms, config->data.conditions[condition], text);
    }
    record_text(record, "row", rows[evaluator_sample_row(evaluator, index)]);
}

void evaluation_record(
    record_t *record, const evaluator_t *evaluator, const evaluation_t *evaluation, const config_t *config) {
    record_t *object = record_child(record, "evaluation");
    record_integer(object, "pairs", (int64_t)evaluation->pairs);
    record_text(object, "pairs_from", evaluation->pairs_from);
    record_text(object, "bleu4_from", evaluation->bleu4_from);
    record_integer(object, "gaussian_held_back", (int64_t)evaluation->gaussian.held_back);
    for (int i = 0; i < evaluator_example_count(evaluator); i++) {
        evaluator_example_t example;
        evaluator_example(evaluator, i, &example);
        evaluation_record_example(record_element(object, "conversions"), &example, config);
    }
    for (int i = 0; i < evaluator_sample_count(evaluator); i++) {
        evaluation_record_sample(record_element(object, "samples"), evaluator, i, config);
    }
}
