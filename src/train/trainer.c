#include "trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "dry_run.h"
#include "evaluation.h"
#include "folder.h"
#include "history.h"
#include "init.h"
#include "plan.h"
#include "report/metrics.h"
#include "report/page.h"
#include "report/print.h"
#include "report/progress.h"
#include "resume.h"
#include "save.h"
#include "state.h"
#include "step.h"

enum { REFINED_DRAWS = 1000 /**< more would cost over a fifth of an evaluation of launch/course.yaml */ };

/**
 * The plan is made once and only read from then on. A step reads it and moves the state; report, save and
 * resume work on the state between two steps.
 */
typedef struct {
    comm_t *comm;
    const trainer_options_t *options;
    plan_t plan;
    state_t state;
    step_t step;
    timing_t timing; // step.timing leads to it where it is asked for
    folder_t folder;
    progress_t progress;
    progress_work_t evaluating;
    bool is_over; // the training ends before its last epoch: train.patience
    save_t *save; // rank 0 only, as the two below
    evaluator_t *evaluator;
    bool has_no_page; // report.html could not be written the last time, which was said
} trainer_t;

/** Adds the epoch that has just ended to the history. */
static double *add_to_history(trainer_t *trainer) {
    const state_position_t *position = &trainer->state.position;
    // Of the epoch's last step.
    state_position_t last = *position;
    last.step--;
    last.epoch_step--;
    const schedule_values_t used = state_schedules(&trainer->state, &trainer->plan, &last);
    double *row = history_add(&trainer->state.history);
    row[HISTORY_EPOCH] = (double)(position->epoch + 1);
    row[HISTORY_STEP] = (double)position->step;
    row[HISTORY_LOSS] = state_mean(position->loss, position->words);
    row[HISTORY_CROSS_ENTROPY] = state_mean(position->cross_entropy, position->words);
    row[HISTORY_KL] = state_mean(position->divergence, position->words);
    row[HISTORY_CONSISTENCY] = state_mean(position->consistency, position->consistency_words);
    if (trainer->plan.config.train.consistency > 0) {
        row[HISTORY_CONSISTENCY_WORDS] = (double)position->consistency_words;
    }
    row[HISTORY_KL_WEIGHT] = used.kl_weight;
    row[HISTORY_KL_TARGET] = used.kl_target;
    row[HISTORY_TEACHER_FORCING] = used.teacher_forcing;
    row[HISTORY_WORD_DROPOUT] = used.word_dropout;
    row[HISTORY_LEARNING_RATE] = used.learning_rate;
    row[HISTORY_GRADIENT_NORM] = state_mean(position->norm, position->epoch_step - position->skipped);
    row[HISTORY_SKIPPED_STEPS] = (double)position->skipped;
    return row;
}

/**
 * Adds, for each schedule that moved within the epoch, its value at the first step, its least value and its
 * greatest. The last step's value alone would make a cycle of one or two epochs look flat.
 */
static void record_schedules(const trainer_t *trainer, json_t **record) {
    static const char *const names[SCHEDULE_VALUES] = {
        "learning_rate", "kl_weight", "teacher_forcing", "kl_target", "word_dropout"};
    double first[SCHEDULE_VALUES], least[SCHEDULE_VALUES], most[SCHEDULE_VALUES], values[SCHEDULE_VALUES];
    const state_position_t *end = &trainer->state.position;
    for (int64_t step = 0; step < end->epoch_step; step++) {
        const state_position_t position = {
            .epoch = end->epoch, .step = end->step - end->epoch_step + step, .epoch_step = step};
        const schedule_values_t said = state_schedules(&trainer->state, &trainer->plan, &position);
        memcpy(values, &said, sizeof values);
        for (int i = 0; i < SCHEDULE_VALUES; i++) {
            first[i] = step == 0 ? values[i] : first[i];
            least[i] = step == 0 ? values[i] : fmin(least[i], values[i]);
            most[i] = step == 0 ? values[i] : fmax(most[i], values[i]);
        }
    }
    json_t *schedules = json_object();
    for (int i = 0; i < SCHEDULE_VALUES && end->epoch_step > 0; i++) {
        if (least[i] < most[i]) {
            document_set(&schedules, names[i],
                json_pack("[o, o, o]", document_number(first[i]), document_number(least[i]),
                    document_number(most[i])));
        }
    }
    if (json_object_size(schedules) > 0) {
        document_set(record, "schedules", schedules);
    } else {
        json_decref(schedules);
    }
}

/** For the evaluator: whether somebody asks for the end, who may not wait until the evaluation is done. */
static bool gives_up(void *context) {
    trainer_t *trainer = context;
    progress_work(&trainer->evaluating, evaluator_share(trainer->evaluator));
    comm_alive(trainer->comm, trainer->state.position.step);
    return signals_stop_name(trainer->step.asked) || signals_ask_to_stop();
}

static status_t evaluate(trainer_t *trainer, double *row, evaluation_t *evaluation) {
    const config_t *config = &trainer->plan.config;
    progress_start_work(&trainer->evaluating, "evaluation");
    evaluator_ask(trainer->evaluator, gives_up, trainer);
    status_t status = evaluator_run(trainer->evaluator, trainer->state.parameters, evaluation);
    progress_end_work(&trainer->evaluating);
    if (status == STATUS_OK) {
        history_evaluated(row, evaluation);
        evaluation_print(evaluation, NULL);
        if (trainer->state.position.epoch + 1 == config->train.epochs) {
            status = evaluation_print_examples(trainer->evaluator, &trainer->plan.dataset.conditions, NULL);
        }
    }
    return status;
}

/** evaluation: NULL when the epoch had none. */
static status_t append_metrics(trainer_t *trainer, const double *row, const evaluation_t *evaluation,
    double seconds, double words_per_second) {
    const config_t *config = &trainer->plan.config;
    char path[FOLDER_PATH_SIZE], host[256] = "", date[32] = "";
    const time_t now = time(NULL);
    struct tm parts;
    int checkpoints;
    double pause;
    gethostname(host, sizeof host - 1);
    if (gmtime_r(&now, &parts)) {
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
    progress_take_pauses(&trainer->progress, &checkpoints, &pause);
    json_t *record = json_object();
    history_record(row, &record);
    document_add(&record, "{s:o, s:o, s:i, s:o, s:o, s:s}", "words_per_second",
        document_number(words_per_second), "seconds", document_number(seconds), "checkpoints", checkpoints,
        "checkpoint_pause", document_number(pause), "host", document_text(host), "time", date);
    record_schedules(trainer, &record);
    if (evaluation && evaluation->has_test) {
        document_set(&record, "test_exact_match", document_number(evaluation->test_exact_match));
    }
    if (evaluation) {
        document_set(&record, "evaluation",
            evaluation_record(trainer->evaluator, evaluation, &trainer->plan.dataset.conditions));
    }
    folder_file(&trainer->folder, "metrics.jsonl", path);
    status_t status = metrics_append(path, record);
    if (status == STATUS_OUTPUT && config->checkpoint.on_error == CONFIG_ON_ERROR_CONTINUE) {
        log_warning("%s; the training goes on without this line", status_message());
        status = STATUS_OK;
    }
    return status;
}

/**
 * Nothing goes on from report.html, and `report` makes it anew: without it the training goes on, and says so
 * once.
 */
static void write_page(trainer_t *trainer) {
    char path[FOLDER_PATH_SIZE];
    const char *folder = trainer->folder.path;
    folder_file(&trainer->folder, "report.html", path);
    const bool has_no_page = page_write(path, &folder, 1) != STATUS_OK;
    if (has_no_page && !trainer->has_no_page) {
        log_warning("no report for now: %s", status_message());
    }
    trainer->has_no_page = has_no_page;
}

/**
 * Adds the epoch, whose steps are all done, to the history and to metrics.jsonl, evaluates where that is due,
 * and then writes report.html anew. STATUS_STOPPED: a signal asks for the end, which was not to wait for the
 * evaluation; history and metrics.jsonl are as they were before, and the epoch is to be reported when the run
 * is resumed.
 */
static status_t report_epoch(trainer_t *trainer) {
    const config_t *config = &trainer->plan.config;
    const int epoch = (int)trainer->state.position.epoch + 1;
    const bool is_evaluated = plan_is_due(epoch, config->evaluate.every) || epoch == config->train.epochs;
    double seconds, words_per_second;
    double *row = add_to_history(trainer);
    progress_end_epoch(&trainer->progress, &seconds, &words_per_second);
    progress_epoch_line(&trainer->progress, epoch, (uint64_t)trainer->state.position.step, row[HISTORY_LOSS],
        row[HISTORY_KL], words_per_second);
    evaluation_t evaluation;
    status_t status = is_evaluated ? evaluate(trainer, row, &evaluation) : STATUS_OK;
    if (status == STATUS_STOPPED) {
        trainer->state.history.count--;
    }
    if (status == STATUS_OK) {
        status = append_metrics(trainer, row, is_evaluated ? &evaluation : NULL, seconds, words_per_second);
    }
    if (status == STATUS_OK && is_evaluated) {
        write_page(trainer);
    }
    return status;
}

/** Says why the training ends before its last epoch (train.patience), and shows examples. */
static status_t print_early_end(const trainer_t *trainer) {
    const config_t *config = &trainer->plan.config;
    const history_t *history = &trainer->state.history;
    const history_metric_t *metric = history_metric(config);
    const double *best = history->rows[history_best(config, history)];
    log_line("stopped early: %d evaluation%s since epoch %d, the best with a %s of %.4f",
        config->train.patience, text_plural((size_t)config->train.patience), (int)best[HISTORY_EPOCH],
        metric->name, best[metric->column]);
    return evaluation_print_examples(trainer->evaluator, &trainer->plan.dataset.conditions, NULL);
}

/** Rank 0's end of an epoch. *save: it has to be saved for what the report says. */
static status_t end_epoch(trainer_t *trainer, bool *save) {
    const config_t *config = &trainer->plan.config;
    state_t *state = &trainer->state;
    status_t status = report_epoch(trainer);
    if (status == STATUS_STOPPED) {
        // The epoch stays unreported, and is saved so. The others, who wait, adopt rank 0's signals.
        for (int i = 0; i < SIGNALS_COUNT; i++) {
            trainer->step.asked[i] |= signals_take((signals_t)i);
        }
        *save = true;
        return STATUS_OK;
    }
    if (status != STATUS_OK) {
        return status;
    }
    state->position = (state_position_t){.epoch = state->position.epoch + 1, .step = state->position.step};
    trainer->is_over =
        (uint64_t)state->position.step < trainer->plan.steps && history_is_over(config, &state->history);
    if (trainer->is_over) {
        status = print_early_end(trainer);
    }
    const bool is_best = config->checkpoint.best != CONFIG_BEST_NONE &&
                         history_best(config, &state->history) + 1 == state->history.count;
    *save = *save || is_best || trainer->is_over;
    return status;
}

/** Rank 0's checkpoint. is_last: no step follows. */
static status_t write_checkpoint(trainer_t *trainer, bool is_last) {
    const bool *asked = trainer->step.asked;
    is_last = is_last || trainer->is_over || signals_stop_name(asked);
    progress_start_pause(&trainer->progress);
    const status_t status = save_write(trainer->save, is_last, timing_active_trace(trainer->step.timing));
    progress_end_pause(&trainer->progress, is_last);
    if (status == STATUS_OK && asked[SIGNALS_USR1]) {
        log_line("SIGUSR1: a checkpoint of step %lld", (long long)trainer->state.position.step);
    }
    return status;
}

/** Rank 0's report of a checkpoint and an epoch that have ended, and its checkpoint, as far as they are due;
 * the other ranks wait for them. Collective. */
static status_t report_and_save(trainer_t *trainer, bool epoch_ended, bool save, bool is_last) {
    const bool is_first = comm_rank(trainer->comm) == 0;
    timing_t *timing = trainer->step.timing;
    timing_enter(timing, epoch_ended ? PHASE_EVALUATION : PHASE_CHECKPOINT);
    status_t status = is_first ? save_outcome(trainer->save) : STATUS_OK;
    if (status == STATUS_OK && is_first && epoch_ended) {
        status = end_epoch(trainer, &save);
    }
    if (timing && epoch_ended) {
        // Those who only wait are to know what for.
        status = comm_agree(trainer->comm, status);
        timing_enter(timing, PHASE_CHECKPOINT);
    }
    if (status == STATUS_OK && save && is_first) {
        status = write_checkpoint(trainer, is_last);
    }
    status = comm_agree(trainer->comm, status);
    timing_enter(timing, PHASE_OTHER);
    return status;
}

/**
 * What follows a step: the end of its epoch, a checkpoint. Rank 0 does it, and all agree on how it went, but
 * only where there was something to do, which all know. stops: no step follows. Collective.
 */
static status_t after_step(trainer_t *trainer, bool stops) {
    const plan_t *plan = &trainer->plan;
    state_t *state = &trainer->state;
    bool *asked = trainer->step.asked;
    const bool epoch_ended = state_is_unreported(plan, &state->position);
    const bool is_last = stops || (uint64_t)state->position.step == plan->steps;
    const bool is_due = plan_is_checkpoint_due(plan, state->position.step);
    const bool save = is_last || is_due || asked[SIGNALS_USR1];
    if (!epoch_ended && !save) {
        return STATUS_OK;
    }
    status_t status = state_check_parameters(state, plan);
    if (status == STATUS_OK) {
        status = report_and_save(trainer, epoch_ended, save, is_last);
    } else if (!epoch_ended && !is_due) {
        // Where a run that is not stopped here would not have looked: it goes on from an older checkpoint.
        log_warning("no checkpoint is written: %s", status_message());
        status_clear();
        status = STATUS_OK;
    }
    if (status == STATUS_OK && epoch_ended) {
        // What rank 0 found out.
        comm_broadcast(trainer->comm, &state->position, sizeof state->position);
        comm_broadcast(trainer->comm, &trainer->is_over, sizeof trainer->is_over);
        comm_broadcast(trainer->comm, asked, sizeof trainer->step.asked);
    }
    asked[SIGNALS_USR1] = false;
    return status;
}

static status_t stop(const trainer_t *trainer) {
    const char *name = signals_stop_name(trainer->step.asked);
    return status_fail(STATUS_STOPPED,
        "stopped%s%s after step %lld%s; the same command with --resume goes on", name ? " by " : "",
        name ? name : "", (long long)trainer->state.position.step, name ? "" : " as asked");
}

static status_t train_step(trainer_t *trainer) {
    const state_position_t *position = &trainer->state.position;
    const uint64_t stop_after = trainer->options->stop_after;
    int words;
    timing_begin_step(trainer->step.timing, position->step + 1);
    status_t status = step_make(&trainer->step, &words);
    timing_end_step(trainer->step.timing, words);
    if (status != STATUS_OK) {
        return status;
    }
    const bool is_given_up = words == 0;
    if (comm_rank(trainer->comm) == 0 && !is_given_up) {
        progress_step(&trainer->progress, (int)position->epoch + 1, (uint64_t)position->step, words,
            state_mean(position->loss, position->words), state_mean(position->divergence, position->words));
    }
    const uint64_t step = (uint64_t)position->step;
    const bool stops = stop_after > 0 && step >= stop_after && step < trainer->plan.steps;
    status = after_step(trainer, stops || is_given_up);
    return status == STATUS_OK && stops ? stop(trainer) : status;
}

/**
 * Once the state is that of its position: makes folder, schedules and model what they are there. Collective.
 * Errors of folder_begin().
 */
static status_t move(trainer_t *trainer) {
    const plan_t *plan = &trainer->plan;
    const state_position_t *position = &trainer->state.position;
    status_t status = STATUS_OK;
    if (comm_rank(trainer->comm) == 0) {
        // Of an epoch that is not yet reported no line stays.
        const bool is_unreported = state_is_unreported(plan, position);
        status =
            folder_begin(&trainer->folder, &plan->config, (uint64_t)position->step - (is_unreported ? 1 : 0));
    }
    status = comm_agree(trainer->comm, status);
    step_move(&trainer->step);
    trainer->is_over = history_is_over(&plan->config, &trainer->state.history);
    comm_broadcast(trainer->comm, &trainer->is_over, sizeof trainer->is_over);
    return status;
}

/** After too many diverged steps: the run goes back, or ends. Collective. */
static status_t go_back(trainer_t *trainer) {
    const config_train_t *train = &trainer->plan.config.train;
    const state_t *state = &trainer->state;
    status_t status = resume_go_back(&trainer->plan, &trainer->state, &trainer->folder, trainer->save);
    if (status == STATUS_OK) {
        status = move(trainer);
    }
    if (status == STATUS_OK) {
        const long long step = (long long)state->position.step;
        log_line("gone back to %s %lld, time %lld of %d: the learning rate is times %g from there on",
            step > 0 ? "step" : "the initial weights, step", step, (long long)state->recovery.gone_back,
            train->go_back, state->recovery.rate_factor);
        progress_start(&trainer->progress, train->epochs, trainer->plan.steps, (uint64_t)step);
    }
    return status;
}

static status_t train(trainer_t *trainer) {
    const int epochs = trainer->plan.config.train.epochs;
    const state_position_t *position = &trainer->state.position;
    const uint64_t stop_after = trainer->options->stop_after;
    int64_t ordered = -1; // the epoch that step->order is of
    status_t status = STATUS_OK;
    if (trainer->is_over) {
        log_line("the run is complete: stopped early after %lld epoch%s", (long long)position->epoch,
            text_plural((size_t)position->epoch));
        return STATUS_OK;
    }
    if (position->epoch >= epochs) {
        log_line("the run is complete: %d epoch%s", epochs, text_plural((size_t)epochs));
    } else if (stop_after > 0 && (uint64_t)position->step >= stop_after) {
        return stop(trainer);
    }
    progress_start(&trainer->progress, epochs, trainer->plan.steps, (uint64_t)position->step);
    while (status == STATUS_OK && position->epoch < epochs && !trainer->is_over) {
        if (position->epoch != ordered) {
            ordered = position->epoch;
            timing_enter(trainer->step.timing, PHASE_PREPARE);
            step_begin_epoch(&trainer->step);
            progress_start_epoch(&trainer->progress);
        }
        // An epoch's report may have had to wait for the run to be resumed.
        status =
            state_is_unreported(&trainer->plan, position) ? after_step(trainer, false) : train_step(trainer);
        if (status == STATUS_DIVERGED) {
            status = go_back(trainer);
        } else if (status == STATUS_OK && signals_stop_name(trainer->step.asked) &&
                   position->epoch < epochs && !trainer->is_over) {
            status = stop(trainer);
        }
    }
    if (status == STATUS_OK || status == STATUS_STOPPED) {
        progress_pauses_line(&trainer->progress);
    }
    return status;
}

/** Reads what is to be trained and takes all memory for it. Collective. */
static status_t prepare(trainer_t *trainer) {
    const trainer_options_t *options = trainer->options;
    comm_t *comm = trainer->comm;
    plan_t *plan = &trainer->plan;
    plan->is_forced = options->force;
    status_t status =
        plan_create(plan, comm, options->config_file, options->overrides, options->override_count);
    if (status == STATUS_OK) {
        status = comm_agree(comm, folder_name(&trainer->folder, &plan->config));
    }
    if (status == STATUS_OK) {
        status = state_create_shared(&trainer->state, plan);
    }
    if (status == STATUS_OK) {
        status = step_create(&trainer->step, plan, &trainer->state);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (comm_rank(comm) == 0) {
        status = plan_evaluator(
            &plan->config, &plan->shape, &plan->dataset, &plan->test, 1, REFINED_DRAWS, &trainer->evaluator);
    }
    status = comm_agree(comm, status);
    if (status == STATUS_OK && (options->timing.timing_file || options->timing.trace_file)) {
        trainer->step.timing = &trainer->timing;
        status = timing_create(&trainer->timing, plan, &options->timing);
    }
    return status;
}

/** Says what the run started from, if that is not its seed. found: it goes on from a checkpoint. */
static void print_start(const trainer_t *trainer, bool found) {
    const state_init_t *init = &trainer->state.init;
    const bool is_other = init->parameter_hash[0] != '\0';
    if (found && trainer->options->init) {
        log_line("start    --init is not read: the run goes on, which started from %s",
            is_other ? init->file : "random parameters");
    } else if (is_other) {
        log_line("start    parameters of %s, hash %s", init->file, init->parameter_hash);
    }
}

/** The first checkpoint of a run whose initial weights no seed gives. Collective. */
static status_t save_start(const trainer_t *trainer) {
    const bool is_first = comm_rank(trainer->comm) == 0;
    return comm_agree(trainer->comm, is_first ? save_write(trainer->save, false, NULL) : STATUS_OK);
}

/** Opens the run's folder, and begins there or goes on from a checkpoint. Collective. */
static status_t begin(trainer_t *trainer) {
    const trainer_options_t *options = trainer->options;
    const plan_t *plan = &trainer->plan;
    folder_t *folder = &trainer->folder;
    const bool is_first = comm_rank(trainer->comm) == 0;
    bool found = false;
    status_t status = STATUS_OK;
    if (options->init && !options->resume) {
        // --overwrite may set aside the folder that the file is in.
        status = init_read(plan, &trainer->state, options->init);
    }
    if (status == STATUS_OK && is_first) {
        status = folder_open(folder, &plan->config, plan->dataset.hash, options->resume, options->overwrite);
    }
    status = comm_agree(trainer->comm, status);
    if (status != STATUS_OK) {
        return status;
    }
    plan_print(plan, folder->path, state_memory(&trainer->state, plan) + step_memory(&trainer->step),
        &trainer->step.order_memory);
    if (options->resume) {
        status = resume_newest(plan, &trainer->state, folder, UINT64_MAX, &found);
    }
    if (status == STATUS_OK && options->resume && !found) {
        log_line("nothing to resume in %s: beginning", folder->path);
        status = options->init ? init_read(plan, &trainer->state, options->init) : STATUS_OK;
    }
    if (status != STATUS_OK) {
        return status;
    }
    print_start(trainer, found);
    if (is_first) {
        status = folder_keep_strangers(folder, &plan->config, found);
    }
    if (is_first && status == STATUS_OK) {
        status = save_create(&trainer->save, plan, &trainer->state, folder);
    }
    status = comm_agree(trainer->comm, status);
    if (status == STATUS_OK) {
        status = move(trainer);
    }
    const bool starts_elsewhere = !found && trainer->state.init.parameter_hash[0];
    return status == STATUS_OK && starts_elsewhere ? save_start(trainer) : status;
}

static void release(trainer_t *trainer) {
    save_destroy(trainer->save);
    timing_destroy(&trainer->timing);
    folder_close(&trainer->folder);
    evaluator_destroy(trainer->evaluator);
    step_destroy(&trainer->step);
    state_destroy(&trainer->state);
    plan_destroy(&trainer->plan);
    free(trainer);
}

static status_t run(trainer_t *trainer) {
    const trainer_options_t *options = trainer->options;
    status_t status = prepare(trainer);
    if (status == STATUS_OK && options->dry_run) {
        status = options->init ? init_read(&trainer->plan, &trainer->state, options->init) : STATUS_OK;
        return status == STATUS_OK ? dry_run(&trainer->plan, &trainer->state, &trainer->step,
                                         trainer->evaluator, &trainer->folder, options->resume)
                                   : status;
    }
    if (status == STATUS_OK) {
        status = begin(trainer);
    }
    if (status == STATUS_OK) {
        comm_announce_cores(trainer->comm);
        status = comm_watch(trainer->comm, trainer->plan.config.train.stall_seconds);
    }
    if (status == STATUS_OK) {
        signals_watch();
        status = train(trainer);
    }
    if (status == STATUS_OK || status == STATUS_STOPPED) {
        const status_t finished = timing_finish(trainer->step.timing, &trainer->state);
        status = finished == STATUS_OK ? status : finished;
    }
    comm_unwatch(trainer->comm);
    return status;
}

status_t trainer_run(comm_t *comm, const trainer_options_t *options) {
    trainer_t *trainer = calloc(1, sizeof *trainer);
    signals_watch_output();
    status_t status =
        comm_agree(comm, trainer ? STATUS_OK : status_fail(STATUS_MEMORY, "out of memory for the training"));
    if (status == STATUS_OK) {
        trainer->comm = comm;
        trainer->options = options;
        trainer->folder = (folder_t){.lock = -1, .old_lock = -1};
        status = run(trainer);
    }
    if (trainer) {
        release(trainer);
    }
    return status;
}
