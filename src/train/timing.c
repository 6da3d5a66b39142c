#include "timing.h"

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

const char *const timing_phase_names[PHASE_COUNT] = {
    [PHASE_PREPARE] = "prepare",
    [PHASE_COMPUTE] = "compute",
    [PHASE_EXACT_SUM] = "exact_sum",
    [PHASE_WAITING] = "waiting",
    [PHASE_ALLREDUCE] = "allreduce",
    [PHASE_OPTIMIZER] = "optimizer",
    [PHASE_EVALUATION] = "evaluation",
    [PHASE_CHECKPOINT] = "checkpoint",
    [PHASE_OTHER] = "other",
};

/** Of a step, besides its shards' and of each of these: as many as phases may be entered. */
enum { STEP_EVENTS = 20, SHARD_EVENTS = 4 };

/** How many steps are traced where it is not said which. */
enum { TRACE_STEPS = 5 };

status_t timing_trace_create(timing_trace_t *trace, int64_t steps, int shards) {
    const size_t capacity = (size_t)steps * ((size_t)shards * SHARD_EVENTS + STEP_EVENTS);
    *trace = (timing_trace_t){.steps = steps,
        .capacity = capacity,
        .events = calloc(capacity + (size_t)steps, sizeof *trace->events)};
    return trace->events
               ? STATUS_OK
               : status_fail(STATUS_MEMORY, "out of memory for tracing %lld steps", (long long)steps);
}

void timing_trace_destroy(timing_trace_t *trace) {
    free(trace->events);
}

bool timing_trace_is_due(const timing_trace_t *trace, int64_t step) {
    // Only once: a run that diverges may come to a step again.
    return trace->begun == 0 && step >= trace->first && step < trace->first + trace->steps;
}

void timing_trace_begin_step(timing_trace_t *trace, int64_t step, int64_t now) {
    if (timing_trace_is_due(trace, step)) {
        trace->zero = now;
        trace->is_active = true;
    }
    trace->is_active = trace->is_active && trace->begun < trace->steps && step < trace->first + trace->steps;
    trace->begun += trace->is_active;
}

void timing_trace_note(timing_trace_t *trace, const timing_event_t *event) {
    if (trace->is_active && trace->count < trace->capacity) {
        trace->events[trace->count++] = *event;
    }
}

void timing_trace_note_write(timing_trace_t *trace, int64_t step, int64_t from, int64_t to) {
    const size_t written = trace ? atomic_load(&trace->written) : 0;
    if (trace && written < (size_t)trace->steps) {
        trace->events[trace->capacity + written] = (timing_event_t){.from = from,
            .to = to,
            .step = step,
            .phase = PHASE_CHECKPOINT,
            .thread = TIMING_WRITER,
            .shard = -1};
        atomic_store(&trace->written, written + 1);
    }
}

void timing_trace_end(timing_trace_t *trace) {
    const size_t written = atomic_load(&trace->written);
    trace->is_active = false;
    memmove(trace->events + trace->count, trace->events + trace->capacity, written * sizeof *trace->events);
    trace->count += written;
}

void timing_start(timing_t *timing, int64_t (*now)(void)) {
    *timing = (timing_t){.now = now, .phase = PHASE_OTHER, .since = now(), .shard = -1};
}

/** Better now than after hours. */
static status_t check_files(const timing_options_t *options) {
    const struct {
        const char *file, *start, *kind;
    } files[] = {{options->timing_file, "{\"version\": ", "account of a training's time (--timing)"},
        {options->trace_file, TIMELINE_START, "timeline (--trace)"}};
    status_t status = STATUS_OK;
    for (int i = 0; i < 2 && status == STATUS_OK; i++) {
        if (files[i].file) {
            status = file_check_kind(files[i].file, files[i].start, files[i].kind);
        }
        if (files[i].file && status == STATUS_OK) {
            status = file_check(files[i].file);
        }
    }
    return status;
}

status_t timing_create(timing_t *timing, const plan_t *plan, const timing_options_t *options) {
    status_t status = STATUS_OK;
    timing_start(timing, system_now);
    timing->plan = plan;
    timing->options = options;
    if (options->trace_file) {
        const uint64_t first = options->trace_first;
        status = timing_trace_create(&timing->trace,
            first > 0 ? (int64_t)(options->trace_last - first + 1) : TRACE_STEPS,
            epoch_shards(plan->batch_size, plan->micro_batch));
    }
    if (status == STATUS_OK && comm_rank(plan->comm) == 0) {
        status = check_files(options);
    }
    return comm_agree(plan->comm, status);
}

void timing_destroy(timing_t *timing) {
    timing_trace_destroy(&timing->trace);
}

void timing_enter(timing_t *timing, timing_phase_t phase) {
    if (!timing) {
        return;
    }
    const int64_t now = timing->now();
    timing_trace_note(&timing->trace, &(timing_event_t){.from = timing->since,
                                          .to = now,
                                          .step = timing->step,
                                          .phase = timing->phase,
                                          .shard = timing->shard,
                                          .words = timing->shard_words});
    timing->spent[timing->phase] += now - timing->since;
    timing->phase = phase;
    timing->since = now;
}

void timing_enter_shard(timing_t *timing, timing_phase_t phase, int shard, int words) {
    timing_enter(timing, phase);
    if (timing) {
        timing->shard = shard;
        timing->shard_words = words;
        timing->taken_words += words;
    }
}

void timing_clear(timing_t *timing) {
    timing_enter(timing, PHASE_OTHER);
    memset(timing->spent, 0, sizeof timing->spent);
    memset(timing->spent_before, 0, sizeof timing->spent_before);
    timing->steps = timing->words = timing->own_words = timing->sum_bytes = timing->sums_again = 0;
}

/** Where what counts or is traced begins, it begins on all ranks at once. */
static void begin_together(timing_t *timing, int64_t step) {
    const timing_options_t *options = timing->options;
    if (timing->begun == 0) {
        const int64_t first = (int64_t)options->trace_first;
        timing->startup = timing->now() - options->started;
        timing->trace.first = first > 0 ? first : step + (int64_t)options->warmup;
    }
    const bool is_warm = timing->begun++ == options->warmup;
    if (is_warm || timing_trace_is_due(&timing->trace, step)) {
        timing_enter(timing, PHASE_WAITING);
        comm_barrier(timing->plan->comm);
        timing_enter(timing, PHASE_OTHER);
    }
    if (is_warm) {
        timing_clear(timing);
    }
    timing_trace_begin_step(&timing->trace, step, timing->since);
}

void timing_begin_step(timing_t *timing, int64_t step) {
    if (!timing) {
        return;
    }
    timing_enter(timing, PHASE_OTHER);
    memcpy(timing->spent_before, timing->spent, sizeof timing->spent);
    timing->step = step;
    timing->taken_words = 0;
    if (timing->plan) {
        begin_together(timing, step);
    }
}

void timing_end_step(timing_t *timing, int words) {
    timing_enter(timing, PHASE_OTHER);
    if (timing && words > 0) {
        timing->steps++;
        timing->words += words;
        timing->own_words += timing->taken_words;
    } else if (timing) {
        memcpy(timing->spent, timing->spent_before, sizeof timing->spent);
    }
}

void timing_note_sum(timing_t *timing, size_t bytes) {
    if (timing) {
        timing->sum_bytes += (int64_t)bytes;
    }
}

void timing_note_again(timing_t *timing) {
    if (timing) {
        timing->sums_again++;
        timing->taken_words = 0;
    }
}

timing_trace_t *timing_active_trace(timing_t *timing) {
    return timing && timing->trace.is_active ? &timing->trace : NULL;
}

int64_t timing_total(const timing_t *timing) {
    int64_t total = 0;
    for (int i = 0; i < PHASE_COUNT; i++) {
        total += timing->spent[i];
    }
    return total;
}

/** What a rank says of its time and of its trace, without pointers. */
typedef struct {
    char host[COMM_HOST_SIZE];
    int64_t first_of_host; /**< the first rank of its host, which no other host has; a name may be */
    int64_t spent[PHASE_COUNT], words, peak_memory;
    int64_t zero, event_count;
} rank_time_t;

/** What rank 0 gathers. */
typedef struct {
    rank_time_t *ranks;     /**< [ranks] */
    timing_event_t *events; /**< [ranks, most] */
    size_t most;            /**< events of a rank */
} gathered_t;

/** Collective. STATUS_MEMORY, on all ranks. */
static status_t gather(const timing_t *timing, gathered_t *gathered) {
    comm_t *comm = timing->plan->comm;
    const timing_options_t *options = timing->options;
    const size_t size = (size_t)comm_size(comm);
    rank_time_t own = {.first_of_host = comm_rank(comm),
        .words = timing->own_words,
        .peak_memory = system_peak_memory(),
        .zero = timing->trace.zero,
        .event_count = (int64_t)timing->trace.count};
    strncpy(own.host, comm_host(comm), sizeof own.host - 1);
    memcpy(own.spent, timing->spent, sizeof own.spent);
    comm_broadcast_on_host(comm, &own.first_of_host, sizeof own.first_of_host);
    gathered->most = (size_t)-comm_minimum(comm, -own.event_count);
    status_t status = STATUS_OK;
    if (comm_rank(comm) == 0) {
        gathered->ranks = calloc(size, sizeof *gathered->ranks);
        gathered->events = calloc(size * gathered->most + 1, sizeof *gathered->events);
        if (!gathered->ranks || !gathered->events) {
            status = status_fail(STATUS_MEMORY, "out of memory for %s",
                options->timing_file ? options->timing_file : options->trace_file);
        }
    }
    status = comm_agree(comm, status);
    if (status == STATUS_OK) {
        comm_gather(comm, &own, gathered->ranks, sizeof own);
    }
    if (status == STATUS_OK && gathered->most > 0) {
        comm_gather(comm, timing->trace.events, gathered->events, gathered->most * sizeof *gathered->events);
    }
    return status;
}

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
    static const char *const sums[] = {
        [CONFIG_SUM_EXACT] = "exact", [CONFIG_SUM_EXACT32] = "exact32", [CONFIG_SUM_FLOAT] = "float"};
    char library[256];
    const config_compute_t *compute = &plan->config.compute;
    const shape_t *shape = &plan->shape;
    comm_library(library, sizeof library);
    library[strcspn(library, ",")] = '\0';
    return json_pack("{s:s, s:o, s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:I, s:s, s:s, s:s, s:I, s:s, s:o}",
        "version", CVAE_VERSION, "name", document_text(plan->config.name), "ranks", comm_size(plan->comm),
        "hosts", comm_hosts(plan->comm), "batch_size", plan->batch_size, "micro_batch", plan->micro_batch,
        "hidden", shape->hidden, "layers", shape->layers, "cell",
        shape->cell == SHAPE_CELL_GRU ? "gru" : "lstm", "parameters", (json_int_t)plan->table.total, "sum",
        sums[compute->sum], "gemm", compute->gemm == CONFIG_GEMM_OPENBLAS ? "openblas" : "native",
        "reduction", compute->reduction == CONFIG_REDUCTION_SHARED ? "shared" : "allreduce", "bucket",
        (json_int_t)compute->bucket, "kernels", kernels()->name, "library", document_text(library));
}

static void add_ranks(json_t **record, const rank_time_t *ranks, int count) {
    json_t *phases = json_array(), *list = json_array();
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        document_append(&phases, json_string(timing_phase_names[phase]));
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

/** Rank 0 writes the file of --timing. */
static status_t write_totals(const timing_t *timing, const state_t *state, const rank_time_t *ranks) {
    const plan_t *plan = timing->plan;
    const int64_t warmup = (int64_t)timing->options->warmup, total = timing_total(timing);
    const int64_t in_steps = total - timing->spent[PHASE_EVALUATION] - timing->spent[PHASE_CHECKPOINT];
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
    document_add(&record, "{s:s, s:I, s:I, s:I, s:o, s:o, s:s, s:s, s:o, s:o, s:I}", "training_hash",
        training, "warmup_steps", (json_int_t)warmup, "steps", (json_int_t)timing->steps, "words",
        (json_int_t)timing->words, "seconds", document_number(system_seconds(total)), "words_per_second",
        document_number(timing->words > 0 ? (double)timing->words / system_seconds(in_steps) : NAN),
        "parameter_hash", hashes.parameter, "content_hash", hashes.content, "startup_seconds",
        document_number(timing->begun > 0 ? system_seconds(timing->startup) : NAN), "sum_bytes_per_step",
        document_number(state_mean((double)timing->sum_bytes, timing->steps)), "sums_again",
        (json_int_t)timing->sums_again);
    add_ranks(&record, ranks, comm_size(plan->comm));
    char *line;
    size_t length;
    status = document_line(record, &line, &length);
    if (status == STATUS_OK) {
        status = file_replace(timing->options->timing_file, line, length);
    }
    free(line);
    return status;
}

/**
 * All ranks left a barrier when their first traced step began: that is the timeline's zero, by which the
 * clocks of several hosts are brought together. On a host, where there is one clock, it is when its first
 * rank left: the others may have had to wait for a core.
 */
static int64_t find_zero(const rank_time_t *ranks, int count, int rank) {
    int64_t zero = ranks[rank].zero;
    for (int i = 0; i < count; i++) {
        if (ranks[i].first_of_host == ranks[rank].first_of_host && ranks[i].zero < zero) {
            zero = ranks[i].zero;
        }
    }
    return zero;
}

static void add_event(timeline_t *timeline, int rank, int64_t zero, const timing_event_t *event) {
    json_t *arguments = json_pack("{s:I}", "step", (json_int_t)event->step);
    if (event->shard >= 0) {
        document_add(
            &arguments, "{s:I, s:I}", "shard", (json_int_t)event->shard, "words", (json_int_t)event->words);
    }
    timeline_add(timeline, rank, (int)event->thread, timing_phase_names[event->phase], event->from - zero,
        event->to - zero, arguments);
}

/** Rank 0 writes the file of --trace. */
static status_t write_timeline(const char *path, const gathered_t *gathered, int count) {
    timeline_t *timeline;
    status_t status = timeline_create(&timeline);
    if (status != STATUS_OK) {
        return status;
    }
    for (int rank = 0; rank < count; rank++) {
        char name[320];
        const int64_t zero = find_zero(gathered->ranks, count, rank);
        snprintf(name, sizeof name, "rank %d on %s", rank, gathered->ranks[rank].host);
        timeline_name_process(timeline, rank, name);
        timeline_name_thread(timeline, rank, TIMING_TRAINING, "training");
        if (rank == 0) {
            timeline_name_thread(timeline, rank, TIMING_WRITER, "writing checkpoints");
        }
        for (int64_t i = 0; i < gathered->ranks[rank].event_count; i++) {
            add_event(timeline, rank, zero, &gathered->events[(size_t)rank * gathered->most + (size_t)i]);
        }
    }
    status = timeline_write(timeline, path);
    timeline_destroy(timeline);
    return status;
}

/** Says what there is not of what was asked for. */
static void warn(const timing_t *timing) {
    const timing_options_t *options = timing->options;
    const timing_trace_t *trace = &timing->trace;
    if (options->timing_file && timing->begun <= options->warmup) {
        log_warning("%s: nothing was measured: the training made %llu of %llu steps to warm up",
            options->timing_file, (unsigned long long)timing->begun, (unsigned long long)options->warmup);
    }
    if (options->trace_file && trace->begun == 0) {
        log_warning("%s: not written: the training made none of the steps to trace", options->trace_file);
    } else if (trace->begun < trace->steps) {
        log_warning("%s: the training made %lld of %lld steps to trace", options->trace_file,
            (long long)trace->begun, (long long)trace->steps);
    }
}

status_t timing_finish(timing_t *timing, const state_t *state) {
    if (!timing) {
        return STATUS_OK;
    }
    comm_t *comm = timing->plan->comm;
    const timing_options_t *options = timing->options;
    gathered_t gathered = {0};
    warn(timing);
    timing_enter(timing, PHASE_OTHER);
    if (timing->trace.begun > 0) {
        timing_trace_end(&timing->trace);
    }
    if (timing->begun <= options->warmup) {
        // What there is was not to count.
        timing_clear(timing);
    }
    status_t status = gather(timing, &gathered);
    if (status == STATUS_OK && comm_rank(comm) == 0 && options->timing_file) {
        status = write_totals(timing, state, gathered.ranks);
    }
    if (status == STATUS_OK && comm_rank(comm) == 0 && timing->trace.begun > 0) {
        status = write_timeline(options->trace_file, &gathered, comm_size(comm));
    }
    free(gathered.ranks);
    free(gathered.events);
    return comm_agree(comm, status);
}
