#include "summary.h"

#include <stdio.h>
#include <string.h>

#include "math/blas.h"
#include "data/epoch.h"
#include "math/kernels.h"
#include "base/log.h"
#include "base/text.h"
#include "math/product.h"
#include "table.h"

enum { DOTTED_CIRCLE = 0x25CC };

/** The letters that were found in the data: what nobody meant to be one shows here. */
static void print_alphabet(const alphabet_t *alphabet) {
    enum { SHOWN = 400 };
    char letters[SHOWN * 2 * TEXT_CHARACTER_MAX], rest[32] = "";
    size_t used = 0;
    for (int i = 0; i < alphabet->letters && i < SHOWN; i++) {
        const uint32_t letter = alphabet->code_point[i];
        // A mark would be drawn on the letter in front of it.
        used += (size_t)(text_is_mark(letter) ? text_encode(DOTTED_CIRCLE, letters + used) : 0);
        used += (size_t)text_encode(letter, letters + used);
    }
    if (alphabet->letters > SHOWN) {
        snprintf(rest, sizeof rest, " and %d more", alphabet->letters - SHOWN);
    }
    const bool has_space = alphabet->letters > 0 && alphabet->code_point[0] == ' ';
    log_line("         %d letters found: %s%.*s%s", alphabet->letters, has_space ? "the space and " : "",
        (int)(used - has_space), letters + has_space, rest);
}

static void print_left_out(size_t missing, size_t normal, const char *noun) {
    if (missing > 0) {
        log_line("         %zu %s%s with a missing form left out (data.missing: skip)", missing, noun,
            missing == 1 ? "" : "s");
    }
    if (normal > 0) {
        log_line("         %zu word%s normalized to NFC (letters and their marks composed)", normal,
            normal == 1 ? "" : "s");
    }
}

static void print_data(const run_t *run) {
    const dataset_t *dataset = &run->dataset;
    const dataset_test_t *test = &run->test;
    const bool is_rows = dataset->row_count > 0;
    if (is_rows) {
        log_line("data     %s: %zu rows of %d forms, %zu train, %zu held back; %zu duplicates left out",
            run->config.data.train, dataset->row_count, dataset->condition_count, dataset->train_row_count,
            dataset->row_count - dataset->train_row_count, dataset->duplicate_count);
    } else {
        log_line("data     %s: %zu pairs, %zu train, %zu held back; %zu duplicates left out",
            run->config.data.train, dataset->given_count, dataset->train_given_count,
            dataset->given_count - dataset->train_given_count, dataset->duplicate_count);
    }
    print_left_out(dataset->missing_count, dataset->normal_count, is_rows ? "row" : "pair");
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
    if (strcmp(run->config.data.alphabet, "data") == 0) {
        print_alphabet(&dataset->alphabet);
    }
    if (test->missing_count + test->normal_count > 0) {
        log_line("test     %s: %zu pairs", run->config.evaluate.test, test->count);
        print_left_out(test->missing_count, test->normal_count, "pair");
    }
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
