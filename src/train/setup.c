#include "setup.h"

#include "data/epoch.h"
#include "math/product.h"

static void dataset_source(const config_t *config, const char *file, const input_t *text,
    const config_condition_pairs_t *pairs, const char **names, dataset_source_t *source) {
    static const dataset_pairs_t kinds[] = {
        [CONFIG_PAIRS_SAME] = DATASET_PAIRS_SAME,
        [CONFIG_PAIRS_CROSS] = DATASET_PAIRS_CROSS,
        [CONFIG_PAIRS_ALL] = DATASET_PAIRS_ALL,
        [CONFIG_PAIRS_RANDOM] = DATASET_PAIRS_RANDOM,
    };
    for (int i = 0; i < config->data.condition_count; i++) {
        names[i] = config->data.conditions[i];
    }
    *source = (dataset_source_t){
        .file = file,
        .text = text->text,
        .length = text->length,
        .is_pairs = config->data.format == CONFIG_FORMAT_PAIRS,
        .condition_count = config->data.condition_count,
        .condition_names = names,
        .pair_source = pairs->source,
        .pair_target = pairs->target,
        .pair_count = pairs->count,
        .pairs = kinds[config->data.pairs],
        .holdout = config->data.holdout,
        .alphabet = config->data.alphabet,
        .max_length = config->data.max_length,
        .skips_missing = config->data.missing == CONFIG_MISSING_SKIP,
    };
}

status_t setup_dataset(
    const config_t *config, const input_t *text, const alphabet_t *alphabet, dataset_t *dataset) {
    const char *names[CONFIG_CONDITIONS_MAX];
    dataset_source_t source;
    dataset_source(config, config->data.train, text, &config->data.pair_conditions, names, &source);
    source.model_alphabet = alphabet;
    return dataset_create(dataset, &source);
}

status_t setup_test(const config_t *config, const dataset_t *dataset, dataset_test_t *test) {
    const char *names[CONFIG_CONDITIONS_MAX];
    dataset_source_t source;
    input_t text;
    status_t status = input_read(config->evaluate.test, &text);
    if (status == STATUS_OK) {
        dataset_source(config, config->evaluate.test, &text, &config->evaluate.test_pairs, names, &source);
        source.is_pairs = true;
        status = dataset_test_create(test, dataset, &source);
    }
    input_release(&text);
    return status;
}

void setup_shape(const config_t *config, const alphabet_t *alphabet, shape_t *shape) {
    const config_model_t *model = &config->model;
    _Static_assert((int)SHAPE_ENTERS_HIDDEN == (int)CONFIG_ENTERS_HIDDEN &&
                       (int)SHAPE_ENTERS_CELL == (int)CONFIG_ENTERS_CELL &&
                       (int)SHAPE_ENTERS_STEPS == (int)CONFIG_ENTERS_STEPS,
        "the configuration's and the model's ways to enter are the same numbers");
    _Static_assert(
        (int)SHAPE_CELL_LSTM == (int)CONFIG_CELL_LSTM && (int)SHAPE_CELL_GRU == (int)CONFIG_CELL_GRU,
        "the configuration's and the model's cells are the same numbers");
    _Static_assert((int)SHAPE_LOSS_SUM == (int)CONFIG_LOSS_SUM &&
                       (int)SHAPE_LOSS_MEAN == (int)CONFIG_LOSS_MEAN &&
                       (int)SHAPE_LOSS_MEAN_KL == (int)CONFIG_LOSS_MEAN_KL,
        "the configuration's and the model's losses are the same numbers");
    *shape = (shape_t){
        .symbols = alphabet_symbols(alphabet),
        .embedding = model->embedding,
        .hidden = model->hidden,
        .latent = model->latent,
        .conditions = config->data.condition_count,
        .condition_embedding = model->condition,
        .layers = model->layers,
        .cell = (shape_cell_t)model->cell,
        .bidirectional = model->bidirectional,
        .encoder_markers = model->encoder_markers,
        .encoder_condition = model->encoder_condition,
        .decoder_latent = model->decoder_latent,
        .decoder_condition = model->decoder_condition,
        .decoder_relu = model->decoder_relu,
        .loss = (shape_loss_t)config->train.loss,
    };
}

setup_steps_t setup_steps(const config_t *config, size_t pair_count) {
    const config_train_t *train = &config->train;
    const int batch_size = pair_count < (size_t)train->batch_size ? (int)pair_count : train->batch_size;
    const size_t epoch = epoch_steps(pair_count, batch_size);
    return (setup_steps_t){
        .batch_size = batch_size, .epoch_steps = epoch, .steps = (uint64_t)train->epochs * epoch};
}

void setup_products(const config_t *config) {
    product_choose(config->compute.gemm == CONFIG_GEMM_OPENBLAS ? PRODUCT_OPENBLAS : PRODUCT_NATIVE);
}

status_t setup_evaluator(const config_t *config, const shape_t *shape, const dataset_t *dataset,
    const dataset_test_t *test, evaluator_t **evaluator) {
    return evaluator_create(evaluator, &(evaluator_settings_t){
                                           .shape = shape,
                                           .dataset = dataset,
                                           .test = test->count > 0 ? test : NULL,
                                           .seed = config->seed,
                                           .draws = config->evaluate.draws,
                                           .examples = config->evaluate.examples,
                                       });
}
