#include "cvae/trainer.h"

#include <stdlib.h>
#include <string.h>

#include "cvae/epoch.h"
#include "cvae/evaluation_text.h"
#include "cvae/log.h"
#include "cvae/metrics.h"
#include "cvae/page.h"
#include "cvae/setup.h"
#include "evaluation_record.h"
#include "run.h"
#include "selection.h"
#include "state.h"
#include "summary.h"

static bool is_rank_0(const run_t *run) {
    return dist_rank(run->dist) == 0;
}

static status_t read_config(run_t *run, const trainer_options_t *options) {
    input_t text;
    status_t status = input_broadcast(run->dist, options->config_file, &text);
    if (status != STATUS_OK) {
        return status;
    }
    status = config_parse(&run->config, options->config_file, text.text, text.length, options->overrides,
        options->override_count);
    input_release(&text);
    return dist_agree(run->dist, status);
}

static status_t read_data(run_t *run) {
    input_t text;
    status_t status = input_broadcast(run->dist, run->config.data.train, &text);
    if (status != STATUS_OK) {
        return status;
    }
    status = setup_dataset(&run->config, &text, NULL, &run->dataset);
    input_release(&text);
    if (status == STATUS_OK && is_rank_0(run) && run->config.evaluate.test[0]) {
        status = setup_test(&run->config, &run->dataset, &run->test);
    }
    return dist_agree(run->dist, status);
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
    if (dist_size(run->dist) > shards) {
        return status_fail(STATUS_CONFIG,
            "%d ranks, but %d words a step in shards of %d (train.batch_size, train.micro_batch) are only %d "
            "shard%s: start at most %d, or make the micro-batch smaller",
            dist_size(run->dist), run->batch_size, run->micro_batch, shards, shards == 1 ? "" : "s", shards);
    }
    setup_products(&run->config);
    setup_shape(&run->config, &run->dataset.alphabet, &run->shape);
    const status_t status = selection_check(&run->config, &run->dataset);
    return status == STATUS_OK ? folder_name(&run->folder, &run->config) : status;
}

/** Coins of the dropout over words of so many steps. */
static bool *take_coins(run_t *run, size_t words, int steps) {
    const shape_t *shape = &run->shape;
    const size_t of_word = (size_t)(shape->layers - 1) * (size_t)steps * (size_t)shape->hidden;
    return memory_take(&run->memory, run->config.model.dropout > 0 ? words * of_word : 0, sizeof(bool));
}

static void layout(run_t *run) {
    const config_t *config = &run->config;
    memory_t *memory = &run->memory;
    const size_t size = cvae_parameters(run->cvae)->size;
    const size_t words = (size_t)epoch_shard_words(run->micro_batch);
    const int shards = epoch_shards(run->batch_size, run->micro_batch);
    run->parameters = memory_take(memory, size, sizeof(float));
    optimizer_layout(&run->optimizer, memory, &config->optimizer, size);
    run->sum.is_exact = config->compute.sum == CONFIG_SUM_EXACT;
    exact_sum_layout(&run->sum, memory, size, shards);
    run->order = memory_take(memory, run->pair_count, sizeof *run->order);
    run->pairs = memory_take(memory, (size_t)run->batch_size, sizeof *run->pairs);
    run->shard_first = memory_take(memory, (size_t)shards + 1, sizeof *run->shard_first);
    run->shard_owner = memory_take(memory, (size_t)shards, sizeof *run->shard_owner);
    run->work = memory_take(memory, (size_t)dist_size(run->dist), sizeof *run->work);
    run->noise = memory_take(memory, words * (size_t)config->model.latent, sizeof(float));
    run->forced = memory_take(memory, words, sizeof *run->forced);
    run->dropped = memory_take(memory, words * (size_t)run->dataset.longest, sizeof *run->dropped);
    run->encoder_kept = take_coins(run, words, shape_encoder_steps(&run->shape, run->dataset.longest));
    run->decoder_kept = take_coins(run, words, shape_decoder_steps(run->dataset.longest));
    history_layout(&run->history, memory, config->train.epochs);
}

/** All memory that the training will use, and the initial weights. */
static status_t allocate(run_t *run) {
    const int longest = run->dataset.longest;
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
        parameters_initialise(cvae_parameters(run->cvae), run->config.seed, run->parameters);
    }
    if (status == STATUS_OK && is_rank_0(run)) {
        status = setup_evaluator(&run->config, &run->shape, &run->dataset, &run->test, &run->evaluator);
    }
    return dist_agree(run->dist, status);
}

static status_t begin(run_t *run, const trainer_options_t *options) {
    status_t status =
        is_rank_0(run) ? folder_open(&run->folder, options->resume, options->overwrite) : STATUS_OK;
    status = dist_agree(run->dist, status);
    if (status != STATUS_OK) {
        return status;
    }
    bool found = false;
    summary_print(run);
    if (options->resume) {
        status = state_resume(run, &found);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (options->resume && !found) {
        log_line("nothing to resume in %s: beginning", run->folder.path);
    }
    if (is_rank_0(run)) {
        status = folder_begin(&run->folder, &run->config, (uint64_t)run->position.step);
    }
    status = dist_agree(run->dist, status);
    run->schedules = run_schedules(run, &run->position);
    dist_broadcast(run->dist, &run->schedules, sizeof run->schedules);
    run->is_over = selection_is_over(&run->config, &run->history);
    dist_broadcast(run->dist, &run->is_over, sizeof run->is_over);
    cvae_bind(run->cvae, run->parameters);
    return status;
}

/** The epoch that has just ended as a row of the history. */
static double *add_to_history(run_t *run, const schedule_values_t *used) {
    const run_position_t *position = &run->position;
    const double words = (double)position->words;
    double *row = history_add(&run->history);
    row[HISTORY_EPOCH] = (double)(position->epoch + 1);
    row[HISTORY_STEP] = (double)position->step;
    row[HISTORY_LOSS] = position->loss / words;
    row[HISTORY_CROSS_ENTROPY] = position->cross_entropy / words;
    row[HISTORY_KL] = position->divergence / words;
    row[HISTORY_KL_WEIGHT] = used->kl_weight;
    row[HISTORY_TEACHER_FORCING] = used->teacher_forcing;
    row[HISTORY_LEARNING_RATE] = used->learning_rate;
    row[HISTORY_GRADIENT_NORM] = position->norm / (double)position->epoch_step;
    return row;
}

static bool is_due(int64_t number, int every) {
    return every > 0 && number % every == 0;
}

static status_t evaluate(run_t *run, double *row, evaluation_t *evaluation) {
    status_t status = evaluator_run(run->evaluator, run->parameters, evaluation);
    if (status == STATUS_OK) {
        history_evaluated(row, evaluation);
        evaluation_text_print(evaluation, NULL);
        if (run->position.epoch + 1 == run->config.train.epochs) {
            evaluation_text_examples(run->evaluator, &run->config, NULL);
        }
    }
    return status;
}

/** evaluation: NULL when the epoch had none. */
static status_t append_metrics(const run_t *run, const double *row, const evaluation_t *evaluation,
    double seconds, double words_per_second) {
    char path[FOLDER_PATH_SIZE];
    record_t *record = record_create();
    if (!record) {
        return status_fail(STATUS_MEMORY, "out of memory for the metrics");
    }
    history_record(row, record);
    record_number(record, "words_per_second", words_per_second);
    record_number(record, "seconds", seconds);
    if (evaluation) {
        evaluation_record(record, run->evaluator, evaluation, &run->config);
    }
    folder_file(&run->folder, "metrics.jsonl", path);
    status_t status = metrics_append(path, record);
    record_destroy(record);
    return status;
}

/** Nothing goes on from report.html, and `report` makes it anew: without it the training goes on. */
static void write_page(run_t *run) {
    char path[FOLDER_PATH_SIZE];
    const char *folder = run->folder.path;
    folder_file(&run->folder, "report.html", path);
    if (!run->has_no_page && page_write(path, &folder, 1) != STATUS_OK) {
        log_warning("no report from here on: %s", status_message());
        run->has_no_page = true;
    }
}

/** Rank 0's part of an epoch's end. used: the schedules of its last step. */
static status_t report_epoch(run_t *run, const schedule_values_t *used) {
    double seconds, words_per_second;
    const int epoch = (int)run->position.epoch + 1;
    double *row = add_to_history(run, used);
    progress_end_epoch(&run->progress, &seconds, &words_per_second);
    progress_epoch_line(&run->progress, epoch, (uint64_t)run->position.step, row[HISTORY_LOSS],
        row[HISTORY_KL], words_per_second);
    evaluation_t evaluation;
    const bool evaluated = is_due(epoch, run->config.evaluate.every) || epoch == run->config.train.epochs;
    status_t status = evaluated ? evaluate(run, row, &evaluation) : STATUS_OK;
    if (status == STATUS_OK) {
        status = append_metrics(run, row, evaluated ? &evaluation : NULL, seconds, words_per_second);
    }
    if (status == STATUS_OK && evaluated) {
        write_page(run);
    }
    return status;
}

/** Moves on to the next epoch's beginning. */
static void next_epoch(run_t *run) {
    run->position = (run_position_t){.epoch = run->position.epoch + 1, .step = run->position.step};
}

static bool is_checkpoint_due(const run_t *run, bool epoch_ended, bool stops) {
    const config_checkpoint_t *checkpoint = &run->config.checkpoint;
    return stops || (uint64_t)run->position.step == run->steps ||
           (epoch_ended && is_due(run->position.epoch + 1, checkpoint->every)) ||
           is_due(run->position.step, checkpoint->every_steps);
}

/** Whether the epoch that has just ended is the best so far and has to be saved for it. */
static bool is_best(const run_t *run) {
    return run->config.checkpoint.best != CONFIG_BEST_NONE &&
           selection_best(&run->config, &run->history) + 1 == run->history.count;
}

/** After an epoch: whether the training ends here before its last one. */
static bool ends_early(const run_t *run) {
    return (uint64_t)run->position.step < run->steps && selection_is_over(&run->config, &run->history);
}

static void report_early_end(const run_t *run) {
    const double *best = run->history.rows[selection_best(&run->config, &run->history)];
    log_line("stopped early: %d evaluations since epoch %d, the best with a %s of %.4f",
        run->config.train.patience, (int)best[HISTORY_EPOCH], selection_metric(&run->config),
        selection_value(&run->config, best));
    evaluation_text_examples(run->evaluator, &run->config, NULL);
}

/** Rank 0's part of what follows a step. */
static status_t report_and_save(run_t *run, const schedule_values_t *used, bool epoch_ended, bool save) {
    status_t status = STATUS_OK;
    if (epoch_ended) {
        status = report_epoch(run, used);
        next_epoch(run);
        run->is_over = status == STATUS_OK && ends_early(run);
        save = save || is_best(run) || run->is_over;
    }
    if (run->is_over) {
        report_early_end(run);
    }
    if (status == STATUS_OK && save) {
        status = state_write(run);
    }
    if (status == STATUS_OK && save) {
        folder_keep_new(&run->folder);
    }
    return status;
}

/**
 * What follows a step: the end of its epoch, a checkpoint. Rank 0 does it, and all agree on how it went, but
 * only where there was something to do, which all know.
 */
static status_t after_step(run_t *run, const schedule_values_t *used, bool stops) {
    const bool epoch_ended = (size_t)run->position.epoch_step == run->epoch_steps;
    const bool save = is_checkpoint_due(run, epoch_ended, stops);
    if (!epoch_ended && !save) {
        return STATUS_OK;
    }
    status_t status = run_check_parameters(run);
    if (status != STATUS_OK) {
        return status;
    }
    if (is_rank_0(run)) {
        status = report_and_save(run, used, epoch_ended, save);
    } else if (epoch_ended) {
        next_epoch(run);
    }
    status = dist_agree(run->dist, status);
    if (status == STATUS_OK && epoch_ended && run->config.train.patience > 0) {
        dist_broadcast(run->dist, &run->is_over, sizeof run->is_over);
    }
    return status;
}

static void show_progress(run_t *run, int words) {
    const run_position_t *position = &run->position;
    progress_step(&run->progress, (int)position->epoch + 1, (uint64_t)position->step, words,
        position->loss / (double)position->words, position->divergence / (double)position->words);
}

static status_t stop(const run_t *run) {
    return status_fail(
        STATUS_STOPPED, "stopped after step %lld as asked; --resume goes on", (long long)run->position.step);
}

static status_t train_epoch(run_t *run, uint64_t stop_after) {
    const int64_t epoch = run->position.epoch;
    status_t status = STATUS_OK;
    epoch_order(run->config.seed, (uint32_t)epoch, run->pair_count, run->order);
    progress_start_epoch(&run->progress);
    while (status == STATUS_OK && run->position.epoch == epoch) {
        const schedule_values_t used = run->schedules;
        int words;
        status = run_step(run, &words);
        if (status != STATUS_OK) {
            break;
        }
        if (is_rank_0(run)) {
            show_progress(run, words);
        }
        const uint64_t step = (uint64_t)run->position.step;
        const bool stops = stop_after > 0 && step >= stop_after && step < run->steps;
        status = after_step(run, &used, stops);
        if (status == STATUS_OK && stops) {
            status = stop(run);
        }
    }
    return status;
}

static status_t train(run_t *run, uint64_t stop_after) {
    status_t status = STATUS_OK;
    if (run->is_over) {
        log_line("the run is complete: stopped early after %lld epochs", (long long)run->position.epoch);
        return STATUS_OK;
    }
    if ((uint64_t)run->position.step >= run->steps) {
        log_line("the run is complete: %d epochs", run->config.train.epochs);
    } else if (stop_after > 0 && (uint64_t)run->position.step >= stop_after) {
        return stop(run);
    }
    progress_start(&run->progress, run->config.train.epochs, run->steps, (uint64_t)run->position.step);
    while (status == STATUS_OK && run->position.epoch < run->config.train.epochs && !run->is_over) {
        status = train_epoch(run, stop_after);
    }
    return status;
}

static void release(run_t *run) {
    folder_close(&run->folder);
    evaluator_destroy(run->evaluator);
    cvae_destroy(run->cvae);
    memory_release(&run->memory);
    dataset_test_destroy(&run->test);
    dataset_destroy(&run->dataset);
    free(run);
}

status_t trainer_run(dist_t *dist, const trainer_options_t *options) {
    run_t *run = calloc(1, sizeof *run);
    status_t status =
        dist_agree(dist, run ? STATUS_OK : status_fail(STATUS_MEMORY, "out of memory for the training"));
    if (status != STATUS_OK) {
        free(run);
        return status;
    }
    run->dist = dist;
    run->folder = (folder_t){.lock = -1, .old_lock = -1};
    status = read_config(run, options);
    if (status == STATUS_OK) {
        status = read_data(run);
    }
    if (status == STATUS_OK) {
        status = dist_agree(dist, plan(run));
    }
    if (status == STATUS_OK) {
        status = allocate(run);
    }
    if (status == STATUS_OK) {
        status = begin(run, options);
    }
    if (status == STATUS_OK) {
        status = train(run, options->stop_after);
    }
    release(run);
    return status;
}
