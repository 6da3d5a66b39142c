#include "scaling_label.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "decimal.h"

/** Adds to a label what it has room for. */
__attribute__((format(printf, 2, 3))) static void add(
    char text[SCALING_LABEL_SIZE], const char *format, ...) {
    const size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, SCALING_LABEL_SIZE - length, format, arguments);
    va_end(arguments);
}

/** Whether two models are called the same by their shape, and are not. */
static bool is_namesake(const scaling_run_t *left, const scaling_run_t *right) {
    return left->parameters == right->parameters && left->hidden == right->hidden &&
           left->layers == right->layers && strcmp(left->cell, right->cell) == 0 &&
           strcmp(left->training_hash, right->training_hash) != 0;
}

void scaling_label_model(
    const scaling_experiment_t *experiment, const scaling_run_t *run, char text[SCALING_LABEL_SIZE]) {
    char parameters[DECIMAL_COUNT_SIZE];
    decimal_count((double)run->parameters, parameters);
    text[0] = '\0';
    for (size_t i = 0; run->cell[i] && i < 16; i++) {
        add(text, "%c", toupper((unsigned char)run->cell[i]));
    }
    add(text, " %lld x %lld, %s parameters", (long long)run->layers, (long long)run->hidden, parameters);
    for (size_t i = 0; i < experiment->setting_count; i++) {
        if (is_namesake(run, scaling_setting_what(&experiment->settings[i]))) {
            add(text, ", training %.8s", run->training_hash);
            return;
        }
    }
}

/** Whether the settings of a run's model differ by an order. */
static bool varies(const scaling_experiment_t *experiment, const scaling_run_t *run,
    int (*compare)(const scaling_run_t *, const scaling_run_t *)) {
    bool varies = false;
    for (size_t i = 0; i < experiment->setting_count; i++) {
        const scaling_run_t *other = scaling_setting_what(&experiment->settings[i]);
        varies = varies || (scaling_setting_compare_models(run, other) == 0 && compare(run, other) != 0);
    }
    return varies;
}

static int compare_hosts(const scaling_run_t *left, const scaling_run_t *right) {
    return left->hosts != right->hosts;
}

static int compare_micro_batches(const scaling_run_t *left, const scaling_run_t *right) {
    return left->micro_batch != right->micro_batch;
}

static int compare_sums(const scaling_run_t *left, const scaling_run_t *right) {
    return strcmp(left->sum, right->sum);
}

static int compare_gemms(const scaling_run_t *left, const scaling_run_t *right) {
    return strcmp(left->gemm, right->gemm);
}

static int compare_reductions(const scaling_run_t *left, const scaling_run_t *right) {
    return strcmp(left->reduction, right->reduction);
}

static int compare_buckets(const scaling_run_t *left, const scaling_run_t *right) {
    return left->bucket != right->bucket;
}

static int compare_kernels(const scaling_run_t *left, const scaling_run_t *right) {
    return strcmp(left->kernels, right->kernels);
}

static int compare_steps(const scaling_run_t *left, const scaling_run_t *right) {
    return left->steps != right->steps || left->warmup_steps != right->warmup_steps;
}

void scaling_label_ranks(
    const scaling_experiment_t *experiment, const scaling_run_t *run, char text[SCALING_LABEL_SIZE]) {
    const char *what = run->is_separate ? "separate run" : "rank";
    text[0] = '\0';
    add(text, "%lld %s%s", (long long)run->ranks, what, run->ranks == 1 ? "" : "s");
    if (varies(experiment, run, compare_hosts)) {
        add(text, " on %lld host%s", (long long)run->hosts, run->hosts == 1 ? "" : "s");
    }
    if (experiment->cores > 0 && run->ranks > experiment->cores) {
        add(text, " on %d core%s", experiment->cores, experiment->cores == 1 ? "" : "s");
    }
}

/** What the experiment varies besides model, batch and ranks. */
static void add_rest(const scaling_experiment_t *experiment, const scaling_run_t *run, bool has_micro_batch,
    char text[SCALING_LABEL_SIZE]) {
    if (has_micro_batch && varies(experiment, run, compare_micro_batches)) {
        add(text, ", shards of %lld", (long long)run->micro_batch);
    }
    if (varies(experiment, run, compare_sums)) {
        add(text, ", %.16s sum", run->sum);
    }
    if (varies(experiment, run, compare_gemms)) {
        add(text, ", gemm %.16s", run->gemm);
    }
    if (varies(experiment, run, compare_reductions)) {
        add(text, ", reduction %.16s", run->reduction);
    }
    if (varies(experiment, run, compare_buckets)) {
        add(text, ", bucket %lld", (long long)run->bucket);
    }
    if (varies(experiment, run, compare_kernels)) {
        add(text, ", %.16s", run->kernels);
    }
    if (varies(experiment, run, compare_steps)) {
        add(text, ", %lld steps", (long long)run->steps);
    }
}

static void add_words(double words, char text[SCALING_LABEL_SIZE]) {
    char count[DECIMAL_COUNT_SIZE];
    decimal_count(words, count);
    add(text, "%s words a step", count);
}

void scaling_label_work(
    const scaling_experiment_t *experiment, const scaling_run_t *run, char text[SCALING_LABEL_SIZE]) {
    text[0] = '\0';
    add_words((double)run->batch_size, text);
    add_rest(experiment, run, true, text);
}

void scaling_label_series(
    const scaling_experiment_t *experiment, const scaling_series_t *series, char text[SCALING_LABEL_SIZE]) {
    const scaling_run_t *first = scaling_setting_what(series->points[0].setting);
    const bool is_weak = series->kind == SCALING_WEAK;
    char ranks[SCALING_LABEL_SIZE];
    text[0] = '\0';
    add_words((double)first->batch_size / (is_weak ? (double)first->ranks : 1), text);
    add(text, "%s", is_weak ? " and rank" : "");
    if (series->kind == SCALING_MICRO_BATCH) {
        scaling_label_ranks(experiment, first, ranks);
        add(text, ", %s", ranks);
    }
    add_rest(experiment, first, series->kind != SCALING_MICRO_BATCH, text);
}

static const struct {
    const char *key, *name;
} kinds[SCALING_KINDS] = {
    [SCALING_STRONG] = {"strong", "strong scaling"},
    [SCALING_WEAK] = {"weak", "weak scaling"},
    [SCALING_MICRO_BATCH] = {"micro-batch", "micro-batch"},
};

const char *scaling_label_key(scaling_kind_t kind) {
    return kinds[kind].key;
}

const char *scaling_label_kind(scaling_kind_t kind) {
    return kinds[kind].name;
}

void scaling_label_phase(const char *phase, char text[SCALING_LABEL_SIZE]) {
    snprintf(text, SCALING_LABEL_SIZE, "%.64s", phase);
    for (; *text; text++) {
        *text = *text == '_' ? ' ' : *text;
    }
}

void scaling_label_ratio(const sample_t *ratios, char text[SCALING_LABEL_SIZE]) {
    if (ratios->count > 0) {
        snprintf(text, SCALING_LABEL_SIZE, "%.2f", ratios->median);
    } else {
        snprintf(text, SCALING_LABEL_SIZE, "-");
    }
}

void scaling_label_spread(const sample_t *ratios, char text[SCALING_LABEL_SIZE]) {
    text[0] = '\0';
    if (ratios->least != ratios->most) {
        add(text, "%.2f to %.2f", ratios->least, ratios->most);
    }
}

void scaling_label_slowest(const scaling_setting_t *setting, char text[SCALING_LABEL_SIZE]) {
    text[0] = '\0';
    add(text, "rank %lld on %.64s", (long long)setting->slowest_rank, setting->slowest_host);
    if (scaling_setting_what(setting)->ranks > 1) {
        add(text, ", %.1f%% busier than the mean", 100 * setting->slowest_by);
    }
}
