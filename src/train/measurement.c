#include "measurement.h"

#include <stdlib.h>

#include "data/epoch.h"
#include "base/log.h"
#include "base/moment.h"
#include "base/file.h"
#include "report/timeline.h"
#include "timing_file.h"
#include "trace_file.h"

/** How many steps are traced where it is not said which. */
enum { TRACE_STEPS = 5 };

struct measurement {
    const trainer_options_t *options;
    timing_t timing;
    trace_t *trace;  // NULL: none is asked for
    uint64_t begun;  // steps of this process
    int64_t startup; // nanoseconds until the first of them, or -1
};

static status_t create_trace(const run_t *run, const trainer_options_t *options, trace_t **trace) {
    const int shards = epoch_shards(run->batch_size, run->micro_batch);
    const uint64_t steps =
        options->trace_first > 0 ? options->trace_last - options->trace_first + 1 : TRACE_STEPS;
    return trace_create(trace, (int64_t)steps, shards);
}

static status_t create(run_t *run, const trainer_options_t *options) {
    measurement_t *created = calloc(1, sizeof *created);
    if (!created) {
        return status_fail(STATUS_MEMORY, "out of memory for measuring the training");
    }
    const status_t status = options->trace_file ? create_trace(run, options, &created->trace) : STATUS_OK;
    created->options = options;
    created->startup = -1;
    timing_start(&created->timing, moment_now, created->trace);
    run->measurement = created;
    run->timing = &created->timing;
    return status;
}

/** Better now than after hours. */
static status_t check_files(const trainer_options_t *options) {
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

status_t measurement_create(run_t *run, const trainer_options_t *options) {
    if (!options->timing_file && !options->trace_file) {
        return STATUS_OK;
    }
    status_t status = create(run, options);
    if (status == STATUS_OK && comm_rank(run->comm) == 0) {
        status = check_files(options);
    }
    return comm_agree(run->comm, status);
}

void measurement_destroy(measurement_t *measurement) {
    if (measurement) {
        trace_destroy(measurement->trace);
        free(measurement);
    }
}

/** Before the first step of this process. */
static void begin(measurement_t *measurement, int64_t step) {
    const trainer_options_t *options = measurement->options;
    measurement->startup = moment_now() - options->started;
    if (measurement->trace) {
        const uint64_t first = options->trace_first;
        trace_set(measurement->trace, first > 0 ? (int64_t)first : step + (int64_t)options->warmup);
    }
}

/** Where what is measured begins on all ranks at once. */
static void meet(run_t *run) {
    timing_enter(run->timing, PHASE_WAITING);
    comm_barrier(run->comm);
    timing_enter(run->timing, PHASE_OTHER);
}

void measurement_begin_step(run_t *run) {
    measurement_t *measurement = run->measurement;
    if (!measurement) {
        return;
    }
    const int64_t step = run->position.step + 1;
    trace_t *trace = measurement->trace;
    if (measurement->begun == 0) {
        begin(measurement, step);
    }
    timing_begin_step(run->timing, step);
    const bool is_warm = measurement->begun++ == measurement->options->warmup;
    if (is_warm || (trace && trace_is_due(trace, step))) {
        meet(run);
    }
    if (is_warm) {
        timing_clear(run->timing);
    }
    if (trace) {
        trace_begin_step(trace, step, run->timing->since);
    }
}

void measurement_end_step(run_t *run, int words) {
    timing_end_step(run->timing, words);
}

static status_t write_timing(run_t *run) {
    const measurement_t *measurement = run->measurement;
    const trainer_options_t *options = measurement->options;
    if (measurement->begun <= options->warmup) {
        // What there is was not to count.
        timing_clear(run->timing);
        log_warning("%s: nothing was measured: the training made %llu of %llu steps to warm up",
            options->timing_file, (unsigned long long)measurement->begun,
            (unsigned long long)options->warmup);
    }
    return timing_file_write(run, options->timing_file, (int64_t)options->warmup, measurement->startup);
}

static status_t write_trace(run_t *run) {
    trace_t *trace = run->measurement->trace;
    const char *file = run->measurement->options->trace_file;
    if (trace->begun == 0) {
        log_warning("%s: not written: the training made none of the steps to trace", file);
        return STATUS_OK;
    }
    if (trace->begun < trace->steps) {
        log_warning("%s: the training made %lld of %lld steps to trace", file, (long long)trace->begun,
            (long long)trace->steps);
    }
    trace_end(trace);
    return trace_file_write(run->comm, trace, file);
}

status_t measurement_finish(run_t *run) {
    measurement_t *measurement = run->measurement;
    if (!measurement) {
        return STATUS_OK;
    }
    timing_enter(run->timing, PHASE_OTHER);
    const status_t status = measurement->options->timing_file ? write_timing(run) : STATUS_OK;
    return status == STATUS_OK && measurement->trace ? write_trace(run) : status;
}
