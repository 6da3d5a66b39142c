#include "summary.h"

#include <stdio.h>
#include <string.h>

#include "math/blas.h"
#include "data/epoch.h"
#include "math/kernels.h"
#include "base/log.h"
#include "math/product.h"
#include "table.h"

static void print_data(const run_t *run) {
    const dataset_t *dataset = &run->dataset;
    if (dataset->row_count > 0) {
        log_line("data     %s: %zu rows of %d forms, %zu train, %zu held back; %zu duplicates left out",
            run->config.data.train, dataset->row_count, dataset->condition_count, dataset->train_row_count,
            dataset->row_count - dataset->train_row_count, dataset->duplicate_count);
    } else {
        log_line("data     %s: %zu pairs, %zu train, %zu held back; %zu duplicates left out",
            run->config.data.train, dataset->given_count, dataset->train_given_count,
            dataset->given_count - dataset->train_given_count, dataset->duplicate_count);
    }
    const bool is_held_back =
        dataset->row_count > dataset->train_row_count || dataset->given_count > dataset->train_given_count;
    if (run->config.data.holdout > 0 && !is_held_back) {
        log_warning(
            "data.holdout is %g, but nothing is held back of so few %s: the training %s are evaluated",
            run->config.data.holdout, dataset->row_count > 0 ? "rows" : "pairs",
            dataset->row_count > 0 ? "rows" : "pairs");
    }
    log_line("         %d symbols, longest word %d letters, %zu pairs an epoch",
        alphabet_symbols(&dataset->alphabet), dataset->longest, run->pair_count);
}

static void print_model(const run_t *run) {
    const shape_t *shape = &run->shape;
    char condition[32] = "one-hot";
    if (shape->condition_embedding > 0) {
        snprintf(condition, sizeof condition, "%d", shape->condition_embedding);
    }
    log_line("model    %zu parameters: %s %d x %d%s, latent %d, embedding %d, condition %s",
        cvae_parameters(run->cvae)->total, shape->cell == SHAPE_CELL_GRU ? "GRU" : "LSTM", shape->layers,
        shape->hidden, shape->bidirectional ? " (encoder bidirectional)" : "", shape->latent,
        shape->embedding, condition);
}

static void print_training(const run_t *run) {
    const config_t *config = &run->config;
    static const char *const optimizers[] = {
        [CONFIG_OPTIMIZER_SGD] = "SGD", [CONFIG_OPTIMIZER_ADAM] = "Adam"};
    log_line("training %d epochs of %zu steps, %d words a step in %d shards of %d, %s at %g",
        config->train.epochs, run->epoch_steps, run->batch_size,
        epoch_shards(run->batch_size, run->micro_batch), run->micro_batch, optimizers[config->optimizer.name],
        config->optimizer.lr);
}

void summary_print(const run_t *run) {
    char mpi[256];
    comm_library(mpi, sizeof mpi);
    mpi[strcspn(mpi, ",")] = '\0';
    log_line("cvae_mpi %s, run %s, seed %llu, into %s", CVAE_VERSION, run->config.name,
        (unsigned long long)run->config.seed, run->folder.path);
    print_data(run);
    print_model(run);
    print_training(run);
    char products[128];
    snprintf(products, sizeof products, "%s kernels", kernels()->name);
    if (product_backend() == PRODUCT_OPENBLAS) {
        snprintf(products, sizeof products, "OpenBLAS (%s) and %s kernels", blas_core(), kernels()->name);
    }
    bool is_shared;
    const size_t table = table_bytes(run, &is_shared);
    log_line(
        "ranks    %d on %d host%s, %s; products by %s; %.0f MB of model memory a rank, %.1f MB of data a %s",
        comm_size(run->comm), comm_hosts(run->comm), comm_hosts(run->comm) == 1 ? "" : "s", mpi, products,
        (double)(cvae_memory(run->cvae) + run->memory.size + rank_sum_memory(run->sum.ranks)) / 1e6,
        (double)table / 1e6, is_shared ? "host" : "rank");
}
