#include "evaluation_record.h"

json_t *evaluation_record_example(const evaluator_example_t *example, const config_t *config) {
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "source", document_text(example->source),
        "source_condition", document_text(config->data.conditions[example->source_condition]),
        "target_condition", document_text(config->data.conditions[example->target_condition]), "expected",
        document_text(example->expected), "produced", document_text(example->produced));
}

json_t *evaluation_record_sample(const evaluator_t *evaluator, int index, const config_t *config) {
    static const char *const rows[] = {
        [EVALUATOR_ROW_NONE] = "none",
        [EVALUATOR_ROW_TRAINING] = "training",
        [EVALUATOR_ROW_HELD_BACK] = "held-back",
    };
    json_t *forms = json_object();
    for (int condition = 0; condition < config->data.condition_count; condition++) {
        char text[EVALUATOR_TEXT_SIZE];
        evaluator_sample(evaluator, index, condition, text);
        document_set(&forms, config->data.conditions[condition], document_text(text));
    }
    return json_pack("{s:o, s:s}", "forms", forms, "row", rows[evaluator_sample_row(evaluator, index)]);
}

json_t *evaluation_record(
    const evaluator_t *evaluator, const evaluation_t *evaluation, const config_t *config) {
    json_t *record = json_pack("{s:I, s:o, s:o, s:I}", "pairs", (json_int_t)evaluation->pairs, "pairs_from",
        document_text(evaluation->pairs_from), "bleu4_from", document_text(evaluation->bleu4_from),
        "gaussian_held_back", (json_int_t)evaluation->gaussian.held_back);
    const int examples = evaluator_example_count(evaluator), samples = evaluator_sample_count(evaluator);
    json_t *list = json_array();
    for (int i = 0; i < examples; i++) {
        evaluator_example_t example;
        evaluator_example(evaluator, i, &example);
        document_append(&list, evaluation_record_example(&example, config));
    }
    if (examples > 0) {
        document_set(&record, "conversions", list);
        list = json_array();
    }
    for (int i = 0; i < samples; i++) {
        document_append(&list, evaluation_record_sample(evaluator, i, config));
    }
    if (samples > 0) {
        document_set(&record, "samples", list);
    } else {
        json_decref(list);
    }
    return record;
}
