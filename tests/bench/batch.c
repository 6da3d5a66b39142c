// What a rank does for the batch besides its own shards: looks up the pairs of the windows that these are in,
// sorts them, cuts shards, deals them.
//   bench_batch TABLE MICRO_BATCH WORDS:RANKS...
// prints a line `WORDS RANKS SECONDS` for each, in processor time, the least of several repetitions. TABLE:
// four forms a line.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "data/dataset.h"
#include "data/epoch.h"
#include "base/file.h"

enum { REPETITIONS = 5, FORMS = 4, LONGEST = 64 };

typedef struct {
    pair_t *pairs;
    epoch_key_t *keys;
    int *first, *owner;
    int64_t *work;
} batch_t;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void fail(const char *message) {
    fprintf(stderr, "bench_batch: %s\n", message);
    exit(1);
}

static void read_table(const char *path, dataset_t *dataset) {
    static const char *const names[FORMS] = {"first", "second", "third", "fourth"};
    file_content_t input = {0};
    if (file_read(path, &input) != STATUS_OK ||
        dataset_create(dataset, &(dataset_source_t){.file = path,
                                    .text = input.text,
                                    .length = input.length,
                                    .condition_count = FORMS,
                                    .condition_names = names,
                                    .pairs = DATASET_PAIRS_RANDOM,
                                    .alphabet = "data",
                                    .max_length = LONGEST}) != STATUS_OK) {
        fail(status_message());
    }
    file_release(&input);
}

static void *take(size_t count, size_t size) {
    void *memory = calloc(count, size);
    if (!memory) {
        fail("out of memory");
    }
    return memory;
}

/** As work_on_window() in src/train/step.c, but for the work itself. */
static void prepare_window(const dataset_t *dataset, const uint32_t *order, size_t pair_count,
    const batch_t *batch, const epoch_window_t *window, int ranks, int micro_batch) {
    for (int i = 0; i < window->count; i++) {
        // A batch larger than the table has pairs of several epochs.
        const size_t whole = (size_t)window->first + (size_t)i, place = whole % pair_count;
        batch->pairs[i] = dataset_pair(dataset, 1, (uint32_t)(whole / pair_count), order[place]);
    }
    epoch_sort_pairs(batch->pairs, window->count, batch->keys);
    epoch_cut_shards(batch->pairs, window->count, micro_batch, batch->first);
    epoch_deal_shards(batch->pairs, batch->first, window->shards, 0, ranks, batch->work, batch->owner);
}

/** As work_on_shards() there, for the rank in the middle. */
static double prepare(const dataset_t *dataset, const uint32_t *order, size_t pair_count,
    const batch_t *batch, int words, int ranks, int micro_batch) {
    const double begin = now();
    for (int i = 0; i < epoch_windows(words, micro_batch); i++) {
        int first;
        const epoch_window_t window = epoch_window(words, micro_batch, 0, i);
        const int sharing =
            epoch_window_ranks(&window, epoch_shards(words, micro_batch), ranks, &first, batch->work);
        if (ranks / 2 >= first && ranks / 2 < first + sharing) {
            prepare_window(dataset, order, pair_count, batch, &window, sharing, micro_batch);
        }
    }
    return now() - begin;
}

static void measure(const dataset_t *dataset, const uint32_t *order, size_t pair_count, int words, int ranks,
    int micro_batch) {
    const size_t shards = (size_t)epoch_shards(words, micro_batch);
    batch_t batch = {.pairs = take((size_t)words, sizeof(pair_t)),
        .keys = take(2 * (size_t)words, sizeof(epoch_key_t)),
        .first = take(shards + 1, sizeof(int)),
        .owner = take(shards, sizeof(int)),
        .work = take((size_t)ranks, sizeof(int64_t))};
    double least = 0;
    for (int i = 0; i < REPETITIONS; i++) {
        const double seconds = prepare(dataset, order, pair_count, &batch, words, ranks, micro_batch);
        least = i == 0 || seconds < least ? seconds : least;
    }
    printf("%d %d %.9f\n", words, ranks, least);
    free(batch.pairs);
    free(batch.keys);
    free(batch.first);
    free(batch.owner);
    free(batch.work);
}

int main(int argument_count, char **arguments) {
    if (argument_count < 4) {
        fail("TABLE MICRO_BATCH WORDS:RANKS...");
    }
    dataset_t dataset;
    read_table(arguments[1], &dataset);
    const size_t pair_count = dataset_pair_count(&dataset);
    uint32_t *order = take(pair_count, sizeof *order);
    epoch_order(1, 0, pair_count, order);
    for (int i = 3; i < argument_count; i++) {
        int words, ranks;
        if (sscanf(arguments[i], "%d:%d", &words, &ranks) != 2) {
            fail("WORDS:RANKS are two numbers");
        }
        measure(&dataset, order, pair_count, words, ranks, atoi(arguments[2]));
    }
    free(order);
    dataset_destroy(&dataset);
    return 0;
}
