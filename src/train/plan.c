#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "data/epoch.h"
#include "history.h"
#include "math/blas.h"
#include "math/kernels.h"
#include "math/product.h"
#include "model/weights.h"
#include "report/print.h"

static void dataset_source(const config_t *config, const char *file, const file_content_t *text,
    const config_condition_pairs_t *pairs, const char *names[CONFIG_CONDITIONS_MAX],
    dataset_source_t *source) {
    static const dataset_pairs_t kinds[] = {
        [CONFIG_PAIRS_SAME] = DATASET_PAIRS_SAME,
        [CONFIG_PAIRS_CROSS] = DATASET_PAIRS_CROSS,
        [CONFIG_PAIRS_ALL] = DATASET_PAIRS_ALL,
        [CONFIG_PAIRS_RANDOM] = DATASET_PAIRS_RANDOM,
        [CONFIG_PAIRS_INFLECT] = DATASET_PAIRS_INFLECT,
        [CONFIG_PAIRS_LEMMATIZE] = DATASET_PAIRS_LEMMATIZE,
    };
    static const struct {
        dataset_format_t format;
        int tags_column;
    } formats[] = {
        [CONFIG_FORMAT_ROWS] = {DATASET_FORMAT_ROWS, 0},
        [CONFIG_FORMAT_PAIRS] = {DATASET_FORMAT_PAIRS, 0},
        [CONFIG_FORMAT_UNIMORPH] = {DATASET_FORMAT_TABLE, 0},
        [CONFIG_FORMAT_LEMMA_FORM_TAGS] = {DATASET_FORMAT_TABLE, 2},
        [CONFIG_FORMAT_LEMMA_TAGS_FORM] = {DATASET_FORMAT_TABLE, 1},
    };
    for (int i = 0; i < config->data.condition_count; i++) {
        names[i] = config->data.conditions[i];
    }
    *source = (dataset_source_t){
        .file = file,
        .text = text->text,
        .length = text->length,
        .format = formats[config->data.format].format,
        .tags_column = formats[config->data.format].tags_column,
        .condition_count = config->data.condition_count,
        .condition_names = names,
        .pair_source = pairs->source,
        .pair_target = pairs->target,
        .pair_count = pairs->count,
        .pairs = kinds[config->data.pairs],
        .holdout = config->data.holdout,
        .holdout_from = config->data.holdout_from,
        .alphabet = config->data.alphabet,
        .has_unknown = config->data.invent > 0 && config->data.unknown_letters > 0,
        .max_length = config->data.max_length,
        .skips_missing = config->data.missing == CONFIG_MISSING_SKIP,
    };
}

status_t plan_config(config_t *config, const char *file, const char *const *overrides, int override_count) {
    file_content_t text;
    status_t status = file_read(file, &text);
    if (status == STATUS_NO_INPUT && file_is_folder(file)) {
        status_fail(
            status, "%s: a folder, where a configuration was expected, such as a run's config.yaml", file);
    }
    if (status == STATUS_OK && checkpoint_has_seal(text.text, text.length)) {
        status = status_fail(STATUS_CONFIG,
            "%s: a checkpoint, where a configuration was expected: config.yaml in its folder is its run's",
            file);
    } else if (status == STATUS_OK) {
        status = config_parse(config, file, text.text, text.length, overrides, override_count);
    }
    file_release(&text);
    return status;
}

status_t plan_tell_key(status_t status, const char *key) {
    return status == STATUS_NO_INPUT
               ? status_prefix(status, "%s (--set %s=PATH where it is elsewhere)", key, key)
               : status;
}

status_t plan_dataset(const config_t *config, const trained_t *model, dataset_t *dataset) {
    const char *names[CONFIG_CONDITIONS_MAX];
    dataset_source_t source;
    file_content_t text;
    status_t status = file_read(config->data.train, &text);
    if (status == STATUS_OK) {
        dataset_source(config, config->data.train, &text, &config->data.pair_conditions, names, &source);
        source.model_alphabet = model ? &model->alphabet : NULL;
        source.model_conditions = model ? &model->conditions : NULL;
        status = dataset_create(dataset, &source);
    }
    file_release(&text);
    return status;
}

status_t plan_trained_dataset(const trained_t *trained, const config_t *config, dataset_t *dataset) {
    const char *hash;
    status_t status = plan_dataset(config, trained, dataset);
    if (status == STATUS_OK) {
        status = checkpoint_text(&trained->checkpoint, "data/hash", &hash);
    }
    if (status == STATUS_OK && strcmp(hash, dataset->hash) != 0) {
        log_warning("%s is not the data that the checkpoint was trained on: held back and trained may mix",
            config->data.train);
    }
    return status;
}

status_t plan_test(const config_t *config, const dataset_t *dataset, dataset_test_t *test) {
    const char *names[CONFIG_CONDITIONS_MAX];
    dataset_source_t source;
    file_content_t text;
    status_t status = file_read(config->evaluate.test, &text);
    if (status == STATUS_OK) {
        dataset_source(config, config->evaluate.test, &text, &config->evaluate.test_pairs, names, &source);
        status = dataset_test_create(test, dataset, &source);
    }
    file_release(&text);
    return status;
}

plan_steps_t plan_steps(const config_t *config, size_t pair_count) {
    const config_train_t *train = &config->train;
    const int batch_size = pair_count < (size_t)train->batch_size ? (int)pair_count : train->batch_size;
    const size_t epoch = epoch_steps(pair_count, batch_size);
    return (plan_steps_t){
        .batch_size = batch_size, .epoch_steps = epoch, .steps = (uint64_t)train->epochs * epoch};
}

status_t plan_products(const config_t *config) {
    const bool is_native = config->compute.gemm != CONFIG_GEMM_OPENBLAS;
    product_choose(is_native ? PRODUCT_NATIVE : PRODUCT_OPENBLAS);
    return is_native ? STATUS_OK : blas_start();
}

status_t plan_evaluator(const config_t *config, const shape_t *shape, const dataset_t *dataset,
    const dataset_test_t *test, int refine, int refined_draws, evaluator_t **evaluator) {
    return evaluator_create(evaluator, &(evaluator_settings_t){
                                           .shape = shape,
                                           .dataset = dataset,
                                           .test = test->count > 0 ? test : NULL,
                                           .seed = config->seed,
                                           .draws = config->evaluate.draws,
                                           .corrections = config->evaluate.corrections,
                                           .refine = refine,
                                           .refined_draws = refined_draws,
                                           .examples = config->evaluate.examples,
                                       });
}

/**
 * Agrees on what rank 0 found while it read configuration or data: a fault of these is not rank 0's, which is
 * just the one that looks, and all ranks fail alike. Collective.
 */
static status_t agree_on_input(comm_t *comm, status_t found) {
    status_t own = found;
    comm_broadcast(comm, &found, sizeof found);
    if (comm_rank(comm) != 0 && (found == STATUS_CONFIG || found == STATUS_DATA)) {
        own = status_fail(found, "as rank 0 says");
    }
    return comm_agree(comm, own);
}

/** One image a host takes the place of rank 0's data set. */
static status_t spread_dataset(plan_t *plan) {
    host_memory_t *memory = &plan->dataset_memory;
    comm_t *comm = plan->comm;
    const bool is_reader = comm_rank(comm) == 0;
    size_t size = is_reader ? dataset_image_size(&plan->dataset) : 0;
    comm_broadcast(comm, &size, sizeof size);
    status_t status = host_memory_create(memory, comm, size);
    if (status != STATUS_OK) {
        return status;
    }
    if (is_reader) {
        dataset_image_write(&plan->dataset, memory->bytes);
        dataset_destroy(&plan->dataset);
    }
    host_memory_spread(memory, comm, memory->bytes, memory->size);
    host_memory_meet(memory, comm);
    dataset_image_open(&plan->dataset, memory->bytes);
    return STATUS_OK;
}

/**
 * Rank 0 reads for all: the ranks need no shared file system and cannot see different contents. Collective.
 */
static status_t read_input(
    plan_t *plan, const char *config_file, const char *const *overrides, int override_count) {
    comm_t *comm = plan->comm;
    const bool is_reader = comm_rank(comm) == 0;
    status_t status =
        is_reader ? plan_config(&plan->config, config_file, overrides, override_count) : STATUS_OK;
    status = agree_on_input(comm, status);
    if (status != STATUS_OK) {
        return status;
    }
    comm_broadcast(comm, &plan->config, sizeof plan->config);
    status = agree_on_input(
        comm, is_reader ? plan_tell_key(plan_dataset(&plan->config, NULL, &plan->dataset), "data.train")
                        : STATUS_OK);
    if (status == STATUS_OK && comm_size(comm) > 1) {
        status = spread_dataset(plan);
    }
    if (status != STATUS_OK) {
        return status;
    }
    return agree_on_input(
        comm, is_reader && plan->config.evaluate.test[0]
                  ? plan_tell_key(plan_test(&plan->config, &plan->dataset, &plan->test), "evaluate.test")
                  : STATUS_OK);
}

/** The sizes that follow from configuration and data. Local, with the same result on all ranks. */
static status_t set_sizes(plan_t *plan) {
    const config_train_t *train = &plan->config.train;
    plan->pair_count = dataset_pair_count(&plan->dataset);
    const plan_steps_t steps = plan_steps(&plan->config, plan->pair_count);
    plan->batch_size = steps.batch_size;
    plan->epoch_steps = steps.epoch_steps;
    plan->steps = steps.steps;
    plan->micro_batch = train->micro_batch < plan->batch_size ? train->micro_batch : plan->batch_size;
    const int shards = epoch_shards(plan->batch_size, plan->micro_batch);
    if (comm_size(plan->comm) > shards) {
        return status_fail(STATUS_CONFIG,
            "%d ranks, but %d word%s a step in shards of %d (train.batch_size, train.micro_batch) %s only %d "
            "shard%s: start at most %d%s",
            comm_size(plan->comm), plan->batch_size, text_plural((size_t)plan->batch_size), plan->micro_batch,
            plan->batch_size == 1 ? "is" : "are", shards, text_plural((size_t)shards), shards,
            plan->micro_batch > 1 ? ", or make the micro-batch smaller" : "");
    }
    const conditions_t *conditions = &plan->dataset.conditions;
    status_t status = plan_products(&plan->config);
    if (status == STATUS_OK) {
        status =
            trained_shape(&plan->config, &plan->dataset.alphabet, conditions, &plan->parts, &plan->shape);
    }
    plan->conditions_text = calloc(conditions_text_size(conditions), 1);
    if (status == STATUS_OK) {
        status = plan->conditions_text
                     ? history_check_selection(&plan->config, &plan->dataset)
                     : status_fail(STATUS_MEMORY, "out of memory for the names of conditions");
    }
    if (status == STATUS_OK) {
        conditions_text(conditions, plan->conditions_text);
    }
    if (status == STATUS_OK) {
        status = invent_create(&plan->invent, &plan->dataset, plan->config.seed, plan->config.data.invent,
            plan->config.data.invent_pieces, plan->config.data.unknown_letters);
    }
    if (status == STATUS_OK) {
        status = shape_check(&plan->shape);
    }
    if (status == STATUS_OK) {
        weights_describe(&plan->shape, &plan->table);
    }
    return status;
}

status_t plan_create(
    plan_t *plan, comm_t *comm, const char *config_file, const char *const *overrides, int override_count) {
    plan->comm = comm;
    const status_t status = read_input(plan, config_file, overrides, override_count);
    return status == STATUS_OK ? comm_agree(comm, set_sizes(plan)) : status;
}

void plan_destroy(plan_t *plan) {
    invent_destroy(&plan->invent);
    free(plan->conditions_text);
    dataset_test_destroy(&plan->test);
    dataset_destroy(&plan->dataset);
    host_memory_destroy(&plan->dataset_memory);
}

bool plan_is_checkpoint_due(const plan_t *plan, int64_t step) {
    const config_checkpoint_t *checkpoint = &plan->config.checkpoint;
    const int64_t epoch_steps = (int64_t)plan->epoch_steps;
    return plan_is_due(step, checkpoint->every_steps) ||
           (step % epoch_steps == 0 && plan_is_due(step / epoch_steps, checkpoint->every));
}

enum { DOTTED_CIRCLE = 0x25CC };

/** The letters that were found in the data: what nobody meant to be one shows here. */
static void print_alphabet(const alphabet_t *alphabet) {
    enum { SHOWN = 400 };
    char letters[SHOWN * 2 * TEXT_CHARACTER_MAX], rest[32] = "";
    size_t used = 0;
    const bool has_unknown = alphabet_unknown(alphabet) != 0;
    for (int i = 0; i < alphabet->letters && i < SHOWN; i++) {
        const uint32_t letter = alphabet->code_point[i];
        if (letter == ALPHABET_UNKNOWN) {
            continue;
        }
        // A mark would be drawn on the letter in front of it.
        used += (size_t)(text_is_mark(letter) ? text_encode(DOTTED_CIRCLE, letters + used) : 0);
        used += (size_t)text_encode(letter, letters + used);
    }
    if (alphabet->letters > SHOWN) {
        snprintf(rest, sizeof rest, " and %d more", alphabet->letters - SHOWN);
    }
    const bool has_space = alphabet->letters > 0 && alphabet->code_point[0] == ' ';
    log_line("         %d letter%s found: %s%.*s%s%s", alphabet->letters - has_unknown,
        text_plural((size_t)(alphabet->letters - has_unknown)), has_space ? "the space and " : "",
        (int)(used - has_space), letters + has_space, rest, has_unknown ? "; U+FFFD stands for others" : "");
}

static void print_left_out(size_t missing, size_t normal, const char *noun) {
    if (missing > 0) {
        log_line("         %zu %s%s with a missing form left out (data.missing: skip)", missing, noun,
            text_plural(missing));
    }
    if (normal > 0) {
        log_line("         %zu word%s normalized to NFC (letters and their marks composed, direction marks "
                 "left out)",
            normal, text_plural(normal));
    }
}

/** What a record of the data is called. */
static const char *noun_of(const dataset_t *dataset) {
    return dataset->row_count > 0 ? "row" : dataset_is_table(dataset) ? "form" : "pair";
}

/** How many pairs of an epoch are of invented rows, with three of the first epoch's. */
static void print_invented(const invent_t *invent, size_t pair_count) {
    enum { SHOWN = 3, FORMS = 4 };
    const dataset_t *dataset = invent->dataset;
    const char *noun = noun_of(dataset);
    const size_t rows = dataset_trained_count(dataset);
    if (invent->usable == 0) {
        log_warning("data.invent is %g, but no %s is invented: the words of each training %s share no "
                    "letters, or too few to tell how they are inflected",
            invent->share, noun, noun);
        return;
    }
    // Far apart, so that the rows differ. As a prime it leads to each pair, unless it divides their number.
    const size_t step = pair_count % 7919 != 0 ? 7919 : 1;
    char text[1024] = "", word[EVALUATOR_TEXT_SIZE];
    size_t used = 0;
    symbol_t letters[RECORDS_WORDS_MAX * UINT8_MAX];
    word_t words[RECORDS_WORDS_MAX];
    for (size_t i = 0, shown = 0; shown < SHOWN && i < pair_count; i++) {
        const size_t index = (i * step + pair_count / 2) % pair_count;
        if (invent_row(invent, 0, index, words, letters) < 0) {
            continue;
        }
        for (int form = 0; form < dataset->records.words && form < FORMS && used < sizeof text; form++) {
            alphabet_decode(&dataset->alphabet, words[form].letters, words[form].length, word, sizeof word);
            char cell[2 * EVALUATOR_TEXT_SIZE];
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
                form > 0    ? " "
                : shown > 0 ? ", "
                            : "",
                text_cell(word, 0, cell, sizeof cell));
        }
        shown++;
    }
    log_line("         about %.0f of them invented, after %zu of %zu %s%s: %s",
        invent->share * (double)pair_count * (double)invent->usable / (double)rows, invent->usable, rows,
        noun, text_plural(rows), text);
}

/** Lines that may be mistakes: those that repeat others, and those of a condition that no other line has. */
static void print_places(const dataset_t *dataset) {
    char text[1024] = "";
    size_t used = 0;
    for (size_t i = 0; i < dataset->duplicate_count && i < DATASET_PLACES; i++) {
        const dataset_place_t place = dataset->duplicates[i];
        used += (size_t)snprintf(text + used, sizeof text - used, "%sline %u repeats line %u",
            i > 0 ? ", " : "", (unsigned)place.line, (unsigned)place.other);
    }
    if (dataset->duplicate_count > 0) {
        log_line("         %s%s", text, dataset->duplicate_count > DATASET_PLACES ? ", ..." : "");
    }
    used = 0;
    for (size_t i = 0; i < dataset->single_count && i < DATASET_PLACES; i++) {
        const dataset_place_t place = dataset->singles[i];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s (line %u)", i > 0 ? ", " : "",
            conditions_name(&dataset->conditions, (int)place.other), (unsigned)place.line);
    }
    if (dataset->single_count > 0) {
        log_line("         %zu condition%s once: %s%s", dataset->single_count,
            dataset->single_count == 1 ? " occurs" : "s occur", text,
            dataset->single_count > DATASET_PLACES ? ", ..." : "");
    }
}

static void print_data(const plan_t *plan) {
    const dataset_t *dataset = &plan->dataset;
    const dataset_test_t *test = &plan->test;
    const bool is_rows = dataset->row_count > 0;
    const char *noun = noun_of(dataset);
    const size_t count = is_rows ? dataset->row_count : dataset->given_count;
    const size_t train = is_rows ? dataset->train_row_count : dataset->train_given_count;
    char forms[96] = "";
    if (is_rows) {
        snprintf(forms, sizeof forms, " of %d form%s", dataset->conditions.count,
            text_plural((size_t)dataset->conditions.count));
    } else if (dataset_is_table(dataset)) {
        snprintf(forms, sizeof forms, " of %zu lemma%s in %d condition%s", dataset->paradigm_count,
            text_plural(dataset->paradigm_count), dataset->conditions.count - 1,
            dataset->conditions.count == 2 ? "" : "s");
    }
    log_line("data     %s: %zu %s%s%s, %zu train, %zu held back; %zu duplicate%s left out",
        plan->config.data.train, count, noun, text_plural(count), forms, train, count - train,
        dataset->duplicate_count, text_plural(dataset->duplicate_count));
    print_places(dataset);
    print_left_out(dataset->missing_count, dataset->normal_count, noun);
    if (dataset->variant_count > 0) {
        log_line("         %zu of the forms %s: %s lemma has another form with the same tags",
            dataset->variant_count, dataset->variant_count == 1 ? "is a variant" : "are variants",
            dataset->variant_count == 1 ? "its" : "their");
    }
    if (plan->config.data.holdout > 0 && count == train) {
        log_warning(
            "data.holdout is %g, but nothing is held back of so few %ss: the training %ss are evaluated",
            plan->config.data.holdout, noun, noun);
    }
    log_line("         %d symbols, longest word %d letter%s, %zu pair%s an epoch",
        alphabet_symbols(&dataset->alphabet), dataset->longest, text_plural((size_t)dataset->longest),
        plan->pair_count, text_plural(plan->pair_count));
    if (plan->invent.share > 0) {
        print_invented(&plan->invent, plan->pair_count);
    }
    if (strcmp(plan->config.data.alphabet, "data") == 0) {
        print_alphabet(&dataset->alphabet);
    }
    if (test->missing_count + test->normal_count > 0) {
        log_line(
            "test     %s: %zu pair%s", plan->config.evaluate.test, test->count, text_plural(test->count));
        print_left_out(test->missing_count, test->normal_count, "pair");
    }
}

static void print_training(const plan_t *plan) {
    const shape_t *shape = &plan->shape;
    const config_t *config = &plan->config;
    char condition[32] = "one-hot";
    if (shape->condition_embedding > 0) {
        snprintf(condition, sizeof condition, "%d", shape->condition_embedding);
    }
    log_line("model    %zu parameters: %s %d x %d%s, latent %d, embedding %d, condition %s",
        plan->table.total, shape->cell == SHAPE_CELL_GRU ? "GRU" : "LSTM", shape->layers, shape->hidden,
        shape->bidirectional ? " (encoder bidirectional)" : "", shape->latent, shape->embedding, condition);
    const int shards = epoch_shards(plan->batch_size, plan->micro_batch);
    log_line("training %d epoch%s of %zu step%s, %d word%s a step in %d shard%s of %d, %s at %g",
        config->train.epochs, text_plural((size_t)config->train.epochs), plan->epoch_steps,
        text_plural(plan->epoch_steps), plan->batch_size, text_plural((size_t)plan->batch_size), shards,
        text_plural((size_t)shards), plan->micro_batch,
        config->optimizer.name == CONFIG_OPTIMIZER_ADAM ? "Adam" : "SGD", config->optimizer.lr);
}

void plan_print(const plan_t *plan, const char *folder, size_t model_bytes, const host_memory_t *order) {
    char mpi[256];
    comm_library(mpi, sizeof mpi);
    mpi[strcspn(mpi, ",")] = '\0';
    log_line("cvae_mpi %s, run %s, seed %llu, into %s", CVAE_VERSION, plan->config.name,
        (unsigned long long)plan->config.seed, folder);
    print_data(plan);
    print_training(plan);
    char products[128];
    snprintf(products, sizeof products, "%s kernels%s", kernels()->name,
        plan->shape.precision == PRODUCT_BF16 ? " in bfloat16" : "");
    if (product_backend() == PRODUCT_OPENBLAS) {
        snprintf(products, sizeof products, "OpenBLAS (%s) and %s kernels", blas_core(), kernels()->name);
    }
    const bool is_shared = plan->dataset_memory.is_shared && order->is_shared;
    const size_t data_bytes = dataset_image_size(&plan->dataset) + order->size;
    log_line(
        "ranks    %d on %d host%s, %s; products by %s; %.0f MB of model memory a rank, %.1f MB of data a %s",
        comm_size(plan->comm), comm_hosts(plan->comm), text_plural((size_t)comm_hosts(plan->comm)), mpi,
        products, (double)model_bytes / 1e6, (double)data_bytes / 1e6, is_shared ? "host" : "rank");
}
