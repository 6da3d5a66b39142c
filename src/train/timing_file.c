#include "timing_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "math/kernels.h"
#include "base/moment.h"
#include "base/peak.h"
#include "report/document.h"
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

static json_t *describe_run(const run_t *run) {
    char library[256];
    const config_compute_t *compute = &run->config.compute;
    const shape_t *shape = &run->shape;
    comm_library(library, sizeof library);
    library[strcspn(library, ",")] = '\0';
    return json_pack("{s:s, s:o, s:i, s:i, s:I, s:I, s:i, s:i, s:s, s:I, s:s, s:s, s:s, s:I, s:s, s:o}",
        "version", CVAE_VERSION, "name", document_text(run->config.name), "ranks", comm_size(run->comm),
        "hosts", comm_hosts(run->comm), "batch_size", (json_int_t)run->batch_size, "micro_batch",
        (json_int_t)run->micro_batch, "hidden", shape->hidden, "layers", shape->layers, "cell",
        shape->cell == SHAPE_CELL_GRU ? "gru" : "lstm", "parameters",
        (json_int_t)cvae_parameters(run->cvae)->total, "sum", run->sum.is_exact ? "exact" : "float", "gemm",
        compute->gemm == CONFIG_GEMM_OPENBLAS ? "openblas" : "native", "reduction",
        compute->reduction == CONFIG_REDUCTION_SHARED ? "shared" : "allreduce", "bucket",
        (json_int_t)compute->bucket, "kernels", kernels()->name, "library", document_text(library));
}

static void add_time(json_t **record, const timing_t *timing, int64_t warmup) {
    const int64_t total = timing_total(timing);
    const int64_t in_steps = total - timing->spent[PHASE_EVALUATION] - timing->spent[PHASE_CHECKPOINT];
    document_add(record, "{s:I, s:I, s:I, s:o, s:o}", "warmup_steps", (json_int_t)warmup, "steps",
        (json_int_t)timing->steps, "words", (json_int_t)timing->words, "seconds",
        document_number(moment_seconds(total)), "words_per_second",
        document_number(timing->words > 0 ? (double)timing->words / moment_seconds(in_steps) : NAN));
}

static void add_ranks(json_t **record, const rank_t *ranks, int count) {
    json_t *phases = json_array(), *list = json_array();
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        document_append(&phases, json_string(phase_name((phase_t)phase)));
    }
    for (int i = 0; i < count; i++) {
        json_t *seconds = json_array();
        for (int phase = 0; phase < PHASE_COUNT; phase++) {
            document_append(&seconds, document_number(moment_seconds(ranks[i].spent[phase])));
        }
        document_append(&list, json_pack("{s:i, s:o, s:o, s:I, s:I}", "rank", i, "host",
                                   document_text(ranks[i].host), "seconds", seconds, "peak_memory",
                                   (json_int_t)ranks[i].peak_memory, "words", (json_int_t)ranks[i].words));
    }
    document_add(record, "{s:o, s:o}", "phases", phases, "per_rank", list);
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
    json_t *record = describe_run(run);
    document_set(&record, "training_hash", json_string(training));
    add_time(&record, run->timing, warmup);
    document_add(&record, "{s:s, s:s, s:o}", "parameter_hash", hashes.parameter, "content_hash",
        hashes.content, "startup_seconds", document_number(startup < 0 ? NAN : moment_seconds(startup)));
    add_ranks(&record, ranks, comm_size(run->comm));
    char *line;
    size_t length;
    status = document_line(record, &line, &length);
    if (status == STATUS_OK) {
        status = file_replace(path, line, length);
    }
    free(line);
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
