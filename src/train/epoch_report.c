#include "epoch_report.h"

#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "evaluation.h"
#include "report/metrics.h"
#include "report/page.h"
#include "signals.h"

/** The epoch that has just ended as a row of the history. */
static double *add_to_history(state_t *state, const schedule_values_t *used) {
    const state_position_t *position = &state->position;
    double *row = history_add(&state->history);
    row[HISTORY_EPOCH] = (double)(position->epoch + 1);
    row[HISTORY_STEP] = (double)position->step;
    row[HISTORY_LOSS] = state_mean(position->loss, position->words);
    row[HISTORY_CROSS_ENTROPY] = state_mean(position->cross_entropy, position->words);
    row[HISTORY_KL] = state_mean(position->divergence, position->words);
    row[HISTORY_KL_WEIGHT] = used->kl_weight;
    row[HISTORY_KL_TARGET] = used->kl_target;
    row[HISTORY_TEACHER_FORCING] = used->teacher_forcing;
    row[HISTORY_WORD_DROPOUT] = used->word_dropout;
    row[HISTORY_LEARNING_RATE] = used->learning_rate;
    row[HISTORY_GRADIENT_NORM] = state_mean(position->norm, position->epoch_step - position->skipped);
    row[HISTORY_SKIPPED_STEPS] = (double)position->skipped;
    return row;
}

/** For the evaluator: whether somebody asks for the end, who may not wait until the evaluation is done. */
static bool gives_up(void *context) {
    const epoch_report_t *report = context;
    comm_alive(report->plan->comm, report->state->position.step);
    return signals_stop_name(report->asked) || signals_ask_to_stop();
}

static status_t evaluate(epoch_report_t *report, double *row, evaluation_t *evaluation) {
    const config_t *config = &report->plan->config;
    evaluator_ask(report->evaluator, gives_up, report);
    const status_t status = evaluator_run(report->evaluator, report->state->parameters, evaluation);
    if (status == STATUS_OK) {
        history_evaluated(row, evaluation);
        evaluation_print(evaluation, NULL);
        if (report->state->position.epoch + 1 == config->train.epochs) {
            evaluation_print_examples(report->evaluator, config, NULL);
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
static status_t append_metrics(epoch_report_t *report, const double *row, const evaluation_t *evaluation,
    double seconds, double words_per_second) {
    char path[FOLDER_PATH_SIZE];
    int checkpoints;
    double pause;
    progress_take_pauses(&report->progress, &checkpoints, &pause);
    json_t *record = json_object();
    history_record(row, &record);
    document_add(&record, "{s:o, s:o, s:i, s:o}", "words_per_second", document_number(words_per_second),
        "seconds", document_number(seconds), "checkpoints", checkpoints, "checkpoint_pause",
        document_number(pause));
    add_origin(&record);
    if (evaluation) {
        document_set(
            &record, "evaluation", evaluation_record(report->evaluator, evaluation, &report->plan->config));
    }
    folder_file(report->folder, "metrics.jsonl", path);
    status_t status = metrics_append(path, record);
    if (status == STATUS_OUTPUT && report->plan->config.checkpoint.on_error == CONFIG_ON_ERROR_CONTINUE) {
        log_warning("%s; the training goes on without this line", status_message());
        status = STATUS_OK;
    }
    return status;
}

/**
 * Nothing goes on from report.html, and `report` makes it anew: without it the training goes on, and says so
 * once.
 */
static void write_page(epoch_report_t *report) {
    char path[FOLDER_PATH_SIZE];
    const char *folder = report->folder->path;
    folder_file(report->folder, "report.html", path);
    const bool has_no_page = page_write(path, &folder, 1) != STATUS_OK;
    if (has_no_page && !report->has_no_page) {
        log_warning("no report for now: %s", status_message());
    }
    report->has_no_page = has_no_page;
}

status_t epoch_report_write(epoch_report_t *report, const schedule_values_t *used) {
    double seconds, words_per_second;
    const int epoch = (int)report->state->position.epoch + 1;
    double *row = add_to_history(report->state, used);
    progress_end_epoch(&report->progress, &seconds, &words_per_second);
    progress_epoch_line(&report->progress, epoch, (uint64_t)report->state->position.step, row[HISTORY_LOSS],
        row[HISTORY_KL], words_per_second);
    evaluation_t evaluation;
    const bool evaluated =
        plan_is_due(epoch, report->plan->config.evaluate.every) || epoch == report->plan->config.train.epochs;
    status_t status = evaluated ? evaluate(report, row, &evaluation) : STATUS_OK;
    if (status == STATUS_STOPPED) {
        report->state->history.count--;
    }
    if (status == STATUS_OK) {
        status = append_metrics(report, row, evaluated ? &evaluation : NULL, seconds, words_per_second);
    }
    if (status == STATUS_OK && evaluated) {
        write_page(report);
    }
    return status;
}

void epoch_report_early_end(const epoch_report_t *report) {
    const config_t *config = &report->plan->config;
    const history_t *history = &report->state->history;
    const history_metric_t *metric = history_metric(config);
    const double *best = history->rows[history_best(config, history)];
    log_line("stopped early: %d evaluations since epoch %d, the best with a %s of %.4f",
        config->train.patience, (int)best[HISTORY_EPOCH], metric->name, best[metric->column]);
    evaluation_print_examples(report->evaluator, config, NULL);
}
