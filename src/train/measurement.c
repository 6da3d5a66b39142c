#include "measurement.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/system.h"
#include "data/epoch.h"
#include "math/kernels.h"
#include "report/document.h"
#include "report/timeline.h"

/** How many steps are traced where it is not said which. */
enum { TRACE_STEPS = 5 };

struct measurement {
    comm_t *comm;
    measurement_options_t options;
    timing_t timing;
    timing_trace_t *trace; // NULL: none is asked for
    uint64_t begun;        // steps of this process
    int64_t startup;       // nanoseconds until the first of them, or -1
};

static status_t create(
    measurement_t **measurement, const plan_t *plan, const measurement_options_t *options) {
    measurement_t *created = *measurement = calloc(1, sizeof *created);
    if (!created) {
        return status_fail(STATUS_MEMORY, "out of memory for measuring the training");
    }
    status_t status = STATUS_OK;
    if (options->trace_file) {
        const uint64_t first = options->trace_first;
        status = timing_trace_create(&created->trace,
            first > 0 ? (int64_t)(options->trace_last - first + 1) : TRACE_STEPS,
            epoch_shards(plan->batch_size, plan->micro_batch));
    }
    created->comm = plan->comm;
    created->options = *options;
    created->startup = -1;
    timing_start(&created->timing, system_now, created->trace);
    return status;
}

/** Better now than after hours. */
static status_t check_files(const measurement_options_t *options) {
    const char *const files[] = {options->timing_file, options->trace_file};
    static const char *const starts[] = {"{\"version\": ", TIMELINE_START};
    static const char *const kinds[] = {"account of a training's time (--timing)", "timeline (--trace)"};
    status_t status = STATUS_OK;
    for (int i = 0; i < 2 && status == STATUS_OK; i++) {
        if (files[i]) {
            status = file_check_kind(files[i], starts[i], kinds[i]);
        }
        if (files[i] && status == STATUS_OK) {
            status = file_check(files[i]);
        }
    }
    return status;
}

status_t measurement_create(
    measurement_t **measurement, const plan_t *plan, const measurement_options_t *options) {
    *measurement = NULL;
    if (!options->timing_file && !options->trace_file) {
        return STATUS_OK;
    }
    status_t status = create(measurement, plan, options);
    if (status == STATUS_OK && comm_rank(plan->comm) == 0) {
        status = check_files(options);
    }
    return comm_agree(plan->comm, status);
}

timing_t *measurement_timing(measurement_t *measurement) {
    return measurement ? &measurement->timing : NULL;
}

void measurement_destroy(measurement_t *measurement) {
    if (measurement) {
        timing_trace_destroy(measurement->trace);
        free(measurement);
    }
}

/** Before the first step of this process. */
static void begin(measurement_t *measurement, int64_t step) {
    const measurement_options_t *options = &measurement->options;
    measurement->startup = system_now() - options->started;
    if (measurement->trace) {
        const uint64_t first = options->trace_first;
        timing_trace_set(measurement->trace, first > 0 ? (int64_t)first : step + (int64_t)options->warmup);
    }
}

/** Where what is measured begins on all ranks at once. */
static void meet(measurement_t *measurement) {
    timing_enter(&measurement->timing, PHASE_WAITING);
    comm_barrier(measurement->comm);
    timing_enter(&measurement->timing, PHASE_OTHER);
}

void measurement_begin_step(measurement_t *measurement, int64_t step) {
    if (!measurement) {
        return;
    }
    timing_t *timing = &measurement->timing;
    timing_trace_t *trace = measurement->trace;
    if (measurement->begun == 0) {
        begin(measurement, step);
    }
    timing_begin_step(timing, step);
    const bool is_warm = measurement->begun++ == measurement->options.warmup;
    if (is_warm || (trace && timing_trace_is_due(trace, step))) {
        meet(measurement);
    }
    if (is_warm) {
        timing_clear(timing);
    }
    if (trace) {
        timing_trace_begin_step(trace, step, timing->since);
    }
}

void measurement_end_step(measurement_t *measurement, int words) {
    timing_end_step(measurement_timing(measurement), words);
}

/** What a rank says of its time. */
typedef struct {
    char host[COMM_HOST_SIZE];
    int64_t spent[PHASE_COUNT];
    int64_t peak_memory;
    int64_t words;
} timed_rank_t;

/**
 * Hash of what decides the numbers besides what the record says itself: the configuration, the data, and the
 * step that this process began behind. What it says itself is the same here for all.
 */
static status_t hash_training(const plan_t *plan, int64_t first, char text[HASH_TEXT_SIZE]) {
    config_t config = plan->config;
    hash_t *hash;
    config.train.batch_size = config.train.micro_batch = 1;
    config.compute.gemm = CONFIG_GEMM_NATIVE;
    config.compute.sum = CONFIG_SUM_EXACT;
    char *identity = malloc(CONFIG_TEXT_SIZE);
    status_t status = identity ? hash_create(&hash) : status_fail(STATUS_MEMORY, "out of memory for a hash");
    if (status == STATUS_OK) {
        // With the terminating zeros, so that none goes on in the next.
        hash_add(hash, identity, config_identity(&config, identity, CONFIG_TEXT_SIZE) + 1);
        hash_add(hash, plan->dataset.hash, strlen(plan->dataset.hash) + 1);
        hash_add(hash, &first, sizeof first);
        hash_text(hash, text);
        hash_destroy(hash);
    }
    free(identity);
    return status;
}

static json_t *describe_run(const plan_t *plan) {
    char library[256];
    const config_compute_t *compute = &plan->config.compute;
    const shape_t *shape = &plan->shape;
    comm_library(library, sizeof library);
    library[strcspn(library, ",")] = '\0';
    return json_pack("{s:s, s:o, s:i, s:i, s:I, s:I, s:i, s:i, s:s, s:I, s:s, s:s, s:s, s:I, s:s, s:o}",
        "version", CVAE_VERSION, "name", document_text(plan->config.name), "ranks", comm_size(plan->comm),
        "hosts", comm_hosts(plan->comm), "batch_size", (json_int_t)plan->batch_size, "micro_batch",
        (json_int_t)plan->micro_batch, "hidden", shape->hidden, "layers", shape->layers, "cell",
        shape->cell == SHAPE_CELL_GRU ? "gru" : "lstm", "parameters", (json_int_t)plan->table.total, "sum",
        plan->config.compute.sum == CONFIG_SUM_EXACT ? "exact" : "float", "gemm",
        compute->gemm == CONFIG_GEMM_OPENBLAS ? "openblas" : "native", "reduction",
        compute->reduction == CONFIG_REDUCTION_SHARED ? "shared" : "allreduce", "bucket",
        (json_int_t)compute->bucket, "kernels", kernels()->name, "library", document_text(library));
}

static void add_time(json_t **record, const timing_t *timing, int64_t warmup) {
    const int64_t total = timing_total(timing);
    const int64_t in_steps = total - timing->spent[PHASE_EVALUATION] - timing->spent[PHASE_CHECKPOINT];
    document_add(record, "{s:I, s:I, s:I, s:o, s:o}", "warmup_steps", (json_int_t)warmup, "steps",
        (json_int_t)timing->steps, "words", (json_int_t)timing->words, "seconds",
        document_number(system_seconds(total)), "words_per_second",
        document_number(timing->words > 0 ? (double)timing->words / system_seconds(in_steps) : NAN));
}

static void add_ranks(json_t **record, const timed_rank_t *ranks, int count) {
    json_t *phases = json_array(), *list = json_array();
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        document_append(&phases, json_string(timing_phase_name((timing_phase_t)phase)));
    }
    for (int i = 0; i < count; i++) {
        json_t *seconds = json_array();
        for (int phase = 0; phase < PHASE_COUNT; phase++) {
            document_append(&seconds, document_number(system_seconds(ranks[i].spent[phase])));
        }
        document_append(&list, json_pack("{s:i, s:o, s:o, s:I, s:I}", "rank", i, "host",
                                   document_text(ranks[i].host), "seconds", seconds, "peak_memory",
                                   (json_int_t)ranks[i].peak_memory, "words", (json_int_t)ranks[i].words));
    }
    document_add(record, "{s:o, s:o}", "phases", phases, "per_rank", list);
}

/** Rank 0's part. */
static status_t write_totals(
    const measurement_t *measurement, const plan_t *plan, const state_t *state, const timed_rank_t *ranks) {
    const timing_t *timing = &measurement->timing;
    const int64_t warmup = (int64_t)measurement->options.warmup;
    checkpoint_hashes_t hashes;
    char training[HASH_TEXT_SIZE];
    status_t status = state_hash(state, plan, &hashes);
    if (status == STATUS_OK) {
        status = hash_training(plan, state->position.step - warmup - timing->steps, training);
    }
    if (status != STATUS_OK) {
        return status;
    }
    json_t *record = describe_run(plan);
    document_set(&record, "training_hash", json_string(training));
    add_time(&record, timing, warmup);
    document_add(&record, "{s:s, s:s, s:o}", "parameter_hash", hashes.parameter, "content_hash",
        hashes.content, "startup_seconds",
        document_number(measurement->startup < 0 ? NAN : system_seconds(measurement->startup)));
    add_ranks(&record, ranks, comm_size(plan->comm));
    char *line;
    size_t length;
    status = document_line(record, &line, &length);
    if (status == STATUS_OK) {
        status = file_replace(measurement->options.timing_file, line, length);
    }
    free(line);
    return status;
}

/** Gathers what the ranks have counted and writes it on rank 0. Collective. */
static status_t write_timing_file(
    const measurement_t *measurement, const plan_t *plan, const state_t *state) {
    comm_t *comm = measurement->comm;
    const timing_t *timing = &measurement->timing;
    const bool is_first = comm_rank(comm) == 0;
    timed_rank_t own = {.peak_memory = system_peak_memory(), .words = timing->own_words};
    strncpy(own.host, comm_host(comm), sizeof own.host - 1);
    memcpy(own.spent, timing->spent, sizeof own.spent);
    timed_rank_t *ranks = is_first ? calloc((size_t)comm_size(comm), sizeof *ranks) : NULL;
    status_t status = is_first && !ranks ? status_fail(STATUS_MEMORY, "out of memory for %s",
                                               measurement->options.timing_file)
                                         : STATUS_OK;
    status = comm_agree(comm, status);
    if (status == STATUS_OK) {
        comm_gather(comm, &own, ranks, sizeof own);
        status = comm_agree(comm, is_first ? write_totals(measurement, plan, state, ranks) : STATUS_OK);
    }
    free(ranks);
    return status;
}

/** What a rank says of its trace. */
typedef struct {
    char host[COMM_HOST_SIZE];
    int64_t first_here; /**< the first rank of its host, which no other host has; a name may be */
    int64_t zero;
    int64_t count; /**< events */
} traced_rank_t;

/** The ranks' traces, on rank 0. */
typedef struct {
    int size;
    traced_rank_t *ranks;   /**< [size] */
    size_t most;            /**< events of a rank */
    timing_event_t *events; /**< [size, most] */
} traces_t;

/**
 * On a host, where there is one clock, zero is when its first rank left the barrier: the others may have had
 * to wait for a core.
 */
static int64_t find_zero(const traces_t *traces, int rank) {
    int64_t zero = traces->ranks[rank].zero;
    for (int i = 0; i < traces->size; i++) {
        if (traces->ranks[i].first_here == traces->ranks[rank].first_here && traces->ranks[i].zero < zero) {
            zero = traces->ranks[i].zero;
        }
    }
    return zero;
}

static void add_event(timeline_t *timeline, int rank, int64_t zero, const timing_event_t *event) {
    const timeline_argument_t arguments[] = {
        {"step", event->step}, {"shard", event->shard}, {"words", event->words}};
    timeline_add(timeline, &(timeline_event_t){.process = rank,
                               .thread = event->thread,
                               .name = timing_phase_name((timing_phase_t)event->phase),
                               .from = event->from - zero,
                               .to = event->to - zero,
                               .arguments = arguments,
                               .argument_count = event->shard < 0 ? 1 : 3});
}

static void add_rank(timeline_t *timeline, const traces_t *traces, int rank) {
    char name[320];
    const timing_event_t *events = traces->events + (size_t)rank * traces->most;
    const int64_t zero = find_zero(traces, rank);
    snprintf(name, sizeof name, "rank %d on %s", rank, traces->ranks[rank].host);
    timeline_name_process(timeline, rank, name);
    timeline_name_thread(timeline, rank, TIMING_TRAINING, "training");
    if (rank == 0) {
        timeline_name_thread(timeline, rank, TIMING_WRITER, "writing checkpoints");
    }
    for (int64_t i = 0; i < traces->ranks[rank].count; i++) {
        add_event(timeline, rank, zero, &events[i]);
    }
}

/** Rank 0's part. */
static status_t write_timeline(const traces_t *traces, const char *path) {
    timeline_t *timeline;
    status_t status = timeline_create(&timeline);
    if (status != STATUS_OK) {
        return status;
    }
    for (int rank = 0; rank < traces->size; rank++) {
        add_rank(timeline, traces, rank);
    }
    status = timeline_write(timeline, path);
    timeline_destroy(timeline);
    return status;
}

/** Room for what rank 0 gathers. Collective. */
static status_t make_room(comm_t *comm, const char *path, traces_t *traces) {
    status_t status = STATUS_OK;
    if (comm_rank(comm) == 0) {
        const size_t size = (size_t)traces->size;
        traces->ranks = calloc(size, sizeof *traces->ranks);
        traces->events = calloc(size * traces->most, sizeof *traces->events);
        if (!traces->ranks || !traces->events) {
            status = status_fail(STATUS_MEMORY, "out of memory for %s", path);
        }
    }
    return comm_agree(comm, status);
}

/**
 * Gathers the ranks' traces, which have ended, and writes them on rank 0. All ranks left a barrier when their
 * first traced step began: that is the timeline's zero, by which the clocks of several hosts are brought
 * together. Collective.
 */
static status_t write_trace_file(comm_t *comm, const timing_trace_t *trace, const char *path) {
    traced_rank_t own = {.zero = trace->zero, .count = (int64_t)trace->count};
    strncpy(own.host, comm_host(comm), sizeof own.host - 1);
    own.first_here = comm_rank(comm);
    comm_broadcast_on_host(comm, &own.first_here, sizeof own.first_here);
    traces_t traces = {.size = comm_size(comm), .most = (size_t)-comm_minimum(comm, -own.count)};
    status_t status = make_room(comm, path, &traces);
    if (status == STATUS_OK) {
        comm_gather(comm, &own, traces.ranks, sizeof own);
        comm_gather(comm, trace->events, traces.events, traces.most * sizeof *traces.events);
        status = comm_agree(comm, comm_rank(comm) == 0 ? write_timeline(&traces, path) : STATUS_OK);
    }
    free(traces.ranks);
    free(traces.events);
    return status;
}

static status_t write_timing(measurement_t *measurement, const plan_t *plan, const state_t *state) {
    const measurement_options_t *options = &measurement->options;
    if (measurement->begun <= options->warmup) {
        // What there is was not to count.
        timing_clear(&measurement->timing);
        log_warning("%s: nothing was measured: the training made %llu of %llu steps to warm up",
            options->timing_file, (unsigned long long)measurement->begun,
            (unsigned long long)options->warmup);
    }
    return write_timing_file(measurement, plan, state);
}

static status_t write_trace(measurement_t *measurement) {
    timing_trace_t *trace = measurement->trace;
    const char *file = measurement->options.trace_file;
    if (trace->begun == 0) {
        log_warning("%s: not written: the training made none of the steps to trace", file);
        return STATUS_OK;
    }
    if (trace->begun < trace->steps) {
        log_warning("%s: the training made %lld of %lld steps to trace", file, (long long)trace->begun,
            (long long)trace->steps);
    }
    timing_trace_end(trace);
    return write_trace_file(measurement->comm, trace, file);
}

status_t measurement_finish(measurement_t *measurement, const plan_t *plan, const state_t *state) {
    if (!measurement) {
        return STATUS_OK;
    }
    timing_enter(&measurement->timing, PHASE_OTHER);
    const status_t status =
        measurement->options.timing_file ? write_timing(measurement, plan, state) : STATUS_OK;
    return status == STATUS_OK && measurement->trace ? write_trace(measurement) : status;
}
