#include "epoch_report.h"

#include <time.h>
#include <unistd.h>

#include "evaluation_record.h"
#include "evaluation_text.h"
#include "base/log.h"
#include "report/metrics.h"
#include "report/page.h"
#include "selection.h"

/** The epoch that has just ended as a row of the history. */
static double *add_to_history(run_t *run, const schedule_values_t *used) {
    const run_position_t *position = &run->position;
    double *row = history_add(&run->history);
    row[HISTORY_EPOCH] = (double)(position->epoch + 1);
    row[HISTORY_STEP] = (double)position->step;
    row[HISTORY_LOSS] = run_mean(position->loss, position->words);
    row[HISTORY_CROSS_ENTROPY] = run_mean(position->cross_entropy, position->words);
    row[HISTORY_KL] = run_mean(position->divergence, position->words);
    row[HISTORY_KL_WEIGHT] = used->kl_weight;
    row[HISTORY_KL_TARGET] = used->kl_target;
    row[HISTORY_TEACHER_FORCING] = used->teacher_forcing;
    row[HISTORY_WORD_DROPOUT] = used->word_dropout;
    row[HISTORY_LEARNING_RATE] = used->learning_rate;
    row[HISTORY_GRADIENT_NORM] = run_mean(position->norm, position->epoch_step - position->skipped);
    row[HISTORY_SKIPPED_STEPS] = (double)position->skipped;
    return row;
}

/** For the evaluator: whether somebody asks for the end, who may not wait until the evaluation is done. */
static bool gives_up(void *context) {
    const run_t *run = context;
    comm_alive(run->comm, run->position.step);
    return signals_stop_name(run->asked) || signals_ask_to_stop();
}

static status_t evaluate(run_t *run, double *row, evaluation_t *evaluation) {
    evaluator_ask(run->evaluator, gives_up, run);
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

/** Where and when the epoch was done: for people alone. */
static void add_origin(json_t **record) {
    char host[256] = "", date[32] = "";
    const time_t now = time(NULL);
    struct tm parts;
    gethostname(host, sizeof host - 1);
    if (gmtime_r(&now, &parts)) {
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
    document_add(record, "{s:o, s:s}", "host", document_text(host), "time", date);
}

/** evaluation: NULL when the epoch had none. */
static status_t append_metrics(
    run_t *run, const double *row, const evaluation_t *evaluation, double seconds, double words_per_second) {
    char path[FOLDER_PATH_SIZE];
    int checkpoints;
    double pause;
    progress_take_pauses(&run->progress, &checkpoints, &pause);
    json_t *record = json_object();
    history_record(row, &record);
    document_add(&record, "{s:o, s:o, s:i, s:o}", "words_per_second", document_number(words_per_second),
        "seconds", document_number(seconds), "checkpoints", checkpoints, "checkpoint_pause",
        document_number(pause));
    add_origin(&record);
    if (evaluation) {
        document_set(&record, "evaluation", evaluation_record(run->evaluator, evaluation, &run->config));
    }
    folder_file(&run->folder, "metrics.jsonl", path);
    status_t status = metrics_append(path, record);
    if (status == STATUS_OUTPUT && run->config.checkpoint.on_error == CONFIG_ON_ERROR_CONTINUE) {
        log_warning("%s; the training goes on without this line", status_message());
        status = STATUS_OK;
    }
    return status;
}

/**
 * Nothing goes on from report.html, and `report` makes it anew: without it the training goes on, and says so
 * once.
 */
static void write_page(run_t *run) {
    char path[FOLDER_PATH_SIZE];
    const char *folder = run->folder.path;
    folder_file(&run->folder, "report.html", path);
    const bool has_no_page = page_write(path, &folder, 1) != STATUS_OK;
    if (has_no_page && !run->has_no_page) {
        log_warning("no report for now: %s", status_message());
    }
    run->has_no_page = has_no_page;
}

status_t epoch_report(run_t *run, const schedule_values_t *used) {
    double seconds, words_per_second;
    const int epoch = (int)run->position.epoch + 1;
    double *row = add_to_history(run, used);
    progress_end_epoch(&run->progress, &seconds, &words_per_second);
    progress_epoch_line(&run->progress, epoch, (uint64_t)run->position.step, row[HISTORY_LOSS],
        row[HISTORY_KL], words_per_second);
    evaluation_t evaluation;
    const bool evaluated = run_is_due(epoch, run->config.evaluate.every) || epoch == run->config.train.epochs;
    status_t status = evaluated ? evaluate(run, row, &evaluation) : STATUS_OK;
    if (status == STATUS_STOPPED) {
        run->history.count--;
    }
    if (status == STATUS_OK) {
        status = append_metrics(run, row, evaluated ? &evaluation : NULL, seconds, words_per_second);
    }
    if (status == STATUS_OK && evaluated) {
        write_page(run);
    }
    return status;
}

void epoch_report_early_end(const run_t *run) {
    const double *best = run->history.rows[selection_best(&run->config, &run->history)];
    log_line("stopped early: %d evaluations since epoch %d, the best with a %s of %.4f",
        run->config.train.patience, (int)best[HISTORY_EPOCH], selection_metric(&run->config),
        selection_value(&run->config, best));
    evaluation_text_examples(run->evaluator, &run->config, NULL);
}
