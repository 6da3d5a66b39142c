#include "scaling_run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RANKS_MAX = 65536 };

/** No number of a training is larger, so that sums over ranks are numbers too. */
#define LARGEST 100000000000000

/** Where a training's numbers go, and from what on they are numbers of a training. */
static const struct {
    const char *key;
    size_t member;
    int64_t least;
} integers[] = {
    {"ranks", offsetof(scaling_run_t, ranks), 1},
    {"hosts", offsetof(scaling_run_t, hosts), 1},
    {"batch_size", offsetof(scaling_run_t, batch_size), 1},
    {"micro_batch", offsetof(scaling_run_t, micro_batch), 1},
    {"bucket", offsetof(scaling_run_t, bucket), 0},
    {"hidden", offsetof(scaling_run_t, hidden), 1},
    {"layers", offsetof(scaling_run_t, layers), 1},
    {"parameters", offsetof(scaling_run_t, parameters), 1},
    {"warmup_steps", offsetof(scaling_run_t, warmup_steps), 0},
    {"steps", offsetof(scaling_run_t, steps), 1},
    {"words", offsetof(scaling_run_t, words), 1},
};

static const struct {
    const char *key;
    size_t member;
    bool may_be_zero;
} reals[] = {
    {"seconds", offsetof(scaling_run_t, seconds), false},
    {"words_per_second", offsetof(scaling_run_t, words_per_second), false},
    {"startup_seconds", offsetof(scaling_run_t, startup_seconds), true},
};

static const struct {
    const char *key;
    size_t member;
} texts[] = {
    {"cell", offsetof(scaling_run_t, cell)},
    {"sum", offsetof(scaling_run_t, sum)},
    {"gemm", offsetof(scaling_run_t, gemm)},
    {"reduction", offsetof(scaling_run_t, reduction)},
    {"training_hash", offsetof(scaling_run_t, training_hash)},
    {"kernels", offsetof(scaling_run_t, kernels)},
    {"library", offsetof(scaling_run_t, library)},
    {"parameter_hash", offsetof(scaling_run_t, parameter_hash)},
};

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

static status_t take_integer(const json_t *object, const char *key, int64_t least, int64_t *value) {
    const json_t *found = json_object_get(object, key);
    if (!json_is_integer(found) || json_integer_value(found) < least || json_integer_value(found) > LARGEST) {
        return status_fail(
            STATUS_DATA, "\"%s\": a whole number from %lld was expected", key, (long long)least);
    }
    *value = json_integer_value(found);
    return STATUS_OK;
}

static status_t take_real(const json_t *object, const char *key, bool may_be_zero, double *value) {
    const json_t *found = json_object_get(object, key);
    *value = json_number_value(found);
    if (!json_is_number(found) || *value < 0 || *value > LARGEST || (*value == 0 && !may_be_zero)) {
        return status_fail(
            STATUS_DATA, "\"%s\": a number %s was expected", key, may_be_zero ? "from 0" : "above 0");
    }
    return STATUS_OK;
}

static status_t take_text(const json_t *object, const char *key, const char **value) {
    *value = json_string_value(json_object_get(object, key));
    return *value ? STATUS_OK : status_fail(STATUS_DATA, "\"%s\": a text was expected", key);
}

static status_t take_version(const json_t *object) {
    const char *version;
    status_t status = take_text(object, "version", &version);
    if (status == STATUS_OK && strcmp(version, CVAE_VERSION) != 0) {
        status = status_fail(
            STATUS_DATA, "written by version %.64s, this program is version " CVAE_VERSION, version);
    }
    return status;
}

static status_t take_members(scaling_run_t *run, const json_t *object) {
    status_t status = take_version(object);
    for (size_t i = 0; status == STATUS_OK && i < COUNT_OF(integers); i++) {
        int64_t *member = (int64_t *)((char *)run + integers[i].member);
        status = take_integer(object, integers[i].key, integers[i].least, member);
    }
    for (size_t i = 0; status == STATUS_OK && i < COUNT_OF(reals); i++) {
        double *member = (double *)((char *)run + reals[i].member);
        status = take_real(object, reals[i].key, reals[i].may_be_zero, member);
    }
    for (size_t i = 0; status == STATUS_OK && i < COUNT_OF(texts); i++) {
        const char **member = (const char **)((char *)run + texts[i].member);
        status = take_text(object, texts[i].key, member);
    }
    return status;
}

static status_t take_phases(scaling_run_t *run, const json_t *object) {
    const json_t *phases = json_object_get(object, "phases");
    const size_t count = json_array_size(phases);
    if (count < 1 || count > SCALING_PHASES_MAX) {
        return status_fail(
            STATUS_DATA, "\"phases\": a list of 1 to %d names was expected", SCALING_PHASES_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        run->phases[i] = json_string_value(json_array_get(phases, i));
        if (!run->phases[i]) {
            return status_fail(STATUS_DATA, "\"phases\": what is no name is among them");
        }
    }
    run->phase_count = (int)count;
    return STATUS_OK;
}

/** What only some steps are followed by, and every run ends with. */
static bool is_besides_steps(const char *phase) {
    return strcmp(phase, "evaluation") == 0 || strcmp(phase, "checkpoint") == 0;
}

static status_t take_seconds(const scaling_run_t *run, scaling_rank_t *rank, const json_t *seconds) {
    for (int i = 0; i < run->phase_count; i++) {
        const json_t *value = json_array_get(seconds, (size_t)i);
        const double given = json_number_value(value);
        if (!json_is_number(value) || given < 0 || given > LARGEST) {
            return status_fail(STATUS_DATA, "\"seconds\": numbers from 0 were expected");
        }
        rank->seconds[i] = run->is_whole || !is_besides_steps(run->phases[i]) ? given : 0;
        rank->total += rank->seconds[i];
    }
    return rank->total > 0 ? STATUS_OK : status_fail(STATUS_DATA, "\"seconds\": there are none in steps");
}

static status_t take_rank(scaling_run_t *run, scaling_rank_t *rank, const json_t *object, int64_t number) {
    const json_t *seconds = json_object_get(object, "seconds");
    int64_t given = -1;
    status_t status = take_integer(object, "rank", 0, &given);
    if (status == STATUS_OK && given != number) {
        status = status_fail(STATUS_DATA, "\"rank\": %lld was expected", (long long)number);
    }
    if (status == STATUS_OK) {
        status = take_text(object, "host", &rank->host);
    }
    if (status == STATUS_OK) {
        status = take_integer(object, "peak_memory", 0, &rank->peak_memory);
    }
    if (status == STATUS_OK && json_array_size(seconds) != (size_t)run->phase_count) {
        status = status_fail(
            STATUS_DATA, "\"seconds\": a list of %d, one a phase, was expected", run->phase_count);
    }
    return status == STATUS_OK ? take_seconds(run, rank, seconds) : status;
}

static status_t take_ranks(scaling_run_t *run, const json_t *object) {
    const json_t *ranks = json_object_get(object, "per_rank");
    if (json_array_size(ranks) != (size_t)run->ranks || run->ranks > RANKS_MAX) {
        return status_fail(
            STATUS_DATA, "\"per_rank\": a list of %lld, one a rank, was expected", (long long)run->ranks);
    }
    run->rank = calloc((size_t)run->ranks, sizeof *run->rank);
    if (!run->rank) {
        return status_fail(STATUS_MEMORY, "out of memory for %lld ranks", (long long)run->ranks);
    }
    status_t status = STATUS_OK;
    for (int64_t i = 0; status == STATUS_OK && i < run->ranks; i++) {
        status = take_rank(run, &run->rank[i], json_array_get(ranks, (size_t)i), i);
        if (status == STATUS_DATA) {
            status_prefix(status, "\"per_rank\", rank %lld", (long long)i);
        }
    }
    return status;
}

/** One training's object. */
static status_t take_training(scaling_run_t *run, const json_t *object) {
    if (!json_is_object(object)) {
        return status_fail(STATUS_DATA, "a training's timing, a JSON object, was expected");
    }
    status_t status = take_members(run, object);
    if (status == STATUS_OK) {
        status = take_phases(run, object);
    }
    return status == STATUS_OK ? take_ranks(run, object) : status;
}

bool scaling_run_has_same_phases(const scaling_run_t *left, const scaling_run_t *right) {
    bool is_same = left->phase_count == right->phase_count;
    for (int i = 0; is_same && i < left->phase_count; i++) {
        is_same = strcmp(left->phases[i], right->phases[i]) == 0;
    }
    return is_same;
}

/** Trainings side by side are of one kind: the same work, by one rank each. What it came to is not asked. */
static bool fits_beside(const scaling_run_t *run, const scaling_run_t *other) {
    return other->ranks == 1 && run->batch_size == other->batch_size &&
           run->micro_batch == other->micro_batch && run->bucket == other->bucket &&
           run->parameters == other->parameters && run->hidden == other->hidden &&
           run->layers == other->layers && run->steps == other->steps &&
           run->warmup_steps == other->warmup_steps && strcmp(run->cell, other->cell) == 0 &&
           strcmp(run->sum, other->sum) == 0 && strcmp(run->gemm, other->gemm) == 0 &&
           strcmp(run->reduction, other->reduction) == 0 && strcmp(run->kernels, other->kernels) == 0 &&
           strcmp(run->training_hash, other->training_hash) == 0 && scaling_run_has_same_phases(run, other);
}

/** Adds a training of one rank, whose rank is moved, as the next one of several. */
static void add_beside(scaling_run_t *run, const scaling_run_t *other) {
    bool is_known = false;
    for (int64_t i = 0; i < run->ranks; i++) {
        is_known = is_known || strcmp(run->rank[i].host, other->rank[0].host) == 0;
    }
    if (!run->other_hash && strcmp(run->parameter_hash, other->parameter_hash) != 0) {
        run->other_hash = other->parameter_hash;
    }
    run->hosts += !is_known;
    run->rank[run->ranks++] = other->rank[0];
    run->words += other->words;
    run->words_per_second += other->words_per_second;
    run->seconds = fmax(run->seconds, other->seconds);
    run->startup_seconds = fmax(run->startup_seconds, other->startup_seconds);
}

/** A list of trainings: the first is the run, the others are added to it. */
static status_t take_several(scaling_run_t *run) {
    const size_t count = json_array_size(run->document);
    if (count < 1 || count > RANKS_MAX) {
        return status_fail(STATUS_DATA, "the list of trainings is empty or too long");
    }
    status_t status = take_training(run, json_array_get(run->document, 0));
    scaling_rank_t *all = status == STATUS_OK ? calloc(count, sizeof *all) : NULL;
    if (status != STATUS_OK) {
        return status;
    }
    if (!all) {
        return status_fail(STATUS_MEMORY, "out of memory for %zu trainings", count);
    }
    all[0] = run->rank[0];
    free(run->rank);
    run->rank = all;
    run->is_separate = true;
    bool fits = fits_beside(run, run);
    for (size_t i = 1; status == STATUS_OK && fits && i < count; i++) {
        scaling_run_t other = {.is_whole = run->is_whole};
        status = take_training(&other, json_array_get(run->document, i));
        if (status == STATUS_OK && (fits = fits_beside(run, &other))) {
            add_beside(run, &other);
        }
        free(other.rank);
    }
    if (status == STATUS_OK && !fits) {
        status = status_fail(
            STATUS_DATA, "separate trainings are of one rank each and do the same work; these do not");
    }
    return status;
}

status_t scaling_run_read(scaling_run_t *run, const char *file, bool is_whole) {
    json_error_t error;
    *run = (scaling_run_t){.file = file, .is_whole = is_whole};
    FILE *stream = fopen(file, "re");
    if (!stream) {
        return status_fail(STATUS_NO_INPUT, "%s: %s", file, strerror(errno));
    }
    run->document = json_loadf(stream, 0, &error);
    const int reason = ferror(stream) ? errno : 0;
    fclose(stream);
    if (reason) {
        return status_fail(STATUS_NO_INPUT, "%s: %s", file, strerror(reason));
    }
    if (!run->document) {
        return status_fail(STATUS_DATA, "%s:%d: no JSON: %s", file, error.line, error.text);
    }
    const status_t status =
        json_is_array(run->document) ? take_several(run) : take_training(run, run->document);
    return status == STATUS_OK ? status : status_prefix(status, "%s", file);
}

void scaling_run_release(scaling_run_t *run) {
    free(run->rank);
    json_decref(run->document);
    *run = (scaling_run_t){0};
}

bool scaling_run_is_exact(const scaling_run_t *run) {
    return strcmp(run->sum, "exact") == 0;
}

int scaling_run_phase(const scaling_run_t *run, const char *name) {
    for (int i = 0; i < run->phase_count; i++) {
        if (strcmp(run->phases[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

double scaling_run_busy(const scaling_run_t *run, int64_t rank) {
    double seconds = 0;
    for (int i = 0; i < run->phase_count; i++) {
        const char *phase = run->phases[i];
        const bool is_idle = strcmp(phase, "waiting") == 0 || strcmp(phase, "allreduce") == 0;
        seconds += is_idle || is_besides_steps(phase) ? 0 : run->rank[rank].seconds[i];
    }
    return seconds;
}
