#include "prepare.h"

#include <stdlib.h>
#include <string.h>

#include "data/epoch.h"
#include "base/file.h"
#include "base/log.h"
#include "library/trained.h"
#include "setup.h"
#include "measurement.h"
#include "resume.h"
#include "save.h"
#include "selection.h"
#include "summary.h"
#include "table.h"

/**
 * Rank 0 reads a file, every rank gets its bytes: the ranks need no shared file system and cannot see
 * different contents. Collective; all ranks return the same status.
 */
static status_t read_for_all(comm_t *comm, const char *path, file_content_t *content) {
    *content = (file_content_t){0};
    status_t status = comm_agree(comm, comm_rank(comm) == 0 ? file_read(path, content) : STATUS_OK);
    if (status != STATUS_OK) {
        return status;
    }
    comm_broadcast(comm, &content->length, sizeof content->length);
    if (comm_rank(comm) != 0) {
        content->text = malloc(content->length + 1);
        status = content->text ? STATUS_OK : status_fail(STATUS_MEMORY, "%s: out of memory", path);
    }
    status = comm_agree(comm, status);
    if (status != STATUS_OK) {
        file_release(content);
        return status;
    }
    comm_broadcast(comm, content->text, content->length + 1);
    return STATUS_OK;
}

static status_t read_config(run_t *run, const trainer_options_t *options) {
    file_content_t text;
    status_t status = read_for_all(run->comm, options->config_file, &text);
    if (status != STATUS_OK) {
        return status;
    }
    status = config_parse(&run->config, options->config_file, text.text, text.length, options->overrides,
        options->override_count);
    file_release(&text);
    return comm_agree(run->comm, status);
}

static status_t read_data(run_t *run) {
    status_t status = table_read(run);
    if (status != STATUS_OK) {
        return status;
    }
    if (comm_rank(run->comm) == 0 && run->config.evaluate.test[0]) {
        status = setup_test(&run->config, &run->dataset, &run->test);
    }
    return table_agree(run->comm, status);
}

/** The sizes that follow from configuration and data. */
static status_t plan(run_t *run) {
    const config_train_t *train = &run->config.train;
    run->pair_count = dataset_pair_count(&run->dataset);
    const setup_steps_t steps = setup_steps(&run->config, run->pair_count);
    run->batch_size = steps.batch_size;
    run->epoch_steps = steps.epoch_steps;
    run->steps = steps.steps;
    run->micro_batch = train->micro_batch < run->batch_size ? train->micro_batch : run->batch_size;
    const int shards = epoch_shards(run->batch_size, run->micro_batch);
    if (comm_size(run->comm) > shards) {
        return status_fail(STATUS_CONFIG,
            "%d ranks, but %d word%s a step in shards of %d (train.batch_size, train.micro_batch) %s only %d "
            "shard%s: start at most %d%s",
            comm_size(run->comm), run->batch_size, run->batch_size == 1 ? "" : "s", run->micro_batch,
            run->batch_size == 1 ? "is" : "are", shards, shards == 1 ? "" : "s", shards,
            run->micro_batch > 1 ? ", or make the micro-batch smaller" : "");
    }
    setup_products(&run->config);
    trained_shape(&run->config, &run->dataset.alphabet, &run->shape);
    const status_t status = selection_check(&run->config, &run->dataset);
    return status == STATUS_OK ? folder_name(&run->folder, &run->config) : status;
}

static void layout(run_t *run) {
    const config_t *config = &run->config;
    memory_t *memory = &run->memory;
    const size_t size = cvae_parameters(run->cvae)->size;
    const int words = epoch_shard_words(run->micro_batch);
    const int shards = epoch_shards(run->batch_size, run->micro_batch);
    run->parameters = memory_take(memory, size, sizeof(float));
    optimizer_layout(&run->optimizer, memory, &config->optimizer, size);
    run->sum.is_exact = config->compute.sum == CONFIG_SUM_EXACT;
    exact_sum_layout(&run->sum, memory, size, shards);
    run->pairs = memory_take(memory, (size_t)run->batch_size, sizeof *run->pairs);
    run->keys = memory_take(memory, 2 * (size_t)run->batch_size, sizeof *run->keys);
    run->shard_first = memory_take(memory, (size_t)shards + 1, sizeof *run->shard_first);
    run->shard_owner = memory_take(memory, (size_t)shards, sizeof *run->shard_owner);
    run->work = memory_take(memory, (size_t)comm_size(run->comm), sizeof *run->work);
    run->noise.seed = config->seed;
    run->noise.dropout = config->model.dropout;
    run->noise.shape = run->shape;
    run->noise.longest = run->dataset.longest;
    shard_noise_layout(&run->noise, memory, words);
    history_layout(&run->history, memory, config->train.epochs);
}

void prepare_initial(run_t *run) {
    const parameters_t *table = cvae_parameters(run->cvae);
    parameters_initialise(table, run->config.seed, run->parameters);
    for (int i = 0; i < run->optimizer.moments; i++) {
        memset(run->optimizer.moment[i], 0, table->size * sizeof(float));
    }
    run->position = (run_position_t){0};
    run->recovery = (recovery_t){.rate_factor = 1};
    run->history.count = 0;
}

/** All memory that the training will use, and the initial weights. */
static status_t allocate(run_t *run) {
    const int longest = run->dataset.longest;
    const rank_sum_settings_t reduction = {
        .is_shared = run->config.compute.reduction == CONFIG_REDUCTION_SHARED,
        .bucket = (size_t)run->config.compute.bucket};
    status_t status = cvae_create(&run->cvae, &run->shape,
        (cvae_capacity_t){.words = epoch_shard_words(run->micro_batch),
            .source_letters = longest,
            .target_letters = longest});
    if (status == STATUS_OK) {
        layout(run);
        status = memory_reserve(&run->memory);
    }
    if (status == STATUS_OK) {
        layout(run);
        prepare_initial(run);
    }
    status = comm_agree(run->comm, status);
    if (status == STATUS_OK) {
        status = exact_sum_connect(&run->sum, run->comm, &reduction);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (comm_rank(run->comm) == 0) {
        status = setup_evaluator(&run->config, &run->shape, &run->dataset, &run->test, &run->evaluator);
    }
    status = comm_agree(run->comm, status);
    if (status == STATUS_OK) {
        status = host_memory_create(&run->order_memory, run->comm, run->pair_count * sizeof *run->order);
        run->order = run->order_memory.bytes;
    }
    return status;
}

status_t prepare_position(run_t *run) {
    status_t status = STATUS_OK;
    if (comm_rank(run->comm) == 0) {
        // Of an epoch that is not yet reported no line stays.
        const bool is_unreported = run_is_unreported(run, &run->position);
        status =
            folder_begin(&run->folder, &run->config, (uint64_t)run->position.step - (is_unreported ? 1 : 0));
    }
    status = comm_agree(run->comm, status);
    run->schedules = run_schedules(run, &run->position);
    comm_broadcast(run->comm, &run->schedules, sizeof run->schedules);
    run->is_over = selection_is_over(&run->config, &run->history);
    comm_broadcast(run->comm, &run->is_over, sizeof run->is_over);
    cvae_bind(run->cvae, run->parameters);
    return status;
}

static status_t begin(run_t *run, const trainer_options_t *options) {
    status_t status = comm_rank(run->comm) == 0
                          ? folder_open(&run->folder, options->resume, options->overwrite)
                          : STATUS_OK;
    status = comm_agree(run->comm, status);
    if (status != STATUS_OK) {
        return status;
    }
    bool found = false;
    summary_print(run);
    if (comm_rank(run->comm) == 0) {
        status = ownership_create(&run->folder.owner, &run->config, run->dataset.hash);
    }
    status = comm_agree(run->comm, status);
    if (status != STATUS_OK) {
        return status;
    }
    if (options->resume) {
        status = resume_run(run, UINT64_MAX, &found);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (options->resume && !found) {
        log_line("nothing to resume in %s: beginning", run->folder.path);
    }
    if (comm_rank(run->comm) == 0) {
        status = folder_keep_strangers(&run->folder, found);
    }
    if (comm_rank(run->comm) == 0 && status == STATUS_OK) {
        status = save_create(&run->save, run);
    }
    status = comm_agree(run->comm, status);
    return status == STATUS_OK ? prepare_position(run) : status;
}

status_t prepare_run(run_t **created, comm_t *comm, const trainer_options_t *options) {
    run_t *run = *created = calloc(1, sizeof *run);
    status_t status = STATUS_OK;
    if (run) {
        run->comm = comm;
        run->is_forced = options->force;
        run->folder = (folder_t){.lock = -1, .old_lock = -1};
    } else {
        status = status_fail(STATUS_MEMORY, "out of memory for the training");
    }
    status = comm_agree(comm, status);
    if (status != STATUS_OK) {
        return status;
    }
    status = read_config(run, options);
    if (status == STATUS_OK) {
        status = read_data(run);
    }
    if (status == STATUS_OK) {
        status = comm_agree(comm, plan(run));
    }
    if (status == STATUS_OK) {
        status = allocate(run);
    }
    if (status == STATUS_OK) {
        status = measurement_create(run, options);
    }
    if (status == STATUS_OK) {
        status = begin(run, options);
    }
    return status;
}

void prepare_release(run_t *run) {
    if (!run) {
        return;
    }
    save_destroy(run->save);
    measurement_destroy(run->measurement);
    folder_close(&run->folder);
    evaluator_destroy(run->evaluator);
    cvae_destroy(run->cvae);
    exact_sum_disconnect(&run->sum);
    memory_release(&run->memory);
    dataset_test_destroy(&run->test);
    dataset_destroy(&run->dataset);
    host_memory_release(&run->table_memory);
    host_memory_release(&run->order_memory);
    free(run);
}
