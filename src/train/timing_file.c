#include "timing_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "math/kernels.h"
#include "base/moment.h"
#include "base/peak.h"
#include "report/record.h"
#include "base/file.h"
#include "state.h"

/** What a rank says of itself. */
typedef struct {
    char host[COMM_HOST_SIZE];
    int64_t spent[PHASE_COUNT];
    int64_t peak_memory;
    int64_t words;
} rank_t;

/**
 * Hash of what decides the numbers besides what the record says itself: the configuration, the data, and the
 * step that this process began behind. What it says itself is the same here for all.
 */
static status_t hash_training(const run_t *run, int64_t warmup, char text[HASH_TEXT_SIZE]) {
    const int64_t first = run->position.step - warmup - run->timing->steps;
    config_t config = run->config;
    hash_t *hash;
    config.train.batch_size = config.train.micro_batch = 1;
    config.compute.gemm = CONFIG_GEMM_NATIVE;
    config.compute.sum = CONFIG_SUM_EXACT;
    char *identity = malloc(CONFIG_TEXT_SIZE);
    status_t status = identity ? hash_create(&hash) : status_fail(STATUS_MEMORY, "out of memory for a hash");
    if (status == STATUS_OK) {
        // With the terminating zeros, so that none goes on in the next.
        hash_add(hash, identity, config_identity(&config, identity, CONFIG_TEXT_SIZE) + 1);
        hash_add(hash, run->dataset.hash, strlen(run->dataset.hash) + 1);
        hash_add(hash, &first, sizeof first);
        hash_text(hash, text);
        hash_destroy(hash);
    }
    free(identity);
    return status;
}

static void describe_run(const run_t *run, record_t *record) {
    char library[256];
    const config_compute_t *compute = &run->config.compute;
    const shape_t *shape = &run->shape;
    comm_library(library, sizeof library);
    library[strcspn(library, ",")] = '\0';
    record_text(record, "version", CVAE_VERSION);
    record_text(record, "name", run->config.name);
    record_integer(record, "ranks", comm_size(run->comm));
    record_integer(record, "hosts", comm_hosts(run->comm));
    record_integer(record, "batch_size", run->batch_size);
    record_integer(record, "micro_batch", run->micro_batch);
    record_integer(record, "hidden", shape->hidden);
    record_integer(record, "layers", shape->layers);
    record_text(record, "cell", shape->cell == SHAPE_CELL_GRU ? "gru" : "lstm");
    record_integer(record, "parameters", (int64_t)cvae_parameters(run->cvae)->total);
    record_text(record, "sum", run->sum.is_exact ? "exact" : "float");
    record_text(record, "gemm", compute->gemm == CONFIG_GEMM_OPENBLAS ? "openblas" : "native");
    record_text(record, "reduction", compute->reduction == CONFIG_REDUCTION_SHARED ? "shared" : "allreduce");
    record_integer(record, "bucket", compute->bucket);
    record_text(record, "kernels", kernels()->name);
    record_text(record, "library", library);
}

static void describe_time(const timing_t *timing, int64_t warmup, record_t *record) {
    const int64_t total = timing_total(timing);
    const int64_t in_steps = total - timing->spent[PHASE_EVALUATION] - timing->spent[PHASE_CHECKPOINT];
    record_integer(record, "warmup_steps", warmup);
    record_integer(record, "steps", timing->steps);
    record_integer(record, "words", timing->words);
    record_number(record, "seconds", moment_seconds(total));
    record_number(record, "words_per_second",
        timing->words > 0 ? (double)timing->words / moment_seconds(in_steps) : NAN);
}

static void describe_ranks(const rank_t *ranks, int count, record_t *record) {
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        record_add_text(record, "phases", phase_name((phase_t)phase));
    }
    for (int i = 0; i < count; i++) {
        record_t *rank = record_element(record, "per_rank");
        record_integer(rank, "rank", i);
        record_text(rank, "host", ranks[i].host);
        for (int phase = 0; phase < PHASE_COUNT; phase++) {
            record_add_number(rank, "seconds", moment_seconds(ranks[i].spent[phase]));
        }
        record_integer(rank, "peak_memory", ranks[i].peak_memory);
        record_integer(rank, "words", ranks[i].words);
    }
}

static status_t write_record(const char *path, const record_t *record) {
    char *line;
    size_t length;
    status_t status = record_line(record, &line, &length);
    if (status == STATUS_OK) {
        status = file_replace(path, line, length);
    }
    free(line);
    return status;
}

/** Rank 0's part. */
static status_t write_all(
    const run_t *run, const char *path, int64_t warmup, int64_t startup, const rank_t *ranks) {
    checkpoint_hashes_t hashes;
    char training[HASH_TEXT_SIZE];
    status_t status = state_hash(run, &hashes);
    if (status == STATUS_OK) {
        status = hash_training(run, warmup, training);
    }
    if (status != STATUS_OK) {
        return status;
    }
    record_t *record = record_create();
    describe_run(run, record);
    record_text(record, "training_hash", training);
    describe_time(run->timing, warmup, record);
    record_text(record, "parameter_hash", hashes.parameter);
    record_text(record, "content_hash", hashes.content);
    record_number(record, "startup_seconds", startup < 0 ? NAN : moment_seconds(startup));
    describe_ranks(ranks, comm_size(run->comm), record);
    status = write_record(path, record);
    record_destroy(record);
    return status;
}

static rank_t describe_own(const run_t *run) {
    rank_t own = {.peak_memory = peak_memory(), .words = run->timing->own_words};
    strncpy(own.host, comm_host(run->comm), sizeof own.host - 1);
    memcpy(own.spent, run->timing->spent, sizeof own.spent);
    return own;
}

status_t timing_file_write(run_t *run, const char *path, int64_t warmup, int64_t startup) {
    const bool is_first = comm_rank(run->comm) == 0;
    const rank_t own = describe_own(run);
    rank_t *ranks = is_first ? calloc((size_t)comm_size(run->comm), sizeof *ranks) : NULL;
    status_t status =
        is_first && !ranks ? status_fail(STATUS_MEMORY, "out of memory for %s", path) : STATUS_OK;
    status = comm_agree(run->comm, status);
    if (status == STATUS_OK) {
        comm_gather(run->comm, &own, ranks, sizeof own);
        status = comm_agree(run->comm, is_first ? write_all(run, path, warmup, startup, ranks) : STATUS_OK);
    }
    free(ranks);
    return status;
}
