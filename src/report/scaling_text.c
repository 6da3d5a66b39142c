#include <string.h>

#include "decimal.h"
#include "scaling_label.h"
#include "scaling_parts.h"

/** A ratio and behind it, in brackets, how far it varied; so wide at least. */
static void print_ratio(const sample_t *ratios, int width, FILE *stream) {
    char ratio[SCALING_LABEL_SIZE], spread[SCALING_LABEL_SIZE];
    scaling_label_ratio(ratios, ratio);
    scaling_label_spread(ratios, spread);
    int printed = fprintf(stream, "  %s", ratio);
    if (spread[0]) {
        printed += fprintf(stream, " (%s)", spread);
    }
    fprintf(stream, "%*s", printed < width + 2 ? width + 2 - printed : 0, "");
}

static void print_point(const scaling_experiment_t *experiment, const scaling_point_t *point, FILE *stream) {
    const scaling_run_t *what = scaling_setting_what(point->setting);
    char ranks[SCALING_LABEL_SIZE], rate[DECIMAL_COUNT_SIZE], slowest[SCALING_LABEL_SIZE];
    scaling_label_ranks(experiment, what, ranks);
    decimal_count(point->setting->words_per_second.median, rate);
    scaling_label_slowest(point->setting, slowest);
    fprintf(stream, "    %-24s%10s", ranks, rate);
    print_ratio(&point->speed_up, 20, stream);
    print_ratio(&point->efficiency, 20, stream);
    print_ratio(&point->of_separate, 20, stream);
    fprintf(stream, "  %s%s\n", slowest, point->setting->is_unequal ? "  UNEQUAL PARAMETERS" : "");
}

static void print_scaling(
    const scaling_experiment_t *experiment, const scaling_series_t *series, FILE *stream) {
    fprintf(stream, "    %-24s%10s  %-20s  %-20s  %-20s  %s\n", "", "words/s", "speed-up", "efficiency",
        "of separate runs", "slowest");
    for (size_t i = 0; i < series->point_count; i++) {
        print_point(experiment, &series->points[i], stream);
    }
    for (size_t i = 0; i < series->bound_count; i++) {
        print_point(experiment, &series->bounds[i], stream);
    }
}

static void print_micro_batches(const scaling_series_t *series, FILE *stream) {
    fprintf(stream, "    %-24s%10s  %s\n", "", "words/s", "times the first");
    for (size_t i = 0; i < series->point_count; i++) {
        const scaling_point_t *point = &series->points[i];
        char rate[DECIMAL_COUNT_SIZE];
        decimal_count(point->setting->words_per_second.median, rate);
        fprintf(stream, "    shards of %-14lld%10s",
            (long long)scaling_setting_what(point->setting)->micro_batch, rate);
        print_ratio(&point->speed_up, 0, stream);
        fprintf(stream, "%s\n", point->setting->is_unequal ? "  UNEQUAL PARAMETERS" : "");
    }
}

static void print_series(
    const scaling_experiment_t *experiment, const scaling_series_t *series, FILE *stream) {
    char label[SCALING_LABEL_SIZE];
    scaling_label_series(experiment, series, label);
    fprintf(stream, "\n  %s, %s", scaling_label_kind(series->kind), label);
    if (series->kind == SCALING_STRONG && scaling_experiment_is_equal(series)) {
        fprintf(stream, ": equal work to the last bit, parameter hash %s after all %zu runs",
            scaling_setting_what(series->points[0].setting)->parameter_hash, scaling_experiment_runs(series));
    }
    fputc('\n', stream);
    if (series->kind == SCALING_MICRO_BATCH) {
        print_micro_batches(series, stream);
    } else {
        print_scaling(experiment, series, stream);
    }
}

/** Mean shares of the ranks, in percent. */
static void print_shares(const scaling_experiment_t *experiment, size_t first, size_t end, FILE *stream) {
    const scaling_run_t *any = experiment->runs;
    char label[SCALING_LABEL_SIZE], work[SCALING_LABEL_SIZE], text[2 * SCALING_LABEL_SIZE + 3];
    fprintf(stream, "\n  %-52s",
        experiment->is_whole ? "share of time in percent, mean of the ranks"
                             : "share of the time in steps in percent, mean of ranks");
    for (int phase = 0; phase < any->phase_count; phase++) {
        scaling_label_phase(any->phases[phase], label);
        fprintf(stream, "  %s", label);
    }
    fputc('\n', stream);
    for (size_t i = first; i < end; i++) {
        const scaling_setting_t *setting = &experiment->settings[i];
        scaling_label_ranks(experiment, scaling_setting_what(setting), label);
        scaling_label_work(experiment, scaling_setting_what(setting), work);
        snprintf(text, sizeof text, "%s, %s", label, work);
        fprintf(stream, "    %-50s", text);
        for (int phase = 0; phase < any->phase_count; phase++) {
            scaling_label_phase(any->phases[phase], label);
            fprintf(stream, "  %*.1f", (int)strlen(label), 100 * setting->shares[phase].mean);
        }
        fputc('\n', stream);
    }
}

static bool is_of_model(const scaling_series_t *series, const scaling_run_t *model) {
    return scaling_setting_compare_models(scaling_setting_what(series->points[0].setting), model) == 0;
}

void scaling_text_print(const scaling_experiment_t *experiment, FILE *stream) {
    char label[SCALING_LABEL_SIZE];
    for (size_t first = 0, end; first < experiment->setting_count; first = end) {
        const scaling_run_t *model = scaling_setting_what(&experiment->settings[first]);
        end = scaling_experiment_model_end(experiment, first);
        scaling_label_model(experiment, model, label);
        fprintf(stream, "%s%s; %lld steps after %lld to warm up\n", first > 0 ? "\n" : "", label,
            (long long)model->steps, (long long)model->warmup_steps);
        for (size_t i = 0; i < experiment->series_count; i++) {
            if (is_of_model(&experiment->series[i], model)) {
                print_series(experiment, &experiment->series[i], stream);
            }
        }
        print_shares(experiment, first, end, stream);
    }
}
