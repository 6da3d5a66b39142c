#include "setup.h"

#include <string.h>

#include "base/log.h"
#include "data/epoch.h"
#include "math/product.h"

static void dataset_source(const config_t *config, const char *file, const file_content_t *text,
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
    const config_t *config, const file_content_t *text, const alphabet_t *alphabet, dataset_t *dataset) {
    const char *names[CONFIG_CONDITIONS_MAX];
    dataset_source_t source;
    dataset_source(config, config->data.train, text, &config->data.pair_conditions, names, &source);
    source.model_alphabet = alphabet;
    return dataset_create(dataset, &source);
}

status_t setup_trained_dataset(const trained_t *trained, const config_t *config, dataset_t *dataset) {
    const char *hash, *file = config->data.train;
    file_content_t text;
    status_t status = file_read(file, &text);
    if (status != STATUS_OK) {
        return status;
    }
    status = setup_dataset(config, &text, &trained->alphabet, dataset);
    file_release(&text);
    if (status == STATUS_OK) {
        status = checkpoint_text(&trained->checkpoint, "data/hash", &hash);
    }
    if (status == STATUS_OK && strcmp(hash, dataset->hash) != 0) {
        log_warning(
            "%s is not the data that the checkpoint was trained on: held back and trained may mix", file);
    }
    return status;
}

status_t setup_test(const config_t *config, const dataset_t *dataset, dataset_test_t *test) {
    const char *names[CONFIG_CONDITIONS_MAX];
    dataset_source_t source;
    file_content_t text;
    status_t status = file_read(config->evaluate.test, &text);
    if (status == STATUS_OK) {
        dataset_source(config, config->evaluate.test, &text, &config->evaluate.test_pairs, names, &source);
        source.is_pairs = true;
        status = dataset_test_create(test, dataset, &source);
    }
    file_release(&text);
    return status;
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
