/**
 * The order of an epoch, its steps, and how a step's words become shards. Pure functions: the rank count
 * plays no part in what a shard is, only in who works on it. Nothing here allocates.
 */
#ifndef CVAE_EPOCH_H
#define CVAE_EPOCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/word.h"

/**
 * order[0..count-1] = a permutation of 0..count-1 drawn uniformly from (seed, epoch): Fisher and Yates'
 * shuffle, from the last place down, fed by the stream RANDOM_ORDER. count below 2^32.
 */
void epoch_order(uint64_t seed, uint32_t epoch, size_t count, uint32_t *order);

/** Steps of an epoch: ceil(count / batch_size); the last one may be smaller. batch_size from 1. */
size_t epoch_steps(size_t count, int batch_size);

/** For sorting: what a pair is sorted by, and where it stood. */
typedef struct {
    uint64_t key;
    int place;
} epoch_key_t;

/**
 * Sorts a step's pairs so that words of a like length meet in a shard: by falling source + target length,
 * then by falling source length, then by rising index. As no two pairs of a step have the same index, the
 * order is total and the result is the same for any order they came in. In time linear in count; keys [2
 * count] is used on the way. Indices are below 2^32, lengths below 2^15.
 */
void epoch_sort_pairs(pair_t *pairs, int count, epoch_key_t *keys);

/** Shards of a step with `count` words: ceil(count / micro_batch), micro_batch from 1. */
int epoch_shards(int count, int micro_batch);

/** The most words of a shard: half as many again as micro_batch, which they have on average. */
int epoch_shard_words(int micro_batch);

/**
 * Cuts the sorted pairs into shards of equal work, a word's being its longer side's steps: shard s has the
 * pairs from first[s] to first[s + 1] - 1; first has a place more than there are shards. No shard is empty or
 * has more than epoch_shard_words(). What is equally long is done at the same time on different ranks; that
 * shards of short words have more of them changes nothing for the speed of one.
 */
void epoch_cut_shards(const pair_t *pairs, int count, int micro_batch, int *first);

/**
 * Who works on which shard: owner[shard] is a rank below `size`. Shards are dealt one after another to the
 * rank that has the least work so far, the lowest of equals; behind them come `more` shards of other work,
 * each of which counts as an average one: owner [shards + more]. work [size]: how many average shards each
 * rank has already; becomes the work that it has then.
 */
void epoch_deal_shards(
    const pair_t *pairs, const int *first, int shards, int more, int size, int64_t *work, int *owner);

/** A part of a step whose pairs are sorted, cut and dealt without a look at the rest of it. */
typedef struct {
    int first, count;     /**< pairs of the step's, in the epoch's order */
    int shard, shards;    /**< of the step's shards */
    int more_first, more; /**< of its shards of other work */
} epoch_window_t;

/**
 * How many windows a step of `count` words has, and how many words a window has at most. A step of up to
 * 2,048 words is one window. A larger step has as few windows as possible with at most 2,048 words each, give
 * or take a shard; their numbers of shards differ by one at most. So one of many ranks works on a few
 * thousand words, however large the step is.
 */
int epoch_windows(int count, int micro_batch);
int epoch_window_words(int count, int micro_batch);

/** One of them; the step has `more` shards of other work. */
epoch_window_t epoch_window(int count, int micro_batch, int more, int window);

/**
 * Returns the number of ranks, of `size`, that share a window's shards; *first is the first of them. The
 * step's shards are divided among the ranks in order, and their numbers differ by one at most; a window's
 * first and last rank may have shards in other windows. elsewhere[i]: how many such shards rank *first + i
 * has. step_shards: all shards of the step, those of other work included.
 */
int epoch_window_ranks(
    const epoch_window_t *window, int step_shards, int size, int *first, int64_t *elsewhere);

#endif
