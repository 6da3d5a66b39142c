#include "evaluation_record.h"

static void add_conversions(record_t *record, const evaluator_t *evaluator, const config_t *config) {
    for (int i = 0; i < evaluator_example_count(evaluator); i++) {
        evaluator_example_t example;
        evaluator_example(evaluator, i, &example);
        record_t *conversion = record_element(record, "conversions");
        record_text(conversion, "source", example.source);
        record_text(conversion, "source_condition", config->data.conditions[example.source_condition]);
        record_text(conversion, "target_condition", config->data.conditions[example.target_condition]);
        record_text(conversion, "expected", example.expected);
        record_text(conversion, "produced", example.produced);
    }
}

static void add_samples(record_t *record, const evaluator_t *evaluator, const config_t *config) {
    static const char *const rows[] = {
        [EVALUATOR_ROW_NONE] = "none",
        [EVALUATOR_ROW_TRAINING] = "training",
        [EVALUATOR_ROW_HELD_BACK] = "held-back",
    };
    for (int i = 0; i < evaluator_sample_count(evaluator); i++) {
        char text[EVALUATOR_TEXT_SIZE];
        record_t *sample = record_element(record, "samples");
        record_t *forms = record_child(sample, "forms");
        for (int condition = 0; condition < config->data.condition_count; condition++) {
            evaluator_sample(evaluator, i, condition, text);
            record_text(forms, config->data.conditions[condition], text);
        }
        record_text(sample, "row", rows[evaluator_sample_row(evaluator, i)]);
    }
}

void evaluation_record(
    record_t *record, const evaluator_t *evaluator, const evaluation_t *evaluation, const config_t *config) {
    record_t *object = record_child(record, "evaluation");
    record_integer(object, "pairs", (int64_t)evaluation->pairs);
    record_text(object, "pairs_from", evaluation->pairs_from);
    record_text(object, "bleu4_from", evaluation->bleu4_from);
    record_integer(object, "gaussian_held_back", (int64_t)evaluation->gaussian.held_back);
    add_conversions(object, evaluator, config);
    add_samples(object, evaluator, config);
}
