#include "scaling_experiment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Of runs with the same parameters so many are named. */
enum { NAMED_MAX = 4 };

static status_t no_memory(size_t count) {
    return status_fail(STATUS_MEMORY, "out of memory for %zu runs", count);
}

static status_t read_files(scaling_experiment_t *experiment, const char *const *files, size_t count) {
    status_t status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        scaling_run_t *run = &experiment->runs[experiment->run_count++];
        status = scaling_run_read(run, files[i], experiment->is_whole);
        if (status == STATUS_OK && !scaling_run_has_same_phases(run, experiment->runs)) {
            status =
                status_fail(STATUS_DATA, "%s: \"phases\": those of %s were expected", files[i], files[0]);
        }
    }
    return status;
}

typedef int compare_t(const scaling_run_t *left, const scaling_run_t *right);

/** The runs in an order; among equals, in that in which they were given. */
static void sort_runs(scaling_experiment_t *experiment, compare_t *compare) {
    for (size_t i = 0; i < experiment->run_count; i++) {
        const scaling_run_t *next = &experiment->runs[i];
        size_t place = i;
        for (; place > 0 && compare(next, experiment->order[place - 1]) < 0; place--) {
            experiment->order[place] = experiment->order[place - 1];
        }
        experiment->order[place] = next;
    }
}

/** Where the runs end that compare equal with run `first` of the order. */
static size_t end_of(const scaling_experiment_t *experiment, size_t first, compare_t *compare) {
    size_t end = first + 1;
    while (end < experiment->run_count && compare(experiment->order[first], experiment->order[end]) == 0) {
        end++;
    }
    return end;
}

static bool has_equal_hashes(const scaling_run_t *const *runs, size_t count) {
    bool is_equal = true;
    for (size_t i = 0; i < count; i++) {
        is_equal =
            is_equal && !runs[i]->other_hash && strcmp(runs[i]->parameter_hash, runs[0]->parameter_hash) == 0;
    }
    return is_equal;
}

/** Marks the runs whose work another did with another result; the order is that of the work. */
static void mark_unequal(scaling_experiment_t *experiment) {
    sort_runs(experiment, scaling_setting_compare_work);
    for (size_t first = 0, end; first < experiment->run_count; first = end) {
        end = end_of(experiment, first, scaling_setting_compare_work);
        const scaling_run_t *const *runs = experiment->order + first;
        const bool is_unequal = scaling_run_is_exact(runs[0]) && !has_equal_hashes(runs, end - first);
        for (size_t i = first; i < end; i++) {
            // The order's pointers lead into the experiment's own runs.
            experiment->runs[experiment->order[i] - experiment->runs].is_unequal = is_unequal;
        }
    }
}

static status_t make_settings(scaling_experiment_t *experiment) {
    status_t status = STATUS_OK;
    sort_runs(experiment, scaling_setting_compare);
    for (size_t first = 0, end; status == STATUS_OK && first < experiment->run_count; first = end) {
        end = end_of(experiment, first, scaling_setting_compare);
        status = scaling_setting_sum_up(&experiment->settings[experiment->setting_count++],
            experiment->order + first, end - first, experiment->cores);
    }
    return status;
}

/** The series of a kind that begin in settings first...end - 1. */
static status_t find_series(scaling_experiment_t *experiment, scaling_kind_t kind, size_t first, size_t end) {
    status_t status = STATUS_OK;
    for (size_t i = first; status == STATUS_OK && i < end; i++) {
        scaling_series_t *series = &experiment->series[experiment->series_count];
        status = scaling_series_find(series, kind, &experiment->settings[i], experiment->settings,
            experiment->setting_count, experiment->cores);
        experiment->series_count += series->point_count > 0;
    }
    return status;
}

size_t scaling_experiment_model_end(const scaling_experiment_t *experiment, size_t first) {
    const scaling_run_t *what = scaling_setting_what(&experiment->settings[first]);
    size_t end = first + 1;
    while (end < experiment->setting_count &&
           scaling_setting_compare_models(what, scaling_setting_what(&experiment->settings[end])) == 0) {
        end++;
    }
    return end;
}

static status_t make_series(scaling_experiment_t *experiment) {
    status_t status = STATUS_OK;
    for (size_t first = 0, end; first < experiment->setting_count; first = end) {
        end = scaling_experiment_model_end(experiment, first);
        for (scaling_kind_t kind = 0; status == STATUS_OK && kind < SCALING_KINDS; kind++) {
            status = find_series(experiment, kind, first, end);
        }
    }
    return status;
}

status_t scaling_experiment_read(
    scaling_experiment_t *experiment, const char *const *files, size_t count, int cores, bool is_whole) {
    *experiment = (scaling_experiment_t){.cores = cores, .is_whole = is_whole};
    experiment->runs = calloc(count, sizeof *experiment->runs);
    experiment->order = calloc(count, sizeof *experiment->order);
    experiment->settings = calloc(count, sizeof *experiment->settings);
    // A setting begins one series of each kind at most; and one more is looked for than is found.
    experiment->series = calloc(SCALING_KINDS * count + 1, sizeof *experiment->series);
    if (!experiment->runs || !experiment->order || !experiment->settings || !experiment->series) {
        return no_memory(count);
    }
    status_t status = read_files(experiment, files, count);
    if (status == STATUS_OK) {
        mark_unequal(experiment);
        status = make_settings(experiment);
    }
    return status == STATUS_OK ? make_series(experiment) : status;
}

void scaling_experiment_release(scaling_experiment_t *experiment) {
    for (size_t i = 0; experiment->series && i <= experiment->series_count; i++) {
        scaling_series_release(&experiment->series[i]);
    }
    for (size_t i = 0; i < experiment->run_count; i++) {
        scaling_run_release(&experiment->runs[i]);
    }
    free(experiment->runs);
    free(experiment->order);
    free(experiment->settings);
    free(experiment->series);
    *experiment = (scaling_experiment_t){0};
}

/** Adds to a text that ends where there is no more room. */
static void add_text(char *text, size_t size, const char *more) {
    const size_t length = strlen(text);
    snprintf(text + length, size - length, "%s", more);
}

static bool ended_with(const scaling_run_t *run, const char *hash) {
    return strcmp(run->parameter_hash, hash) == 0 || (run->other_hash && strcmp(run->other_hash, hash) == 0);
}

/** Whether an earlier run of equal work ended with the hash, too. */
static bool has_earlier(const scaling_experiment_t *experiment, size_t run, const char *hash) {
    const scaling_run_t *runs = experiment->runs;
    for (size_t i = 0; i < run; i++) {
        if (scaling_setting_compare_work(&runs[run], &runs[i]) == 0 && ended_with(&runs[i], hash)) {
            return true;
        }
    }
    return false;
}

/** "HASH of A, B": the runs of one work that ended with it, from the given one on; of many the first. */
static void add_namesakes(
    const scaling_experiment_t *experiment, size_t run, const char *hash, char *text, size_t size) {
    const scaling_run_t *runs = experiment->runs;
    size_t count = 0;
    char rest[64];
    add_text(text, size, text[0] ? "; " : "");
    add_text(text, size, hash);
    for (size_t i = run; i < experiment->run_count; i++) {
        if (scaling_setting_compare_work(&runs[run], &runs[i]) == 0 && ended_with(&runs[i], hash)) {
            if (count < NAMED_MAX) {
                add_text(text, size, count == 0 ? " of " : ", ");
                add_text(text, size, runs[i].file);
            }
            count++;
        }
    }
    if (count > NAMED_MAX) {
        snprintf(rest, sizeof rest, " and %zu more", count - NAMED_MAX);
        add_text(text, size, rest);
    }
}

static bool is_first_of_work(const scaling_experiment_t *experiment, size_t run) {
    for (size_t i = 0; i < run; i++) {
        if (scaling_setting_compare_work(&experiment->runs[run], &experiment->runs[i]) == 0) {
            return false;
        }
    }
    return true;
}

/** One line on the work of run `first`: each hash with its runs. */
static status_t complain(const scaling_experiment_t *experiment, size_t first) {
    char text[STATUS_MESSAGE_SIZE] = "";
    for (size_t i = first; i < experiment->run_count; i++) {
        const scaling_run_t *run = &experiment->runs[i];
        const char *const hashes[] = {run->parameter_hash, run->other_hash};
        for (int hash = 0; hash < 2; hash++) {
            if (hashes[hash] && scaling_setting_compare_work(&experiment->runs[first], run) == 0 &&
                !has_earlier(experiment, i, hashes[hash])) {
                add_namesakes(experiment, i, hashes[hash], text, sizeof text);
            }
        }
    }
    return status_append(STATUS_DATA, "equal work did not end with equal parameters, whose hash is %s", text);
}

status_t scaling_experiment_check(const scaling_experiment_t *experiment) {
    status_t status = STATUS_OK;
    status_clear();
    for (size_t i = 0; i < experiment->run_count; i++) {
        if (experiment->runs[i].is_unequal && is_first_of_work(experiment, i)) {
            status = complain(experiment, i);
        }
    }
    return status;
}

bool scaling_experiment_is_equal(const scaling_series_t *series) {
    const scaling_run_t *first = scaling_setting_what(series->points[0].setting);
    bool is_equal = scaling_run_is_exact(first);
    for (size_t i = 0; i < series->point_count; i++) {
        const scaling_setting_t *setting = series->points[i].setting;
        is_equal = is_equal && !setting->is_unequal;
        is_equal =
            is_equal && strcmp(scaling_setting_what(setting)->parameter_hash, first->parameter_hash) == 0;
    }
    return is_equal;
}

bool scaling_experiment_is_compared(const scaling_experiment_t *experiment) {
    bool is_compared = false;
    for (size_t i = 0; i < experiment->run_count; i++) {
        is_compared = is_compared || scaling_run_is_exact(&experiment->runs[i]);
    }
    return is_compared;
}

bool scaling_experiment_has_unequal(const scaling_experiment_t *experiment) {
    bool has_unequal = false;
    for (size_t i = 0; i < experiment->run_count; i++) {
        has_unequal = has_unequal || experiment->runs[i].is_unequal;
    }
    return has_unequal;
}

size_t scaling_experiment_runs(const scaling_series_t *series) {
    size_t runs = 0;
    for (size_t i = 0; i < series->point_count; i++) {
        runs += series->points[i].setting->run_count;
    }
    return runs;
}
