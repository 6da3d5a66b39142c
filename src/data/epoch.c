#include "cvae/epoch.h"

#include <stdbool.h>

#include "cvae/random.h"

void epoch_order(uint64_t seed, uint32_t epoch, size_t count, uint32_t *order) {
    for (size_t i = 0; i < count; i++) {
        order[i] = (uint32_t)i;
    }
    random_stream_t stream = random_stream(seed, RANDOM_ORDER, epoch, 0);
    for (size_t left = count; left > 1; left--) {
        uint32_t chosen = random_below(&stream, (uint32_t)left);
        uint32_t last = order[left - 1];
        order[left - 1] = order[chosen];
        order[chosen] = last;
    }
}

size_t epoch_steps(size_t count, int batch_size) {
    size_t batch = (size_t)batch_size;
    return count / batch + (count % batch != 0);
}

static bool comes_before(const pair_t *a, const pair_t *b) {
    int a_length = a->source.length + a->target.length;
    int b_length = b->source.length + b->target.length;
    if (a_length != b_length) {
        return a_length > b_length;
    }
    if (a->source.length != b->source.length) {
        return a->source.length > b->source.length;
    }
    return a->index < b->index;
}

/** Lets pair `from` sink to its place in a heap of `count` pairs that has at its top the one to come last. */
static void sink(pair_t *pairs, int from, int count) {
    pair_t sinking = pairs[from];
    while (from < count / 2) {
        int child = 2 * from + 1;
        if (child + 1 < count && comes_before(&pairs[child], &pairs[child + 1])) {
            child++;
        }
        if (!comes_before(&sinking, &pairs[child])) {
            break;
        }
        pairs[from] = pairs[child];
        from = child;
    }
    pairs[from] = sinking;
}

void epoch_sort_pairs(pair_t *pairs, int count) {
    // Heap sort, because qsort() of the C library allocates, and nothing may be allocated inside a training
    // step.
    for (int i = count / 2 - 1; i >= 0; i--) {
        sink(pairs, i, count);
    }
    for (int last = count - 1; last > 0; last--) {
        pair_t top = pairs[0];
        pairs[0] = pairs[last];
        pairs[last] = top;
        sink(pairs, 0, last);
    }
}

int epoch_shards(int count, int micro_batch) {
    return count / micro_batch + (count % micro_batch != 0);
}

int epoch_shard_words(int micro_batch) {
    return micro_batch <= INT32_MAX / 2 ? micro_batch + micro_batch / 2 : micro_batch;
}

static int64_t work_of(const pair_t *pair) {
    const int source = pair->source.length, target = pair->target.length;
    return 1 + (source > target ? source : target);
}

static int64_t work_of_all(const pair_t *pairs, int from, int to) {
    int64_t work = 0;
    for (int i = from; i < to; i++) {
        work += work_of(&pairs[i]);
    }
    return work;
}

void epoch_cut_shards(const pair_t *pairs, int count, int micro_batch, int *first) {
    const int shards = epoch_shards(count, micro_batch), most = epoch_shard_words(micro_batch);
    const int64_t all = work_of_all(pairs, 0, count);
    int64_t done = 0;
    first[0] = 0;
    for (int shard = 0; shard < shards; shard++) {
        const int begin = first[shard], behind = shards - 1 - shard;
        // What the shards behind can hold at most, and a word for each of them.
        const int64_t least_end = count - (int64_t)behind * most;
        const int latest_end = count - behind < begin + most ? count - behind : begin + most;
        int end = begin;
        while (end < latest_end && (end == begin || end < least_end ||
                                       done + work_of(&pairs[end]) / 2 < all * (shard + 1) / shards)) {
            done += work_of(&pairs[end++]);
        }
        first[shard + 1] = end;
    }
}

/** The rank with the least work; the first without any will do. */
static int idlest(const int64_t *work, int size) {
    int least = 0;
    for (int rank = 1; rank < size && work[least] > 0; rank++) {
        if (work[rank] < work[least]) {
            least = rank;
        }
    }
    return least;
}

void epoch_deal_shards(
    const pair_t *pairs, const int *first, int shards, int size, int64_t *work, int *owner) {
    for (int rank = 0; rank < size; rank++) {
        work[rank] = 0;
    }
    for (int shard = 0; shard < shards; shard++) {
        owner[shard] = idlest(work, size);
        work[owner[shard]] += work_of_all(pairs, first[shard], first[shard + 1]);
    }
}
