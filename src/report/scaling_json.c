#include "record.h"
#include "scaling_label.h"
#include "scaling_parts.h"

static void add_sample(record_t *record, const char *key, const sample_t *sample) {
    if (sample->count == 0) {
        record_null(record, key);
        return;
    }
    record_t *child = record_child(record, key);
    record_number(child, "median", sample->median);
    record_number(child, "min", sample->least);
    record_number(child, "max", sample->most);
}

/** null where parameters are not compared. */
static void add_equality(record_t *record, bool is_compared, bool is_equal) {
    if (is_compared) {
        record_boolean(record, "equal_parameters", is_equal);
    } else {
        record_null(record, "equal_parameters");
    }
}

static void add_phases(record_t *record, const scaling_setting_t *setting) {
    const scaling_run_t *what = scaling_setting_what(setting);
    record_t *phases = record_child(record, "phases");
    for (int phase = 0; phase < what->phase_count; phase++) {
        record_t *share = record_child(phases, what->phases[phase]);
        record_number(share, "min", setting->shares[phase].least);
        record_number(share, "mean", setting->shares[phase].mean);
        record_number(share, "max", setting->shares[phase].most);
    }
}

static void add_kind(record_t *record, const scaling_setting_t *setting) {
    const scaling_run_t *what = scaling_setting_what(setting);
    record_text(record, "cell", what->cell);
    record_integer(record, "layers", what->layers);
    record_integer(record, "hidden", what->hidden);
    record_integer(record, "parameters", what->parameters);
    record_text(record, "training_hash", what->training_hash);
    record_integer(record, "batch_size", what->batch_size);
    record_integer(record, "micro_batch", what->micro_batch);
    record_text(record, "sum", what->sum);
    record_text(record, "gemm", what->gemm);
    record_text(record, "reduction", what->reduction);
    record_integer(record, "bucket", what->bucket);
    record_text(record, "kernels", what->kernels);
    record_text(record, "library", what->library);
    record_integer(record, "ranks", what->ranks);
    record_boolean(record, "separate", what->is_separate);
    record_integer(record, "hosts", what->hosts);
    record_boolean(record, "oversubscribed", setting->is_oversubscribed);
    record_integer(record, "warmup_steps", what->warmup_steps);
    record_integer(record, "steps", what->steps);
}

static void add_setting(record_t *parent, const scaling_setting_t *setting) {
    const scaling_run_t *what = scaling_setting_what(setting);
    record_t *record = record_element(parent, "settings");
    add_kind(record, setting);
    record_integer(record, "runs", (int64_t)setting->run_count);
    add_sample(record, "words_per_second", &setting->words_per_second);
    add_sample(record, "startup_seconds", &setting->startup_seconds);
    record_integer(record, "peak_memory", setting->peak_memory);
    record_integer(record, "slowest_rank", setting->slowest_rank);
    record_text(record, "slowest_host", setting->slowest_host);
    record_number(record, "slowest_by", setting->slowest_by);
    record_text(record, "parameter_hash", what->parameter_hash);
    add_equality(record, scaling_run_is_exact(what), !setting->is_unequal);
    add_phases(record, setting);
}

static void add_point(
    const scaling_experiment_t *experiment, record_t *parent, const char *key, const scaling_point_t *point) {
    const scaling_run_t *what = scaling_setting_what(point->setting);
    record_t *record = record_element(parent, key);
    record_integer(record, "setting", point->setting - experiment->settings);
    record_integer(record, "ranks", what->ranks);
    record_integer(record, "batch_size", what->batch_size);
    record_integer(record, "micro_batch", what->micro_batch);
    record_number(record, "words_per_second", point->setting->words_per_second.median);
    add_sample(record, "speed_up", &point->speed_up);
    add_sample(record, "efficiency", &point->efficiency);
    add_sample(record, "of_separate", &point->of_separate);
}

static void add_series(
    const scaling_experiment_t *experiment, record_t *parent, const scaling_series_t *series) {
    record_t *record = record_element(parent, "series");
    record_text(record, "kind", scaling_label_key(series->kind));
    if (series->kind == SCALING_STRONG) {
        add_equality(record, scaling_run_is_exact(scaling_setting_what(series->points[0].setting)),
            scaling_experiment_is_equal(series));
    }
    for (size_t i = 0; i < series->point_count; i++) {
        add_point(experiment, record, "points", &series->points[i]);
    }
    for (size_t i = 0; i < series->bound_count; i++) {
        add_point(experiment, record, "separate", &series->bounds[i]);
    }
}

static void add_all(const scaling_experiment_t *experiment, record_t *record) {
    record_text(record, "version", CVAE_VERSION);
    if (experiment->cores > 0) {
        record_integer(record, "cores", experiment->cores);
    } else {
        record_null(record, "cores");
    }
    record_boolean(record, "whole", experiment->is_whole);
    record_integer(record, "runs", (int64_t)experiment->run_count);
    add_equality(
        record, scaling_experiment_is_compared(experiment), !scaling_experiment_has_unequal(experiment));
    for (size_t i = 0; i < experiment->setting_count; i++) {
        add_setting(record, &experiment->settings[i]);
    }
    for (size_t i = 0; i < experiment->series_count; i++) {
        add_series(experiment, record, &experiment->series[i]);
    }
}

status_t scaling_json_print(const scaling_experiment_t *experiment, FILE *stream) {
    record_t *record = record_create();
    add_all(experiment, record);
    const status_t status = record_print(record, stream, 1);
    record_destroy(record);
    return status;
}
