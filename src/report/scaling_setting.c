#include "scaling_setting.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_integers(int64_t left, int64_t right) {
    return (left > right) - (left < right);
}

/** The first order that tells the two apart. */
static int first_of(const int *orders, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (orders[i] != 0) {
            return orders[i];
        }
    }
    return 0;
}

#define FIRST_OF(...) first_of((const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))
#define BY(member) compare_integers(left->member, right->member)
#define BY_TEXT(member) strcmp(left->member, right->member)

int scaling_setting_compare_models(const scaling_run_t *left, const scaling_run_t *right) {
    return FIRST_OF(BY(parameters), BY(hidden), BY(layers), BY_TEXT(cell), BY_TEXT(training_hash));
}

int scaling_setting_compare_methods(const scaling_run_t *left, const scaling_run_t *right) {
    return FIRST_OF(BY_TEXT(sum), BY_TEXT(gemm), BY_TEXT(reduction), BY(bucket), BY(steps), BY(warmup_steps),
        BY_TEXT(kernels));
}

int scaling_setting_compare_work(const scaling_run_t *left, const scaling_run_t *right) {
    return FIRST_OF(scaling_setting_compare_models(left, right), BY_TEXT(sum), BY_TEXT(gemm),
        compare_integers(left->warmup_steps + left->steps, right->warmup_steps + right->steps),
        BY(batch_size), BY(micro_batch));
}

int scaling_setting_compare(const scaling_run_t *left, const scaling_run_t *right) {
    return FIRST_OF(scaling_setting_compare_models(left, right), scaling_setting_compare_methods(left, right),
        BY(batch_size), BY(micro_batch), BY(is_separate), BY(ranks), BY(hosts));
}

const scaling_run_t *scaling_setting_what(const scaling_setting_t *setting) {
    return setting->runs[0];
}

static void sum_up_shares(scaling_setting_t *setting) {
    const scaling_run_t *what = scaling_setting_what(setting);
    for (int phase = 0; phase < what->phase_count; phase++) {
        scaling_share_t *share = &setting->shares[phase];
        *share = (scaling_share_t){.least = INFINITY, .most = -INFINITY};
        for (size_t i = 0; i < setting->run_count; i++) {
            for (int64_t rank = 0; rank < what->ranks; rank++) {
                const scaling_rank_t *of = &setting->runs[i]->rank[rank];
                const double value = of->seconds[phase] / of->total;
                share->least = fmin(share->least, value);
                share->most = fmax(share->most, value);
                share->mean += value;
            }
        }
        share->mean /= (double)(setting->run_count * (size_t)what->ranks);
    }
}

static double busy_in_all(const scaling_setting_t *setting, int64_t rank) {
    double seconds = 0;
    for (size_t i = 0; i < setting->run_count; i++) {
        seconds += scaling_run_busy(setting->runs[i], rank);
    }
    return seconds;
}

static void find_slowest(scaling_setting_t *setting) {
    const scaling_run_t *what = scaling_setting_what(setting);
    double longest = -INFINITY, mean = 0;
    for (int64_t rank = 0; rank < what->ranks; rank++) {
        const double seconds = busy_in_all(setting, rank);
        mean += seconds / (double)what->ranks;
        if (seconds > longest) {
            longest = seconds;
            setting->slowest_rank = rank;
        }
    }
    setting->slowest_host = what->rank[setting->slowest_rank].host;
    setting->slowest_by = mean > 0 ? longest / mean - 1 : 0;
}

static void find_memory(scaling_setting_t *setting) {
    for (size_t i = 0; i < setting->run_count; i++) {
        for (int64_t rank = 0; rank < setting->runs[i]->ranks; rank++) {
            const int64_t bytes = setting->runs[i]->rank[rank].peak_memory;
            setting->peak_memory = bytes > setting->peak_memory ? bytes : setting->peak_memory;
        }
    }
}

status_t scaling_setting_sum_up(
    scaling_setting_t *setting, const scaling_run_t *const *runs, size_t count, int cores) {
    *setting = (scaling_setting_t){.run_count = count, .runs = runs};
    double *values = calloc(count, sizeof *values);
    if (!values) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu runs", count);
    }
    for (size_t i = 0; i < count; i++) {
        values[i] = runs[i]->words_per_second;
        setting->is_unequal = setting->is_unequal || runs[i]->is_unequal;
    }
    setting->words_per_second = sample_of(values, count);
    for (size_t i = 0; i < count; i++) {
        values[i] = runs[i]->startup_seconds;
    }
    setting->startup_seconds = sample_of(values, count);
    free(values);
    setting->is_oversubscribed = cores > 0 && runs[0]->ranks > cores;
    sum_up_shares(setting);
    find_slowest(setting);
    find_memory(setting);
    return STATUS_OK;
}
