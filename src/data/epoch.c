#include "epoch.h"

#include <stdbool.h>

#include "base/random.h"

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

/** What pairs are sorted by, a smaller one before a larger one. */
static uint64_t key_of(const pair_t *pair) {
    const uint64_t letters = (uint64_t)(pair->source.length + pair->target.length);
    return (UINT16_MAX - letters) << 48 | (uint64_t)(UINT16_MAX - pair->source.length) << 32 | pair->index;
}

static unsigned byte_of(const epoch_key_t *key, int byte) {
    return (unsigned)(key->key >> (8 * byte)) & UINT8_MAX;
}

/** Copies the keys in the order of one of their bytes, equal ones as they stood. Where all have the same it
 * does nothing, and returns false. */
static bool order_by_byte(const epoch_key_t *keys, int count, int byte, epoch_key_t *ordered) {
    int place[UINT8_MAX + 1] = {0}, behind = 0;
    for (int i = 0; i < count; i++) {
        place[byte_of(&keys[i], byte)]++;
    }
    if (count == 0 || place[byte_of(&keys[0], byte)] == count) {
        return false;
    }
    for (int value = 0; value <= UINT8_MAX; value++) {
        const int equal = place[value];
        place[value] = behind;
        behind += equal;
    }
    for (int i = 0; i < count; i++) {
        ordered[place[byte_of(&keys[i], byte)]++] = keys[i];
    }
    return true;
}

/** pairs[i] becomes what keys[i] says was at its place: cycle by cycle, which takes no second array of pairs.
 */
static void move_pairs(pair_t *pairs, int count, epoch_key_t *keys) {
    for (int first = 0; first < count; first++) {
        const pair_t pair = pairs[first];
        int to = first;
        for (int from; (from = keys[to].place) != first; to = from) {
            pairs[to] = pairs[from];
            keys[to].place = to;
        }
        pairs[to] = pair;
        keys[to].place = to;
    }
}

void epoch_sort_pairs(pair_t *pairs, int count, epoch_key_t *keys) {
    // By bytes, from the last to the first: each rank sorts the whole batch, so that with many of them a sort
    // that compares would last as long as their work.
    epoch_key_t *now = keys, *next = keys + count;
    for (int i = 0; i < count; i++) {
        now[i] = (epoch_key_t){.key = key_of(&pairs[i]), .place = i};
    }
    for (int byte = 0; byte < (int)sizeof now->key; byte++) {
        if (order_by_byte(now, count, byte, next)) {
            epoch_key_t *last = now;
            now = next;
            next = last;
        }
    }
    move_pairs(pairs, count, now);
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
    const pair_t *pairs, const int *first, int shards, int more, int size, int64_t *work, int *owner) {
    const int64_t average = work_of_all(pairs, first[0], first[shards]) / shards;
    for (int rank = 0; rank < size; rank++) {
        work[rank] *= average;
    }
    for (int shard = 0; shard < shards + more; shard++) {
        owner[shard] = idlest(work, size);
        work[owner[shard]] += shard < shards ? work_of_all(pairs, first[shard], first[shard + 1]) : average;
    }
}

/** Part `part` of `parts` begins there, where each has as many of `count` things as any other, or one more.
 */
static int share_begin(int count, int part, int parts) {
    return (int)((int64_t)count * part / parts);
}

int epoch_windows(int count, int micro_batch) {
    enum { WINDOW = 2048 };
    const int most = micro_batch < WINDOW ? WINDOW / micro_batch : 1,
              shards = epoch_shards(count, micro_batch);
    return shards / most + (shards % most != 0);
}

int epoch_window_words(int count, int micro_batch) {
    const int windows = epoch_windows(count, micro_batch), shards = epoch_shards(count, micro_batch);
    const int64_t words = (int64_t)(shards / windows + (shards % windows != 0)) * micro_batch;
    return words < count ? (int)words : count;
}

epoch_window_t epoch_window(int count, int micro_batch, int more, int window) {
    const int windows = epoch_windows(count, micro_batch), shards = epoch_shards(count, micro_batch);
    const int shard = share_begin(shards, window, windows), end = share_begin(shards, window + 1, windows);
    const int first = shard * micro_batch, more_first = share_begin(more, window, windows);
    return (epoch_window_t){.first = first,
        .count = (end == shards ? count : end * micro_batch) - first,
        .shard = shard,
        .shards = end - shard,
        .more_first = more_first,
        .more = share_begin(more, window + 1, windows) - more_first};
}

int epoch_window_ranks(
    const epoch_window_t *window, int step_shards, int size, int *first, int64_t *elsewhere) {
    const int begin = window->shard + window->more_first, end = begin + window->shards + window->more;
    // The rank whose share `begin` is in: shares end in front of count * (rank + 1) / size, rounded down.
    int rank = (int)(((int64_t)begin * size) / step_shards), count = 0;
    while (share_begin(step_shards, rank + 1, size) <= begin) {
        rank++;
    }
    *first = rank;
    for (; share_begin(step_shards, rank, size) < end; rank++) {
        const int own = share_begin(step_shards, rank, size),
                  own_end = share_begin(step_shards, rank + 1, size);
        const int here = (own_end < end ? own_end : end) - (own > begin ? own : begin);
        elsewhere[count++] = own_end - own - here;
    }
    return count;
}
