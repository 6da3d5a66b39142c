/**
 * The order of an epoch, its steps, and how a step's words become shards. Pure functions: the rank count
 * plays no part in what a shard is, only in who works on it. Nothing here allocates.
 */
#ifndef CVAE_EPOCH_H
#define CVAE_EPOCH_H

#include <stddef.h>
#include <stdint.h>

#include "cvae/word.h"

/**
 * order[0..count-1] = a permutation of 0..count-1 drawn uniformly from (seed, epoch): Fisher and Yates'
 * shuffle, from the last place down, fed by the stream RANDOM_ORDER. count below 2^32.
 */
void epoch_order(uint64_t seed, uint32_t epoch, size_t count, uint32_t *order);

/** Steps of an epoch: ceil(count / batch_size); the last one may be smaller. batch_size from 1. */
size_t epoch_steps(size_t count, int batch_size);

/**
 * Sorts a step's pairs so that words of a like length meet in a shard: by falling source + target length,
 * then by falling source length, then by rising index. As no two pairs of a step have the same index, the
 * order is total and the result is the same for any order they came in.
 */
void epoch_sort_pairs(pair_t *pairs, int count);

/**
 * Shards of a step with `count` words: ceil(count / micro_batch), micro_batch from 1. Shard s has the sorted
 * words [s * micro_batch, min((s + 1) * micro_batch, count)).
 */
int epoch_shards(int count, int micro_batch);

/**
 * Who works on which shard: owner[shard] is a rank below `size`. The shards of the sorted pairs are dealt one
 * after another to the rank that has the fewest letters so far, the lowest of equals. work [size] is used on
 * the way.
 */
void epoch_deal_shards(const pair_t *pairs, int count, int micro_batch, int size, int64_t *work, int *owner);

#endif
