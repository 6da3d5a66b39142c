#include "scaling_series.h"

#include <math.h>
#include <stdlib.h>

/** Where to look. */
typedef struct {
    scaling_kind_t kind;
    const scaling_setting_t *settings;
    size_t count;
    int cores;
} search_t;

static bool is_alike(const scaling_run_t *left, const scaling_run_t *right) {
    return scaling_setting_compare_models(left, right) == 0 &&
           scaling_setting_compare_methods(left, right) == 0;
}

/** Whether two settings are of one series. */
static bool belong_together(
    scaling_kind_t kind, const scaling_setting_t *left, const scaling_setting_t *right) {
    const scaling_run_t *a = scaling_setting_what(left), *b = scaling_setting_what(right);
    if (a->is_separate || b->is_separate || !is_alike(a, b)) {
        return false;
    }
    switch (kind) {
    case SCALING_STRONG:
        return a->micro_batch == b->micro_batch && a->batch_size == b->batch_size;
    case SCALING_WEAK:
        return a->micro_batch == b->micro_batch && a->batch_size * b->ranks == b->batch_size * a->ranks;
    default:
        return a->ranks == b->ranks && a->hosts == b->hosts && a->batch_size == b->batch_size;
    }
}

double scaling_series_place(scaling_kind_t kind, const scaling_setting_t *setting) {
    const scaling_run_t *what = scaling_setting_what(setting);
    return (double)(kind == SCALING_MICRO_BATCH ? what->micro_batch : what->ranks);
}

static bool is_before(scaling_kind_t kind, const scaling_setting_t *left, const scaling_setting_t *right) {
    const double a = scaling_series_place(kind, left), b = scaling_series_place(kind, right);
    // The settings are in an order of their own: of two at one place the first stays the first.
    return a < b || (a == b && left < right);
}

/** The members of a setting's series, in order; how many different places they have. */
static size_t list_members(
    const search_t *search, const scaling_setting_t *of, const scaling_setting_t **members, size_t *count) {
    size_t places = 0;
    *count = 0;
    for (size_t i = 0; i < search->count; i++) {
        const scaling_setting_t *next = &search->settings[i];
        if (!belong_together(search->kind, of, next)) {
            continue;
        }
        size_t place = (*count)++;
        for (; place > 0 && is_before(search->kind, next, members[place - 1]); place--) {
            members[place] = members[place - 1];
        }
        members[place] = next;
    }
    for (size_t i = 0; i < *count; i++) {
        places += i == 0 || scaling_series_place(search->kind, members[i]) !=
                                scaling_series_place(search->kind, members[i - 1]);
    }
    return places;
}

/**
 * Whether the members have every number of ranks that the model was run with. Of two strong series one
 * finds, here and there, settings whose batch happens to grow with the ranks: nobody asked for that curve.
 */
static bool has_all_ranks(
    const search_t *search, const scaling_setting_t *of, const scaling_setting_t **members, size_t count) {
    const scaling_run_t *what = scaling_setting_what(of);
    for (size_t i = 0; i < search->count; i++) {
        const scaling_run_t *other = scaling_setting_what(&search->settings[i]);
        bool is_there = other->is_separate || !is_alike(what, other);
        for (size_t member = 0; !is_there && member < count; member++) {
            is_there = scaling_setting_what(members[member])->ranks == other->ranks;
        }
        if (!is_there) {
            return false;
        }
    }
    return true;
}

/** Ratios of words a second, times a factor, round by round. */
static status_t compare_rounds(
    const scaling_setting_t *over, const scaling_setting_t *under, double factor, sample_t *sample) {
    const size_t rounds = over->run_count < under->run_count ? over->run_count : under->run_count;
    double *ratios = calloc(rounds, sizeof *ratios);
    if (!ratios) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu rounds", rounds);
    }
    for (size_t i = 0; i < rounds; i++) {
        ratios[i] = factor * over->runs[i]->words_per_second / under->runs[i]->words_per_second;
    }
    *sample = sample_of(ratios, rounds);
    free(ratios);
    return STATUS_OK;
}

/** The separate runs of the work of `what`, so many at once. */
static const scaling_setting_t *find_separate(
    const search_t *search, const scaling_run_t *what, int64_t ranks) {
    for (size_t i = 0; i < search->count; i++) {
        const scaling_run_t *other = scaling_setting_what(&search->settings[i]);
        if (other->is_separate && other->ranks == ranks && is_alike(what, other) &&
            other->batch_size == what->batch_size && other->micro_batch == what->micro_batch) {
            return &search->settings[i];
        }
    }
    return NULL;
}

static status_t fill_point(scaling_point_t *point, const scaling_setting_t *setting,
    const scaling_setting_t *base, const search_t *search) {
    const scaling_run_t *what = scaling_setting_what(setting), *first = scaling_setting_what(base);
    *point = (scaling_point_t){.setting = setting};
    status_t status = compare_rounds(setting, base, 1, &point->speed_up);
    if (status == STATUS_OK) {
        status =
            compare_rounds(setting, base, (double)first->ranks / (double)what->ranks, &point->efficiency);
    }
    if (search->kind != SCALING_MICRO_BATCH && !what->is_separate && what->ranks > 1) {
        const bool is_more = search->cores > 0 && what->ranks > search->cores;
        point->separate = find_separate(search, first, is_more ? search->cores : what->ranks);
    }
    if (status == STATUS_OK && point->separate) {
        status = compare_rounds(setting, point->separate, 1, &point->of_separate);
    }
    return status;
}

static status_t fill_points(
    scaling_series_t *series, const scaling_setting_t **members, size_t count, const search_t *search) {
    series->points = calloc(count, sizeof *series->points);
    if (!series->points) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu settings", count);
    }
    series->point_count = count;
    status_t status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        status = fill_point(&series->points[i], members[i], members[0], search);
    }
    return status;
}

/** The separate runs that the series is compared with, in the order of the settings: by their number. */
static status_t fill_bounds(scaling_series_t *series, const search_t *search) {
    const scaling_setting_t *base = series->points[0].setting;
    const scaling_run_t *what = scaling_setting_what(base);
    series->bounds = calloc(search->count, sizeof *series->bounds);
    if (!series->bounds) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu settings", search->count);
    }
    status_t status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < search->count; i++) {
        const scaling_setting_t *setting = &search->settings[i];
        if (search->kind != SCALING_MICRO_BATCH &&
            find_separate(search, what, scaling_setting_what(setting)->ranks) == setting) {
            status = fill_point(&series->bounds[series->bound_count++], setting, base, search);
        }
    }
    return status;
}

status_t scaling_series_find(scaling_series_t *series, scaling_kind_t kind, const scaling_setting_t *first,
    const scaling_setting_t *settings, size_t setting_count, int cores) {
    const search_t search = {kind, settings, setting_count, cores};
    *series = (scaling_series_t){.kind = kind};
    const scaling_setting_t **members = calloc(setting_count, sizeof *members);
    if (!members) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu settings", setting_count);
    }
    size_t count;
    const size_t places = list_members(&search, first, members, &count);
    status_t status = STATUS_OK;
    if (places > 1 && members[0] == first &&
        (kind != SCALING_WEAK || has_all_ranks(&search, first, members, count))) {
        status = fill_points(series, members, count, &search);
        if (status == STATUS_OK) {
            status = fill_bounds(series, &search);
        }
    }
    free(members);
    return status;
}

/** The round in which a setting was run so; SIZE_MAX: it was not. */
static size_t round_of(const scaling_setting_t *setting, const scaling_run_t *run) {
    for (size_t i = 0; i < setting->run_count; i++) {
        if (setting->runs[i] == run) {
            return i;
        }
    }
    return SIZE_MAX;
}

double scaling_series_speed_up(const scaling_series_t *series, const scaling_run_t *run) {
    const scaling_setting_t *base = series->points[0].setting;
    for (size_t i = 0; i < series->point_count + series->bound_count; i++) {
        const scaling_point_t *point =
            i < series->point_count ? &series->points[i] : &series->bounds[i - series->point_count];
        const size_t round = round_of(point->setting, run);
        if (round < base->run_count) {
            return run->words_per_second / base->runs[round]->words_per_second;
        }
    }
    return NAN;
}

void scaling_series_release(scaling_series_t *series) {
    free(series->points);
    free(series->bounds);
    *series = (scaling_series_t){0};
}
